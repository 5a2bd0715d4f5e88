"""Rows of a JSON list as the texts that were sent: for lists of thousands of which most fields are only kept.

Taking a row apart and writing it again costs several times what reading the few needed fields does. What cannot be kept
as it came is left to `decode_json`.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

import msgspec
import orjson

from portal.lib.errors import UnexpectedAnswer
from portal.lib.wire_json import decode_json, is_storable

MOST_BRACKETS = 100  # in one row, which is then no deeper than that
_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ROWS = msgspec.json.Decoder(list[msgspec.Raw])
_BLANKS = (b"\n", b"\r", b"\t")  # all control characters that JSON allows, between its values


class SentRows(NamedTuple):
    """members   the others of the object that held the list
    rows      JSON texts of one line in UTF-8
    """

    members: dict[str, Any]
    rows: list[bytes]


def sent_rows(body: bytes, name: str) -> SentRows | None:
    """The list `name` of the object in `body`.

    None where the body is something else, where its rows go over several lines, or hold what no column and no UTF-8
    does (NUL, half surrogate pairs), and where one may be too deep.
    """
    if any(blank in body for blank in _BLANKS) or not is_storable(body):
        return None
    try:
        members = _MEMBERS.decode(body)
        rows = [bytes(row) for row in _ROWS.decode(members.pop(name))]
        others = {member: decode_json(bytes(value)) for member, value in members.items()}
        body.decode()
    except (KeyError, ValueError, RecursionError, UnexpectedAnswer):
        return None
    if any(row.count(b"{") + row.count(b"[") > MOST_BRACKETS for row in rows):
        return None
    return SentRows(others, rows)


def row_text(row: Any) -> bytes:
    """A row that was taken apart as such a text."""
    try:
        return orjson.dumps(row)
    except TypeError:  # integers beyond 64 bits
        return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode()
