"""The value of a record of `members.topic`."""

from __future__ import annotations

from dataclasses import dataclass

from . import fields
from .generated.shoal.v1 import membership_pb2 as schema


@dataclass(frozen=True)
class Membership:
    """A member's published cluster."""

    cluster: int
    #: The version of the deciding model; None for the initial model.
    model_version: int | None = None

    @classmethod
    def decode(cls, value: bytes) -> Membership:
        """Decodes JSON or Protobuf. Raises `ValueError` if the bytes are neither."""
        if fields.is_json(value):
            found = fields.parse_object(value)
            cluster = fields.whole(found, "cluster")
            if cluster is None:
                raise ValueError("there is no cluster")
            return cls(cluster, fields.whole(found, "model_version"))
        try:
            record = schema.Membership.FromString(value)
        except Exception as error:  # The class of the error depends on the implementation of protobuf.
            raise ValueError(f"not a Protobuf message: {error}") from error
        return cls(record.cluster, record.model_version if record.HasField("model_version") else None)
