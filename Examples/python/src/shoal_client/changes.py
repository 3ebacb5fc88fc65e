"""The committed changes of an output topic as an iterator."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Union

from .change import ClusterChange
from .errors import InvalidRecord, PositionInvalid
from .feed import FeedReader, TopicFeed
from .position import Position

#: Begin at the first record, or at the end, of each partition.
BEGINNING = "beginning"
END = "end"
#: `BEGINNING`, `END`, a record timestamp in milliseconds since 1970, or a stored position.
Start = Union[str, int, Position]


@dataclass(frozen=True)
class ChangeElement:
    """A change and its place in the output topic."""

    change: ClusterChange
    partition: int
    offset: int
    #: The position after this change and all changes before it.
    position: Position


class ClusterChanges(FeedReader):
    """Iterates over changes as they are committed.

        with ClusterChanges({"bootstrap.servers": "localhost:9092"}, "cluster-changes", start=stored) as changes:
            for element in changes:
                save(element.change, element.position)

    Changes of one member, or of one cluster, are in order. Changes of different partitions are interleaved in any order.

    Raises `UnknownTopic` and `PositionInvalid` when it is made; `InvalidRecord`, `PositionInvalid`, `TopicReplaced` and
    `confluent_kafka.KafkaException` while it reads.

    Not thread-safe.
    """

    def __init__(
        self, kafka: Mapping[str, Any], topic: str, start: Start = END, stops_at_end: bool = False,
        on_invalid_record: Callable[[InvalidRecord], None] | None = None,
    ) -> None:
        """`kafka`: librdkafka's properties. Only committed records are read in any case.
        `topic`: the application's `output.topic`.
        `stops_at_end`: ends the iteration at the topic's end as of now.
        `on_invalid_record`: is called for each record that is not a change, which is then skipped. Without it the iterator
        raises `InvalidRecord`.
        """
        self._start = start
        self._stops_at_end = stops_at_end
        self._on_invalid_record = on_invalid_record
        if isinstance(start, Position) and start.topic != topic:
            raise PositionInvalid(f"the position {start} belongs to another topic than {topic}")
        self._feed = TopicFeed(topic, kafka, self._first_offset)

    @property
    def position(self) -> Position:
        """The position after the returned changes."""
        offsets = self._feed.positions
        if self._stops_at_end:
            offsets = [min(pair) for pair in zip(offsets, self._feed.ends)]
        return Position(self._feed.topic, tuple(offsets))

    @property
    def is_at_end(self) -> bool:
        """Whether the end was reached, with `stops_at_end`."""
        return self._stops_at_end and self._feed.is_at_end

    def __next__(self) -> ChangeElement:
        while not self.is_at_end:
            element = self.next(1.0)
            if element is not None:
                return element
        raise StopIteration

    def next(self, timeout: float) -> ChangeElement | None:
        """Returns the next change, or None if none arrives within so many seconds, or at the end."""
        deadline = time.monotonic() + timeout
        while not self.is_at_end:
            message = self._feed.poll(max(0.0, deadline - time.monotonic()))
            if message is None:
                if time.monotonic() >= deadline:
                    return None
                continue
            partition, offset, value = message.partition(), message.offset(), message.value()
            assert partition is not None and offset is not None
            is_after_end = self._stops_at_end and offset >= self._feed.ends[partition]
            change = None if is_after_end or value is None else self._decode(partition, offset, value)
            self._feed.advance(partition, offset + 1)
            if change is not None:
                return ChangeElement(change, partition, offset, self.position)
        return None

    def _decode(self, partition: int, offset: int, value: bytes) -> ClusterChange | None:
        try:
            return ClusterChange.decode(value)
        except ValueError as error:
            self._skip(partition, offset, error)
            return None

    def _first_offset(self, feed: TopicFeed, partition: int, count: int, low: int, high: int) -> int:
        start = self._start
        if isinstance(start, Position):
            return _resumed(start, partition, count, low, high)
        if isinstance(start, int):
            return feed.offset_at(partition, start, high)
        if start not in (BEGINNING, END):
            raise ValueError(f"not a place to start: {start!r}")
        return low if start == BEGINNING else high


def _resumed(position: Position, partition: int, count: int, low: int, high: int) -> int:
    """Returns the offset at which to continue. A partition that the topic did not have then begins at its first record."""
    topic, offsets = position.topic, position.offsets
    if len(offsets) > count:
        raise PositionInvalid(
            f"{topic} has {count} partitions, and the position is of {len(offsets)}: was it created again?")
    if partition >= len(offsets):
        return low
    offset = offsets[partition]
    # Changes are written in transactions: the last offset of the log is that of a commit marker.
    is_marker = offset + 1 == low == high
    if offset < low and not is_marker:
        raise PositionInvalid(
            f"{topic} partition {partition}: retention has deleted the changes from offset {offset}; the first remaining one "
            f"is {low}. Start again from the beginning or from a table of members")
    if offset > high:
        raise PositionInvalid(
            f"{topic} partition {partition}: the position is offset {offset}, but the topic ends at {high}. It may have been "
            "recreated")
    return max(offset, low)
