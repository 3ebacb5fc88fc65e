"""Reads what Shoal publishes: cluster changes, and the table of members."""

from .change import ChangeKind, ChangeReason, ClusterChange
from .changes import BEGINNING, END, ChangeElement, ClusterChanges, Start
from .errors import InvalidRecord, PositionInvalid, TopicReplaced, UnknownTopic
from .members import ClusterMembers, MemberTable, MemberUpdate
from .membership import Membership
from .position import Position

__all__ = [
    "BEGINNING", "END", "ChangeElement", "ChangeKind", "ChangeReason", "ClusterChange", "ClusterChanges", "ClusterMembers",
    "InvalidRecord", "MemberTable", "MemberUpdate", "Membership", "Position", "PositionInvalid", "Start", "TopicReplaced",
    "UnknownTopic",
]
