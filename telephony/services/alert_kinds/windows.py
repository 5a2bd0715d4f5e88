"""Kinds that judge the calls of some local days together: how many were answered, how long they waited, what they cost.

It comes from roll-ups by day; what a day that is over would have said as it went on, from its calls (by_hour.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from portal.lib.days import midnight
from telephony.models import AlertRule
from telephony.models.calls import REACHED, Direction, Medium
from telephony.services.alert_kinds import by_hour
from telephony.services.alert_kinds.base import (
    Of,
    Reading,
    Round,
    Subject,
    Verdict,
    own_subject,
    part_of,
)
from telephony.services.alert_kinds.late import LATE_DAYS, late
from telephony.services.rollup_reading import Sum, sums
from telephony.services.waiting import Waits

ENOUGH = 5  # calls for a point of the small figure
TRAIL = 14  # days that the small figure of an alert shows
DAY = timedelta(days=1)
Period = AlertRule.Period
# Kinds with rules for each queue and group. As a line one of these has only what none of its lines took.
OF_GROUPS = (AlertRule.Kind.ANSWER_RATE, AlertRule.Kind.WAITING)
KEYS = {
    Of.EACH_CONNECTION: ("connection_id",),
    Of.EACH_LINE: ("line_id",),
    Of.EACH_GROUP: ("connection_id", "group_remote_id"),
}


MEASURED = ("connection_id", "medium", "direction", "outcome")


@dataclass(kw_only=True)
class Totals:
    """Calls of some days.

    paid   those of connections that have the rule's currency, of which the money is, in millionths
    told   inbound ones that tell how long they waited, however they ended; `waits` those of them that were answered
    """

    paid: int = 0
    inbound: int = 0
    reached: int = 0
    cost_micros: int = 0
    told: int = 0
    waits: Waits = field(default_factory=Waits)

    def add(self, other: Totals) -> None:
        self.paid += other.paid
        self.inbound += other.inbound
        self.reached += other.reached
        self.cost_micros += other.cost_micros
        self.told += other.told
        self.waits.add(other.waits.counts)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What a kind makes of totals. `value` is None where there are no calls; `numbers` go into the evidence, "calls" among
    them."""

    verdict: Verdict
    value: float | None
    numbers: Mapping[str, Any] = field(default_factory=dict)


Judge = Callable[[AlertRule, Totals], Judgement]
ByDay = Mapping[date, Totals]


def window_of(period: str, day: date) -> tuple[date, date]:
    """The days that are counted together when it is that day, both within."""
    if period == Period.WEEK:
        return day - 6 * DAY, day
    return (day.replace(day=1) if period == Period.MONTH else day), day


def look(rule: AlertRule, round_: Round, judge: Judge, *, needs_all: bool = True) -> Iterator[Reading]:
    """What is so now. needs_all: nothing is said while calls of the days are not here, be it for the limit or against."""
    now, ended = window_of(rule.period, round_.today), ended_windows(rule.period, round_.today)
    earliest = min(min(first, last - (TRAIL - 1) * DAY) for first, last in (now, *ended))
    for subject, days in by_subject(rule, round_, earliest, round_.today).items():
        yield _reading(rule, round_, subject, days, now, judge, needs_all=needs_all)
        for first, last in ended:
            found = _reading(rule, round_, subject, days, (first, last), judge, needs_all=needs_all)
            yield late(found, first, midnight(first, round_.zone), midnight(last + DAY, round_.zone))


def ended_windows(period: str, today: date) -> list[tuple[date, date]]:
    """Those that ended within the last LATE_DAYS days, but for days that are counted today as well."""
    if period == Period.WEEK:
        return []
    if period == Period.MONTH:
        last = today.replace(day=1) - DAY
        return [window_of(period, last)] if today - last <= LATE_DAYS * DAY else []
    return [window_of(period, today - back * DAY) for back in range(1, LATE_DAYS + 1)]


def _reading(
    rule: AlertRule,
    round_: Round,
    subject: Subject,
    days: ByDay,
    window: tuple[date, date],
    judge: Judge,
    *,
    needs_all: bool,
) -> Reading:
    first, last = window
    judged = judge(rule, _together(days, first, last))
    lacking = round_.lacking(first, last, subject.connection)
    is_behind = last == round_.today and round_.is_behind(subject.connection)
    verdict = judged.verdict
    if (lacking or is_behind) and (needs_all or verdict != Verdict.OVER):
        verdict = Verdict.UNKNOWN
    return Reading(
        subject=subject,
        verdict=verdict,
        evidence={
            "first": first.isoformat(),
            "last": last.isoformat(),
            "value": judged.value,
            "lacking": lacking,
            "left_out": round_.left_out(subject.connection, last),
            **judged.numbers,
            **(_kept(rule, round_, subject, days, window, judge) if verdict == Verdict.OVER else {}),
        },
    )


def _kept(
    rule: AlertRule, round_: Round, subject: Subject, days: ByDay, window: tuple[date, date], judge: Judge
) -> dict[str, Any]:
    """What an alert keeps besides: the days before, and up to when today was counted, since the day goes on."""
    first, last = window
    trail = {"trail": _trail(rule, days, last, judge)}
    if last != round_.today:
        return trail
    return {
        **trail,
        "start_at": midnight(first, round_.zone).astimezone(round_.zone).isoformat(),
        "end_at": round_.counted_until(subject.connection).isoformat(),
    }


