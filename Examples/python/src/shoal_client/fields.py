"""Typed access to the fields of a JSON record. Each function raises `ValueError` for a value of another type."""

from __future__ import annotations

import json
from typing import Any


def parse_object(value: bytes) -> dict[str, Any]:
    """Returns the JSON object that a record's value holds."""
    found = json.loads(value)
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")
    return found


def is_json(value: bytes) -> bool:
    """Whether a value is JSON: no Protobuf message of Shoal begins with a brace."""
    return value[:1] == b"{"


def whole(record: dict[str, Any], name: str) -> int | None:
    """Returns a whole number; None if it is absent. Numbers beyond 53 bits are strings in JSON."""
    found = record.get(name)
    if found is None:
        return None
    if isinstance(found, str):
        return int(found)
    if isinstance(found, bool) or not isinstance(found, int):
        raise ValueError(f"{name} is not a whole number")
    return found


def text(record: dict[str, Any], name: str) -> str | None:
    found = record.get(name)
    if found is not None and not isinstance(found, str):
        raise ValueError(f"{name} is not a text")
    return found


def texts(record: dict[str, Any], name: str) -> tuple[str, ...]:
    found = record.get(name) or []
    if not isinstance(found, list) or not all(isinstance(element, str) for element in found):
        raise ValueError(f"{name} is not a list of texts")
    return tuple(found)


def wholes(record: dict[str, Any], name: str) -> tuple[int, ...]:
    found = record.get(name) or []
    if not isinstance(found, list) or not all(type(element) is int for element in found):
        raise ValueError(f"{name} is not a list of whole numbers")
    return tuple(found)


def identifier(digits: str | None, name: str) -> str:
    """Returns 32 hexadecimal digits."""
    if digits is None or len(digits) != 32:
        raise ValueError(f"{name} is not 32 hexadecimal digits")
    bytes.fromhex(digits)
    return digits
