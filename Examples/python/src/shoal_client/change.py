"""A record of the output topic."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import Any

from . import fields
from .generated.shoal.v1 import cluster_change_pb2 as schema


class ChangeKind(str, enum.Enum):
    """The kind of change. The value is the name in JSON."""

    MEMBER_JOINED = "member_joined"
    MEMBER_MOVED = "member_moved"
    MEMBER_LEFT = "member_left"
    MEMBER_ERASED = "member_erased"
    CLUSTER_CREATED = "cluster_created"
    CLUSTER_SPLIT = "cluster_split"
    CLUSTER_MERGED = "cluster_merged"
    CLUSTER_RETIRED = "cluster_retired"
    CLUSTER_DRIFTED = "cluster_drifted"

    @property
    def is_of_member(self) -> bool:
        return self.value.startswith("member_")


class ChangeReason(str, enum.Enum):
    """The reason for a change. The value is the name in JSON."""

    EVENT = "event"
    ERASED = "erased"
    EXPIRED = "expired"
    TOPIC_DROPPED = "topic_dropped"
    MERGE = "merge"
    SPLIT = "split"
    BIRTH = "birth"
    RETIRE = "retire"
    SEED = "seed"
    # Only in records of rules 2 and earlier.
    WITHHELD = "withheld"
    SHOWN = "shown"
    # The member has another pseudonym from now on.
    ROTATED = "rotated"


_KINDS = {number: ChangeKind(name.removeprefix("CHANGE_KIND_").lower())
          for name, number in schema.ChangeKind.items() if number}
_REASON_NAMES = {reason.value: reason for reason in ChangeReason}
_REASONS = {number: _REASON_NAMES.get(name.removeprefix("CHANGE_REASON_").lower())
            for name, number in schema.ChangeReason.items()}


@dataclass(frozen=True)
class ClusterChange:
    """A change of a member or of a cluster."""

    #: 32 hexadecimal digits. Recomputing a change gives the same id.
    change_id: str
    kind: ChangeKind
    #: In a change of a member, its pseudonym: 32 hexadecimal digits.
    member: str | None = None
    #: In a change of a cluster, the cluster.
    cluster: int = 0
    #: In a change of a member, the previous and the new cluster; 0 for none.
    from_: int = 0
    to: int = 0
    #: None if it is unknown to this version.
    why: ChangeReason | None = None
    #: The version of the deciding model; None for the initial model.
    model_version: int | None = None
    #: The end of the epoch in which it happened, milliseconds since 1970.
    event_time_ms: int | None = None
    #: The child of a split, the survivor of a merge, or the parent of a created cluster; 0 for none.
    other_cluster: int = 0
    members: int = 0
    leading_topics: tuple[str, ...] = ()
    former_topics: tuple[str, ...] = ()
    #: The mean cosine of the members to the centroid, in millionths.
    cohesion: int = 0
    #: The cluster's next topics, and the most similar other clusters.
    branch_topics: tuple[str, ...] = ()
    branch_clusters: tuple[int, ...] = ()
    #: In a change of a member, the period of its pseudonym; None if pseudonyms are not rotated.
    pseudonym_period: int | None = None

    @classmethod
    def decode(cls, value: bytes) -> ClusterChange:
        """Decodes JSON or Protobuf. Raises `ValueError` if the bytes are neither, or of a kind that is unknown."""
        return cls._of_json(fields.parse_object(value)) if fields.is_json(value) else cls._of_protobuf(value)

    @classmethod
    def _of_json(cls, record: dict[str, Any]) -> ClusterChange:
        kind = ChangeKind(fields.text(record, "kind"))
        member = fields.text(record, "member")
        return cls(
            change_id=fields.identifier(fields.text(record, "change_id"), "change_id"), kind=kind,
            member=None if member is None else fields.identifier(member, "member"),
            cluster=fields.whole(record, "cluster") or 0, from_=fields.whole(record, "from") or 0,
            to=fields.whole(record, "to") or 0, why=_REASON_NAMES.get(fields.text(record, "why") or ""),
            model_version=fields.whole(record, "model_version"), event_time_ms=fields.whole(record, "event_time_ms"),
            other_cluster=fields.whole(record, "other_cluster") or 0, members=fields.whole(record, "members") or 0,
            leading_topics=fields.texts(record, "leading_topics"), former_topics=fields.texts(record, "former_topics"),
            cohesion=fields.whole(record, "cohesion") or 0, branch_topics=fields.texts(record, "branch_topics"),
            branch_clusters=fields.wholes(record, "branch_clusters"),
            pseudonym_period=fields.whole(record, "pseudonym_period"))

    @classmethod
    def _of_protobuf(cls, value: bytes) -> ClusterChange:
        try:
            record = schema.ClusterChange.FromString(value)
        except Exception as error:  # The class of the error depends on the implementation of protobuf.
            raise ValueError(f"not a Protobuf message: {error}") from error
        kind = _KINDS.get(record.kind)
        if kind is None:
            raise ValueError(f"unknown kind of change: {record.kind}")
        return cls(
            change_id=fields.identifier(record.change_id.hex(), "change_id"), kind=kind,
            member=fields.identifier(record.member.hex(), "member") if record.member else None, cluster=record.cluster,
            from_=getattr(record, "from"), to=record.to, why=_REASONS.get(record.why),
            model_version=record.model_version if record.HasField("model_version") else None,
            event_time_ms=record.event_time_ms if record.HasField("event_time_ms") else None,
            other_cluster=record.other_cluster, members=record.members, leading_topics=tuple(record.leading_topics),
            former_topics=tuple(record.former_topics), cohesion=record.cohesion, branch_topics=tuple(record.branch_topics),
            branch_clusters=tuple(record.branch_clusters),
            pseudonym_period=record.pseudonym_period if record.HasField("pseudonym_period") else None)
