"""Keeping the roll-ups equal to the calls: count what is marked, count everything anew, compare.

Whoever reads figures need not wait for it: marked days are read from the calls themselves (rollup_sql.cells_of).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db import transaction

from accounts.models import Tenant
from accounts.scoping import current_tenant_id, tenant_scope, unscoped
from telephony.models import RollupMark, SyncRun
from telephony.services import rollup_sql as sql
from telephony.services.rollup_checking import differences

SHOWN = 50


def settle(connection_id: int) -> int:
    """Count the marked days of a connection of the scope's tenant; how many days of UTC that were.

    A month at a time, each in a transaction of its own. Safe to run twice, at once, early or never.
    """
    tenant_id = current_tenant_id()
    days = sql.marked_days(tenant_id, connection_id)
    for some in _by_month(days):
        with transaction.atomic():
            zone = sql.lock(tenant_id, connection_id)
            if zone is not None:
                sql.recount(tenant_id, connection_id, zone, some)
    return len(days)


def rebuild() -> int:
    """Count everything of the scope's tenant anew; how many days of how many connections that were."""
    sql.mark_all(current_tenant_id())
    connections = (
        RollupMark.objects.order_by("connection_id").values_list("connection_id", flat=True).distinct()
    )
    return sum(settle(connection_id) for connection_id in list(connections))


class Comparison(NamedTuple):
    """What the roll-ups and the calls of a tenant do not agree in, some of it: nothing where all is well.

    left_aside   marked days of UTC of connections: they wait to be counted, so nothing can be said of them
    """

    differences: Sequence[tuple[Any, ...]]
    left_aside: int


def compare(tenant: Tenant) -> Comparison:
    with tenant_scope(tenant):
        tenant_id = current_tenant_id()
        left_aside = sql.marks(tenant_id)
        return Comparison(differences(tenant_id, tenant.time_zone, SHOWN), left_aside)


def due() -> list[tuple[int, int]]:
    """(tenant id, connection id) of those that have marked days and no sync run at work, after which they are counted."""
    with unscoped("dispatch"):
        sql.forget_orphans()
        at_work = SyncRun.objects.filter(state=SyncRun.State.RUNNING).values("connection_id")
        marked = RollupMark.objects.exclude(connection_id__in=at_work).order_by()
        return list(marked.values_list("tenant_id", "connection_id").distinct())


def _by_month(days: Sequence[date]) -> list[list[date]]:
    """Days in order, so that what a month's days give is added up once, and again for the days beside it at most."""
    return [list(some) for _month, some in groupby(days, key=lambda day: day.replace(day=1))]
