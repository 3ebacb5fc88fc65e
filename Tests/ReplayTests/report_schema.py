"""Validates reports against their JSON Schema: report_schema.py SCHEMA FILE..."""
import json
import sys

from jsonschema import Draft202012Validator

with open(sys.argv[1]) as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
for name in sys.argv[2:]:
    with open(name) as file:
        report = json.load(file)
    for error in list(validator.iter_errors(report))[:5]:
        print(f"{name}: {'/'.join(map(str, error.path))}: {error.message[:300]}")
        sys.exit(1)
print(f"{len(sys.argv) - 2} valid")
