#!/usr/bin/env python3
"""Makes from deploy/rights.json, the one list of the rights that Shoal needs, all that grants them:
deploy/acls.sh, deploy/strimzi/users.yaml, and the chart's own copy of the list.

    deploy/rights.py            rewrites them
    deploy/rights.py --check    ends with 1 where one is not up to date, and names it
    deploy/rights.py --list     prints each right of each role, and why it is needed

Needs nothing but Python 3.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent

# How the resources are called by kafka-acls (as an option) and by Strimzi.
STRIMZI_TYPES = {"topic": "topic", "group": "group", "transactional-id": "transactionalId", "cluster": "cluster"}
STRIMZI_PATTERNS = {"literal": "literal", "prefixed": "prefix"}

SCRIPT = """\
#!/usr/bin/env bash
# The rights that Shoal needs on a secured Kafka, one kafka-acls call each. Without --apply they are only printed.
#
#     deploy/acls.sh ROLE[,ROLE...] PRINCIPAL [--apply [OPTION OF KAFKA-ACLS...]]
#
# Made by deploy/rights.py from deploy/rights.json: change that, not this.
#
@EXAMPLES@
#     deploy/acls.sh topics,run User:shoal --apply --bootstrap-server broker:9092 --command-config admin.properties
#
# Names that differ from the defaults come from @VARIABLES@;
# another kafka-acls from KAFKA_ACLS. Read and Write imply Describe. Before Kafka 2.8 producers need IdempotentWrite on the
# cluster, too.
set -euo pipefail

usage() { sed -n '2,/^set /s/^# \\{0,1\\}//p' "$0" >&2; exit 64; }

