"""Rows of a JSON list as the texts that were sent: for lists of thousands of which most fields are only kept.

Taking a row apart and writing it again costs several times what reading the few needed fields does. What cannot be kept
as it came is left to `decode_json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import orjson

from portal.lib.errors import UnexpectedAnswer
from portal.lib.wire_json import decode_json, is_storable

MOST_BRACKETS = 100  # in one row, which is then no deeper than that
_BLANKS = (b"\n", b"\r", b"\t")  # all control characters that JSON allows, between its values


class SentRows(NamedTuple):
    """members   those of the object that held the list which were asked for and are there
    rows      JSON texts of one line in UTF-8
    """

    members: dict[str, Any]
    rows: list[bytes]


def sent_rows(body: bytes, name: str, beside: tuple[str, ...] = ()) -> SentRows | None:
    """The list `name` of the object in `body`, and those of its members that are named in `beside`.

    None where the body is something else, where its rows go over several lines, or hold what no column and no UTF-8
    does (NUL, half surrogate pairs), and where one may be too deep.
    """
    if any(blank in body for blank in _BLANKS) or not is_storable(body):
        return None
    try:
        found = _reader(name, beside)(body)
        members = {member: decode_json(bytes(raw)) for member in beside if (raw := getattr(found, member))}
        rows = [bytes(row) for row in getattr(found, name)]
        if not all(map(_may_be_kept, rows)):
            return None
    except (ValueError, RecursionError, UnexpectedAnswer):
        return None
    return SentRows(members, rows)


@lru_cache(maxsize=32)
def _reader(name: str, beside: tuple[str, ...]) -> Callable[[bytes], Any]:
    """Reads an object with such a list, in one pass over the text."""
    members = [(member, msgspec.Raw, msgspec.Raw()) for member in beside]
    return msgspec.json.Decoder(msgspec.defstruct("Sent", [(name, list[msgspec.Raw]), *members])).decode


def _may_be_kept(row: bytes) -> bool:
    """Whether a row is shallow. Raises ValueError where it is no UTF-8."""
    if not row.isascii():
        row.decode()
    # Most rows hold no further object and one list at most, which is seen in a fraction of the time of counting.
    if row.rfind(b"{") < 1 and row.find(b"[") == row.rfind(b"["):
        return True
    return row.count(b"{") + row.count(b"[") <= MOST_BRACKETS


def row_text(row: Any) -> bytes:
    """A row that was taken apart as such a text."""
    try:
        return orjson.dumps(row)
    except TypeError:  # integers beyond 64 bits
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
