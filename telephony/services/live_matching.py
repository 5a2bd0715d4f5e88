"""Calls as they were seen beside the providers' records of them: what just ended, and what only one of the two knows.

Both name a call alike (services/live_history.py). A record is missed only once its provider was asked after the call ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Min

from telephony.models import Call, Connection, Entity, LineHook, LiveCall, SyncRun, SyncState
from telephony.models.calls import Medium
from telephony.services.number_names import names_of

LOOKED_BACK = timedelta(days=3)
COMES_WITHIN = timedelta(minutes=15)  # of the end, a record; of the beginning, the first event
NAMED = "r:"  # the sort of key of a live call that its record has as well (live_folding.keys_of)
Key = tuple[int, str]


class Room(NamedTuple):
    """How many calls are looked at, and of these told: of those that one side lacks, and of those that just ended."""

    read: int
    shown: int
    ended: int


PAGE, FILE = Room(2000, 100, 12), Room(10_000, 10_000, 10_000)


@dataclass(frozen=True, kw_only=True)
class SeenCall:
    """A call that was seen; its record, where there is one by now. `line` is where it ended, "" at none."""

    call: LiveCall
    record: Call | None
    name: str
    line: str


@dataclass(frozen=True, kw_only=True)
class Matched:
    """Newest first, of three days. `is_cut`: there may be more than was looked at.

    next_asked   of calls that just ended and have no record yet: their connections, and when these are asked next
    """

    ended: Sequence[SeenCall]
    without_record: Sequence[SeenCall]
    unseen: Sequence[Call]
    names: Mapping[str, str]
    is_cut: bool
    next_asked: Sequence[tuple[Connection, datetime]] = ()


def matched(connections: Sequence[Connection], now: datetime, *, is_whole: bool = False) -> Matched:
    """What these connections' calls come to, `is_whole` for a file; eleven queries at most."""
    since, room = now - LOOKED_BACK, FILE if is_whole else PAGE
    seen = list(
        LiveCall.objects.filter(connection__in=connections, state=LiveCall.State.ENDED, started_at__gte=since)
        .defer("legs")
        .order_by("-started_at", "-pk")[: room.read]
    )
    records = _records_of(seen)
    asked = _asked_at(connections)
    lacking = [
        call
        for call in seen
        if _record(call, records) is None
        and _names_of(call)
        and (at := asked.get(call.connection_id))
        and call.last_event_at + COMES_WITHIN < at
    ]
    unseen, is_cut = _unseen(connections, since, now, room)
    shown = [*seen[: room.ended], *lacking[: room.shown]]
    names = names_of(
        {call.other for call in shown} | {n for call in unseen for n in (call.caller, call.callee)}
    )
    lines = _lines_of(shown)
    told = {
        call.pk: SeenCall(
            call=call,
            record=_record(call, records),
            name=names.get(call.other, ""),
            line=lines.get((call.connection_id, call.line_remote_id), call.line_remote_id),
        )
        for call in shown
    }
    ended = [told[call.pk] for call in seen[: room.ended]]
    return Matched(
        ended=ended,
        without_record=[told[call.pk] for call in lacking[: room.shown]],
        unseen=unseen,
        names=names,
        is_cut=is_cut or len(seen) == room.read or len(lacking) > room.shown,
        next_asked=_next_asked(connections, {one.call.connection_id for one in ended if not one.record}),
    )


def _names_of(call: LiveCall) -> list[str]:
    return [key.removeprefix(NAMED) for key in call.keys if key.startswith(NAMED)]


def _record(call: LiveCall, records: Mapping[Key, Call]) -> Call | None:
    found = (records.get((call.connection_id, name)) for name in _names_of(call))
    return next((one for one in found if one is not None), None)


def _records_of(seen: Iterable[LiveCall]) -> dict[Key, Call]:
    wanted: dict[int, set[str]] = {}
    for call in seen:
        wanted.setdefault(call.connection_id, set()).update(_names_of(call))
    found: dict[Key, Call] = {}
    for connection_id, names in wanted.items():
        rows = Call.objects.filter(connection=connection_id, fold_key__in=names).select_related("line")
        found.update({(connection_id, row.fold_key): row for row in rows})
    return found


def _asked_at(connections: Sequence[Connection]) -> dict[int, datetime]:
    """Until when each connection's records have been read."""
    runs = SyncRun.objects.filter(
        connection__in=connections, what=SyncRun.What.CALLS, state=SyncRun.State.COMPLETE
    ).order_by("connection", "-window_end_at")
    rows = runs.exclude(window_end_at=None).distinct("connection").values_list("connection", "window_end_at")
    return dict(rows)


def _next_asked(connections: Sequence[Connection], wanted: set[int]) -> list[tuple[Connection, datetime]]:
    """When the records of these are read next, by their schedule."""
    if not wanted:
        return []
    due = dict(
        SyncState.objects.filter(connection__in=wanted, stream="calls", connection__is_paused=False)
        .order_by()
        .values_list("connection", "next_due_at")
    )
    return [(one, due[one.pk]) for one in connections if due.get(one.pk)]


def _unseen(
    connections: Sequence[Connection], since: datetime, now: datetime, room: Room
) -> tuple[list[Call], bool]:
    """Records of lines that send their events, of which nothing was heard."""
    hooks = LineHook.objects.filter(connection__in=connections, first_event_at__isnull=False)
    first = dict(hooks.values_list("line").annotate(at=Min("first_event_at")))
    if not first:
        return [], False
    calls = Call.objects.between(max(since, min(first.values())), now - COMES_WITHIN)
    newest = calls.filter(line__in=first, medium=Medium.VOICE).order_by("-started_at", "-pk")
    read = list(newest.select_related("line", "connection")[: room.read])
    known = [call for call in read if call.line_id is not None and call.started_at >= first[call.line_id]]
    heard: set[Key] = set()
    for connection_id in {call.connection_id for call in known}:
        wanted = {f"{NAMED}{call.fold_key}" for call in known if call.connection_id == connection_id}
        rows = LiveCall.objects.filter(connection=connection_id, keys__overlap=sorted(wanted))
        heard |= {(connection_id, key) for keys in rows.values_list("keys", flat=True) for key in keys}
    lacking = [call for call in known if (call.connection_id, f"{NAMED}{call.fold_key}") not in heard]
    return lacking[: room.shown], len(read) == room.read or len(lacking) > room.shown


def _lines_of(calls: Iterable[LiveCall]) -> dict[Key, str]:
    wanted = {call.line_remote_id for call in calls if call.line_remote_id}
    rows = Entity.objects.filter(is_line=True, remote_id__in=wanted)
    return {(row.connection_id, row.remote_id): str(row) for row in rows}
