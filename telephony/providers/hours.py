"""Opening hours as people mean them: a week, holidays, and periods in which something else holds. Pure values.

Everything is wall-clock time of one place: what a clock on the wall shows decides, so that the hour that a change of
the clocks repeats counts twice and the one that it leaves out never comes. Providers compile a `Timetable` into
objects of their own (`telephony/providers/kazoo/temporal.py`).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

DAY = 1440  # minutes
LAST = -1  # the last of its weekday in a month


@dataclass(frozen=True, order=True)
class Span:
    """Minutes of one day, `end` not among them: 0 <= begin < end <= 1440."""

    begin: int
    end: int


Spans = tuple[Span, ...]
Week = tuple[Spans, ...]  # seven days, Monday first
WHOLE: Spans = (Span(0, DAY),)
NEVER: Week = ((),) * 7


def merged(spans: Iterable[Span]) -> Spans:
    """In order; those that touch or overlap are one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.begin <= found[-1].end:
            found[-1] = Span(found[-1].begin, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def outside(spans: Iterable[Span]) -> Spans:
    """The rest of the day."""
    edges = [0, *(edge for span in merged(spans) for edge in (span.begin, span.end)), DAY]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return tuple(Span(begin, end) for begin, end in pairs if begin < end)


def inside(spans: Iterable[Span], limits: Iterable[Span]) -> Spans:
    """What of the spans lies within the limits."""
    limits = tuple(limits)
    cut = (Span(max(a.begin, b.begin), min(a.end, b.end)) for a in spans for b in limits if _meet(a, b))
    return merged(cut)


def without(spans: Iterable[Span], taken: Iterable[Span]) -> Spans:
    return inside(spans, outside(taken))


def _meet(left: Span, right: Span) -> bool:
    return left.begin < right.end and right.begin < left.end


def week_of(days: Sequence[Iterable[tuple[int, int]]]) -> Week:
    """A week from what is typed: seven days of (begin, end) in minutes. An end at or before its begin is the next
    day's, and Sunday's next day is Monday."""
    found: list[list[Span]] = [[] for _ in range(7)]
    for index, spans in enumerate(days):
        for begin, end in spans:
            if begin < end:
                found[index].append(Span(begin, end))
                continue
            found[index].append(Span(begin, DAY))
            if end:
                found[(index + 1) % 7].append(Span(0, end))
    return tuple(merged(spans) for spans in found)


def typed(week: Week) -> list[list[tuple[int, int]]]:
    """A week as people write it, the inverse of `week_of`: a night is one span, on the day that it begins."""
    found: list[list[tuple[int, int]]] = [[(span.begin, span.end) for span in day] for day in week]
    for index in range(7):
        today, tomorrow = week[index], week[(index + 1) % 7]
        if not today or not tomorrow:
            continue
        evening, morning = today[-1], tomorrow[0]
        if evening.end == DAY and evening.begin > 0 and morning.begin == 0 and morning.end <= evening.begin:
            found[index][-1] = (evening.begin, morning.end)
            found[(index + 1) % 7].remove((0, morning.end))
    return found


# ---- days that are not like their weekday ----


@dataclass(frozen=True, order=True)
class Yearly:
    """A day of every year: a date, or the `ordinal`-th `weekday` (Monday 0) of a month; LAST is the last one."""

    month: int
    day: int = 0
    ordinal: int = 0
    weekday: int = 0

    def falls_on(self, day: date) -> bool:
        if day.month != self.month:
            return False
        if self.day:
            return day.day == self.day
        if day.weekday() != self.weekday:
            return False
        if self.ordinal == LAST:
            return day.day + 7 > monthrange(day.year, day.month)[1]
        return (day.day - 1) // 7 + 1 == self.ordinal


@dataclass(frozen=True)
class Holiday:
    """A day on which one is open within `limits` at most; without any, closed.

    yearly   where it comes back by a rule; else `dates` are those that are known
    """

    name: str
    yearly: Yearly | None = None
    dates: frozenset[date] = frozenset()
    limits: Spans = ()

    def is_on(self, day: date) -> bool:
        return self.yearly.falls_on(day) if self.yearly else day in self.dates


class Means(StrEnum):
    """What holds in a period: closed, open all the time, or hours of its own."""

    CLOSED = "closed"
    OPEN = "open"
    HOURS = "hours"


@dataclass(frozen=True, order=True)
class Period:
    """From one moment to another of the wall clock, `end` not in it; it stands above the week and the holidays."""

    begin: datetime
    end: datetime
    means: Means = Means.CLOSED
    spans: Spans = ()
    name: str = field(default="", compare=False)

    def part_of(self, day: date) -> Spans:
        """The minutes of a day that lie in it."""
        if not self.begin.date() <= day <= self.end.date():
            return ()
        begin = _minute(self.begin) if self.begin.date() == day else 0
        end = _minute(self.end) if self.end.date() == day else DAY
        return (Span(begin, end),) if begin < end else ()

    def over(self, usual: Spans, day: date) -> Spans:
        """The day's opening, where `usual` would hold without it."""
        part = self.part_of(day)
        own = {Means.CLOSED: (), Means.OPEN: part, Means.HOURS: inside(self.spans, part)}[self.means]
        return merged((*without(usual, part), *own))


def _minute(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


@dataclass(frozen=True)
class Hours:
    """When one is open. Of several periods at a moment the one that begins last decides."""

    week: Week
    zone: str = "UTC"
    holidays: tuple[Holiday, ...] = ()
    periods: tuple[Period, ...] = ()

    def opening(self, day: date) -> Spans:
        """The open minutes of a day."""
        spans = self.week[day.weekday()]
        for holiday in self.holidays:
            if holiday.is_on(day):
                spans = inside(spans, holiday.limits)
        for period in sorted(self.periods):
            spans = period.over(spans, day)
        return spans


def is_open(hours: Hours, instant: datetime) -> bool:
    """Whether one is open at an aware instant."""
    local = instant.astimezone(ZoneInfo(hours.zone))
    minute = _minute(local)
    return any(span.begin <= minute < span.end for span in hours.opening(local.date()))


def next_turn(hours: Hours, instant: datetime, days: int = 400) -> datetime | None:
    """When that changes, as the wall clock will show it; None if not within `days`."""
    local = instant.astimezone(ZoneInfo(hours.zone)).replace(tzinfo=None)
    now = is_open(hours, instant)
    for offset in range(days + 1):
        day = local.date() + timedelta(days=offset)
        for begin, end, is_open_then in stretches(hours.opening(day)):
            moment = datetime.combine(day, time()) + timedelta(minutes=end)
            if moment > local and is_open_then != now:
                return datetime.combine(day, time()) + timedelta(minutes=begin)
    return None


def stretches(opening: Spans) -> Iterator[tuple[int, int, bool]]:
    """A day from 0 to 1440 in pieces: (begin, end, whether one is open)."""
    pieces = [(span, True) for span in opening] + [(span, False) for span in outside(opening)]
    for span, is_open_then in sorted(pieces):
        yield span.begin, span.end, is_open_then


# ---- the plain form that providers compile and read back ----


@dataclass(frozen=True)
class Timetable:
    """Hours between two days, plainly: the week, the days of every year with their limits, and single dates.

    dates   open minutes of the days on which neither week nor yearly days say it
    """

    week: Week
    yearly: Mapping[Yearly, Spans] = field(default_factory=dict)
    dates: Mapping[date, Spans] = field(default_factory=dict)

    def recurring(self, day: date) -> Spans:
        """The open minutes of such a day in any year."""
        spans = self.week[day.weekday()]
        for pattern, limits in self.yearly.items():
            if pattern.falls_on(day):
                spans = inside(spans, limits)
        return spans

    def opening(self, day: date) -> Spans:
        return self.dates[day] if day in self.dates else self.recurring(day)


def timetable_of(hours: Hours, first: date, last: date) -> Timetable:
    """What hours say from one day to another, both included."""
    yearly: dict[Yearly, Spans] = {}
    for holiday in hours.holidays:
        if holiday.yearly and holiday.limits != WHOLE:
            yearly[holiday.yearly] = inside(yearly.get(holiday.yearly, WHOLE), holiday.limits)
    plain = Timetable(hours.week, yearly)
    dates = {
        day: opening for day in days(first, last) if (opening := hours.opening(day)) != plain.recurring(day)
    }
    return Timetable(hours.week, yearly, dates)


def days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
