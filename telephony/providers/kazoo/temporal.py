"""Opening hours as Kazoo's rules of time, and back.

A set of rules only adds up: it matches while any of its rules does, and no rule takes away. So the set says when one
is **closed**: the rest of the week, the holidays and the single dates add up to just that. Where a date is to be open
although the week says closed, the weekly rule begins after it (`start_date`) and single dates stand for it until then.

The stop second of a window still counts at the engine (facts/kazoo.md, section 12), so a window ends a second early;
one over midnight never opens, so it is two. A rule knows no time zone: the step of the callflow that asks has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.dates import date_words, day_number
from telephony.providers.covering import fewest
from telephony.providers.hours import (
    DAY,
    LAST,
    WHOLE,
    Span,
    Spans,
    Timetable,
    Week,
    Yearly,
    days,
    inside,
    merged,
    outside,
    without,
)
from telephony.providers.hours_phrases import day_names, joined, times
from telephony.providers.kazoo.times import from_gregorian, to_gregorian

Document = dict[str, Any]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY_OF = {**{name: index for index, name in enumerate(WEEKDAYS)}, "wensday": 2}
ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", LAST: "last"}
ORDINAL_WORDS = (
    ("first", lazy("first %(day)s of %(month)s")),
    ("second", lazy("second %(day)s of %(month)s")),
    ("third", lazy("third %(day)s of %(month)s")),
    ("fourth", lazy("fourth %(day)s of %(month)s")),
    ("last", lazy("last %(day)s of %(month)s")),
)
_ORDINAL_OF = {word: number for number, word in ORDINALS.items()}
FLAG = "opening-hours"  # on what this portal wrote, for whoever looks at the account
MOST_RULES = 150
MOST_AHEAD = timedelta(days=1500)
DEFAULT_START = 62_586_115_200


class TooManyRules(ValueError):
    """The hours need more rules than anybody could look over. `count` is how many."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.count = count


# ---- compile ----


@dataclass(frozen=True)
class _Closing:
    """Something that closes again and again: a span of a weekday, or of a day of every year."""

    span: Span
    weekday: int = -1
    yearly: Yearly | None = None

    def is_on(self, day: date) -> bool:
        return self.yearly.falls_on(day) if self.yearly else day.weekday() == self.weekday


def compiled(timetable: Timetable, zone: str, first: date, last: date) -> list[Document]:
    """The rules of the set of closed times, from one day on. After `last` only what recurs is said.

    Raises TooManyRules.
    """
    closings = _closings(timetable)
    starts = _starts(closings, timetable, first, last)
    rules = [*_weekly(starts, zone), *_yearly(starts, zone), *_dates(starts, timetable, zone, first, last)]
    if len(rules) > MOST_RULES:
        raise TooManyRules(len(rules))
    return rules or [_never()]


def _closings(timetable: Timetable) -> list[_Closing]:
    weekly = [
        _Closing(span, weekday=weekday)
        for weekday, spans in enumerate(timetable.week)
        for span in outside(spans)
    ]
    yearly = [
        _Closing(span, yearly=pattern)
        for pattern, limits in sorted(timetable.yearly.items())
        for span in outside(limits)
    ]
    return weekly + yearly


def _starts(
    closings: list[_Closing], timetable: Timetable, first: date, last: date
) -> dict[_Closing, date | None]:
    """The day on which each closing may begin: after the last date that is open where it would close."""
    starts: dict[_Closing, date | None] = dict.fromkeys(closings)
    for day, opening in timetable.dates.items():
        if first <= day <= last:
            for closing in closings:
                if closing.is_on(day) and inside((closing.span,), opening):
                    starts[closing] = max(starts[closing] or day, day + timedelta(days=1))
    return starts


def _weekly(starts: Mapping[_Closing, date | None], zone: str) -> list[Document]:
    by_start: dict[date | None, list[list[Span]]] = {}
    for closing, start in starts.items():
        if closing.yearly is None:
            by_start.setdefault(start, [[] for _day in range(7)])[closing.weekday].append(closing.span)
    rules = []
    for start in sorted(by_start, key=lambda one: one or date.min):
        for weekdays, span in fewest([tuple(spans) for spans in by_start[start]]):
            names = [WEEKDAYS[index] for index in sorted(weekdays)]
            rules.append(_rule("weekly", span, start, zone, wdays=names))
    return rules


