"""The labels that operators gave clusters, as a table in memory."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .cluster_description import ClusterDescription
from .denied_terms import denied_term
from .errors import InvalidRecord
from .topic_table import TopicTable

_MOST_CHARACTERS, _MOST_WORDS = 60, 6


@dataclass(frozen=True)
class ClusterLabel:
    """The value of a record of `labels.topic`. `ClusterLabels.label` says whether it may be shown."""

    cluster: int
    text: str
    proposed_by: str
    #: None until a second person has approved it.
    approved_by: str | None
    #: What was told of the cluster when the label was proposed: its state, hashes of its leading topics, and lineage.
    state: str | None
    topics: frozenset[str]
    children: frozenset[int]
    merged: tuple[int, ...]

    @classmethod
    def decode(cls, value: bytes) -> ClusterLabel:
        """Decodes JSON. Raises `ValueError` for any other value."""
        try:
            found = json.loads(value)
            basis = found["basis"]
            approved = found.get("approved")
            return cls(
                int(found["cluster"]), str(found["text"]), str(found["proposed"]["by"]),
                None if approved is None else str(approved["by"]), basis.get("state"), frozenset(basis["topics"]),
                frozenset(basis["children"]), tuple(basis["merged"]))
        except (AttributeError, KeyError, TypeError) as error:
            raise ValueError(f"not a label: {error}") from error

    def applies_to(self, description: ClusterDescription) -> bool:
        """Whether it is approved by a second person, well formed, and given for a cluster that is described so."""
        now = {_fingerprint(topic) for topic in description.leading_topics}
        common = len(now & self.topics)
        state = None if description.state is None else description.state.value
        return (self.approved_by not in (None, self.proposed_by) and self.cluster == description.cluster
                and _is_well_formed(self.text) and common > 0 and 2 * common >= max(len(now), len(self.topics))
                and self.state == state and self.merged == tuple(description.merged)
                and self.children.issuperset(description.children))


def _fingerprint(topic: str) -> str:
    """FNV-1a, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in topic.encode():
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


#: Letters, marks and digits of which nothing can be seen.
_INVISIBLE = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]")


def _is_well_formed(text: str) -> bool:
    words = text.split(" ")
    return (all(words) and len(words) <= _MOST_WORDS and len(text) <= 2 * _MOST_CHARACTERS
            and sum(unicodedata.category(letter) not in ("Mn", "Mc") for letter in text) <= _MOST_CHARACTERS
            and any(letter.isalpha() for letter in text) and not _INVISIBLE.search(text)
            and all(letter in " -'’,.+()/" or unicodedata.category(letter) in
                    ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd") for letter in text))


class ClusterLabels(TopicTable[int]):
    """The compacted topic `labels.topic` as a table that is kept up to date. Its updates are the clusters' numbers.

        labels = ClusterLabels({"bootstrap.servers": "localhost:9092"}, "labels")
        labels.catch_up()
        print(labels.label(clusters.table[7]) or "7")

    Records are read only while `catch_up` or the iteration waits. Not thread-safe.
    """

    def __init__(
        self, kafka: Mapping[str, Any], topic: str, is_denied: Callable[[str], bool] = lambda text: False,
        on_denied_label: Callable[[ClusterLabel], None] = lambda label: None,
        on_invalid_record: Callable[[InvalidRecord], None] = lambda record: None,
    ) -> None:
        """`kafka`: librdkafka's properties.
        `topic`: the application's `labels.topic`.
        `is_denied`: whether a label has a word that the application's policy denies. Demographic words in English are denied in any
        case.
        `on_denied_label`: is called once for each record with such a label, which is not shown.
        `on_invalid_record`: is called for each record that is no label, which is then skipped.
        """
        super().__init__(kafka, topic, on_invalid_record)
        self._table: dict[int, ClusterLabel] = {}
        self._denied: set[int] = set()
        self._is_denied, self._on_denied_label = is_denied, on_denied_label

    @property
    def table(self) -> Mapping[int, ClusterLabel]:
        """All records by cluster, also of labels that are not shown."""
        return MappingProxyType(self._table)

    def label(self, description: ClusterDescription) -> str | None:
        """The label to be shown for a cluster that is described so; None if it has none."""
        label = self._table.get(description.cluster)
        if label is None or description.cluster in self._denied or not label.applies_to(description):
            return None
        return label.text

    def _apply(self, key: bytes, value: bytes | None) -> int:
        cluster = int(key.decode())
        label = None if value is None else ClusterLabel.decode(value)
        if label is not None and label.cluster != cluster:
            raise ValueError(f"the key is {cluster}, and the cluster {label.cluster}")
        self._table.pop(cluster, None)
        self._denied.discard(cluster)
        if label is not None:
            self._table[cluster] = label
            if denied_term(label.text) is not None or self._is_denied(label.text):
                self._denied.add(cluster)
                self._on_denied_label(label)
        return cluster
