"""Documents as canonical JSON: one text per value, a checksum of it, and differences by field."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MISSING: Any = type("Missing", (), {"__repr__": lambda self: "MISSING", "__bool__": lambda self: False})()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs. `path` is dotted ("name", "ports.0.number"); a side that lacks it is MISSING."""

    path: str
    before: Any
    after: Any


def canonical_json(value: Any) -> str:
    """The one text of a JSON value: sorted keys, no blanks, real characters."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def checksum(value: Any) -> str:
    """32 hex digits over the canonical text."""
    return hashlib.blake2b(canonical_json(value).encode(), digest_size=16).hexdigest()


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values have the same canonical text; without writing any of it, and as deep as they are."""
    waiting = [(one, other)]
    while waiting:
        left, right = waiting.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, dict):
            if left.keys() != right.keys():
                return False
            waiting += [(value, right[name]) for name, value in left.items()]
        elif isinstance(left, list):
            if len(left) != len(right):
                return False
            waiting += zip(left, right, strict=True)
        elif left != right or (isinstance(left, float) and repr(left) != repr(right)):  # -0.0 equals 0.0
            return False
    return True


def diff(before: Any, after: Any) -> list[FieldChange]:
    """Every leaf that differs, in path order. Lists of another length count as one value."""
    return sorted(_differences(before, after, ""), key=lambda change: change.path)


def _differences(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in before.keys() | after.keys():
            below = f"{path}.{key}" if path else str(key)
            yield from _differences(before.get(key, MISSING), after.get(key, MISSING), below)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (left, right) in enumerate(zip(before, after, strict=True)):
            yield from _differences(left, right, f"{path}.{index}" if path else str(index))
    elif before is MISSING or after is MISSING or canonical_json(before) != canonical_json(after):
        yield FieldChange(path, before, after)