def past(rule: AlertRule, round_: Round, days: int, judge: Judge) -> Iterator[tuple[date, Sequence[Reading]]]:
    """What was so on each of the last days that are over: at the end of each of its hours, or of the day alone."""
    end = round_.today - DAY
    begin = end - (days - 1) * DAY
    if is_by_hour(rule, round_, days):
        yield from _past_hours(rule, round_, begin, end, judge)
        return
    found = by_subject(rule, round_, window_of(rule.period, begin)[0], end)
    for at in range(days):
        day = begin + at * DAY
        first, last = window_of(rule.period, day)
        yield (
            day,
            [
                Reading(subject=subject, verdict=judge(rule, _together(of_day, first, last)).verdict)
                for subject, of_day in found.items()
                if not round_.lacking(first, last, subject.connection)
            ],
        )


def is_by_hour(rule: AlertRule, round_: Round, days: int) -> bool:
    """Whether what a day would have shown as it went on can be told: longer windows do not change much in one."""
    first, last = round_.today - days * DAY, round_.today - DAY
    return rule.period == Period.TODAY and by_hour.is_possible(rule, first, last, round_.zone)


def _past_hours(
    rule: AlertRule, round_: Round, begin: date, end: date, judge: Judge
) -> Iterator[tuple[date, Sequence[Reading]]]:
    keys = (*KEYS.get(Of(rule.of), ()), *MEASURED)
    found = _gathered(rule, round_, by_hour.sums(keys, begin, end, round_.zone, rule))
    days: dict[date, list[Reading]] = {begin + at * DAY: [] for at in range((end - begin).days + 1)}
    for subject, hours in found.items():
        so_far: dict[date, Totals] = {}
        for hour, totals in hours.items():
            day = hour.astimezone(round_.zone).date()
            together = so_far.setdefault(day, Totals())
            together.add(totals)
            if not round_.lacking(day, day, subject.connection):
                days[day].append(Reading(subject=subject, verdict=judge(rule, together).verdict))
    yield from days.items()


def by_subject(rule: AlertRule, round_: Round, first: date, last: date) -> dict[Subject, dict[date, Totals]]:
    """The rule's subjects with what they had on each day; a rule about one thing has that subject in any case."""
    keys = ("day", *KEYS.get(Of(rule.of), ()), *MEASURED)
    return _gathered(rule, round_, sums(keys, first, last, round_.zone, part_of(rule), with_waits=True))


def _gathered(rule: AlertRule, round_: Round, rows: Iterable[Sum]) -> dict[Subject, dict[Any, Totals]]:
    """By subject and step, which is the first key of each row."""
    each = KEYS.get(Of(rule.of), ())
    own = None if each else own_subject(rule)
    found: dict[Subject, dict[Any, Totals]] = {own: {}} if own else {}
    subjects = _Subjects(rule, round_)
    for row in rows:
        subject = own or subjects.of(row.key[1 : 1 + len(each)])
        if subject is not None:
            steps = found.setdefault(subject, {})
            steps.setdefault(row.key[0], Totals()).add(_totals(row, rule, round_))
    return found


def _totals(row: Sum, rule: AlertRule, round_: Round) -> Totals:
    connection, medium, direction, outcome = row.key[-4:]
    is_inbound = (medium, direction) == (Medium.VOICE, Direction.INBOUND)
    is_reached = is_inbound and outcome in REACHED
    is_paid = round_.currencies.get(connection) == rule.currency
    return Totals(
        paid=row.calls if is_paid else 0,
        inbound=row.calls if is_inbound else 0,
        reached=row.calls if is_reached else 0,
        cost_micros=row.cost_micros if is_paid else 0,
        told=sum(row.waits) if is_inbound else 0,
        waits=Waits(counts=list(row.waits)) if is_reached else Waits(),
    )


class _Subjects:
    """The subjects of a rule for each of several things, by the values of their columns."""

    def __init__(self, rule: AlertRule, round_: Round) -> None:
        self.rule, self.round = rule, round_
        self.known: dict[tuple[Any, ...], Subject | None] = {}
        self.groups = {
            (one.connection_id, one.remote_id): one.pk
            for one in round_.places.values()
            if rule.of == Of.EACH_GROUP and one.is_group
        }

    def of(self, key: tuple[Any, ...]) -> Subject | None:
        """None for what is not known any more, and what the rule leaves out."""
        if key not in self.known:
            self.known[key] = self._found(key)
        return self.known[key]

    def _found(self, key: tuple[Any, ...]) -> Subject | None:
        if self.rule.of == Of.EACH_CONNECTION:
            link = self.round.connections.get(key[0])
            return Subject(key=f"connection-{link.pk}", name=link.name, connection=link.pk) if link else None
        pk = self.groups.get(key) if self.rule.of == Of.EACH_GROUP else key[0]
        place = self.round.places.get(pk) if pk else None
        if place is None or place.pk in self.rule.left_out:
            return None
        if place.is_group and self.rule.of == Of.EACH_LINE and self.rule.kind in OF_GROUPS:
            return None
        return Subject(
            key=f"place-{place.pk}", name=str(place), connection=place.connection_id, place=place.pk
        )


def _together(days: ByDay, first: date, last: date) -> Totals:
    found = Totals()
    for day, totals in days.items():
        if first <= day <= last:
            found.add(totals)
    return found


def _trail(rule: AlertRule, days: ByDay, last: date, judge: Judge) -> list[float | None]:
    """The value of each of the last days by itself; of a few calls there is none."""
    found = [judge(rule, days.get(last - back * DAY, Totals())) for back in reversed(range(TRAIL))]
    least = min(rule.least_calls or 0, ENOUGH)
    return [one.value if one.numbers["calls"] >= least else None for one in found]