[ $# -ge 2 ] || usage
IFS=, read -ra roles <<< "$1"
principal=$2
shift 2
apply=
if [ "${1:-}" = --apply ]; then apply=yes; shift; fi

@NAMES@
kafka_acls=${KAFKA_ACLS:-kafka-acls.sh}
connection=("$@")

allow() {
    local call=(--add --allow-principal "$principal" "$@")
    if [ -n "$apply" ]; then
        # The command may be more than one word.
        # shellcheck disable=SC2086
        $kafka_acls "${connection[@]}" "${call[@]}" > /dev/null
    else
        echo "$kafka_acls${connection[*]:+ ${connection[*]}} ${call[*]}"
    fi
}

grant() {
    case $1 in
@ROLES@
    esac
}

[ ${#roles[@]} -gt 0 ] || usage
# A mistake in the last role grants nothing of the first.
for role in "${roles[@]}"; do
    case $role in
    @ALL@) ;;
    *) echo "acls.sh: $role is no role" >&2; usage ;;
    esac
done
for role in "${roles[@]}"; do
    grant "$role"
    [ -z "$apply" ] || echo "$principal has the rights of $role"
done
"""

USERS = """\
# A KafkaUser of Strimzi for each role, with the rights that it needs and no others.
# Made by deploy/rights.py from deploy/rights.json: change that, not this. Names of topics and group are the defaults; the
# chart in deploy/helm/shoal makes them from its own values. Before Strimzi 0.49 the apiVersion is kafka.strimzi.io/v1beta2.
"""


def load(path=HERE / "rights.json"):
    """The list, checked for what a slip of the pen would do to it."""
    rights = json.loads(path.read_text())
    for role, entry in rights["roles"].items():
        for right in entry["rights"]:
            where = f"{path.name}: {role}: {right['names']}"
            assert right["resource"] in STRIMZI_TYPES, f"{where}: {right['resource']} is no resource"
            assert right.get("pattern", "literal") in STRIMZI_PATTERNS, f"{where}: {right['pattern']} is no pattern"
            assert right["operations"] and right["why"], f"{where}: operations and why must be there"
            for name in right["names"]:
                for variable in re.findall(r"\{(.*?)\}", name):
                    assert variable in rights["names"], f"{where}: nothing is called {variable}"
    return rights


def names(rights, given=None):
    """What each name stands for: what is given, or the default. An empty one is off."""
    values = dict(given or {})
    for name, entry in rights["names"].items():
        values.setdefault(name, fill(entry["default"], values))
    return values


def fill(template, values):
    return re.sub(r"\{(.*?)\}", lambda match: values[match[1]], template)


def expand(rights, role, values):
    """Each single right of a role: (operation, resource, name, pattern), in order."""
    return [(operation, right["resource"], fill(name, values), right.get("pattern", "literal"))
            for right in rights["roles"][role]["rights"] for name in right["names"] if fill(name, values)
            for operation in right["operations"]]


def variable(name):
    return name.replace("-", "_")


def in_shell(template):
    """A name for the script; one that may be off is left out where it is."""
    return re.sub(r"\{(.*?)\}", lambda match: "$" + variable(match[1]), template)


def wrapped(words, indent="    ", width=120):
    """A command, continued in the next line where it gets too long."""
    lines, line = [], indent + words[0]
    for word in words[1:]:
        if len(line) + 1 + len(word) > width - 2:
            lines.append(line + " \\")
            line = indent + "    " + word
        else:
            line += " " + word
    return "\n".join(lines + [line])


def script(rights):
    optional = {name for name, entry in rights["names"].items() if not entry["default"]}
    examples = [(f"#     deploy/acls.sh {role} User:{entry['user']}", f"for {entry['for']}")
                for role, entry in rights["roles"].items()]
    width = max(len(call) for call, _ in examples) + 2
    variables = [f"{variable(name)}=${{{variable(name).upper()}:-{in_shell(entry['default'])}}}"
                 for name, entry in rights["names"].items()]
    roles = []
    for role, entry in rights["roles"].items():
        lines = [f"    {role})"]
        for right in entry["rights"]:
            words = ["allow"] + [f"--operation {operation}" for operation in right["operations"]]
            for name in right["names"]:
                argument = f'--{right["resource"]} "{in_shell(name)}"'
                off = [other for other in optional if f"{{{other}}}" in name]
                words.append(f'${{{variable(off[0])}:+{argument}}}' if off else argument)
            if all(any(f"{{{other}}}" in name for other in optional) for name in right["names"]):
                assert len(right["names"]) == 1, f"{role}: of names that may be off, one alone makes a right"
                words = [f'[ -z "{in_shell(right["names"][0])}" ] ||'] + words
            if right.get("pattern", "literal") != "literal":
                words.append(f"--resource-pattern-type {right['pattern']}")
            lines += [f"        # {right['why'][0].upper()}{right['why'][1:]}.", wrapped(words, " " * 8)]
        roles.append("\n".join(lines + ["        ;;"]))
    parts = {
        "@EXAMPLES@": "\n".join(call.ljust(width) + text for call, text in examples),
        "@VARIABLES@": ", ".join(variable(name).upper() for name in rights["names"]),
        "@NAMES@": "\n".join(variables), "@ROLES@": "\n".join(roles),
        "@ALL@": " | ".join(rights["roles"]),
    }
    return re.sub("@[A-Z]+@", lambda match: parts[match[0]], SCRIPT)


def users(rights):
    documents = []
    values = names(rights)
    for role, entry in rights["roles"].items():
        lines = [
            "---", f"# For {entry['for']}.", "apiVersion: kafka.strimzi.io/v1", "kind: KafkaUser",
            "metadata:", f"  name: {entry['user']}", "  labels:",
            "    # The name of your Kafka resource.", "    strimzi.io/cluster: kafka", "spec:", "  authentication:",
            "    type: tls", "  authorization:", "    type: simple", "    acls:",
        ]
        if not any(fill(name, values) for right in entry["rights"] for name in right["names"]):
            lines[-1] += " []"
        for right in entry["rights"]:
            for number, name in enumerate(name for name in right["names"] if fill(name, values)):
                lines += ["      # " + right["why"][0].upper() + right["why"][1:] + "."] if number == 0 else []
                lines += [
                    "      - resource:", f"          type: {STRIMZI_TYPES[right['resource']]}",
                    f"          name: {fill(name, values)}",
                    f"          patternType: {STRIMZI_PATTERNS[right.get('pattern', 'literal')]}",
                    f"        operations: [{', '.join(right['operations'])}]",
                ]
        documents.append("\n".join(lines) + "\n")
    return USERS + "".join(documents)


def made(rights):
    """Each file that is made, and what it has to hold."""
    return {
        HERE / "acls.sh": script(rights), HERE / "strimzi/users.yaml": users(rights),
        HERE / "helm/shoal/files/rights.json": (HERE / "rights.json").read_text(),
    }


def main(words):
    rights = load()
    if words == ["--list"]:
        for role, entry in rights["roles"].items():
            print(f"{role}: {entry['for']}")
            for right in entry["rights"]:
                pattern = "…" if right.get("pattern") == "prefixed" else ""
                print(f"  {', '.join(right['operations'])} on {right['resource']} "
                      f"{', '.join(name + pattern for name in right['names'])}: {right['why']}")
        return 0
    if words not in ([], ["--check"]):
        print(__doc__.strip(), file=sys.stderr)
        return 64
    status = 0
    for path, text in made(rights).items():
        if path.exists() and path.read_text() == text:
            continue
        if words:
            print(f"{path.relative_to(HERE.parent)} is not what deploy/rights.json says: run deploy/rights.py")
            status = 1
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            if text.startswith("#!"):
                path.chmod(0o755)
            print(f"{path.relative_to(HERE.parent)} written")
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
