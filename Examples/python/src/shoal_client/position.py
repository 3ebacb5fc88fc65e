"""A subscriber's position in a topic."""

from __future__ import annotations

import re
from dataclasses import dataclass

_FORM = re.compile(r"([^/]+)/([0-9]+:[0-9]+(?:,[0-9]+:[0-9]+)*)")


@dataclass(frozen=True)
class Position:
    """The next offset of each partition of a topic. Store it with the result of a change to resume exactly after it.

    The text form, `cluster-changes/0:1200,1:1187`, is the same in all clients.
    """

    topic: str
    #: From partition 0 on.
    offsets: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.topic}/" + ",".join(f"{number}:{offset}" for number, offset in enumerate(self.offsets))

    @classmethod
    def parse(cls, text: str) -> Position:
        """Reads the text form. Raises `ValueError` for another form."""
        form = _FORM.fullmatch(text)
        pairs = [part.split(":") for part in form[2].split(",")] if form else []
        if not form or [int(number) for number, _ in pairs] != list(range(len(pairs))):
            raise ValueError(f"not a position in a topic: {text!r}")
        return cls(form[1], tuple(int(offset) for _, offset in pairs))
