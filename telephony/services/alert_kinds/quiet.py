"""No calls at all for some opening hours, where in the weeks before there were some at that time.

Time counts only while the tenant is open, and only as far as calls are known to be here: what a sync has not brought yet
is not silence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from heapq import merge
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from portal.lib.days import midnight
from telephony.models import AlertRule
from telephony.models.calls import CallQuerySet, Medium
from telephony.models.rollups import Part
from telephony.providers.hours import Hours
from telephony.services.alert_kinds.base import (
    Kind,
    Of,
    Reading,
    Round,
    Subject,
    Verdict,
    own_subject,
    part_of,
)
from telephony.services.analytics import calls_of
from telephony.services.open_time import OpenTime
from telephony.services.opening_hours import assumed, schedules
from telephony.services.rollup_reading import quarters

WEEKS = 4  # before, whose same hours say what is usual
LEAST_WEEKS = 2
LIKE = 0.9  # of the open time, which a week before must have had for a comparison: it was no holiday
DAY, WEEK = timedelta(days=1), timedelta(days=7)
LOOKED_BACK = (WEEKS + 1) * WEEK
Counted = Sequence[tuple[datetime, int]]  # quarters of an hour with calls, in order


@dataclass(frozen=True)
class Usual:
    """Calls in the same hours of some weeks before."""

    mean: float
    weeks: int
    is_steady: bool  # there were some in each of them

    def is_enough(self, least: int) -> bool:
        return self.weeks >= LEAST_WEEKS and self.is_steady and self.mean >= least


class Quiet:
    """What is known of one subject from `start_at` to `known_until`."""

    def __init__(
        self, rule: AlertRule, round_: Round, subject: Subject, part: Part, span: tuple[datetime, datetime]
    ) -> None:
        self.rule, self.round, self.subject, self.part = rule, round_, subject, part
        self.start_at, self.known_until = span

    @cached_property
    def open_time(self) -> OpenTime:
        return OpenTime(hours_of(self.round, self.start_at), self.start_at, self.known_until)

    @cached_property
    def counted(self) -> Counted:
        if self.part.line is not None or self.part.group is not None:
            return [(at, 1) for at in self.calls.order_by("started_at").values_list("started_at", flat=True)]
        if not self.left_out:
            return quarters(self.start_at, self.known_until, self.part)
        parts = [Part(connection=one.pk) for one in self.round.of(None)]
        return list(merge(*(quarters(self.start_at, self.known_until, part) for part in parts)))

    @property
    def calls(self) -> CallQuerySet:
        calls: CallQuerySet = calls_of(self.part).between(self.start_at, self.known_until)
        return calls.filter(medium=Medium.VOICE).exclude(connection__in=self.left_out)

    @property
    def left_out(self) -> Collection[int]:
        """Connections whose calls count nowhere, neither now nor in the weeks before."""
        return self.round.paused if self.subject.connection is None else ()

    @property
    def limit_s(self) -> int:
        assert self.rule.limit_s is not None
        return self.rule.limit_s

    def usual(self, until: datetime) -> Usual:
        """In the hours that end then, so long as the limit, of the weeks before."""
        begin = self.open_time.back(self.limit_s, until)
        counts = []
        for back in range(1, WEEKS + 1):
            one, other = (weeks_before(at, back, self.round.zone) for at in (begin, until))
            if one < self.start_at or self._lacks(one, other):
                continue
            if self.open_time.seconds_between(one, other) >= LIKE * self.limit_s:
                counts.append(self._calls(one, other))
        mean = sum(counts) / len(counts) if counts else 0
        return Usual(mean, len(counts), all(counts))

    def _lacks(self, begin: datetime, end: datetime) -> bool:
        first, last = (at.astimezone(self.round.zone).date() for at in (begin, end))
        return bool(self.round.lacking(first, last, self.subject.connection))

    def _calls(self, begin: datetime, end: datetime) -> int:
        first, last = (bisect_left(self.counted, (at, 0)) for at in (begin, end))
        return sum(count for _at, count in self.counted[first:last])


def look(rule: AlertRule, round_: Round) -> Iterator[Reading]:
    for subject, part in subjects(rule, round_):
        known = round_.known_until(subject.connection)
        if known is None or round_.is_behind(subject.connection):
            yield Reading(subject=subject, verdict=Verdict.UNKNOWN)
            continue
        yield _reading(Quiet(rule, round_, subject, part, (known - LOOKED_BACK, known)))


def _reading(quiet: Quiet) -> Reading:
    rule, subject, known = quiet.rule, quiet.subject, quiet.known_until
    last = quiet.calls.order_by("-started_at").values_list("started_at", flat=True).first()
    if last is None or quiet._lacks(last, known):
        return Reading(subject=subject, verdict=Verdict.UNKNOWN)
    quiet_s = quiet.open_time.seconds_since(last)
    if quiet_s < quiet.limit_s:
        return Reading(subject=subject, verdict=Verdict.CLEAR)
    usual = quiet.usual(known)
    is_odd = usual.is_enough(rule.least_calls or 1)
    zone = quiet.round.zone
    first, today = last.astimezone(zone).date(), known.astimezone(zone).date()
    return Reading(
        subject=subject,
        verdict=Verdict.OVER if is_odd else Verdict.BETWEEN,
        evidence={
            "value": quiet_s,
            "limit": quiet.limit_s,
            "last_call": last.isoformat(),
            "until": known.isoformat(),
            "usual": round(usual.mean, 1),
            "weeks": usual.weeks,
            "first": first.isoformat(),
            "last": today.isoformat(),
            "start_at": midnight(first, zone).astimezone(zone).isoformat(),
            "end_at": known.astimezone(zone).isoformat(),
            "left_out": quiet.round.left_out(subject.connection, today),
            "trail": _trail(quiet.counted, today, zone),
        },
    )


def past(rule: AlertRule, round_: Round, days: int) -> Iterator[tuple[date, Sequence[Reading]]]:
    """Each silence of the last days that was long enough, on the day on which it became so, to the quarter of an hour."""
    first = round_.today - days * DAY
    start_at = midnight(first, round_.zone) - WEEKS * WEEK
    end_at = midnight(round_.today, round_.zone)
    found: dict[date, list[Reading]] = {first + at * DAY: [] for at in range(days)}
    for subject, part in subjects(rule, round_):
        quiet = Quiet(rule, round_, subject, part, (start_at, end_at))
        for day in found:
            if not round_.lacking(day, day, subject.connection):
                found[day].append(Reading(subject=subject, verdict=Verdict.CLEAR))
        for at in silences(quiet):
            day = at.astimezone(round_.zone).date()
            if day in found and found[day] and quiet.usual(at).is_enough(rule.least_calls or 1):
                over = Reading(subject=subject, verdict=Verdict.OVER)
                found[day] += [over, Reading(subject=subject, verdict=Verdict.CLEAR)]
    yield from found.items()


def silences(quiet: Quiet) -> Iterator[datetime]:
    """The instants at which nobody had called for so long, once each silence."""
    ends = [at for at, _count in quiet.counted]
    for last, following in pairwise([*ends, quiet.known_until]):
        if quiet.open_time.seconds_between(last, following) >= quiet.limit_s:
            over = quiet.open_time.seconds_between(last, following) - quiet.limit_s
            yield quiet.open_time.back(over, following) if over else following


def subjects(rule: AlertRule, round_: Round) -> list[tuple[Subject, Part]]:
    if rule.of != Of.EACH_CONNECTION:
        return [(own_subject(rule), part_of(rule))]
    return [
        (Subject(key=f"connection-{pk}", name=one.name, connection=pk), Part(connection=pk))
        for pk, one in round_.connections.items()
    ]


def hours_of(round_: Round, since: datetime) -> list[Hours]:
    """The tenant's schedules; where it has none, what is assumed. Holidays are known from then on."""
    day = since.astimezone(round_.zone).date()
    return [one.hours for one in schedules(day)] or [assumed(round_.tenant, day)]