def _yearly(starts: Mapping[_Closing, date | None], zone: str) -> list[Document]:
    """Days of one month share a rule; one that goes by weekday has its own."""
    months: dict[tuple[int, Span, str], tuple[date | None, list[int]]] = {}
    rules = []
    for closing, start in starts.items():
        pattern = closing.yearly
        if pattern is None:
            continue
        if pattern.day:
            key = (pattern.month, closing.span, str(start or ""))
            months.setdefault(key, (start, []))[1].append(pattern.day)
        else:
            where: Document = {"ordinal": ORDINALS[pattern.ordinal], "wdays": [WEEKDAYS[pattern.weekday]]}
            rules.append(_rule("yearly", closing.span, start, zone, month=pattern.month, **where))
    fixed = [
        _rule("yearly", span, start, zone, month=month, days=sorted(numbers))
        for (month, span, _start), (start, numbers) in sorted(months.items())
    ]
    return fixed + rules


def _dates(
    starts: Mapping[_Closing, date | None], timetable: Timetable, zone: str, first: date, last: date
) -> list[Document]:
    """Single dates for what no recurring rule closes."""
    until = max((one for one in starts.values() if one), default=first)
    looked_at = {*timetable.dates, *days(first, until)}
    rules = []
    for day in sorted(one for one in looked_at if first <= one <= last):
        closed = outside(timetable.opening(day))
        said = [
            one.span for one, start in starts.items() if one.is_on(day) and (start is None or start <= day)
        ]
        missing = without(closed, said)
        rules += [_rule("date", span, day, zone) for span in closed if inside((span,), missing)]
    return rules


def _rule(cycle: str, span: Span, start: date | None, zone: str, **more: Any) -> Document:
    """With what the server would add by itself, so that what is read back is what was written."""
    return {
        "cycle": cycle,
        "interval": 1,
        **more,
        "start_date": DEFAULT_START if start is None else _start_date(start, zone),
        "time_window_start": span.begin * 60,
        "time_window_stop": span.end * 60 - 1,
        "flags": [FLAG],
    }


def _never() -> Document:
    """A set must hold a rule; this one is switched off."""
    return {**_rule("daily", WHOLE[0], None, "UTC"), "enabled": False}


def _start_date(day: date, zone: str) -> int:
    """A moment of a day that is on the same date in UTC and on the wall: whichever of them an engine reads."""
    midday = datetime.combine(day, time(12), UTC)
    offset = midday.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return to_gregorian(midday - offset / 2)


# ---- read back ----


class Unfit(ValueError):
    """A rule that says what opening hours cannot. `rule` is its document; the message says why, in words."""

    def __init__(self, rule: Mapping[str, Any], reason: str) -> None:
        super().__init__(reason)
        self.rule = rule
        self.reason = reason


@dataclass(frozen=True)
class _Read:
    """A rule as it was understood: what it covers, and whether one is closed then."""

    span: Span
    closes: bool
    weekdays: frozenset[int] = frozenset()
    yearly: tuple[Yearly, ...] = ()
    start: date | None = None
    is_single: bool = False

    def covers(self, day: date) -> bool:
        if self.is_single:
            return day == self.start
        if self.start and day < self.start:
            return False
        return day.weekday() in self.weekdays or any(one.falls_on(day) for one in self.yearly)


def read_back(
    closed: Sequence[Mapping[str, Any]], open_: Sequence[Mapping[str, Any]], zone: str, first: date
) -> Timetable:
    """The hours that rules say from one day on: open while one of `open_` matches (always, without any weekly one),
    and none of `closed`. Raises Unfit with the first rule that does not fit."""
    rules = [
        *(_understood(rule, zone, first, closes=True) for rule in closed if rule.get("enabled") is not False),
        *(_understood(rule, zone, first, closes=False) for rule in open_ if rule.get("enabled") is not False),
    ]
    yearly: dict[Yearly, Spans] = {}
    for rule in rules:
        for pattern in rule.yearly:
            yearly[pattern] = without(yearly.get(pattern, WHOLE), (rule.span,))
    plain = Timetable(_week(rules), yearly)
    until = max((rule.start for rule in rules if rule.start), default=first)
    dates = {
        day: opening for day in days(first, until) if (opening := _actual(rules, day)) != plain.recurring(day)
    }
    return Timetable(plain.week, yearly, dates)


def why_unfit(rule: Mapping[str, Any], zone: str, first: date, *, closes: bool) -> str:
    """Why a rule cannot be taken over as closed (or open) times; "" if it can."""
    try:
        _understood(rule, zone, first, closes=closes)
    except Unfit as error:
        return error.reason
    return ""


def _week(rules: Sequence[_Read]) -> Week:
    opens = any(rule.weekdays and not rule.closes for rule in rules)
    return tuple(
        without(
            merged(rule.span for rule in rules if day in rule.weekdays and not rule.closes)
            if opens
            else WHOLE,
            [rule.span for rule in rules if day in rule.weekdays and rule.closes],
        )
        for day in range(7)
    )


def _actual(rules: Sequence[_Read], day: date) -> Spans:
    opens = any(rule.weekdays and not rule.closes for rule in rules)
    opening = merged(rule.span for rule in rules if rule.covers(day) and not rule.closes) if opens else WHOLE
    return without(opening, [rule.span for rule in rules if rule.covers(day) and rule.closes])


