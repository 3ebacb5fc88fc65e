"""Reads the committed records of all partitions of a topic, without a consumer group."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, TopicPartition

from .errors import InvalidRecord, PositionInvalid, TopicReplaced, UnknownTopic
from .log_identity import LogIdentity

# Seconds.
_TIMEOUT = 10.0
_CHECK_INTERVAL = 2.0
_CHECK_INTERVAL_IF_SUSPICIOUS = 0.7

# librdkafka looks for the coordinator of a group that is never joined. The rights of a subscriber are for topics only.
_IGNORED = {KafkaError.GROUP_AUTHORIZATION_FAILED, KafkaError._TRANSPORT, KafkaError._ALL_BROKERS_DOWN}


Reader = TypeVar("Reader", bound="FeedReader")


class FeedReader:
    """What reads a feed, and closes it at the end of a `with`."""

    _feed: TopicFeed
    _on_invalid_record: Callable[[InvalidRecord], None] | None

    def __enter__(self: Reader) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. What was returned stays valid."""
        self._feed.close()

    def __iter__(self: Reader) -> Reader:
        return self

    def _skip(self, partition: int, offset: int, error: ValueError) -> None:
        """Tells of a record that cannot be read, and raises it if nobody wants to be told."""
        record = InvalidRecord(self._feed.topic, partition, offset, error)
        if self._on_invalid_record is None:
            raise record from error
        self._on_invalid_record(record)


class TopicFeed:
    """The records of a topic, one after the other, and the next offset of each partition.

    `start` gives the first offset of a partition from its number, the number of partitions, the first offset and the end.
    It may raise.
    """

    def __init__(
        self, topic: str, kafka: Mapping[str, Any], start: Callable[[TopicFeed, int, int, int, int], int]
    ) -> None:
        self.topic = topic
        self.consumer = Consumer({
            "group.id": "shoal-client", "fetch.wait.max.ms": 50, "queued.max.messages.kbytes": 32768, **kafka,
            # Others may still be taken back.
            "isolation.level": "read_committed", "enable.auto.commit": False, "enable.partition.eof": True,
            "auto.offset.reset": "error",
        })
        self._waiting: collections.deque[Message] = collections.deque()
        self._identity = LogIdentity()
        self._began_ms = int(time.time() * 1_000)
        self._next_check = time.monotonic()
        try:
            count = self._partitions()
            if count == 0:
                raise UnknownTopic(topic)
            self.positions: list[int] = []
            #: The initial ends.
            self.ends: list[int] = []
            for partition in range(count):
                low, high = self.consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=_TIMEOUT)
                self.positions.append(start(self, partition, count, low, high))
                self.ends.append(high)
            self.consumer.assign([TopicPartition(topic, number, offset) for number, offset in enumerate(self.positions)])
        except BaseException:
            self.close()
            raise

    @property
    def is_at_end(self) -> bool:
        """Whether all records that existed at the start have been read."""
        return all(position >= end for position, end in zip(self.positions, self.ends))

    def poll(self, timeout: float) -> Message | None:
        """Returns the next record, or None if none arrives in time or a partition's end was reached.

        The caller advances `positions` when it is done with the record.
        """
        if not self._waiting:
            self._fetch(timeout)
        if not self._waiting:
            self._check()
            return None
        message = self._waiting.popleft()
        error = message.error()
        if error is None:
            return message
        code = error.code()
        if code == KafkaError._PARTITION_EOF:
            # Behind the control records and aborted transactions at the end of the log.
            self.advance(message.partition(), message.offset())
        elif code == KafkaError._AUTO_OFFSET_RESET:
            raise PositionInvalid(f"{self.topic} partition {message.partition()}: {error.str()}")
        elif code == KafkaError.UNKNOWN_TOPIC_OR_PART:
            self._check()
        elif code not in _IGNORED:
            raise KafkaException(error)
        return None

    def _fetch(self, timeout: float) -> None:
        # `consume` waits until all of its messages have come: so wait for one, then take what is there.
        first = self.consumer.poll(timeout)
        if first is not None:
            self._waiting.append(first)
            self._waiting.extend(self.consumer.consume(num_messages=500, timeout=0))

    def advance(self, partition: int | None, offset: int | None) -> None:
        if partition is not None and offset is not None:
            self.positions[partition] = max(self.positions[partition], offset)

    def offset_at(self, partition: int, time_ms: int, end: int) -> int:
        """Returns the first offset with at least a timestamp; `end` if there is none."""
        found = self.consumer.offsets_for_times([TopicPartition(self.topic, partition, time_ms)], timeout=_TIMEOUT)[0]
        if found.error is not None:
            raise KafkaException(found.error)
        return found.offset if found.offset >= 0 else end

    def close(self) -> None:
        self.consumer.close()

    def _partitions(self) -> int:
        """Returns the number of partitions; 0 if the topic does not exist."""
        found = self.consumer.list_topics(self.topic, timeout=_TIMEOUT).topics[self.topic]
        if found.error is None:
            return len(found.partitions)
        if found.error.code() in (KafkaError.UNKNOWN_TOPIC_OR_PART, KafkaError._UNKNOWN_TOPIC):
            return 0
        raise KafkaException(found.error)

    def _check(self) -> None:
        if time.monotonic() < self._next_check:
            return
        try:
            places = [TopicPartition(self.topic, number) for number in range(self._partitions())]
            ends = [self.consumer.get_watermark_offsets(place, timeout=_TIMEOUT)[1] for place in places]
            firsts = [self.offset_at(number, self._began_ms, end) for number, end in enumerate(ends)]
        except KafkaException:
            # Brokers that do not answer say nothing about the topic.
            self._next_check = time.monotonic() + _CHECK_INTERVAL
            return
        reason = self._identity.observe(ends, firsts, self.positions)
        interval = _CHECK_INTERVAL_IF_SUSPICIOUS if self._identity.is_suspicious else _CHECK_INTERVAL
        self._next_check = time.monotonic() + interval
        if reason:
            raise TopicReplaced(f"topic {self.topic}: {reason}: stored positions in it are invalid")
