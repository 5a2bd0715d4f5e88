"""Figures of a span over several tenants together, for platform staff: by hour, wait, queue, line, country. Each tenant's
are read in its own scope and its own clocks, and added.

Figures that follow the calls of all one by one are of one tenant or of several alike: peaks.py, fates.py, caller_count.py,
never_called_back.py.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.lib.number_kinds import NumberKind
from portal.lib.wording import labelled
from telephony.models import Connection
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.providers.live import LivePanel
from telephony.services import allowances, analytics, live_panels
from telephony.services.allowances import Plan
from telephony.services.analytics import Changes, DestinationRow, GroupRow, LineRow
from telephony.services.rollup_reading import HourSum
from telephony.services.tenant_figures import currencies_of
from telephony.services.waiting import Waited, waited_over_time


class PanelOf(NamedTuple):
    tenant: Tenant
    connection: Connection
    panel: LivePanel


Found = TypeVar("Found")
ALL = Part()


class LineOf(NamedTuple):
    tenant: Tenant
    row: LineRow


class GroupOf(NamedTuple):
    tenant: Tenant
    connection: str
    row: GroupRow


class PlanOf(NamedTuple):
    tenant: Tenant
    plan: Plan


def _of_each(tenants: Iterable[Tenant], read: Callable[[Tenant, ZoneInfo], Found]) -> list[Found]:
    found = []
    for tenant in tenants:
        with tenant_scope(tenant):
            found.append(read(tenant, ZoneInfo(tenant.time_zone)))
    return found


def hours(tenants: Sequence[Tenant], span: Span) -> list[HourSum]:
    """Of each tenant the hours of its clocks."""
    counts: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for some in _of_each(tenants, lambda _tenant, zone: analytics.hours_of(span, zone, ALL)):
        for one in some:
            counts[one.weekday, one.hour].update(
                calls=one.calls, inbound=one.inbound, reached=one.reached, missed=one.missed
            )
    names = ("calls", "inbound", "reached", "missed")
    return [HourSum(*key, *(counts[key][name] for name in names)) for key in sorted(counts)]


def waits(tenants: Sequence[Tenant], span: Span) -> dict[date, Waited]:
    """As waiting.waited_over_time."""
    found = {step: Waited() for step in span.steps()}
    for some in _of_each(tenants, lambda _tenant, zone: waited_over_time(span, zone, ALL)):
        for step, one in some.items():
            found[step].add(one)
    return found


def destinations(tenants: Sequence[Tenant], span: Span) -> list[DestinationRow]:
    """As analytics.by_destination."""
    currencies = currencies_of(tenants)
    found: dict[tuple[str, NumberKind], DestinationRow] = {}
    for some in _of_each(
        tenants, lambda tenant, zone: analytics.by_destination(span, zone, ALL, currencies[tenant.pk])
    ):
        for one in some:
            found.setdefault((one.code, one.kind), DestinationRow(code=one.code, kind=one.kind)).add(one)
    return analytics.destinations_apart(found.values())


def lines(tenants: Sequence[Tenant], span: Span, most: int | None) -> list[LineOf]:
    """The busiest `most` of all; those of no known line are one row a tenant."""
    currencies = currencies_of(tenants)

    def read(tenant: Tenant, zone: ZoneInfo) -> list[LineOf]:
        rows = analytics.by_line(span, zone, ALL, currencies[tenant.pk], most=most)
        return [LineOf(tenant, row) for row in rows[:most]]

    found = [one for some in _of_each(tenants, read) for one in some]
    return sorted(found, key=lambda one: -one.row.calls)[:most]


def groups(tenants: Sequence[Tenant], span: Span, most: int | None) -> list[GroupOf]:
    """Queues and ring groups, the busiest `most` of all."""

    def read(tenant: Tenant, zone: ZoneInfo) -> list[GroupOf]:
        rows = analytics.by_group(span, zone, ALL, most=most)
        names = dict(Connection.objects.values_list("pk", "name"))
        return [GroupOf(tenant, names.get(row.connection_id, ""), row) for row in rows]

    found = [one for some in _of_each(tenants, read) for one in some]
    return sorted(found, key=lambda one: -one.row.calls)[:most]


def plans(tenants: Sequence[Tenant]) -> list[PlanOf]:
    """Plans of lines, the most used up first; those that are not told are left out."""

    def read(tenant: Tenant, _zone: ZoneInfo) -> list[PlanOf]:
        connections = Connection.objects.filter(unlinked_at=None).select_related("credential")
        found = allowances.plans_of(connections, ALL)
        return [PlanOf(tenant, plan) for plan in found if plan.share_used is not None]

    found = [one for some in _of_each(tenants, read) for one in some]
    return sorted(found, key=lambda one: -(one.plan.share_used or 0))


def balances(tenants: Sequence[Tenant]) -> list[PanelOf]:
    """What providers tell of an account when they are asked, as the overview of each tenant has it. Nobody is asked here."""

    def read(tenant: Tenant, _zone: ZoneInfo) -> list[PanelOf]:
        connections = Connection.objects.filter(unlinked_at=None).select_related("credential")
        found = live_panels.overview_panels(connections.order_by("name_key", "pk"))
        return [PanelOf(tenant, connection, panel) for connection, panel in found]

    return [one for some in _of_each(tenants, read) for one in some]


def changes(tenants: Sequence[Tenant], span: Span) -> list[Changes]:
    """Changes made in any of them, each with the name of its tenant before it, first to last."""

    def read(tenant: Tenant, zone: ZoneInfo) -> list[Changes]:
        found = analytics.changes_made(span, zone, ALL)
        return [replace(one, summary=labelled(tenant.name, one.summary)) for one in found]

    return sorted((one for some in _of_each(tenants, read) for one in some), key=attrgetter("at"))
