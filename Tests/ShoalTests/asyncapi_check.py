"""Checks schemas/asyncapi.yaml: asyncapi_check.py FILE WORDS < MESSAGES

WORDS is a JSON object of the words that the document has to list, by schema. Each line of MESSAGES is a message's name in the
document, a tab, and a JSON value that has to fit it. Prints what is wrong, and ends with 1; otherwise what was checked.
"""
import json
import os
import sys
import warnings

import yaml

warnings.simplefilter("ignore")
import asyncapi3  # noqa: E402
import jsonschema  # noqa: E402

path, words = sys.argv[1], json.loads(sys.argv[2])
document = yaml.safe_load(open(path))
asyncapi3.AsyncAPI3.model_validate(document)
problems, references, examples, checked = [], 0, 0, {}


def find(reference):
    """What a reference within the document names."""
    place = document
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def walk(value, where):
    """Every reference leads somewhere."""
    global references
    if isinstance(value, dict):
        reference = value.get("$ref")
        if isinstance(reference, str):
            references += 1
            try:
                if reference.startswith("#/"):
                    find(reference)
                else:
                    os.stat(os.path.join(os.path.dirname(path), reference))
            except (KeyError, OSError):
                problems.append(f"{where}: {reference} is not there")
        for key, inner in value.items():
            walk(inner, f"{where}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            walk(inner, f"{where}/{index}")


def validator(schema):
    """Of a schema of the document, whose references are those of the document; nothing beyond its properties is let pass."""
    inner = dict(document["components"]["schemas"])
    for name, value in inner.items():
        if value.get("type") == "object":
            inner[name] = dict(value, additionalProperties=False)
    whole = dict(schema, components={"schemas": inner})
    jsonschema.Draft7Validator.check_schema(whole)
    return jsonschema.Draft7Validator(whole)


def check(schema, value, where):
    for error in validator(schema).iter_errors(value):
        causes = "; ".join(inner.message for inner in error.context or [])
        problems.append(f"{where}: {error.message[:300]} ({causes[:600]})")


walk(document, "")
messages = document["components"]["messages"]
for name, message in messages.items():
    for example in message.get("examples", []):
        examples += 1
        if "payload" in example:
            check(message["payload"], example["payload"], f"{name}, example {example['name']}")
        if "headers" in example:
            check(message["headers"], example["headers"], f"{name}, example {example['name']}")
for schema, expected in words.items():
    place = document["components"]["schemas"][schema]
    listed = place.get("enum") or place["properties"]["kind"]["enum"]
    if sorted(listed) != sorted(expected):
        problems.append(f"{schema} lists {listed}, and there are {expected}")
validators = {name: validator(message["payload"]) for name, message in messages.items() if "payload" in message}
for line in sys.stdin:
    name, text = line.rstrip("\n").split("\t", 1)
    value = json.loads(text)
    checked[name] = checked.get(name, 0) + 1
    if not validators[name].is_valid(value):
        check(messages[name]["payload"], value, f"{name} {text[:200]}")
if problems:
    print("\n".join(problems[:20]))
    sys.exit(1)
counts = ", ".join(f"{count} {name}" for name, count in sorted(checked.items()))
print(f"{references} references, {examples} examples; {counts or 'nothing'} fit")
