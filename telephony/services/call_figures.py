"""What a tenant's day looks like in figures, read from `Call`. Days are the tenant's local days.

Answer rate = answered or forwarded, of all inbound voice calls. Every figure here is bounded to a month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, Sum

from telephony.models import Call
from telephony.models.calls import MISSED, REACHED, CallQuerySet, Direction, Medium
from telephony.models.missed import MissedSearch

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

    def __add__(self, other: DayFigures) -> DayFigures:
        """The figures of both spans together."""
        cost = {
            currency: self.cost_micros.get(currency, 0) + other.cost_micros.get(currency, 0)
            for currency in sorted({*self.cost_micros, *other.cost_micros})
        }
        names = ("calls", "inbound", "reached", "missed", "outbound", "talk_s", "messages")
        return DayFigures(
            **{name: getattr(self, name) + getattr(other, name) for name in names}, cost_micros=cost
        )


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
