"""Holds internal records against their schemas: internal_records.py FOLDER reads "NAME HEX" lines.

A record is right if protobuf knows all of its fields and writes the same bytes again; what is deflated within it, too.
Prints how many of each message were right; ends with 1 at the first that is not.
"""
import collections, sys, zlib

sys.path.insert(0, sys.argv[1])
from google.protobuf import unknown_fields
from shoal.v1 import delta_pb2, model_pb2, state_pb2

CLASSES = {
    name: getattr(module, name)
    for module, names in (
        (delta_pb2, ["Word", "Closing"]),
        (model_pb2, ["ModelPart", "ModelRecord"]),
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
    if name == "Word" and message.HasField("closing"):
        inner("Closing", message.closing)
    elif name == "ModelPart":
        inner("ModelRecord", message)
    elif name == "SnapshotPart":
        inner("SnapshotHeader", message)


def inner(name, part):
    if part.count == 1:
        data = zlib.decompress(part.data)
        assert len(data) == part.size
        check(name, data)


for line in sys.stdin:
    name, digits = line.split()
    check(name, bytes.fromhex(digits))
print(" ".join(f"{name}={counts[name]}" for name in CLASSES))
