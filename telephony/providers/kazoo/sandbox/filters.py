"""The filters of every list: pure functions of a document and the query (facts, section 5)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from telephony.providers.kazoo.sandbox.documents import MISSING, at

_BOUNDS = ("created_from", "created_to", "modified_from", "modified_to")
_KEYS = {"has_key": True, "key_missing": False}
_VALUES = {"has_value": True, "value_missing": False}
# Of servers from 5.0 on; the value is a JSON list. What is told about the held values and those of the list.
_LISTS: Mapping[str, Callable[[set[str], set[str]], bool]] = {
    "filter_any_": lambda held, wanted: bool(held & wanted),
    "filter_none_": lambda held, wanted: not held & wanted,
    "filter_array_intersect_any_": lambda held, wanted: bool(held & wanted),
    "filter_array_intersect_none_": lambda held, wanted: not held & wanted,
    "filter_array_intersect_all_": lambda held, wanted: wanted <= held,
}


def passes(document: Mapping[str, Any], pvt: Mapping[str, Any], pairs: Iterable[tuple[str, str]]) -> bool:
    """Whether a document is kept: every filter of the query must agree, other names mean nothing."""
    return all(_agrees(document, pvt, name, value) for name, value in pairs)


def has_filters(pairs: Iterable[tuple[str, str]]) -> bool:
    return any(
        name in _KEYS or name in _VALUES or name in _BOUNDS or name.startswith("filter_") for name, _ in pairs
    )


def _agrees(document: Mapping[str, Any], pvt: Mapping[str, Any], name: str, value: str) -> bool:
    for prefix, fits in _LISTS.items():
        if name.startswith(prefix):
            return fits(_texts(at(document, name.removeprefix(prefix))), set(choices(value)))
    if name.startswith("filter_not_"):
        return not _equals(at(document, name.removeprefix("filter_not_")), value)
    if name.startswith("filter_"):
        return _equals(at(document, name.removeprefix("filter_")), value)
    if name in _KEYS:
        return (at(document, value) is not MISSING) is _KEYS[name]
    if name in _VALUES:
        return (at(document, value) not in (MISSING, None, "", [], {})) is _VALUES[name]
    if name in _BOUNDS:
        return _within(pvt, name, value)
    return True


def _texts(found: Any) -> set[str]:
    """The value, or each of a list, as texts."""
    if found is MISSING:
        return set()
    return {as_text(one) for one in (found if isinstance(found, list) else [found])}


def _equals(found: Any, wanted: str) -> bool:
    """Compared as texts; a JSON list stands for any of its values."""
    return found is not MISSING and as_text(found) in choices(wanted)


def choices(wanted: str) -> list[str]:
    if wanted.startswith("["):
        try:
            listed = json.loads(wanted)
        except (ValueError, RecursionError):
            return [wanted]
        if isinstance(listed, list):
            return [as_text(one) for one in listed]
    return [wanted]


def as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _within(pvt: Mapping[str, Any], name: str, value: str) -> bool:
    moment, _, side = name.partition("_")
    try:
        bound = int(value)
    except ValueError:
        return True
    held = int(pvt.get(moment, 0))
    return held >= bound if side == "from" else held <= bound
