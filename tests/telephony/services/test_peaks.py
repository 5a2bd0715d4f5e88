"""The most calls at once of each day is what a sweep over all instants finds, of the tenant, a connection and a line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.scoping import tenant_scope
from telephony.bench.world import make_connection
from telephony.figures.waiting import at_once
from telephony.models import Call, Connection, Entity
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services.analytics import calls_of
from telephony.services.peaks import Peak, peaks_of

PARIS = ZoneInfo("Europe/Paris")
FIRST, LAST = date(2026, 3, 28), date(2026, 3, 30)  # with the night that is an hour short
SPAN = Span(name="dates", first=FIRST, last=LAST, today=date(2026, 5, 1))
BEGIN = datetime(2026, 3, 28, tzinfo=PARIS)
# Few instants and lengths, so that calls meet: minutes from half a day before the first day to the end of the last.
CALLS = st.lists(
    st.tuples(
        st.integers(-12 * 6, 72 * 6), st.sampled_from([None, 0, 600]), st.sampled_from([None, 0, 600, 40_000]),
        st.sampled_from(["voice", "voice", "sms"]), st.integers(0, 1),
    ),
    max_size=12,
)  # fmt: skip


@pytest.fixture
def alice(db: None) -> Iterator[Connection]:
    connection = make_connection("alice")
    with tenant_scope(connection.tenant_id):
        yield connection


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=CALLS)
def test_they_are_those_of_a_sweep(alice: Connection, rows: list) -> None:
    lines = list(Entity.objects.lines().order_by("pk")[:2])
    Call.objects.all().delete()
    Call.objects.bulk_create(
        Call(
            connection=alice, fold_key=str(number), started_at=BEGIN + timedelta(minutes=10 * at), wait_s=wait_s,
            duration_s=talk_s, medium=medium, direction="inbound", outcome="answered", line=lines[line],
        )
        for number, (at, wait_s, talk_s, medium, line) in enumerate(rows)
    )  # fmt: skip
    for part in (Part(), Part(connection=alice.pk), Part(line=lines[0].pk)):
        found = peaks_of(SPAN, PARIS, part, [alice.tenant_id])
        assert [peak.day for peak in found] == [FIRST, date(2026, 3, 29), LAST]
        assert [(peak.calls, peak.at) for peak in found] == [_swept(day, part) for day, _calls, _at in found]
        for peak in found:
            voice = calls_of(part).filter(medium="voice")
            assert voice.running_at(peak.at).count() == peak.calls


def _swept(day: date, part: Part) -> tuple[int, datetime]:
    """The most at any instant of a local day at which something begins, and the first of those."""
    begin = datetime.combine(day, datetime.min.time(), PARIS)
    end = datetime.combine(day + timedelta(days=1), datetime.min.time(), PARIS)
    spells = [
        (call.started_at, call.started_at + timedelta(seconds=(call.wait_s or 0) + (call.duration_s or 0)))
        for call in calls_of(part).filter(medium="voice")
    ]
    instants = [begin, *(start for start, _stop in spells if begin <= start < end)]
    counts = [(sum(start <= at < stop for start, stop in spells), at) for at in instants]
    most = max(count for count, _at in counts)
    return most, min(at for count, at in counts if count == most)


def test_of_a_long_span_each_week_has_its_highest_day() -> None:
    span = Span(name="dates", first=date(2026, 1, 1), last=date(2026, 4, 30), today=date(2026, 5, 1))
    days = [span.first + timedelta(days=number) for number in range(span.days)]
    peaks = [
        Peak(day, 7 * number % 30, datetime(day.year, day.month, day.day, 12, tzinfo=PARIS))
        for number, day in enumerate(days)
    ]
    told = at_once(peaks, span, PARIS, {days[10]}, lambda at: f"/?at={at:%d}")
    by_week = {
        step: [one.calls for one in peaks if step <= one.day < step + timedelta(days=7)]
        for step in span.steps()
    }
    assert [int(row[-1]) for row in told.figure.rows] == [max(calls) for calls in by_week.values()]
    assert told.sentence == "Sunday 18 January 2026 had the most: 29 at 12:00."
    assert len(told.table.rows) == span.days
