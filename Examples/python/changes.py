"""Prints what becomes of members and clusters, as it is committed: changes.py [BOOTSTRAP] [TOPIC] [--once]

It needs two packages, and the schema as a Python module:

    pip install confluent-kafka protobuf
    protoc -I schemas --python_out=. shoal/v1/cluster_change.proto
"""
import sys

from confluent_kafka import Consumer, KafkaError, KafkaException
from shoal.v1.cluster_change_pb2 import ChangeKind, ChangeReason, ClusterChange

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
while "--once" not in sys.argv or len(ended) < len(consumer.assignment()) or not ended:
    message = consumer.poll(1.0)
    if message is None:
        continue
    if message.error():
        if message.error().code() != KafkaError._PARTITION_EOF:
            raise KafkaException(message.error())
        ended.add(message.partition())
        continue
    change = ClusterChange.FromString(message.value())
    kind = ChangeKind.Name(change.kind).removeprefix("CHANGE_KIND_").lower()
    if change.member:
        why = ChangeReason.Name(change.why).removeprefix("CHANGE_REASON_").lower()
        print(kind, change.member.hex(), getattr(change, "from"), change.to, why)
    else:
        print(kind, change.cluster, change.members, ", ".join(change.leading_topics))
    consumer.store_offsets(message)
consumer.close()
