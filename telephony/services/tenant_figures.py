"""Figures of a span for several tenants beside each other, for platform staff: those that each sees on its overview.

Each tenant's are read in its own scope, days being its local days: some five statements a tenant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import add
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q

from accounts.models import Tenant
from accounts.scoping import tenant_scope, tenants_scope
from telephony.models import Call, Connection, Coverage
from telephony.models.missed import MissedSearch
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services import analytics
from telephony.services.analytics import Compared, Step


@dataclass(frozen=True, kw_only=True)
class TenantFigures:
    """lacking   days of its connections whose calls are not all here; today, which is not over, left out
    has_before   whether the calls of the span before are here, so that it may be compared with; where no calls were
                 ever read there are none to lack
    """

    tenant: Tenant
    compared: Compared
    steps: Mapping[date, Step]
    lacking: int
    has_before: bool

    @property
    def cost_micros(self) -> int:
        """Of all currencies, to order by."""
        return sum(self.compared.now.cost_micros.values())


def figures_of(tenants: Sequence[Tenant], span: Span, now: datetime) -> list[TenantFigures]:
    """In the order of the tenants. Steps are those of the trend; see `Span.trend`."""
    trend = span.trend
    currencies = currencies_of(tenants)
    with tenants_scope(tenants):
        lacking = Count("pk", filter=_LACKING & Q(day__range=(span.first, span.last)) & ~Q(day=span.today))
        days = Coverage.objects.order_by().values_list("tenant_id")
        coverage = {
            tenant_id: (since, count)
            for tenant_id, since, count in days.annotate(since=Min("day"), lacking=lacking)
        }
    found = []
    for tenant in tenants:
        zone = ZoneInfo(tenant.time_zone)
        since, count = coverage.get(tenant.pk, (None, 0))
        with tenant_scope(tenant):
            found.append(
                TenantFigures(
                    tenant=tenant,
                    compared=analytics.compared(span, zone, Part(), now, currencies[tenant.pk]),
                    steps=analytics.over_time(trend, zone, Part()),
                    lacking=count,
                    has_before=since is None or since <= span.before.first,
                )
            )
    return found


def currencies_of(tenants: Sequence[Tenant]) -> Mapping[int, Mapping[int, str]]:
    """Of each tenant's connections, by id."""
    found: dict[int, dict[int, str]] = defaultdict(dict)
    with tenants_scope(tenants):
        for tenant_id, pk, currency in Connection.objects.values_list("tenant_id", "pk", "currency"):
            found[tenant_id][pk] = currency
    return found


_LACKING = ~Q(state=Coverage.State.COMPLETE)


def lacks_of(tenants: Sequence[Tenant], span: Span) -> list[Coverage]:
    """The days that `lacking` counts, those of a tenant and of its connection beside each other, the latest first."""
    with tenants_scope(tenants):
        days = Coverage.objects.filter(_LACKING, day__range=(span.first, span.last)).exclude(day=span.today)
        near = days.select_related("connection", "connection__tenant")
        return list(near.order_by("tenant__name_key", "tenant", "connection__name_key", "connection", "-day"))


def all_together(rows: Sequence[TenantFigures]) -> Compared:
    """The figures of all, and those before of the tenants that have them."""
    return Compared(
        now=reduce(add, (row.compared.now for row in rows)),
        before=reduce(add, (row.compared.before for row in rows)),
    )


def steps_together(rows: Sequence[TenantFigures]) -> dict[date, Step]:
    """Inbound calls over time of all."""
    return {
        step: Step(
            inbound=sum(row.steps[step].inbound for row in rows),
            reached=sum(row.steps[step].reached for row in rows),
            missed=sum(row.steps[step].missed for row in rows),
        )
        for step in rows[0].steps
    }


def never_called_back(tenants: Sequence[Tenant], span: Span) -> list[tuple[Tenant, int]]:
    """How many numbers each tenant's board of missed callers has open for the span, the most first; others are left out."""
    counts = []
    for tenant in tenants:
        with tenant_scope(tenant):
            begin, end = span.instants(ZoneInfo(tenant.time_zone))
            board = MissedSearch(start_at=begin, end_at=end)
            counts.append((tenant, board.narrow(Call.objects.all()).count()))
    return sorted((one for one in counts if one[1]), key=lambda one: -one[1])
