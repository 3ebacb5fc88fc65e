"""The cluster of each member, as a table in memory."""

from __future__ import annotations

import collections
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from . import fields
from .change import ChangeKind, ClusterChange
from .errors import InvalidRecord
from .feed import TopicFeed
from .membership import Membership


@dataclass(frozen=True)
class MemberUpdate:
    """A change of a member's cluster."""

    #: The pseudonym: 32 hexadecimal digits.
    member: str
    #: The new membership; None if the member has no cluster.
    membership: Membership | None
    #: The previous membership in the table.
    before: Membership | None


class MemberTable(Mapping[str, Membership]):
    """The membership of each member that has one, by pseudonym.

    It is filled either from `members.topic` (`ClusterMembers` does it) or from all changes, by `apply`.
    """

    def __init__(self) -> None:
        self._members: dict[str, Membership] = {}
        self._sizes: collections.Counter[int] = collections.Counter()
        #: By cluster: the survivor, and the version of the model that merged it.
        self._merges: dict[int, Membership] = {}

    def __getitem__(self, member: str) -> Membership:
        return self._members[member]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    @property
    def sizes(self) -> dict[int, int]:
        """The number of members of each cluster that has any."""
        return {cluster: size for cluster, size in self._sizes.items() if size}

    def members_of(self, cluster: int) -> list[str]:
        """Returns the members of a cluster. Visits all members."""
        return [member for member, found in self._members.items() if found.cluster == cluster]

    def update(self, member: str, membership: Membership | None) -> MemberUpdate:
        """Sets or removes the membership of a member."""
        before = self._members.pop(member, None)
        if before is not None:
            self._sizes[before.cluster] -= 1
        if membership is not None:
            self._members[member] = membership
            self._sizes[membership.cluster] += 1
        return MemberUpdate(member, membership, before)

    def apply(self, change: ClusterChange) -> list[MemberUpdate]:
        """Applies a change: the new cluster of a member, or the end of a cluster that was merged into another one.

        Changes have to be applied from the first one on, those of each partition in order. A cluster that was merged may be in
        another partition than its members: so a merge applies to members that an earlier model put into the cluster,
        whichever comes first.
        """
        if change.kind is ChangeKind.CLUSTER_MERGED:
            self._merges[change.cluster] = Membership(change.other_cluster, change.model_version)
            return [self.update(member, self._survivor(self[member])) for member in self.members_of(change.cluster)
                    if self._survivor(self[member]) != self[member]]
        if change.member is None:
            return []
        membership = self._survivor(Membership(change.to, change.model_version)) if change.to else None
        return [self.update(change.member, membership)]

    def _survivor(self, membership: Membership) -> Membership:
        """Returns the membership in the cluster into which its cluster was merged by a later model, if it was."""
        while (merge := self._merges.get(membership.cluster)) and _version(membership) < _version(merge):
            membership = merge
        return membership


def _version(membership: Membership) -> float:
    """The initial model is before all others."""
    return float("-inf") if membership.model_version is None else membership.model_version


class ClusterMembers:
    """The compacted topic `members.topic` as a table that is kept up to date.

        members = ClusterMembers({"bootstrap.servers": "localhost:9092"}, "cluster-members")
        members.catch_up()
        print(len(members.table), members.table.sizes)
        for update in members:
            print(update.before, update.membership)

    Records are read only while `catch_up` or the iteration waits. It raises as `ClusterChanges` does.

    Not thread-safe.
    """

    def __init__(
        self, kafka: Mapping[str, Any], topic: str, on_invalid_record: Callable[[InvalidRecord], None] | None = None
    ) -> None:
        """`kafka`: librdkafka's properties. Only committed records are read in any case.
        `topic`: the application's `members.topic`.
        `on_invalid_record`: is called for each record that is not a membership, which is then skipped. Without it the
        iterator raises `InvalidRecord`.
        """
        self.table = MemberTable()
        self._on_invalid_record = on_invalid_record
        self._feed = TopicFeed(topic, kafka, lambda feed, partition, count, low, high: low)

    def __enter__(self) -> ClusterMembers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections. The table stays."""
        self._feed.close()

    @property
    def is_caught_up(self) -> bool:
        """Whether the table contains all records that existed when it was made."""
        return self._feed.is_at_end

    def catch_up(self) -> None:
        """Reads until `is_caught_up`."""
        while not self.is_caught_up:
            self.next(1.0)

    def __iter__(self) -> ClusterMembers:
        return self

    def __next__(self) -> MemberUpdate:
        while True:
            update = self.next(1.0)
            if update is not None:
                return update

    def next(self, timeout: float) -> MemberUpdate | None:
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

    def _read(self, partition: int, offset: int, key: Any, value: bytes | None) -> MemberUpdate | None:
        try:
            member = fields.identifier(bytes(key or b"").decode(), "the key")
            membership = None if value is None else Membership.decode(value)
        except ValueError as error:
            record = InvalidRecord(self._feed.topic, partition, offset, error)
            if self._on_invalid_record is None:
                raise record from error
            self._on_invalid_record(record)
            return None
        return self.table.update(member, membership)
