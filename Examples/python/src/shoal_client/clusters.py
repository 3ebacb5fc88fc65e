"""The description of each published cluster, as a table in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from .cluster_description import ClusterDescription
from .errors import InvalidRecord
from .topic_table import TopicTable


@dataclass(frozen=True)
class ClusterUpdate:
    """A change of a cluster's description."""

    cluster: int
    #: The new description; None if the cluster is not published any more.
    description: ClusterDescription | None
    #: The previous description in the table.
    before: ClusterDescription | None


class ClusterDescriptions(TopicTable[ClusterUpdate]):
    """The compacted topic `clusters.topic` as a table that is kept up to date.

        clusters = ClusterDescriptions({"bootstrap.servers": "localhost:9092"}, "clusters")
        clusters.catch_up()
        print(clusters.table[7].leading_topics)
        for update in clusters:
            print(update.before, update.description)

    Records are read only while `catch_up` or the iteration waits. It raises as `ClusterChanges` does.

    Not thread-safe.
    """

    def __init__(
        self, kafka: Mapping[str, Any], topic: str, on_invalid_record: Callable[[InvalidRecord], None] | None = None
    ) -> None:
        """`kafka`: librdkafka's properties. Only committed records are read in any case.
        `topic`: the application's `clusters.topic`.
        `on_invalid_record`: is called for each record that is not a description, which is then skipped. Without it the
        iterator raises `InvalidRecord`.
        """
        super().__init__(kafka, topic, on_invalid_record)
        self._table: dict[int, ClusterDescription] = {}

    @property
    def table(self) -> Mapping[int, ClusterDescription]:
        """The description of each published cluster, by its number."""
        return MappingProxyType(self._table)

    def _apply(self, key: bytes, value: bytes | None) -> ClusterUpdate:
        cluster = int(key.decode())
        description = None if value is None else ClusterDescription.decode(value)
        if description is not None and description.cluster != cluster:
            raise ValueError(f"the key is {cluster}, and the cluster {description.cluster}")
        before = self._table.pop(cluster, None)
        if description is not None:
            self._table[cluster] = description
        return ClusterUpdate(cluster, description, before)