def weeks_before(at: datetime, weeks: int, zone: ZoneInfo) -> datetime:
    """The same weekday and time on the clocks of a zone, whatever the clocks did meanwhile."""
    local = at.astimezone(zone).replace(tzinfo=None) - weeks * WEEK
    return local.replace(tzinfo=zone).astimezone(UTC)


def _trail(counted: Counted, last: date, zone: ZoneInfo) -> list[int]:
    """Calls of each of the fourteen days up to the last one of which calls are known."""
    counts = [0] * 14
    for at, count in counted:
        back = (last - at.astimezone(zone).date()).days
        if back < len(counts):
            counts[-1 - back] += count
    return counts


KIND = Kind(
    key=AlertRule.Kind.QUIET,
    label=AlertRule.Kind.QUIET.label,
    what=_(
        "For some opening hours there was no call, in or out, though there usually are some at that time."
    ),
    icon="volume-off",
    fields=("of", "limit_s", "least_calls"),
    defaults={"of": Of.EACH_CONNECTION, "limit_s": 7200, "least_calls": 10},
    of=(Of.WHOLE, Of.EACH_CONNECTION, Of.CONNECTION, Of.PLACE),
    look=look,
    past=past,
    is_grave=True,
    is_usual=True,
    choices={"limit_s": (1800, 3600, 7200, 10_800, 14_400, 28_800)},
    labels={
        "limit_s": _("No call for so long, while open"),
        "least_calls": _("Usually at least so many in that time"),
    },
)
