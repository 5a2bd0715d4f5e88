"""What reports tell of calls, read from `Call` over one half-open span: by day, hour, line, queue, destination.

A report is made once for a closed period, so that rows may be read; pages that people wait for read sums. What was
missed, and what counts as answered: call_figures.py and models/missed.py. Objects and connections: report_objects.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, F, FloatField, Max, Min, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour, TruncDate

from telephony.models import Call, Entity
from telephony.models.calls import REACHED, UNANSWERED, CallQuerySet, Direction, Medium, Outcome
from telephony.models.rollups import WITHIN_S
from telephony.models.spoken import Fate, fate_of, first_of, later_talks, not_spoken_since, with_number
from telephony.services.call_figures import INBOUND

_REACHED = INBOUND & Q(outcome__in=REACHED)
_WAITED = _REACHED & Q(wait_s__isnull=False)


class Share(Aggregate):
    """The value below which this share of the values lies, by PostgreSQL's percentile_cont."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: str, share: float, **extra: Any) -> None:
        super().__init__(expression, share=share, **extra)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which calls: all of the tenant's, of one connection, or of a line, queue or group."""

    connection_id: int | None = None
    line: Entity | None = None

    def calls(self, start_at: datetime, end_at: datetime) -> CallQuerySet:
        found: CallQuerySet = Call.objects.between(start_at, end_at)
        if self.line is not None and not self.line.is_line:
            remote = {"connection_id": self.line.connection_id, "group_remote_id": self.line.remote_id}
            return found.filter(**remote)
        if self.line is not None:
            return found.filter(line=self.line)
        return found.filter(connection_id=self.connection_id) if self.connection_id else found

    @property
    def of_connection(self) -> int | None:
        return self.line.connection_id if self.line is not None else self.connection_id


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Voice calls that came in, and what all calls cost. Waits are seconds of those that were answered.

    half_s, most_s   below which half of them, and nine of ten, lie
    waiting          numbers that nobody has spoken to since
    """

    inbound: int
    reached: int
    missed: int
    half_s: float | None
    most_s: float | None
    waiting: int
    cost_micros: dict[str, int]

    @property
    def rate(self) -> float | None:
        return self.reached / self.inbound if self.inbound else None


def totals(start_at: datetime, end_at: datetime, scope: Scope) -> Totals:
    """Three queries."""
    calls = scope.calls(start_at, end_at)
    voice = calls.filter(medium=Medium.VOICE).aggregate(
        inbound=Count("pk", filter=INBOUND),
        reached=Count("pk", filter=_REACHED),
        missed=Count("pk", filter=INBOUND & Q(outcome__in=UNANSWERED)),
        half=Share("wait_s", 0.5, filter=_WAITED),
        most=Share("wait_s", 0.9, filter=_WAITED),
    )
    costs = calls.filter(cost_micros__gt=0).order_by().values_list("connection__currency")
    return Totals(
        inbound=voice["inbound"],
        reached=voice["reached"],
        missed=voice["missed"],
        half_s=voice["half"],
        most_s=voice["most"],
        waiting=never_called_back(start_at, end_at, scope).values("caller").distinct().count(),
        cost_micros=dict(costs.annotate(cost=Sum("cost_micros"))),
    )


def by_day(start_at: datetime, end_at: datetime, scope: Scope, zone: ZoneInfo) -> dict[date, tuple[int, int]]:
    """Local day -> (inbound, reached), days without calls left out."""
    calls = _inbound(start_at, end_at, scope).annotate(day=TruncDate("started_at", tzinfo=zone))
    rows = calls.order_by().values_list("day")
    counted = rows.annotate(n=Count("pk"), reached=Count("pk", filter=_REACHED))
    return {day: (n, reached) for day, n, reached in counted}


def by_hour(start_at: datetime, end_at: datetime, scope: Scope, zone: ZoneInfo) -> dict[int, tuple[int, int]]:
    """Hour of the zone's clocks -> (inbound, reached), over all days of the span."""
    calls = _inbound(start_at, end_at, scope).annotate(hour=ExtractHour("started_at", tzinfo=zone))
    rows = calls.order_by().values_list("hour")
    counted = rows.annotate(n=Count("pk"), reached=Count("pk", filter=_REACHED))
    return {hour: (n, reached) for hour, n, reached in counted}


@dataclass(frozen=True, kw_only=True)
class Fates:
    """What became of unanswered calls whose number is known, up to when it was looked."""

    within_hour: int = 0
    same_day: int = 0
    later: int = 0
    called_again: int = 0
    never: int = 0

    @property
    def all(self) -> int:
        return self.within_hour + self.same_day + self.later + self.called_again + self.never

    def of(self, fate: Fate) -> int:
        found: int = getattr(self, fate.value)
        return found


