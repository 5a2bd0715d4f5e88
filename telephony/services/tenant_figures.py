"""Figures of a span for several tenants beside each other, for platform staff: those that each sees on its overview.

Each tenant's are read in its own scope, days being its local days: some five statements a tenant.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce
from operator import add
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from accounts.scoping import tenant_scope, tenants_scope
from telephony.models import Connection
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services import analytics
from telephony.services.analytics import Compared, Step
from telephony.services.period_coverage import NotWhole, coverages_of
from telephony.services.retention import has_same_time


@dataclass(frozen=True, kw_only=True)
class TenantFigures:
    """lacking   days of its connections whose calls are not all here; today, which is not over, left out
    has_before   whether all calls of the span before are here, so that it may be compared with
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
    trend, before = span.trend, span.before
    currencies = currencies_of(tenants)
    coverage = coverages_of(tenants, replace(span, first=before.first))
    found = []
    for tenant in tenants:
        zone, here = ZoneInfo(tenant.time_zone), coverage[tenant.pk]
        with tenant_scope(tenant):
            found.append(
                TenantFigures(
                    tenant=tenant,
                    compared=analytics.compared(span, zone, Part(), now, currencies[tenant.pk]),
                    steps=analytics.over_time(trend, zone, Part()),
                    lacking=len(here.within(span).not_whole),
                    has_before=here.has(before) and has_same_time(span, zone),
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


def lacks_of(tenants: Sequence[Tenant], span: Span) -> list[NotWhole]:
    """The days that `lacking` counts, those of a tenant and of its connection beside each other."""
    return [one for here in coverages_of(tenants, span).values() for one in here.not_whole]


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
