"""What a rule of staff would have raised in the last thirty days, tenant by tenant, as far as some seconds reach."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Sum

from accounts.models import Tenant
from accounts.scoping import tenant_scope, tenants_scope
from telephony.alerts.preview import DAYS, Preview, preview_of
from telephony.models import Connection, Coverage, SharedRule
from telephony.services import alert_rules
from telephony.services.alert_sharing import as_rule

WITHIN_S = 3.0
MOST_SHOWN = 20


@dataclass(frozen=True, kw_only=True)
class TenantPreview:
    """latest   the day of its last alert, and what that is of, "" for the rule's own"""

    tenant: Tenant
    count: int
    latest: date
    of: str


@dataclass(frozen=True, kw_only=True)
class SharedPreview:
    """count     alerts of all that were looked at
    told      tenants that it would have told, most alerts first; `rows` are those that are shown
    silent    in which it would have raised nothing
    untold    of which no day tells enough
    looked_at, left   how many were looked at, those of the most calls first, and for how many no time was left
    judged    as that of a Preview, "" where they differ
    """

    count: int
    told: Sequence[TenantPreview]
    silent: int
    untold: int
    left: int
    judged: str

    @property
    def looked_at(self) -> int:
        return len(self.told) + self.silent + self.untold

    @property
    def rows(self) -> Sequence[TenantPreview]:
        return self.told[:MOST_SHOWN]

    @property
    def more(self) -> int:
        return len(self.told) - len(self.rows)


def shared_preview_of(rule: SharedRule, now: datetime, within_s: float = WITHIN_S) -> SharedPreview | None:
    """None of a kind of which the past is not known. At least one tenant is looked at, however long that takes."""
    give_up_at = time.monotonic() + within_s
    waiting = _by_calls(alert_rules.tenants_of(rule), now)
    found: list[tuple[Tenant, Preview]] = []
    for tenant in waiting:
        if found and time.monotonic() > give_up_at:
            break
        with tenant_scope(tenant):
            preview = preview_of(as_rule(rule), tenant, now)
        if preview is None:
            return None
        found.append((tenant, preview))
    told = [
        TenantPreview(tenant=tenant, count=one.count, latest=one.opened[0][0], of=one.opened[0][1])
        for tenant, one in found
        if one.count
    ]
    judged = {one.judged for _tenant, one in found}
    return SharedPreview(
        count=sum(one.count for one in told),
        told=sorted(told, key=lambda one: (-one.count, one.tenant.name_key)),
        silent=sum(bool(one.known and not one.count) for _tenant, one in found),
        untold=sum(not one.known and not one.count for _tenant, one in found),
        left=len(waiting) - len(found),
        judged=judged.pop() if len(judged) == 1 else "",
    )


def _by_calls(tenants: Sequence[Tenant], now: datetime) -> list[Tenant]:
    """Those that a look goes to: that have a connection. Those with the most calls of these days first."""
    with tenants_scope(tenants):
        linked = set(Connection.objects.filter(unlinked_at=None).values_list("tenant_id", flat=True))
        lately = Coverage.objects.filter(day__gte=(now - timedelta(days=DAYS)).date()).order_by()
        calls = dict(lately.values_list("tenant_id").annotate(Sum("calls")))
    return sorted((one for one in tenants if one.pk in linked), key=lambda one: -(calls.get(one.pk) or 0))
