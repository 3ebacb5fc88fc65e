"""Detects that a topic was deleted, or deleted and created again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class _Log:
    #: The largest known end, and the first offset with at least a fixed timestamp. Neither decreases in one log.
    end: int
    first: int


class LogIdentity:
    """Compares what brokers say of a topic with what they said before.

    Brokers can learn of a topic at different times, and a new leader can report an outdated end. A finding is therefore
    confirmed only by several consecutive observations.
    """

    NEEDED = 4

    def __init__(self) -> None:
        self._logs: dict[int, _Log] = {}
        self._suspicions = 0

    @property
    def is_suspicious(self) -> bool:
        """Whether an unconfirmed finding exists, so that the check should be repeated soon."""
        return self._suspicions > 0

    def observe(self, ends: list[int], firsts: list[int], positions: list[int]) -> str | None:
        """Returns the reason if the topic has been deleted or replaced.

        `ends`: of each partition that the topic has now, in order; empty if it does not exist.
        `firsts`: the first offset of each with at least a fixed timestamp; negative if all records are older.
        `positions`: the next offset to read of each partition that is read.
        """
        finding = self._finding(ends, firsts, positions)
        self._suspicions = self._suspicions + 1 if finding else 0
        return finding if self._suspicions >= self.NEEDED else None

    def _finding(self, ends: list[int], firsts: list[int], positions: list[int]) -> str | None:
        if not ends:
            return "it was deleted"
        if len(ends) < len(positions):
            return f"it was created again: it has {len(ends)} partitions, and had {len(positions)}"
        for partition, position in enumerate(positions):
            end = ends[partition]
            first = firsts[partition] if firsts[partition] >= 0 else end
            log = self._logs.setdefault(partition, _Log(position, first))
            if end < max(log.end, position):
                return f"it was created again or truncated: partition {partition} ends at {end}, not at {log.end}"
            if first < log.first:
                return f"it was created again: the record at offset {log.first} of partition {partition} was replaced"
            log.end, log.first = end, first
        return None
