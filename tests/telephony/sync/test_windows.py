"""Windows, slices, the cursor and coverage, over any history of readings."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from portal.lib.days import midnight
from telephony.providers.drafts import Window
from telephony.services.coverage import reached
from telephony.services.windows import (
    NIGHTLY_OVERLAP,
    OVERLAP,
    backfill_window,
    cursor_after,
    cycle_window,
    month_slices,
)

PARIS = ZoneInfo("Europe/Paris")
zones = st.sampled_from(["Europe/Paris", "Asia/Kathmandu", "America/Havana", "Australia/Lord_Howe"]).map(
    ZoneInfo
)
instants = st.integers(0, 3 * 365 * 86_400).map(
    lambda second: datetime.fromtimestamp(1_704_067_200 + second, UTC)
)
spans = st.timedeltas(timedelta(0), timedelta(days=400))


@given(instants, spans, zones)
def test_slices_are_the_window_without_gap_or_overlap(
    start: datetime, span: timedelta, zone: ZoneInfo
) -> None:
    window = Window(start, start + span)
    slices = month_slices(window, zone)[::-1]

    assert sum((one.end_at - one.start_at for one in slices), timedelta(0)) == span
    assert all(one.end_at == two.start_at for one, two in zip(slices, slices[1:], strict=False))
    for one in slices:
        last = one.end_at - timedelta(microseconds=1)
        assert one.start_at.astimezone(zone).month == last.astimezone(zone).month


@given(st.lists(st.timedeltas(timedelta(minutes=1), timedelta(days=9)), min_size=1, max_size=12), instants)
def test_cycles_leave_no_gap_and_the_cursor_stays_behind(pauses: list[timedelta], begin: datetime) -> None:
    now, synced_until, deepest = begin, None, None
    covered_until = None
    for pause in pauses:
        now += pause
        window = cycle_window(synced_until, now, PARIS, deep_read_at=deepest, deepest_read_at=deepest)
        assert window.end_at == now
        assert covered_until is None or window.start_at <= covered_until
        before, synced_until = synced_until, cursor_after(synced_until, window, now)
        assert synced_until is not None
        assert synced_until <= now - OVERLAP
        assert before is None or synced_until >= before
        if window.end_at - window.start_at >= NIGHTLY_OVERLAP:
            deepest = now
        covered_until = now


def test_each_cycle_looks_back_two_hours_each_night_seven_days() -> None:
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    recent = now - timedelta(minutes=10)

    usual = cycle_window(now - OVERLAP, now, PARIS, deep_read_at=recent, deepest_read_at=recent)
    hourly = cycle_window(now - OVERLAP, now, PARIS, deep_read_at=None, deepest_read_at=recent)
    nightly = cycle_window(now - OVERLAP, now, PARIS)

    assert now - usual.start_at == OVERLAP
    assert hourly.start_at == midnight(date(2026, 3, 8), PARIS)
    assert nightly.start_at == midnight(date(2026, 3, 3), PARIS)


def test_a_cycle_reaches_back_to_open_calls_and_to_whole_days() -> None:
    now = datetime(2026, 3, 10, 12, tzinfo=UTC)
    read = {"deep_read_at": now, "deepest_read_at": now}

    days = cycle_window(now - OVERLAP, now, PARIS, days=1, **read)
    assert days == Window(midnight(date(2026, 3, 9), PARIS), now)
    since = now - timedelta(hours=5)
    assert cycle_window(now - OVERLAP, now, PARIS, open_since=since, **read) == Window(since, now)
    assert cycle_window(now - OVERLAP, now, PARIS, open_since=since, days=1, **read) == days
    assert cycle_window(now - OVERLAP, now, PARIS, open_since=now, **read) == Window(now - OVERLAP, now)


@given(instants, instants)
def test_a_window_beside_the_stored_one_does_not_move_the_cursor(cursor: datetime, start: datetime) -> None:
    window = Window(start, start + timedelta(days=1))
    after = cursor_after(cursor, window, start + timedelta(days=1))
    assert after is not None
    assert after >= cursor
    assert after == cursor or start <= cursor


@given(instants, st.integers(0, 24), zones)
def test_backfill_begins_with_a_local_month(now: datetime, months: int, zone: ZoneInfo) -> None:
    window = backfill_window(months, now, now, zone)
    if window is not None:
        local = window.start_at.astimezone(zone)
        assert local.day == 1
        assert (now.astimezone(zone).year - local.year) * 12 + now.astimezone(
            zone
        ).month - local.month == months


@given(
    st.dates(date(2024, 1, 1), date(2026, 12, 31)),
    zones,
    st.lists(st.tuples(st.integers(-6, 30), st.integers(0, 12)), max_size=8),
)
def test_a_day_is_whole_exactly_when_readings_reach_its_end_without_a_gap(
    day: date, zone: ZoneInfo, readings: list[tuple[int, int]]
) -> None:
    span = Window(midnight(day, zone), midnight(day + timedelta(days=1), zone))
    until: datetime | None = None
    truth = span.start_at
    for start_h, hours in readings:
        start_at = span.start_at + timedelta(hours=start_h)
        read = Window(start_at, start_at + timedelta(hours=hours))
        until = reached(span, until, read)
        if read.start_at <= truth:
            truth = max(truth, min(read.end_at, span.end_at))
    assert (until or span.start_at) == truth
