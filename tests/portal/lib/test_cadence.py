"""A year of schedules against an independent calendar: a walk through UTC in quarters of an hour, reading the clocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from portal.lib.cadence import EVERY_DAY, Cadence
from portal.lib.periods import Period, Word, before, period_of

ZONES = ("Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")
FIRST, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 2, tzinfo=UTC)
TIMES = [time(0), time(1, 30), *(time(2, minute) for minute in (0, 15, 30, 45)), time(3), time(23, 45)]
DAYS: list[dict] = [
    {"weekdays": EVERY_DAY},
    {"weekdays": frozenset({1, 7})},
    {"month_day": 1},
    {"month_day": 31},
]


def clocks(zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """(instant, what the clocks show) every quarter of an hour: all changes of these zones fall on one."""
    quarters = int((END - FIRST) / timedelta(minutes=15))
    instants = [FIRST + n * timedelta(minutes=15) for n in range(quarters)]
    return [(at, at.astimezone(zone).replace(tzinfo=None)) for at in instants]


def walked(shown: list[tuple[datetime, datetime]], at: time) -> Iterator[tuple[date, datetime]]:
    """Per local day the first instant at which its clocks show the time or a later one of that day."""
    done: set[date] = {shown[0][1].date()}  # the first may have begun before
    for instant, wall in shown:
        if wall.date() not in done and wall.time() >= at:
            done.add(wall.date())
            yield wall.date(), instant


def is_wanted(day: date, wanted: dict) -> bool:
    if "weekdays" in wanted:
        return day.weekday() + 1 in wanted["weekdays"]
    is_last = (day + timedelta(days=1)).day == 1
    return day.day == wanted["month_day"] or (is_last and day.day < wanted["month_day"])


@pytest.mark.parametrize("name", ZONES)
def test_a_year_equals_what_the_clocks_showed(name: str) -> None:
    zone = ZoneInfo(name)
    shown = clocks(zone)
    for at in TIMES:
        days = list(walked(shown, at))
        start = days[0][1] - timedelta(seconds=1)
        for wanted in DAYS:
            cadence = Cadence(at=at, zone=zone, **wanted)
            expected = [due for day, due in days if is_wanted(day, wanted)]
            got = list(islice(cadence.after(start), len(expected)))
            assert got == expected, (at, wanted)


def test_the_nights_of_the_clocks_by_hand() -> None:
    """Paris leaves out 02:30 on 29 March 2026 and has it twice on 25 October; Lord Howe moves by half an hour."""
    paris = Cadence(weekdays=EVERY_DAY, at=time(2, 30), zone=ZoneInfo("Europe/Paris"))
    assert next(paris.after(datetime(2026, 3, 28, 12, tzinfo=UTC))) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    october = paris.after(datetime(2026, 10, 24, 12, tzinfo=UTC))
    assert [next(october), next(october)] == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 26, 1, 30, tzinfo=UTC),
    ]
    howe = Cadence(weekdays=EVERY_DAY, at=time(2, 15), zone=ZoneInfo("Australia/Lord_Howe"))
    assert next(howe.after(datetime(2026, 10, 3, 2, tzinfo=UTC))) == datetime(2026, 10, 3, 15, 30, tzinfo=UTC)
    with pytest.raises(ValueError):
        Cadence(at=time(2), zone=ZoneInfo("UTC"))


def test_periods_by_words_are_whole_days_that_follow_each_other() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(800)]
    for word in Word:
        found = sorted({period_of(word, day) for day in days})
        assert all(period.last < day for day in days for period in [period_of(word, day)])
        if word in (Word.LAST_WEEK, Word.LAST_MONTH, Word.YESTERDAY):
            assert all(a.last + timedelta(days=1) == b.first for a, b in zip(found, found[1:], strict=False))
        for period in found:
            assert before(word, period).last < period.first
    monday = date(2026, 11, 16)
    assert period_of("last_week", monday) == Period(date(2026, 11, 9), date(2026, 11, 15))
    assert period_of("week_to_date", monday) == Period(date(2026, 11, 9), date(2026, 11, 15))
    assert period_of("month_to_date", date(2026, 3, 31)) == Period(date(2026, 3, 1), date(2026, 3, 30))
    assert before("month_to_date", Period(date(2026, 3, 1), date(2026, 3, 30))).last == date(2026, 2, 28)
    assert before("last_30_days", Period(date(2026, 10, 1), date(2026, 10, 30))).first == date(2026, 8, 27)


def test_a_day_has_the_hours_that_the_clocks_gave_it() -> None:
    hours = {
        day: [
            (end - start) / timedelta(hours=1)
            for start, end in [Period(day, day).span(ZoneInfo("Europe/Paris"))]
        ][0]
        for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1))
    }
    assert list(hours.values()) == [23, 25, 24]
