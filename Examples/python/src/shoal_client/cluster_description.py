"""The value of a record of `clusters.topic`."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from . import fields
from .generated.shoal.v1 import cluster_description_pb2 as schema


class ClusterState(str, enum.Enum):
    """The last change of a cluster that was published. The value is the name in JSON."""

    CREATED = "created"
    SPLIT = "split"
    DRIFTED = "drifted"


_STATE_NAMES = {state.value: state for state in ClusterState}
_STATES = {number: _STATE_NAMES.get(name.removeprefix("CLUSTER_STATE_").lower())
           for name, number in schema.ClusterState.items()}


@dataclass(frozen=True)
class ClusterDescription:
    """A published cluster."""

    cluster: int
    #: None if nothing was published of it since the application has rules 9, or if it is unknown to this version.
    state: ClusterState | None = None
    #: The number of members, rounded down to a multiple of `privacy.min-cluster-size`.
    members_at_least: int = 0
    #: The mean cosine of the members to the centroid, in millionths, rounded down to a multiple of 10,000.
    cohesion: int = 0
    leading_topics: tuple[str, ...] = ()
    #: The cluster's next topics, and the most similar other clusters.
    branch_topics: tuple[str, ...] = ()
    branch_clusters: tuple[int, ...] = ()
    #: The cluster from which it was split off, as `cluster_created` named it; 0 for none. It may have ended since.
    parent: int = 0
    #: The published clusters that were split off from it.
    children: tuple[int, ...] = ()
    #: The last clusters that were merged into it, as `cluster_merged` named it.
    merged: tuple[int, ...] = ()
    #: The version of the model that wrote this record, and the end of its epoch, milliseconds since 1970.
    model_version: int | None = None
    event_time_ms: int | None = None

    @classmethod
    def decode(cls, value: bytes) -> ClusterDescription:
        """Decodes JSON or Protobuf. Raises `ValueError` if the bytes are neither."""
        if fields.is_json(value):
            found = fields.parse_object(value)
            cluster = fields.whole(found, "cluster")
            if cluster is None:
                raise ValueError("there is no cluster")
            return cls(
                cluster, _STATE_NAMES.get(fields.text(found, "state") or ""),
                members_at_least=fields.whole(found, "members_at_least") or 0, cohesion=fields.whole(found, "cohesion") or 0,
                leading_topics=fields.texts(found, "leading_topics"), branch_topics=fields.texts(found, "branch_topics"),
                branch_clusters=fields.wholes(found, "branch_clusters"), parent=fields.whole(found, "parent") or 0,
                children=fields.wholes(found, "children"), merged=fields.wholes(found, "merged"),
                model_version=fields.whole(found, "model_version"), event_time_ms=fields.whole(found, "event_time_ms"))
        try:
            record = schema.ClusterDescription.FromString(value)
        except Exception as error:  # The class of the error depends on the implementation of protobuf.
            raise ValueError(f"not a Protobuf message: {error}") from error
        return cls(
            record.cluster, _STATES.get(record.state), members_at_least=record.members_at_least, cohesion=record.cohesion,
            leading_topics=tuple(record.leading_topics), branch_topics=tuple(record.branch_topics),
            branch_clusters=tuple(record.branch_clusters), parent=record.parent, children=tuple(record.children),
            merged=tuple(record.merged), model_version=record.model_version if record.HasField("model_version") else None,
            event_time_ms=record.event_time_ms if record.HasField("event_time_ms") else None)
