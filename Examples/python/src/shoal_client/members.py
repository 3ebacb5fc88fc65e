"""The cluster of each member, as a table in memory."""

from __future__ import annotations

import collections
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import fields
from .change import ChangeKind, ClusterChange
from .errors import InvalidRecord
from .membership import Membership
from .topic_table import TopicTable


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


class ClusterMembers(TopicTable[MemberUpdate]):
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
        super().__init__(kafka, topic, on_invalid_record)
        self.table = MemberTable()

    def _apply(self, key: bytes, value: bytes | None) -> MemberUpdate:
        member = fields.identifier(key.decode(), "the key")
        return self.table.update(member, None if value is None else Membership.decode(value))
