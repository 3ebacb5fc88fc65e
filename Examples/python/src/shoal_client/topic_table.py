"""A compacted topic as a table in memory: what the tables of members and of clusters have in common."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from .errors import InvalidRecord
from .feed import FeedReader, TopicFeed

Update = TypeVar("Update")


class TopicTable(FeedReader, Generic[Update]):
    """Reads a compacted topic record by record on request, and applies each record to a table. Not thread-safe."""

    def __init__(
        self, kafka: Mapping[str, Any], topic: str, on_invalid_record: Callable[[InvalidRecord], None] | None
    ) -> None:
        self._on_invalid_record = on_invalid_record
        self._feed = TopicFeed(topic, kafka, lambda feed, partition, count, low, high: low)

    def _apply(self, key: bytes, value: bytes | None) -> Update:
        """Applies a record to the table. Raises `ValueError` for a record that is not of this topic."""
        raise NotImplementedError

    @property
    def is_caught_up(self) -> bool:
        """Whether the table contains all records that existed when it was made."""
        return self._feed.is_at_end

    def catch_up(self) -> None:
        """Reads until `is_caught_up`."""
        while not self.is_caught_up:
            self.next(1.0)

    def __next__(self) -> Update:
        while True:
            update = self.next(1.0)
            if update is not None:
                return update

    def next(self, timeout: float) -> Update | None:
        """Applies the next record and returns it, or None if none arrives within so many seconds or it has just caught up."""
        deadline = time.monotonic() + timeout
        while True:
            was_caught_up = self.is_caught_up
            message = self._feed.poll(max(0.0, deadline - time.monotonic()))
            if message is None:
                if self.is_caught_up != was_caught_up or time.monotonic() >= deadline:
                    return None
                continue
            partition, offset = message.partition(), message.offset()
            assert partition is not None and offset is not None
            update = self._read(partition, offset, message.key(), message.value())
            self._feed.advance(partition, offset + 1)
            if update is not None:
                return update

    def _read(self, partition: int, offset: int, key: Any, value: bytes | None) -> Update | None:
        try:
            return self._apply(bytes(key or b""), value)
        except ValueError as error:
            self._skip(partition, offset, error)
            return None
