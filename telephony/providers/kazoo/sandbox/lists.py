"""Paging as Crossbar does it: by opaque start keys, rows cut before filters are applied, everything on request.

Keys come in three types, as on real servers: a text, a number, or a list. A client sends back what it got.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.documents import digestible
from telephony.providers.kazoo.sandbox.refusals import Refused, wrong
from telephony.providers.kazoo.sandbox.settings import OLD

if TYPE_CHECKING:
    from telephony.providers.kazoo.sandbox.call import Call

TEXT, NUMBER, LIST = "text", "number", "list"
_LARGEST_PAGE = 100_000
_YES, _NO = frozenset({"true", "1", "yes"}), frozenset({"false", "0", "no"})
_EMPTY_KEYS: tuple[Any, ...] = (None, "", [])

SortKey = tuple[Any, ...]
Show = Callable[[], Any]


@dataclass(frozen=True)
class Row:
    """One row of a view: where it stands, and what is shown of it. `show` gives None for a row that a filter drops."""

    key: SortKey
    show: Show


def page_size_of(call: Call) -> int:
    """The wanted page size. Raises Refused 400."""
    text = call.query.get("page_size")
    if text is None:
        return int(call.setting("page_size"))
    try:
        size = int(text)
    except ValueError:
        raise wrong(
            "page_size", "type", "Value did not match type(s): integer", target="integer", value=text
        ) from None
    if size < 1:
        raise wrong("page_size", "minimum", "Value must be at least 1", target=1, value=size)
    return min(size, _LARGEST_PAGE)


def is_paged(call: Call) -> bool:
    return call.query.get("paginate", "").lower() not in _NO


def is_ascending(call: Call) -> bool:
    return call.query.get("ascending", "").lower() in _YES or call.query.get("descending", "").lower() in _NO


def listed(call: Call, rows: Iterable[Row], key_type: str = LIST, *, chunked: bool = False) -> Answer:
    """The page that the query asks for."""
    ordered = sorted(rows, key=lambda row: comparable(row.key, key_type), reverse=not is_ascending(call))
    if not is_paged(call):
        if len(ordered) > int(call.setting("unpaged_limit")):
            raise Refused(416, "range not satisfiable")
        data = _shown(ordered)
        return Answer(data, envelope=_members({"page_size": len(data)}, chunked))
    size = page_size_of(call)
    first = _first(ordered, call, key_type)
    page, after = _cut(ordered, first, size, key_type)
    data = _shown(page)
    members: dict[str, Any] = {"page_size": len(data)}
    if started := call.query.get("start_key"):
        members["start_key"] = started
    if after is not None:
        members["next_start_key"] = opaque(after.key, key_type)
    elif call.generation == OLD:
        members["next_start_key"] = _EMPTY_KEYS[len(call.request.path) % len(_EMPTY_KEYS)]
    return Answer(data, envelope=_members(members, chunked))


def _shown(rows: Iterable[Row]) -> list[Any]:
    return [shown for row in rows if (shown := row.show()) is not None]


def _cut(rows: list[Row], first: int, size: int, key_type: str) -> tuple[list[Row], Row | None]:
    """A page and the row that the next begins with. Rows of one key stay together: a key must lead back to all of them."""
    end = min(first + size, len(rows))
    while 0 < end < len(rows) and opaque(rows[end].key, key_type) == opaque(rows[end - 1].key, key_type):
        end += 1
    return rows[first:end], rows[end] if end < len(rows) else None


def _first(rows: list[Row], call: Call, key_type: str) -> int:
    """Where the page begins: at the row of the start key, or where it stood if it is gone."""
    text = call.query.get("start_key", "")
    if not text:
        return 0
    wanted = read_key(text, key_type)
    ascending = is_ascending(call)
    for index, row in enumerate(rows):
        key = comparable(row.key, key_type)
        if _ordered(key, wanted, ascending):
            return index
    return len(rows)


def _ordered(key: Any, wanted: Any, ascending: bool) -> bool:
    return bool(key >= wanted) if ascending else bool(key <= wanted)


def comparable(key: SortKey, key_type: str) -> Any:
    """What start keys of this type are compared by."""
    return numbered(key) if key_type == NUMBER else [str(part) for part in key]


def opaque(key: SortKey, key_type: str) -> Any:
    """A sort key as it goes over the wire."""
    if key_type == NUMBER:
        return numbered(key)
    parts = [str(part) for part in key]
    return parts if key_type == LIST else base64.urlsafe_b64encode(digestible(parts)).decode().rstrip("=")


def numbered(key: SortKey) -> int:
    """A number in the order of the key's first part, a number itself, and different for different keys nearly always."""
    spread = hashlib.md5(digestible([str(part) for part in key[1:]]), usedforsecurity=False).digest()
    return int(key[0]) * 4096 + int.from_bytes(spread[:2]) % 4096


def read_key(text: str, key_type: str) -> Any:
    """What a client sent back. Raises Refused 400 when it was never ours."""
    try:
        if key_type == NUMBER:
            return int(text)
        raw = text if key_type == LIST else base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        parts = json.loads(raw)
    except (ValueError, binascii.Error, RecursionError):
        raise wrong("start_key", "invalid", "start_key is not one that this list gave", cause=text) from None
    if not isinstance(parts, list) or not all(isinstance(part, str) for part in parts):
        raise wrong("start_key", "invalid", "start_key is not one that this list gave", cause=text)
    return parts


def _members(members: dict[str, Any], chunked: bool) -> dict[str, Any]:
    """Chunked answers write their trailing members as texts."""
    if not chunked:
        return members
    return {name: value if isinstance(value, list | None) else str(value) for name, value in members.items()}