def _understood(rule: Mapping[str, Any], zone: str, first: date, *, closes: bool) -> _Read:
    """Raises Unfit."""
    cycle = rule.get("cycle")
    if rule.get("enabled") is True:
        raise Unfit(rule, _("It is switched on by hand, whatever its dates say."))
    if int(rule.get("interval") or 1) != 1:
        raise Unfit(rule, _("It comes only every so many times (“interval”)."))
    if cycle == "monthly":
        raise Unfit(rule, _("It comes back every month; a week and a year are all that opening hours know."))
    if cycle not in ("date", "daily", "weekly", "yearly"):
        raise Unfit(rule, _("Its cycle “%(cycle)s” is not known.") % {"cycle": cycle})
    span, start = _span(rule), _start(rule, zone, first)
    if cycle == "date":
        if start is None and "start_date" not in rule:
            raise Unfit(rule, _("It has no date."))
        day = start or from_gregorian(rule["start_date"]).astimezone(ZoneInfo(zone)).date()
        return _Read(span, closes, start=day, is_single=True)
    if cycle == "yearly":
        if not closes:
            raise Unfit(
                rule, _("It opens on one day of every year; a holiday can only close, or shorten the day.")
            )
        return _Read(span, closes, yearly=_patterns(rule), start=start)
    weekdays = frozenset(range(7)) if cycle == "daily" else _weekdays(rule)
    return _Read(span, closes, weekdays=weekdays, start=start)


def _span(rule: Mapping[str, Any]) -> Span:
    """Whole minutes; a window that ends at a full minute, as other tools write it, counts up to it."""
    begin, stop = int(rule.get("time_window_start") or 0), rule.get("time_window_stop")
    end = DAY * 60 if stop is None else int(stop)
    if end % 60 == 59:
        end += 1
    if begin >= end:
        raise Unfit(rule, _("Its window goes over midnight, and so never opens."))
    if begin % 60 or end % 60:
        raise Unfit(rule, _("Its window does not begin and end at full minutes."))
    return Span(begin // 60, end // 60)


def _start(rule: Mapping[str, Any], zone: str, first: date) -> date | None:
    """The date it begins on, None where that is behind us."""
    seconds = rule.get("start_date")
    if seconds is None or seconds == DEFAULT_START:
        return None
    try:
        start = from_gregorian(seconds).astimezone(ZoneInfo(zone)).date()
    except (ValueError, OverflowError):
        raise Unfit(rule, _("Its first day cannot be read.")) from None
    if start - first > MOST_AHEAD:
        raise Unfit(rule, _("It begins only in some years' time."))
    return start if start > first or rule.get("cycle") == "date" else None


def _weekdays(rule: Mapping[str, Any]) -> frozenset[int]:
    names = rule.get("wdays") or ()
    if not names or any(name not in _DAY_OF for name in names):
        raise Unfit(rule, _("It names no weekday that is known."))
    return frozenset(_DAY_OF[name] for name in names)


def _patterns(rule: Mapping[str, Any]) -> tuple[Yearly, ...]:
    month = rule.get("month")
    if not isinstance(month, int) or not 1 <= month <= 12:
        raise Unfit(rule, _("It names no month."))
    numbers: Iterable[Any] = rule.get("days") or ()
    ordinal = rule.get("ordinal")
    if numbers and ordinal is None:
        return tuple(Yearly(month, day=int(number)) for number in numbers)
    if ordinal not in _ORDINAL_OF:
        raise Unfit(rule, _("It names no day of the year that is known."))
    return tuple(Yearly(month, ordinal=_ORDINAL_OF[ordinal], weekday=day) for day in sorted(_weekdays(rule)))


# ---- in words ----


def words_of(rule: Mapping[str, Any], zone: str) -> str:
    """A compiled rule in a few words, of which its name is made: Saturday and Sunday all day."""
    if rule.get("enabled") is False:
        return _("never")
    span = _span(rule)
    window = times([(span.begin, span.end)])
    if rule["cycle"] == "date":
        day = from_gregorian(rule["start_date"]).astimezone(ZoneInfo(zone)).date()
        return f"{date_words(day, 'j F Y')} {window}"
    if rule["cycle"] == "yearly" and "days" in rule:
        return f"{joined([day_number(day) for day in rule['days']])} {MONTHS[rule['month']]} {window}"
    weekdays = day_names(sorted(_weekdays(rule)))
    if rule["cycle"] == "yearly":
        named = dict(ORDINAL_WORDS)[rule["ordinal"]] % {"day": weekdays, "month": MONTHS[rule["month"]]}
        return f"{named} {window}"
    return f"{weekdays} {window}"