def fates(start_at: datetime, end_at: datetime, scope: Scope, zone: ZoneInfo) -> Fates:
    """Each by what came first: somebody called back and was heard, or the caller tried again and was answered."""
    back, again = later_talks(start_at)
    rows = _known(start_at, end_at, scope).order_by().annotate(back=first_of(back), again=first_of(again))
    counts = Counter(
        fate_of(at, back_at, again_at, zone).value
        for at, back_at, again_at in rows.values_list("started_at", "back", "again").iterator()
    )
    return Fates(**counts)


def never_called_back(start_at: datetime, end_at: datetime, scope: Scope) -> CallQuerySet:
    """Unanswered calls of the span after which nobody talked with the caller until now."""
    return not_spoken_since(_known(start_at, end_at, scope), start_at)


def waiting_callers(start_at: datetime, end_at: datetime, scope: Scope, limit: int) -> Sequence[Any]:
    """(number, tries, first, last) of who was never spoken to, most tries first."""
    rows = never_called_back(start_at, end_at, scope).order_by().values_list("caller")
    told = rows.annotate(tries=Count("pk"), first=Min("started_at"), last=Max("started_at"))
    return list(told.order_by("-tries", "-last", "caller")[:limit])


@dataclass(frozen=True, kw_only=True)
class PlaceFigures:
    """Calls of one line, or of one queue or group of a connection.

    within   of those answered, how many within WITHIN_S
    place    None where the line is not known any more: `remote_id` is what the provider calls it
    """

    place: Entity | None
    remote_id: str
    connection_id: int
    currency: str
    inbound: int
    reached: int
    abandoned: int
    timed_out: int
    within: int
    half_s: float | None
    longest_s: int | None
    outbound: int
    talk_s: int
    cost_micros: int | None


def by_line(start_at: datetime, end_at: datetime, scope: Scope) -> list[PlaceFigures]:
    """Lines with calls, the most called first; two queries."""
    return _by_place(scope.calls(start_at, end_at), "line_remote_id")


def by_group(start_at: datetime, end_at: datetime, scope: Scope) -> list[PlaceFigures]:
    """Queues and groups with calls, the most called first; two queries."""
    calls = scope.calls(start_at, end_at).exclude(group_remote_id="")
    return _by_place(calls, "group_remote_id")


def _by_place(calls: QuerySet, column: str) -> list[PlaceFigures]:
    voice = Q(medium=Medium.VOICE)
    rows = calls.order_by().values("connection_id", "connection__currency", remote_id=F(column))
    counted = rows.annotate(
        inbound=Count("pk", filter=voice & INBOUND),
        reached=Count("pk", filter=voice & _REACHED),
        abandoned=Count("pk", filter=voice & INBOUND & Q(outcome=Outcome.ABANDONED)),
        timed_out=Count("pk", filter=voice & INBOUND & Q(outcome=Outcome.TIMED_OUT)),
        within=Count("pk", filter=voice & _WAITED & Q(wait_s__lt=WITHIN_S)),
        half_s=Share("wait_s", 0.5, filter=voice & _WAITED),
        longest_s=Max("wait_s", filter=voice & INBOUND),
        outbound=Count("pk", filter=voice & Q(direction=Direction.OUTBOUND)),
        talk_s=Sum("duration_s", filter=voice),
        cost_micros=Sum("cost_micros"),
    )
    found = list(counted)
    places = Entity.objects.filter(
        Q(is_line=True) | Q(facet__in=(Entity.Facet.QUEUE, Entity.Facet.GROUP)),
        connection__in={row["connection_id"] for row in found},
        remote_id__in={row["remote_id"] for row in found},
    )
    known = {(place.connection_id, place.remote_id): place for place in places.defer("document")}
    figures = [
        PlaceFigures(
            place=known.get((row["connection_id"], row["remote_id"])),
            currency=row.pop("connection__currency"),
            talk_s=row.pop("talk_s") or 0,
            **row,
        )
        for row in found
    ]
    return sorted(figures, key=lambda one: (-one.inbound, -one.outbound, one.remote_id))


def by_destination(start_at: datetime, end_at: datetime, scope: Scope) -> Sequence[Any]:
    """(destination, currency, calls, talk in seconds, cost) of calls that went out, the dearest first."""
    calls = scope.calls(start_at, end_at).filter(direction=Direction.OUTBOUND).order_by()
    rows = calls.values_list("destination", "connection__currency")
    told = rows.annotate(n=Count("pk"), talk=Sum("duration_s"), cost=Sum("cost_micros"))
    return sorted(told, key=lambda row: (-(row[4] or 0), -row[2], row[0]))


def _inbound(start_at: datetime, end_at: datetime, scope: Scope) -> CallQuerySet:
    return scope.calls(start_at, end_at).filter(INBOUND, medium=Medium.VOICE)


def _known(start_at: datetime, end_at: datetime, scope: Scope) -> CallQuerySet:
    return with_number(scope.calls(start_at, end_at))
