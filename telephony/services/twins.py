"""Rows of a provider that gives them no identifier: which stored record is which row, where several are alike.

Two calls may agree in every field that never changes: the same second, the same numbers. Such rows come with one key, and
are numbered here: the second of a key is "key~2". Only a page that covers its whole stretch of time is numbered, because a
row that merely came twice while pages shifted looks the same. A row keeps its number as long as anything tells it apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from msgspec import structs

from telephony.models import CallRecord, Connection
from telephony.providers.drafts import CallPage, CallRecordDraft, already
from telephony.services import call_store_sql as sql

MARK = "~"
ROOM = 16  # numbers that are looked up beyond the twins that were read


class Twin(NamedTuple):
    """What tells a row from its twins."""

    raw: Mapping[str, Any]
    line: str


def told_apart(connection: Connection, page: CallPage) -> CallPage:
    """The page with one key for each row. Runs in the scope of the connection's tenant."""
    if page.covers is None:
        return page
    rows = page.read()
    groups: dict[str, list[CallRecordDraft]] = {}
    for draft in rows.drafts:
        groups.setdefault(draft.remote_key, []).append(draft)
    shared = [key for key, drafts in groups.items() if len(drafts) > 1]
    shared += _had_twins(connection, page.stream, [key for key in groups if key not in set(shared)])
    if not shared:
        return replace(page, read=already(rows.drafts, rows.unreadable))
    stored = _stored(connection, page.stream, {key: 2 * len(groups[key]) + ROOM for key in shared})
    for key in shared:
        numbers = numbered([Twin(one.raw, one.line_remote_id) for one in groups[key]], stored[key])
        groups[key] = [
            _numbered_draft(draft, number) for draft, number in zip(groups[key], numbers, strict=True)
        ]
    return replace(page, read=already([one for drafts in groups.values() for one in drafts], rows.unreadable))


def numbered(read: Sequence[Twin], stored: Mapping[int, Twin]) -> list[int]:
    """A number for each row that was read, all different: that of the stored record with the same content, else of one on
    the same line, else of the next in order; numbers that are not stored are for what is left.
    """
    numbers: dict[int, int] = {}
    free = dict(sorted(stored.items()))

    def take(place: int, number: int) -> None:
        numbers[place] = number
        free.pop(number, None)

    for is_same in (lambda one, other: one == other, lambda one, other: one.line == other.line):
        for place, twin in enumerate(read):
            found = (number for number, known in free.items() if is_same(twin, known))
            if place not in numbers and (number := next(found, None)) is not None:
                take(place, number)
    for place in range(len(read)):
        if place not in numbers:
            take(place, next(iter(free), 0) or _first_unused(numbers.values(), stored))
    return [numbers[place] for place in range(len(read))]


def _first_unused(given: Any, stored: Mapping[int, Twin]) -> int:
    used = {*given, *stored}
    return next(number for number in range(1, len(used) + 2) if number not in used)


def _key(key: str, number: int) -> str:
    return key if number == 1 else f"{key}{MARK}{number}"


def _numbered_draft(draft: CallRecordDraft, number: int) -> CallRecordDraft:
    if number == 1:
        return draft
    return structs.replace(
        draft, remote_key=_key(draft.remote_key, number), fold_key=_key(draft.fold_key, number)
    )


def _had_twins(connection: Connection, stream: str, keys: Sequence[str]) -> list[str]:
    """Those of the keys under which more than one record is stored."""
    if not keys:
        return []
    seconds = [_key(key, 2) for key in keys]
    with sql.open_cursor() as cursor:
        known = sql.known_records(cursor, connection.tenant_id, connection.pk, stream, seconds)
    return [remote_key.removesuffix(f"{MARK}2") for _stream, remote_key, *_rest in known]


def _stored(
    connection: Connection, stream: str, counts: Mapping[str, int]
) -> Mapping[str, Mapping[int, Twin]]:
    """The stored records of some keys by number, as many numbers as said."""
    places = {
        _key(key, number): (key, number) for key, count in counts.items() for number in range(1, count + 1)
    }
    found: dict[str, dict[int, Twin]] = {key: {} for key in counts}
    rows = CallRecord.objects.filter(connection=connection, stream=stream, remote_key__in=places)
    for remote_key, raw, line in rows.values_list("remote_key", "raw", "line_remote_id"):
        key, number = places[remote_key]
        found[key][number] = Twin(raw, line)
    return found
