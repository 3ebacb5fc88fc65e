#!/usr/bin/env python3
"""Puts the settings that the program has into the schema of the chart's values, so that Helm refuses what Shoal would.

    shoal config docs | deploy/helm/schema.py            writes deploy/helm/shoal/values.schema.json anew
    shoal config docs | deploy/helm/schema.py --check    ends with 1 where it is not up to date

Everything but `config` is written by hand there. Needs nothing but Python 3.
"""

import json
import pathlib
import re
import sys

FILE = pathlib.Path(__file__).resolve().parent / "shoal/values.schema.json"


def rule(value, text):
    """The schema of one setting, from what `config docs` says about its value."""
    ends = re.fullmatch(r"(auto or )?(\d+) … (\d+)", value)
    if ends:
        made = {"type": "integer", "minimum": int(ends[2]), "maximum": int(ends[3])}
        if ends[1]:
            made = {"anyOf": [{"const": "auto"}, made]}
    elif value.endswith(" or more"):
        made = {"type": "integer", "minimum": int(value.split()[0])}
    elif value.startswith("duration"):
        made = {"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}
    elif value.startswith("bytes"):
        made = {"type": ["string", "integer"], "pattern": "^[0-9]+(KiB|MiB|GiB)?$"}
    elif value.endswith("%"):
        made = {"type": ["string", "integer"], "pattern": "^([0-9]|[1-9][0-9]|100) ?%?$", "minimum": 0, "maximum": 100}
    elif value == "auto, any or FROM..TO":
        made = {"type": "string", "pattern": r"^(auto|any|[0-9][0-9TZ:-]*\.\.[0-9TZ:-]*|\.\.[0-9][0-9TZ:-]*)$"}
    elif value.startswith("name of"):
        made = {"type": "string", "pattern": "^[A-Za-z0-9._-]+$", "maxLength": 200}
    elif value in ("text", "file") or value.startswith(("list", "HOST:PORT")):
        made = {"type": ["string", "number"], "pattern": "^[^\\r\\n]*$"}
    elif "," in value:
        made = {"enum": value.split(", ")}
    else:
        raise ValueError(f"`config docs` has a kind of value that is unknown here: {value}")
    return {"description": f"{text} ({value})", **made}


def settings(markdown):
    """Each row of the table but the heading and `kafka.*`: name and schema."""
    rows = {}
    for line in markdown.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
        if len(cells) == 5 and cells[0].startswith("`") and cells[0] != "`kafka.*`":
            rows[cells[0].strip("`")] = rule(cells[1], cells[4])
    return rows


def main(words):
    if words not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    rows = settings(sys.stdin.read())
    if not rows:
        print("no settings on standard input: pipe `shoal config docs` in", file=sys.stderr)
        return 1
    schema = json.loads(FILE.read_text())
    schema["properties"]["config"]["properties"] = rows
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    if words:
        if FILE.read_text() == text:
            return 0
        print("values.schema.json is not what `shoal config docs` says: run `shoal config docs | deploy/helm/schema.py`")
        return 1
    FILE.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
