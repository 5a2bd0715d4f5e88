"""What reports tell of calls, beside what pages tell of them (analytics.py): by day, hour, line, queue, destination.

Counts, talk and costs are read from the roll-ups, so that a report and the overview of the same days are the same. Rows
are read for what no sum tells: below which wait half of the calls lie, the longest, what became of missed calls, who was
never called back, and destinations in the provider's words. Objects and connections: report_objects.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Aggregate, Count, FloatField, Max, Min, Q, QuerySet, Sum

from telephony.models import Entity
from telephony.models.calls import REACHED, UNANSWERED, CallQuerySet, Direction, Medium
from telephony.models.rollups import WITHIN_S, Part
from telephony.models.spans import Span
from telephony.models.spoken import not_spoken_since, with_number
from telephony.services import analytics
from telephony.services.call_figures import INBOUND
from telephony.services.rollup_closing import figures_of
from telephony.services.rollup_reading import HourSum, sums

_WAITED = INBOUND & Q(outcome__in=REACHED, wait_s__isnull=False)
Currencies = Mapping[int, str]  # of the tenant's connections, by id


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

    @property
    def part(self) -> Part:
        if self.line is None:
            return Part(connection=self.connection_id)
        if self.line.is_line:
            return Part(line=self.line.pk)
        return Part(connection=self.line.connection_id, group=self.line.remote_id)

    def calls(self, start_at: datetime, end_at: datetime) -> CallQuerySet:
        return analytics.calls_of(self.part).between(start_at, end_at)

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


def totals(span: Span, zone: ZoneInfo, scope: Scope, currencies: Currencies) -> Totals:
    """Three queries, two of them of rows: waits, and who was never called back."""
    rows = sums(("connection_id", "medium", "direction", "outcome"), span.first, span.last, zone, scope.part)
    found = figures_of(rows, currencies)
    unanswered = [
        row.calls
        for row in rows
        if row.key[1:3] == (Medium.VOICE, Direction.INBOUND) and row.key[3] in UNANSWERED
    ]
    instants = span.instants(zone)
    waited = scope.calls(*instants).filter(_WAITED, medium=Medium.VOICE)
    waits = waited.aggregate(half=Share("wait_s", 0.5), most=Share("wait_s", 0.9))
    return Totals(
        inbound=found["inbound"],
        reached=found["reached"],
        missed=sum(unanswered),
        half_s=waits["half"],
        most_s=waits["most"],
        waiting=never_called_back(*instants, scope).values("caller").distinct().count(),
        cost_micros=found["cost"],
    )


def by_hour(hours: Iterable[HourSum]) -> dict[int, tuple[int, int]]:
    """Hour of the clock -> (inbound, reached), over all weekdays; hours without calls left out."""
    found: dict[int, tuple[int, int]] = {}
    for one in hours:
        if one.inbound:
            inbound, reached = found.get(one.hour, (0, 0))
            found[one.hour] = (inbound + one.inbound, reached + one.reached)
    return found


def never_called_back(start_at: datetime, end_at: datetime, scope: Scope) -> CallQuerySet:
    """Unanswered calls of the span after which nobody talked with the caller until now."""
    return not_spoken_since(_known(start_at, end_at, scope), start_at)


def waiting_callers(start_at: datetime, end_at: datetime, scope: Scope) -> Sequence[Any]:
    """(number, tries, first, last) of who was never spoken to, most tries first."""
    rows = never_called_back(start_at, end_at, scope).order_by().values_list("caller")
    told = rows.annotate(tries=Count("pk"), first=Min("started_at"), last=Max("started_at"))
    return list(told.order_by("-tries", "-last", "caller"))


@dataclass(frozen=True, kw_only=True)
class Waited:
    """Of the calls of a place: below which wait half of those answered lie, how many of them in less than WITHIN_S, how many
    of all tell how long they waited, and the longest wait of all.
    """

    half_s: float | None = None
    within: int = 0
    told: int = 0
    longest_s: int | None = None


def by_line(
    span: Span, zone: ZoneInfo, scope: Scope, currencies: Currencies
) -> list[tuple[analytics.LineRow, Waited]]:
    """Lines with calls, the most called first; three queries."""
    rows = analytics.by_line(span, zone, scope.part, currencies, most=None)
    waits = _waits(scope.calls(*span.instants(zone)), "line_id")
    rows.sort(key=lambda one: (-one.inbound, -one.outbound, one.line_id or 0))
    return [(one, waits.get((one.line_id,), Waited())) for one in rows]


def by_group(span: Span, zone: ZoneInfo, scope: Scope) -> list[tuple[analytics.GroupRow, Waited]]:
    """Queues and groups that were offered calls, the most called first; three queries."""
    rows = analytics.by_group(span, zone, scope.part, most=None)
    calls = scope.calls(*span.instants(zone)).exclude(group_remote_id="")
    waits = _waits(calls, "connection_id", "group_remote_id")
    return [(one, waits.get((one.connection_id, one.remote_id), Waited())) for one in rows]


def _waits(calls: QuerySet, *columns: str) -> dict[tuple[Any, ...], Waited]:
    rows = calls.filter(INBOUND, medium=Medium.VOICE).order_by().values_list(*columns)
    counted = rows.annotate(
        half=Share("wait_s", 0.5, filter=_WAITED),
        within=Count("pk", filter=_WAITED & Q(wait_s__lt=WITHIN_S)),
        told=Count("wait_s"),
        longest=Max("wait_s"),
    )
    found = {}
    for row in counted:
        *key, half_s, within, told, longest_s = row
        found[tuple(key)] = Waited(half_s=half_s, within=within, told=told, longest_s=longest_s)
    return found


class DestinationFigures(NamedTuple):
    """`cost_micros` is None where no call tells any."""

    name: str
    currency: str
    calls: int
    talk_s: int | None
    cost_micros: int | None


def by_destination(span: Span, zone: ZoneInfo, scope: Scope) -> list[DestinationFigures]:
    """Calls and messages that went out, by what the provider calls where they went; the dearest first."""
    calls = scope.calls(*span.instants(zone)).filter(direction=Direction.OUTBOUND).order_by()
    rows = calls.values_list("destination", "connection__currency")
    told = rows.annotate(n=Count("pk"), talk=Sum("duration_s"), cost=Sum("cost_micros"))
    found = [DestinationFigures(*row) for row in told]
    return sorted(found, key=lambda one: (-(one.cost_micros or 0), -one.calls, one.name))


def _known(start_at: datetime, end_at: datetime, scope: Scope) -> CallQuerySet:
    return with_number(scope.calls(start_at, end_at))
