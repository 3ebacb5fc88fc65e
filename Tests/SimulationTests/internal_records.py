"""Holds internal records against their schemas: internal_records.py FOLDER reads "NAME HEX" lines.

A record is right if protobuf knows all of its fields and writes the same bytes again.
Prints how many of each message were right; ends with 1 at the first that is not.
"""
import collections, sys

sys.path.insert(0, sys.argv[1])
from google.protobuf import unknown_fields
from shoal.v1 import delta_pb2, model_pb2, state_pb2

CLASSES = {
    name: getattr(module, name)
    for module, names in (
        (delta_pb2, ["Word", "ClosingEpochs", "Closing"]),
        (model_pb2, ["ModelPart", "ModelRecord", "ModelContent"]),
        (state_pb2, ["MemberState", "SnapshotPart", "SnapshotHeader", "SnapshotWhole"]),
    )
    for name in names
}
counts = collections.Counter()


def check(name, data):
    message = CLASSES[name]()
    message.ParseFromString(data)
    if len(unknown_fields.UnknownFieldSet(message)) or message.SerializeToString(deterministic=True) != data:
        sys.exit(f"{name} is not what the schema says: {data.hex()}\n{message}")
    counts[name] += 1


for line in sys.stdin:
    name, digits = line.split()
    check(name, bytes.fromhex(digits))
print(" ".join(f"{name}={counts[name]}" for name in CLASSES))
