"""Errors of subscribers. Errors of Kafka itself are `confluent_kafka.KafkaException`."""


class UnknownTopic(Exception):
    """The topic does not exist."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"the topic {topic} does not exist; create it with `shoal topics create`")
        self.topic = topic


class TopicReplaced(Exception):
    """The topic was deleted, or deleted and created again. Stored positions in it are invalid."""


class PositionInvalid(Exception):
    """A stored position that cannot be resumed. Resuming elsewhere would lose or repeat changes."""


class InvalidRecord(Exception):
    """A record that cannot be decoded as the topic's record type."""

    def __init__(self, topic: str, partition: int, offset: int, reason: Exception) -> None:
        super().__init__(f"{topic} partition {partition} offset {offset}: the record cannot be read: {reason}")
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.reason = reason
