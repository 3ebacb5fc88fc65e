"""Prints what becomes of members and clusters, as it is committed: changes.py [BOOTSTRAP] [TOPIC] [--once]

It reads both forms, output.format=json and output.format=protobuf, record by record. It needs

    pip install confluent-kafka

and for Protobuf the schema as a Python module, too:

    pip install protobuf
    protoc -I schemas --python_out=. shoal/v1/cluster_change.proto
"""
import json
import sys

from confluent_kafka import Consumer, KafkaError


def from_json(value):
    change = json.loads(value)
    if not isinstance(change, dict) or "kind" not in change:
        raise ValueError("no change")
    return change


def from_protobuf(value):
    # Only here: for JSON neither the package nor the module is needed.
    from shoal.v1.cluster_change_pb2 import ChangeKind, ChangeReason, ClusterChange

    record = ClusterChange.FromString(value)
    return {
        "kind": ChangeKind.Name(record.kind).removeprefix("CHANGE_KIND_").lower(),
        "member": record.member.hex(), "from": getattr(record, "from"), "to": record.to,
        "why": ChangeReason.Name(record.why).removeprefix("CHANGE_REASON_").lower(),
        "cluster": record.cluster, "members": record.members, "leading_topics": list(record.leading_topics),
    }


def text(change):
    # JSON leaves out what is empty or 0, and writes large numbers as strings.
    if change.get("member"):
        return " ".join(str(part) for part in (
            change["kind"], change["member"], change.get("from", 0), change.get("to", 0),
            change.get("why", "unspecified")))
    topics = ", ".join(change.get("leading_topics", []))
    return f"{change['kind']} {change.get('cluster', 0)} {change.get('members', 0)} {topics}"


words = [word for word in sys.argv[1:] if not word.startswith("-")]
bootstrap, topic = words + ["localhost:9092", "cluster-changes"][len(words):]
consumer = Consumer({
    "bootstrap.servers": bootstrap, "group.id": "changes-example", "auto.offset.reset": "earliest",
    # Changes are published in transactions: others may still be taken back.
    "isolation.level": "read_committed", "enable.partition.eof": True,
    # Only what has been dealt with is committed, every few seconds and at the end.
    "enable.auto.offset.store": False,
})
consumer.subscribe([topic])
ended = set()
status = 0
while "--once" not in sys.argv or len(ended) < len(consumer.assignment()) or not ended:
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        if message.error().code() == KafkaError._PARTITION_EOF:
            ended.add(message.partition())
            continue
        if message.error().code() == KafkaError.UNKNOWN_TOPIC_OR_PART:
            print(f"The topic {topic} does not exist. Create it with `shoal topics create`.", file=sys.stderr)
            status = 72
        else:
            print(f"Reading {topic} failed: {message.error()}", file=sys.stderr)
            status = 1
        break
    value = message.value()
    if value is not None:
        try:
            # A JSON object begins with a brace. No Protobuf message of this kind does.
            print(text(from_json(value) if value[:1] == b"{" else from_protobuf(value)))
        except ImportError:
            sys.exit("This record is Protobuf. Make the schema's Python module: see the beginning of this file.")
        except Exception as error:
            place = f"{topic} partition {message.partition()} offset {message.offset()}"
            print(f"{place}: the record cannot be read: {error!r}. It is skipped.", file=sys.stderr)
            status = 65
    consumer.store_offsets(message)
consumer.close()
sys.exit(status)
