"""What reports tell of calls, beside what pages tell of them (analytics.py): by day, hour, line, queue, destination.

Counts, talk, waits and costs are read from the roll-ups, so that a report and the overview of the same days are the same.
Rows are read for what no sum tells: the longest wait, what became of missed calls, who was never called back, and
destinations in the provider's words. Objects and connections: report_objects.py.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Sum

from telephony.models import Entity
from telephony.models.calls import REACHED, UNANSWERED, CallQuerySet, Direction, Medium
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.models.spoken import not_spoken_since, with_number
from telephony.services import analytics
from telephony.services.call_figures import INBOUND
from telephony.services.rollup_closing import figures_of
from telephony.services.rollup_reading import HourSum, sums
from telephony.services.waiting import Waits

Currencies = Mapping[int, str]  # of the tenant's connections, by id


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which calls: all of the tenant's, of one connection, or of a line, queue or group."""

    connection_id: int | None = None
    line: Entity | None = None

    @property
    def part(self) -> Part:
        if self.line is None:
            return Part(connection=self.connection_id)
        return Part.of_place(self.line)

    def calls(self, start_at: datetime, end_at: datetime) -> CallQuerySet:
        return analytics.calls_of(self.part).between(start_at, end_at)

    @property
    def of_connection(self) -> int | None:
        return self.line.connection_id if self.line is not None else self.connection_id


@dataclass(frozen=True, kw_only=True)
class Totals:
    """Voice calls that came in, how long those that were answered waited, and what all calls cost.

    waiting   numbers that nobody has spoken to since
    """

    inbound: int
    reached: int
    missed: int
    waits: Waits
    waiting: int
    cost_micros: dict[str, int]

    @property
    def rate(self) -> float | None:
        return self.reached / self.inbound if self.inbound else None


def totals(span: Span, zone: ZoneInfo, scope: Scope, currencies: Currencies) -> Totals:
    """Two queries, one of them of rows: who was never called back."""
    keys = ("connection_id", "medium", "direction", "outcome")
    rows = sums(keys, span.first, span.last, zone, scope.part, with_waits=True)
    found = figures_of(rows, currencies)
    inbound = [row for row in rows if row.key[1:3] == (Medium.VOICE, Direction.INBOUND)]
    waits = Waits()
    for row in inbound:
        if row.key[3] in REACHED:
            waits.add(row.waits)
    return Totals(
        inbound=found["inbound"],
        reached=found["reached"],
        missed=sum(row.calls for row in inbound if row.key[3] in UNANSWERED),
        waits=waits,
        waiting=never_called_back(*span.instants(zone), scope).values("caller").distinct().count(),
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


def by_line(
    span: Span, zone: ZoneInfo, scope: Scope, currencies: Currencies
) -> list[tuple[analytics.LineRow, Waits]]:
    """Lines with calls, the most called first, and how long those waited that were answered; three queries."""
    rows = analytics.by_line(span, zone, scope.part, currencies, most=None)
    waits: dict[int | None, Waits] = defaultdict(Waits)
    keys = ("line_id", "medium", "direction", "outcome")
    for row in sums(keys, span.first, span.last, zone, scope.part, with_waits=True):
        line_id, medium, direction, outcome = row.key
        if (medium, direction) == (Medium.VOICE, Direction.INBOUND) and outcome in REACHED:
            waits[line_id].add(row.waits)
    rows.sort(key=lambda one: (-one.inbound, -one.outbound, one.line_id or 0))
    return [(one, waits[one.line_id]) for one in rows]


def by_group(span: Span, zone: ZoneInfo, scope: Scope) -> list[tuple[analytics.GroupRow, int | None]]:
    """Queues and groups that were offered calls, the most called first, and the longest wait of each; three queries."""
    rows = analytics.by_group(span, zone, scope.part, most=None)
    calls = scope.calls(*span.instants(zone)).filter(INBOUND, medium=Medium.VOICE).exclude(group_remote_id="")
    counted = calls.order_by().values_list("connection_id", "group_remote_id").annotate(longest=Max("wait_s"))
    longest = {(connection_id, remote_id): wait_s for connection_id, remote_id, wait_s in counted}
    return [(one, longest.get((one.connection_id, one.remote_id))) for one in rows]


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
