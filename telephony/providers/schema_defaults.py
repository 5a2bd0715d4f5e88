"""What a server takes an entry of a list, or a value under a free key, for: with the defaults of its declared fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from telephony.providers.schema import Field


def filled(one: Field | None, value: Any) -> Any:
    """The value with the defaults inside of it; what is declared nowhere stays as it is."""
    if one is None or not one.entry:
        return value
    if isinstance(value, list):
        return [_entry(one.entry, item) for item in value]
    return (
        {key: _entry(one.entry, item) for key, item in value.items()} if isinstance(value, Mapping) else value
    )


def _entry(fields: tuple[Field, ...], value: Any) -> Any:
    if len(fields) == 1 and not fields[0].path:
        return filled(fields[0], value)
    if not isinstance(value, Mapping):
        return value
    entry = dict(value)
    for one in fields:
        head, *below = one.parts
        if below:
            if isinstance(entry.get(head), Mapping):
                inner = _entry((_inside(one, below),), entry[head])
                entry[head] = inner
        elif head in entry:
            entry[head] = filled(one, entry[head])
        elif one.has_default:
            entry[head] = one.default
    return entry


def _inside(one: Field, below: list[str]) -> Field:
    return replace(one, path=".".join(below))
