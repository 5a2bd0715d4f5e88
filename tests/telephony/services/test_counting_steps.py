"""Figures that follow calls one by one: however their days are cut, they are what all of the calls give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import reduce
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.scoping import tenant_scope
from telephony.bench.world import drafts, make_connection
from telephony.models import Call, Connection, MissedMark
from telephony.models.calls import REACHED, UNANSWERED
from telephony.models.missed import MissedSearch
from telephony.models.rollups import Part
from telephony.models.spans import DAY, Span
from telephony.models.spoken import Fate, fate_of
from telephony.services import calls, rollups
from telephony.services.caller_count import CallerCount
from telephony.services.counting_steps import Counting, Stretch, TenantZone, count_all, steps_of
from telephony.services.fates import FateCount, Fates
from telephony.services.never_called_back import NeverCount
from telephony.services.peaks import PeakCount

FIRST, LAST = date(2026, 3, 28), date(2026, 3, 31)  # with the night that is an hour short
SPAN = Span(name="dates", first=FIRST, last=LAST, today=date(2026, 5, 1))
ZONES = {"alice": "Europe/Paris", "bob": "Asia/Kathmandu"}
BEGIN = datetime(2026, 3, 27, 12, tzinfo=ZoneInfo("UTC"))
NUMBERS = [f"+331990090{digits:02}" for digits in range(12)]
KINDS = {  # direction, outcome, seconds talked
    "missed": ("inbound", "missed", 0),
    "message": ("inbound", "voicemail", 20),
    "answered": ("inbound", "answered", 600),
    "heard": ("outbound", "answered", 40_000),
    "not heard": ("outbound", "cancelled", 0),
}
# Of two tenants, in steps of half an hour from half a day before the span to a day after it, so that calls meet.
CALLS = st.lists(
    st.tuples(
        st.integers(0, 1), st.integers(0, 5 * 48 + 24), st.sampled_from([*NUMBERS, *NUMBERS[:2] * 6, ""]),
        st.sampled_from([*KINDS]), st.sampled_from(["voice", "voice", "voice", "sms"]),
    ),
    max_size=40,
)  # fmt: skip
CUTS = st.sets(st.integers(1, 3))  # days before which one piece ends


@pytest.fixture
def connections(db: None) -> list[Connection]:
    made = [make_connection(slug) for slug in ZONES]
    with tenant_scope(made[0].tenant_id):
        MissedMark.objects.create(number=NUMBERS[0], done_at=BEGIN + timedelta(days=2))
    return made


def whose(connections: Sequence[Connection], zones: Sequence[str] = ()) -> tuple[TenantZone, ...]:
    told = zones or list(ZONES.values())
    return tuple(TenantZone(one.tenant_id, zone) for one, zone in zip(connections, told, strict=True))


@examples(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows=CALLS, cuts=CUTS)
def test_pieces_put_together_are_the_whole(connections: list[Connection], rows: list, cuts: set[int]) -> None:
    for place, connection in enumerate(connections):
        with tenant_scope(connection.tenant_id):
            Call.objects.all().delete()
            Call.objects.bulk_create(
                _call(connection, number, *row) for number, (of, *row) in enumerate(rows) if of == place
            )
    both = whose(connections)
    fates = _in_pieces(FateCount(whose=both, span=SPAN), cuts)
    assert fates == _fates_one_by_one(connections)
    alice = FateCount(whose=both[:1], span=SPAN, part=Part(connection=connections[0].pk))
    assert _in_pieces(alice, cuts) == _fates_one_by_one(connections[:1])
    with tenant_scope(connections[0].tenant_id):
        assert _in_pieces(replace(alice, part=Part(group="")), cuts) == _in_pieces(alice, cuts)
    assert _in_pieces(NeverCount(whose=both, span=SPAN), cuts) == _on_boards(connections)
    for size in (8, 9, 1000):
        callers = _in_pieces(CallerCount(whose=both, span=SPAN, size=size), cuts)
        assert [(one.number, one.calls, one.reached) for one in callers] == _callers(connections)
    same = whose(connections, ["Europe/Paris"] * 2)
    peaks = PeakCount(whose=same, span=SPAN, zone="Europe/Paris")
    assert _in_pieces(peaks, cuts) == _in_pieces(peaks, set())


def _call(connection: Connection, key: int, at: int, number: str, kind: str, medium: str) -> Call:
    direction, outcome, talk_s = KINDS[kind]
    here = "+33199001000"
    caller, callee = (number, here) if direction == "inbound" else (here, number)
    return Call(
        connection=connection, fold_key=str(key), started_at=BEGIN + timedelta(minutes=30 * at), medium=medium,
        direction=direction, outcome=outcome, caller=caller, caller_reversed=caller[::-1], callee=callee,
        callee_reversed=callee[::-1], duration_s=talk_s,
    )  # fmt: skip


def _in_pieces(counting: Counting[Any], cuts: set[int]) -> Any:
    """Counted between these days, of all tenants at once."""
    edges = [0, *sorted(cuts), SPAN.days]
    pieces = [
        [Stretch(one, FIRST + begin * DAY, FIRST + (end - 1) * DAY) for one in counting.whose]
        for begin, end in pairwise(edges)
    ]
    return counting.told(reduce(counting.add, [counting.count(piece) for piece in pieces]))


def _of_span(connection: Connection) -> list[Call]:
    begin, end = SPAN.instants(ZoneInfo(ZONES[connection.tenant.slug]))
    return [one for one in Call.objects.filter(medium="voice") if begin <= one.started_at < end]


def _fates_one_by_one(connections: Sequence[Connection]) -> Fates:
    found: Counter[str] = Counter()
    for connection in connections:
        zone = ZoneInfo(ZONES[connection.tenant.slug])
        with tenant_scope(connection.tenant_id):
            voice = list(Call.objects.filter(medium="voice").order_by("started_at"))
            for call in _of_span(connection):
                if call.direction == "inbound" and call.outcome in UNANSWERED and call.caller:
                    later = [one for one in voice if one.started_at > call.started_at]
                    back = [
                        one.started_at
                        for one in later
                        if (one.direction, one.callee) == ("outbound", call.caller) and one.duration_s
                    ]
                    again = [
                        one.started_at
                        for one in later
                        if (one.direction, one.caller) == ("inbound", call.caller) and one.outcome in REACHED
                    ]
                    at = call.started_at
                    found[fate_of(at, next(iter(back), None), next(iter(again), None), zone).value] += 1
    return Fates(**found)


def _on_boards(connections: Sequence[Connection]) -> dict[int, int]:
    found = {}
    for connection in connections:
        begin, end = SPAN.instants(ZoneInfo(ZONES[connection.tenant.slug]))
        with tenant_scope(connection.tenant_id):
            board = MissedSearch(start_at=begin, end_at=end)
            if count := board.narrow(Call.objects.all()).count():
                found[connection.tenant_id] = count
    return found


def _callers(connections: Sequence[Connection]) -> list[tuple[str, int, int]]:
    counts: dict[str, list[int]] = {}
    for connection in connections:
        with tenant_scope(connection.tenant_id):
            for call in _of_span(connection):
                if call.direction == "inbound" and call.caller:
                    both = counts.setdefault(call.caller, [0, 0])
                    both[0] += 1
                    both[1] += call.outcome in REACHED
    rows = [(number, all_of_them, reached) for number, (all_of_them, reached) in counts.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))[:8]


def test_each_day_is_in_one_step(connections: list[Connection], settings: Any) -> None:
    for connection in connections:
        with tenant_scope(connection.tenant_id):
            some = drafts(40)
            for number, draft in enumerate(some):
                draft.started_at = BEGIN + timedelta(hours=11 * number)
            calls.store(connection, some, BEGIN)
            rollups.settle(connection.pk)
    span = Span(name="dates", first=date(2026, 3, 20), last=date(2026, 4, 20), today=date(2026, 5, 1))
    days = [span.first + number * DAY for number in range(span.days)]
    settings.COUNTING_CALLS = 8
    both = whose(connections)
    for counting in (FateCount(whose=both, span=span), CallerCount(whose=both, span=span)):
        steps = steps_of(counting)
        seen = [
            (one, first + number * DAY)
            for step in steps
            for place, first, last in step
            for one in (both if place is None else both[place : place + 1])
            for number in range((last - first).days + 1)
        ]
        assert len(steps) > 4 and all(steps)
        assert sorted(seen) == sorted((one, day) for one in both for day in days)
        whole = counting.told(counting.count([Stretch(one, span.first, span.last) for one in both]))
        left: list[int] = []
        assert count_all(counting, lambda left=left: left.append(1)) == whole
        assert len(left) == len(steps)
    assert (
        len(steps_of(replace(counting, span=replace(span, last=date(2026, 4, 3))))) == 1
    )  # is not looked into
    assert sum(Fates(never=2, later=1).of(fate) for fate in Fate) == 3
