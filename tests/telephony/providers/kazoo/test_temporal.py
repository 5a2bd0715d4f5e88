"""Hours as Kazoo's rules: what the engine makes of them is what the hours say, and they are read back as they were."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.covering import _largest, fewest
from telephony.providers.hours import (
    LAST,
    WHOLE,
    Holiday,
    Hours,
    Means,
    Period,
    Span,
    Timetable,
    Week,
    Yearly,
    is_open,
    merged,
    outside,
    timetable_of,
    week_of,
)
from telephony.providers.kazoo import temporal
from telephony.providers.kazoo.times import to_gregorian

from .engine import matches

FIRST = date(2026, 11, 28)
LAST_DAY = date(2027, 12, 31)
ZONES = ("Europe/Paris", "America/New_York", "Pacific/Auckland", "Pacific/Apia", "Asia/Kathmandu")
OFFICE = [[(540, 750), (810, 1080)]] * 5 + [[], []]
CHRISTMAS = Holiday("Noël", Yearly(12, day=25))


def wall(moment: str) -> datetime:
    """A naive moment, as a clock on the wall shows it."""
    return datetime.fromisoformat(moment)


def minutes() -> st.SearchStrategy[int]:
    return st.one_of(st.integers(0, 96).map(lambda quarter: quarter * 15), st.integers(0, 1440))


@st.composite
def spans(draw: Any) -> tuple[Span, ...]:
    edges = sorted(set(draw(st.lists(minutes(), max_size=6))))
    return merged(Span(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=False))


def weeks() -> st.SearchStrategy[Week]:
    return st.one_of(st.lists(spans(), min_size=7, max_size=7).map(tuple), st.just(week_of(OFFICE)))


def patterns() -> st.SearchStrategy[Yearly]:
    fixed = st.builds(
        lambda day: Yearly(day.month, day=day.day), st.dates(date(2024, 1, 1), date(2024, 12, 31))
    )
    nth = st.builds(
        lambda month, ordinal, weekday: Yearly(month, ordinal=ordinal, weekday=weekday),
        st.integers(1, 12),
        st.sampled_from([1, 2, 3, 4, LAST]),
        st.integers(0, 6),
    )
    return st.one_of(fixed, nth)


def holidays() -> st.SearchStrategy[Holiday]:
    limits = st.one_of(st.just(()), spans())
    movable = st.frozensets(st.dates(FIRST, LAST_DAY), max_size=3)
    return st.one_of(
        st.builds(Holiday, st.just("yearly"), yearly=patterns(), limits=limits),
        st.builds(Holiday, st.just("movable"), dates=movable, limits=limits),
    )


@st.composite
def periods(draw: Any) -> Period:
    day = draw(st.dates(FIRST, FIRST + timedelta(days=60)))
    begin = datetime.combine(day, time()) + timedelta(minutes=draw(minutes()))
    end = begin + timedelta(minutes=draw(st.integers(1, 5 * 1440)))
    return Period(begin, end, draw(st.sampled_from(Means)), draw(spans()), "period")


@st.composite
def all_hours(draw: Any) -> Hours:
    return Hours(
        week=draw(weeks()),
        zone=draw(st.sampled_from(ZONES)),
        holidays=tuple(draw(st.lists(holidays(), max_size=4))),
        periods=tuple(draw(st.lists(periods(), max_size=3))),
    )


def rules_of(hours: Hours) -> list[dict[str, Any]]:
    return temporal.compiled(timetable_of(hours, FIRST, LAST_DAY), hours.zone, FIRST, LAST_DAY)


def edges_of(hours: Hours, day: date) -> list[datetime]:
    """Instants at which something may turn on a day, and a second before each; and some between."""
    zone = ZoneInfo(hours.zone)
    turns = {0, 720, 1439, *(edge for span in hours.opening(day) for edge in (span.begin, span.end))}
    local = [datetime.combine(day, time()) + timedelta(minutes=turn) for turn in turns]
    return [one.replace(tzinfo=zone) + timedelta(seconds=shift) for one in local for shift in (0, -1)]


@given(all_hours(), st.lists(st.dates(FIRST + timedelta(days=1), LAST_DAY - timedelta(days=1)), max_size=6))
@settings(max_examples=50, deadline=None)
def test_the_engine_finds_closed_what_the_hours_say(hours: Hours, more: list[date]) -> None:
    try:
        rules = rules_of(hours)
    except temporal.TooManyRules:
        return
    special = sorted({*timetable_of(hours, FIRST, LAST_DAY).dates} - {FIRST})[:10]
    ahead = [FIRST + timedelta(days=offset) for offset in range(1, 9)]
    for day in [*ahead, *special, *more]:
        for instant in edges_of(hours, day):
            assert matches(rules, hours.zone, instant) != is_open(hours, instant), instant


@given(all_hours())
@settings(max_examples=50, deadline=None)
def test_what_was_compiled_reads_back_as_it_was(hours: Hours) -> None:
    wanted = timetable_of(hours, FIRST, LAST_DAY)
    try:
        rules = temporal.compiled(wanted, hours.zone, FIRST, LAST_DAY)
    except temporal.TooManyRules:
        return
    assert temporal.read_back(rules, (), hours.zone, FIRST) == wanted


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("year", [2026, 2027])
def test_every_quarter_of_an_hour_of_the_days_on_which_the_clocks_change(zone: str, year: int) -> None:
    hours = Hours(week_of([[(60, 150), (165, 1380)]] * 7), zone)
    first = date(year, 1, 1)
    rules = temporal.compiled(timetable_of(hours, first, first), zone, first, first)
    instant = datetime(year, 1, 2, tzinfo=UTC)
    offset = instant.astimezone(ZoneInfo(zone)).utcoffset()
    turns = 0
    while instant.year == year:
        later = instant + timedelta(hours=6)
        if later.astimezone(ZoneInfo(zone)).utcoffset() != offset:
            turns += 1
            offset = later.astimezone(ZoneInfo(zone)).utcoffset()
            for quarter in range(96):
                near = instant - timedelta(hours=9) + timedelta(minutes=15 * quarter)
                assert matches(rules, zone, near) != is_open(hours, near), near
        instant = later
    assert turns in (0, 2)


def test_an_office_with_holidays_takes_few_rules() -> None:
    hours = Hours(
        week_of(OFFICE),
        "Europe/Paris",
        (
            CHRISTMAS,
            Holiday("1er mai", Yearly(5, day=1)),
            Holiday("8 mai", Yearly(5, day=8)),
            Holiday("Lundi de Pâques", dates=frozenset([date(2027, 3, 29)])),
            Holiday("Un dimanche", dates=frozenset([date(2027, 3, 28)])),
        ),
    )
    rules = rules_of(hours)
    assert [(rule["cycle"], rule.get("wdays"), rule.get("days")) for rule in rules] == [
        ("weekly", list(temporal.WEEKDAYS[:5]), None),
        ("weekly", list(temporal.WEEKDAYS[:5]), None),
        ("weekly", list(temporal.WEEKDAYS[:5]), None),
        ("weekly", ["saturday", "sunday"], None),
        ("yearly", None, [1, 8]),
        ("yearly", None, [25]),
        ("date", None, None),
    ]
    windows = [(rule["time_window_start"], rule["time_window_stop"]) for rule in rules[:4]]
    assert windows == [(0, 32_399), (45_000, 48_599), (64_800, 86_399), (0, 86_399)]


def test_a_sunday_that_is_open_once_is_carved_out() -> None:
    """Nothing in a set takes away: the Sundays until then are named, and the weekly rule begins after them."""
    sunday = wall("2026-12-13T09:00")
    hours = Hours(
        week_of(OFFICE), "Europe/Paris", periods=(Period(sunday, sunday.replace(hour=17), Means.OPEN),)
    )
    rules = rules_of(hours)
    dates = [rule for rule in rules if rule["cycle"] == "date"]
    assert len(dates) == 4  # 29 November, 6 December; before nine and after five on the 13th
    (late,) = (rule for rule in rules if rule["cycle"] == "weekly" and "start_date" in rule)
    assert late["wdays"] == ["sunday"]


def test_open_at_all_hours_is_a_rule_that_is_switched_off() -> None:
    (rule,) = rules_of(Hours((WHOLE,) * 7))
    assert rule["enabled"] is False
    assert temporal.read_back([rule], (), "UTC", FIRST) == Timetable((WHOLE,) * 7)


def test_hours_of_a_hundred_odd_sundays_are_refused() -> None:
    two = (Span(540, 600), Span(660, 720))
    sundays = [wall("2026-11-29") + timedelta(weeks=week) for week in range(57)]
    periods = tuple(Period(day, day + timedelta(days=1), Means.HOURS, two) for day in sundays)
    hours = Hours(week_of(OFFICE), periods=periods)
    with pytest.raises(temporal.TooManyRules):
        rules_of(hours)


@given(st.lists(spans(), min_size=7, max_size=7))
@settings(max_examples=40, deadline=None)
def test_a_week_is_covered_exactly(week: list[tuple[Span, ...]]) -> None:
    cover = fewest(week)
    for day in range(7):
        assert merged(span for weekdays, span in cover if day in weekdays) == merged(week[day])


@given(st.lists(st.sets(st.integers(0, 4)), min_size=3, max_size=3))
@settings(max_examples=40, deadline=None)
def test_no_smaller_cover_exists(shape: list[set[int]]) -> None:
    week = [merged(Span(n * 60, n * 60 + 60) for n in hours) for hours in shape] + [()] * 4
    cover = fewest(week)
    edges = sorted({edge for day in week for span in day for edge in (span.begin, span.end)})
    cells = {
        (day, index)
        for day, day_spans in enumerate(week)
        for index, begin in enumerate(edges[:-1])
        if any(span.begin <= begin < span.end for span in day_spans)
    }
    choices = _largest(edges, cells)
    wanted = [merged(day) for day in week]
    for smaller in combinations(choices, max(0, len(cover) - 1)):
        found = [merged(span for weekdays, span in smaller if day in weekdays) for day in range(7)]
        assert not cover or found != wanted


def weekly(begin: int, stop: int, *names: str, **more: Any) -> dict[str, Any]:
    return {
        "cycle": "weekly",
        "wdays": list(names),
        "time_window_start": begin * 3600,
        "time_window_stop": stop * 3600,
        **more,
    }


def test_rules_that_another_tool_wrote_are_read() -> None:
    """Open times and holidays in rules of their own, an old misspelling, and windows that end at full hours."""
    opens = [
        weekly(9, 18, "monday", "tuesday", "wensday", "thursday", "friday"),
        weekly(9, 12, "saturday", start_date=temporal.DEFAULT_START),
    ]
    closes = [{"cycle": "yearly", "month": 12, "days": [25]}, {"cycle": "date", "start_date": 63_870_681_600}]
    found = temporal.read_back(closes, opens, "Europe/Paris", FIRST)
    assert found == Timetable(week_of([[(540, 1080)]] * 5 + [[(540, 720)], []]), {Yearly(12, day=25): ()})


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (weekly(19, 6, "monday"), "midnight"),
        (weekly(9, 18, "monday", enabled=True), "by hand"),
        (weekly(9, 18, "monday", interval=2), "interval"),
        (weekly(9, 18), "weekday"),
        ({"cycle": "monthly", "days": [1]}, "month"),
        ({"cycle": "yearly", "month": 5, "ordinal": "every", "wdays": ["monday"]}, "day of the year"),
        ({"cycle": "yearly", "days": [1]}, "no month"),
        ({"cycle": "date"}, "no date"),
        ({"cycle": "lunar"}, "lunar"),
        (weekly(9, 18, "monday", time_window_stop=36_030), "full minutes"),
        (weekly(9, 18, "monday", start_date=to_gregorian(datetime(2090, 1, 1, tzinfo=UTC))), "years"),
    ],
)
def test_what_does_not_fit_says_why(rule: dict[str, Any], words: str) -> None:
    assert words in temporal.why_unfit(rule, "UTC", FIRST, closes=True)
    with pytest.raises(temporal.Unfit):
        temporal.read_back([rule], (), "UTC", FIRST)


def test_a_day_of_every_year_cannot_open() -> None:
    rule = {"cycle": "yearly", "month": 7, "days": [14]}
    assert temporal.why_unfit(rule, "UTC", FIRST, closes=False)
    assert not temporal.why_unfit(rule, "UTC", FIRST, closes=True)


def test_the_rest_of_a_day() -> None:
    assert outside((Span(540, 1080),)) == (Span(0, 540), Span(1080, 1440))
    assert outside(()) == WHOLE
    assert outside(WHOLE) == ()
