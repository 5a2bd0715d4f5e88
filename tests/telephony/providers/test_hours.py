"""Opening hours as pure values: nights, holidays, periods, clocks that change, leap days."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.hours import (
    LAST,
    NEVER,
    WHOLE,
    Holiday,
    Hours,
    Means,
    Period,
    Span,
    Yearly,
    inside,
    is_open,
    merged,
    next_turn,
    outside,
    typed,
    week_of,
    without,
)

PARIS = ZoneInfo("Europe/Paris")
OFFICE = week_of([[(540, 750), (810, 1080)]] * 5 + [[], []])
BAR = week_of([[], [], [], [], [(1200, 120)], [(1200, 120)], []])


def wall(moment: str) -> datetime:
    """A naive moment, as a clock on the wall shows it."""
    return datetime.fromisoformat(moment)


def at(*when: int, fold: int = 0) -> datetime:
    return datetime(*when, tzinfo=PARIS, fold=fold)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ((2026, 11, 27, 8, 59, 59), False),
        ((2026, 11, 27, 9), True),
        ((2026, 11, 27, 12, 29, 59), True),
        ((2026, 11, 27, 12, 30), False),
        ((2026, 11, 27, 18), False),
        ((2026, 11, 28, 10), False),
    ],
)
def test_an_office(when: tuple[int, ...], expected: bool) -> None:
    assert is_open(Hours(OFFICE, "Europe/Paris"), at(*when)) is expected


def test_a_night_belongs_to_the_day_on_which_it_begins() -> None:
    bar = Hours(BAR, "Europe/Paris")
    assert is_open(bar, at(2026, 11, 28, 1, 59)) and not is_open(bar, at(2026, 11, 28, 2))
    assert is_open(bar, at(2026, 11, 29, 1)) and not is_open(bar, at(2026, 11, 30, 1))
    assert typed(BAR)[4] == [(1200, 120)] and typed(BAR)[6] == []


def test_from_sunday_night_one_goes_on_to_monday() -> None:
    week = week_of([[]] * 6 + [[(1320, 60)]])
    assert week[0] == (Span(0, 60),) and typed(week)[6] == [(1320, 60)] and typed(week)[0] == []


def test_all_day_every_day_is_seven_whole_days() -> None:
    week = week_of([[(0, 1440)]] * 7)
    assert week == (WHOLE,) * 7
    assert typed(week) == [[(0, 1440)]] * 7


def test_the_hour_that_comes_twice_counts_twice_and_the_one_that_is_left_out_never() -> None:
    early = Hours(week_of([[(120, 180)]] * 7), "Europe/Paris")
    assert is_open(early, at(2026, 10, 25, 2, 30)) and is_open(early, at(2026, 10, 25, 2, 30, fold=1))
    spring = [datetime(2026, 3, 29, hour, minute, tzinfo=UTC) for hour in range(3) for minute in (0, 30, 59)]
    assert not any(is_open(early, instant) for instant in spring)


def test_a_holiday_closes_or_shortens() -> None:
    eve = Holiday("24 décembre", Yearly(12, day=24), limits=(Span(0, 720),))
    hours = Hours(OFFICE, "Europe/Paris", (eve, Holiday("Noël", Yearly(12, day=25))))
    assert hours.opening(date(2026, 12, 24)) == (Span(540, 720),)
    assert hours.opening(date(2026, 12, 25)) == ()
    assert hours.opening(date(2028, 12, 24)) == ()  # a Sunday: a shorter day opens nothing


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        (Yearly(2, day=29), date(2028, 2, 29), date(2027, 3, 1)),
        (Yearly(11, ordinal=4, weekday=3), date(2026, 11, 26), date(2026, 11, 19)),
        (Yearly(5, ordinal=LAST, weekday=0), date(2027, 5, 31), date(2027, 5, 24)),
        (Yearly(2, ordinal=LAST, weekday=1), date(2028, 2, 29), date(2028, 2, 22)),
    ],
)
def test_days_of_every_year(pattern: Yearly, yes: date, no: date) -> None:
    assert pattern.falls_on(yes) and not pattern.falls_on(no)


def test_a_leap_day_is_a_day() -> None:
    hours = Hours(OFFICE, "Europe/Paris", (Holiday("29 février", Yearly(2, day=29)),))
    assert not is_open(hours, at(2028, 2, 29, 10)) and is_open(hours, at(2027, 3, 1, 10))


def test_the_period_that_begins_last_decides_and_ends_by_itself() -> None:
    works = Period(wall("2026-12-21T14:00"), wall("2027-01-04"))
    counter = Period(wall("2026-12-27T10:00"), wall("2026-12-27T12:00"), Means.OPEN)
    hours = Hours(OFFICE, "Europe/Paris", (), (counter, works))
    assert is_open(hours, at(2026, 12, 21, 13, 59)) and not is_open(hours, at(2026, 12, 21, 14))
    assert is_open(hours, at(2026, 12, 27, 11)) and not is_open(hours, at(2026, 12, 28, 11))
    assert is_open(hours, at(2027, 1, 4, 9))


def test_hours_of_a_period_stand_in_place_of_the_week() -> None:
    summer = Period(wall("2027-07-01"), wall("2027-09-01"), Means.HOURS, (Span(480, 840),), "Horaires d'été")
    hours = Hours(OFFICE, "Europe/Paris", (), (summer,))
    assert hours.opening(date(2027, 7, 4)) == (Span(480, 840),)
    assert hours.opening(date(2027, 9, 1)) == OFFICE[2]


def test_when_it_turns() -> None:
    hours = Hours(OFFICE, "Europe/Paris", (Holiday("30 novembre", Yearly(11, day=30)),))
    assert next_turn(hours, at(2026, 11, 27, 17)) == wall("2026-11-27T18:00")
    assert next_turn(hours, at(2026, 11, 27, 18)) == wall("2026-12-01T09:00")
    assert next_turn(Hours(NEVER), at(2026, 11, 27)) is None
    assert next_turn(Hours((WHOLE,) * 7), at(2026, 11, 27)) is None


edges = st.lists(st.integers(0, 1440), unique=True, max_size=8).map(sorted)
days_spans = edges.map(lambda found: tuple(Span(a, b) for a, b in zip(found[::2], found[1::2], strict=False)))


@given(days_spans, days_spans)
def test_spans_are_sets_of_minutes(left: tuple[Span, ...], right: tuple[Span, ...]) -> None:
    def minutes(spans: tuple[Span, ...]) -> set[int]:
        return {minute for span in spans for minute in range(span.begin, span.end)}

    assert minutes(inside(left, right)) == minutes(left) & minutes(right)
    assert minutes(without(left, right)) == minutes(left) - minutes(right)
    assert minutes(outside(left)) == set(range(1440)) - minutes(left)
    assert minutes(merged((*left, *right))) == minutes(left) | minutes(right)


@given(st.lists(days_spans, min_size=7, max_size=7))
def test_a_week_is_typed_and_read_alike(days: list[tuple[Span, ...]]) -> None:
    week = tuple(merged(spans) for spans in days)
    assert week_of(typed(week)) == week
