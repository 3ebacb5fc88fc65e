"""Reads what Shoal publishes: cluster changes, and the tables of members, of clusters and of their labels."""

from .change import ChangeKind, ChangeReason, ClusterChange
from .changes import BEGINNING, END, ChangeElement, ClusterChanges, Start
from .cluster_description import ClusterDescription, ClusterState
from .clusters import ClusterDescriptions, ClusterUpdate
from .errors import InvalidRecord, PositionInvalid, TopicReplaced, UnknownTopic
from .labels import ClusterLabel, ClusterLabels
from .members import ClusterMembers, MemberTable, MemberUpdate
from .membership import Membership
from .position import Position

__all__ = [
    "BEGINNING", "END", "ChangeElement", "ChangeKind", "ChangeReason", "ClusterChange", "ClusterChanges", "ClusterDescription",
    "ClusterDescriptions", "ClusterLabel", "ClusterLabels", "ClusterMembers", "ClusterState", "ClusterUpdate", "InvalidRecord",
    "MemberTable", "MemberUpdate", "Membership", "Position", "PositionInvalid", "Start", "TopicReplaced", "UnknownTopic",
]
