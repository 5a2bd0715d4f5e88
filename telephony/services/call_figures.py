"""What a tenant's day looks like in figures, read from `Call`. Days are the tenant's local days.

Answer rate = answered or forwarded, of all inbound voice calls. Every figure here is bounded to a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import ExtractHour, ExtractIsoWeekDay, TruncDate

from portal.lib.days import midnight
from telephony.models import Call, Coverage
from telephony.models.calls import CallQuerySet, Direction, Medium, Outcome
from telephony.models.missed import REACHED, MissedSearch

MISSED = (Outcome.MISSED, Outcome.BUSY, Outcome.ABANDONED, Outcome.TIMED_OUT)
INBOUND = Q(direction=Direction.INBOUND)
CALL_BACK_WITHIN = timedelta(days=3)


@dataclass(frozen=True)
class DayFigures:
    """One span of time. Rates are 0..1 or None where nothing came in; money by currency, in millionths."""

    calls: int
    inbound: int
    reached: int
    missed: int
    outbound: int
    talk_s: int
    messages: int
    cost_micros: dict[str, int]

    @property
    def answer_rate(self) -> float | None:
        return self.reached / self.inbound if self.inbound else None


@dataclass(frozen=True)
class MissedCaller:
    """A number that called, was not answered, and was not spoken to since."""

    number: str
    tries: int
    last_at: datetime
    line_id: int | None


def figures_between(start_at: datetime, end_at: datetime, of: CallQuerySet | None = None) -> DayFigures:
    """All figures of one half-open span, with two queries; `of` narrows them to some calls."""
    calls = (Call.objects.all() if of is None else of).between(start_at, end_at)
    voice = calls.filter(medium=Medium.VOICE).aggregate(
        calls=Count("pk"),
        inbound=Count("pk", filter=INBOUND),
        reached=Count("pk", filter=INBOUND & Q(outcome__in=REACHED)),
        missed=Count("pk", filter=INBOUND & Q(outcome__in=MISSED)),
        outbound=Count("pk", filter=Q(direction=Direction.OUTBOUND)),
        talk_s=Sum("duration_s"),
    )
    rest = calls.values("connection__currency").annotate(
        cost=Sum("cost_micros"), messages=Count("pk", filter=Q(medium=Medium.SMS))
    )
    by_currency = {row["connection__currency"]: row for row in rest}
    return DayFigures(
        calls=voice["calls"],
        inbound=voice["inbound"],
        reached=voice["reached"],
        missed=voice["missed"],
        outbound=voice["outbound"],
        talk_s=voice["talk_s"] or 0,
        messages=sum(row["messages"] for row in by_currency.values()),
        cost_micros={currency: row["cost"] for currency, row in by_currency.items() if row["cost"]},
    )


def answer_rate_by_day(first: date, last: date, zone: ZoneInfo) -> dict[date, tuple[int, int]]:
    """Local day -> (inbound, reached), days without calls left out."""
    rows = (
        _inbound_voice(first, last, zone)
        .annotate(day=TruncDate("started_at", tzinfo=zone))
        .values("day")
        .annotate(inbound=Count("pk"), reached=Count("pk", filter=Q(outcome__in=REACHED)))
        .order_by("day")
    )
    return {row["day"]: (row["inbound"], row["reached"]) for row in rows}


def inbound_by_hour(first: date, last: date, zone: ZoneInfo) -> dict[tuple[int, int], float]:
    """(ISO weekday 1..7, hour 0..23) -> mean of inbound calls over the whole weeks between the two days."""
    weeks = max(1, ((last - first).days + 1) // 7)
    rows = (
        _inbound_voice(first, last, zone)
        .annotate(
            weekday=ExtractIsoWeekDay("started_at", tzinfo=zone), hour=ExtractHour("started_at", tzinfo=zone)
        )
        .values("weekday", "hour")
        .annotate(calls=Count("pk"))
        .order_by("weekday", "hour")
    )
    return {(row["weekday"], row["hour"]): row["calls"] / weeks for row in rows}


def missed_not_called_back(now: datetime, limit: int = 5) -> list[MissedCaller]:
    """Outside numbers that the board of missed callers has open, of three days, the last to call first."""
    search = MissedSearch(start_at=now - CALL_BACK_WITHIN, end_at=now)
    waiting = search.narrow(Call.objects.all()).order_by("-started_at", "-pk")
    latest = list(waiting.only("caller", "caller_reversed", "started_at", "line_id")[:limit])
    if not latest:
        return []
    tries = dict(
        search.tries([call.caller_reversed for call in latest]).values_list("caller").annotate(Count("pk"))
    )
    return [MissedCaller(call.caller, tries[call.caller], call.started_at, call.line_id) for call in latest]


def days_not_whole(first: date, last: date) -> Sequence[Coverage]:
    """Days whose calls are not all here, newest first: figures over them carry a star."""
    return list(
        Coverage.objects.filter(day__gte=first, day__lte=last)
        .exclude(state=Coverage.State.COMPLETE)
        .exclude(day=last)
        .select_related("connection")
        .order_by("-day")
    )


def same_weekday_mean(now: datetime, zone: ZoneInfo, weeks: int = 4) -> float:
    """Calls by this time of day, mean of the same weekday in the weeks before."""
    start = midnight(now.astimezone(zone).date(), zone)
    spans = [
        Q(started_at__gte=start - timedelta(weeks=n), started_at__lt=now - timedelta(weeks=n))
        for n in range(1, weeks + 1)
    ]
    either = spans[0]
    for span in spans[1:]:
        either |= span
    return Call.objects.filter(either, medium=Medium.VOICE).count() / weeks


def hits_of(numbers: Sequence[str], since: datetime) -> dict[str, int]:
    """How often each of these numbers called since then, with one query."""
    rows = (
        Call.objects.filter(
            INBOUND, caller_reversed__in=[number[::-1] for number in numbers], started_at__gte=since
        )
        .values(number=F("caller"))
        .annotate(calls=Count("pk"))
    )
    return {row["number"]: row["calls"] for row in rows}


def _inbound_voice(first: date, last: date, zone: ZoneInfo) -> CallQuerySet:
    span = midnight(first, zone), midnight(last + timedelta(days=1), zone)
    return Call.objects.between(*span).filter(INBOUND, medium=Medium.VOICE)
