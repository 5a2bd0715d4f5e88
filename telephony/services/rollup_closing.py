"""Closing months: what their calls gave is kept as it was said, and said again in another version where it changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony.models import CallDay, ClosedMonth, Connection, Coverage
from telephony.models.calls import MISSED, REACHED, Direction, Medium
from telephony.models.rollups import Part
from telephony.services.call_figures import DayFigures
from telephony.services.period_coverage import coverage_of
from telephony.services.rollup_reading import Sum, sums

CLOSED_AFTER = timedelta(days=3)  # most calls that come late have come by then
FIGURES = ("calls", "inbound", "reached", "missed", "outbound", "talk_s")  # of voice
Figures = dict[str, Any]


def close_due(now: datetime) -> int:
    """Close what is due, of all tenants; how many versions were written."""
    return sum(close_months(tenant, now) for tenant in Tenant.objects.filter(closed_at=None))


def close_months(tenant: Tenant, now: datetime) -> int:
    """Write a version of each month that is over and has none, or whose figures are no longer those of its last."""
    zone = ZoneInfo(tenant.time_zone)
    open_month = (now - CLOSED_AFTER).astimezone(zone).date().replace(day=1)
    with tenant_scope(tenant):
        first = CallDay.objects.order_by("day").values_list("day", flat=True).first()
        if first is None or first >= open_month:
            return 0
        last = open_month - timedelta(days=1)
        said = {one.month: one for one in ClosedMonth.objects.order_by("version")}
        unsure = _unsure(first, last, zone)
        found = dict.fromkeys(said, figures_of((), {})) | _by_month(first, last, zone)
        made = [
            ClosedMonth(
                month=month,
                version=said[month].version + 1 if month in said else 1,
                closed_at=now,
                time_zone=zone.key,
                figures=figures,
                is_whole=month not in unsure,
            )
            for month, figures in found.items()
            if Coverage.State.FETCHING not in unsure.get(month, ())
            and (month not in said or said[month].figures != figures)
        ]
        return len(ClosedMonth.objects.bulk_create(made, ignore_conflicts=True))


def versions_of(month: date) -> list[ClosedMonth]:
    """What was said of a month of the scope's tenant, the latest first; nothing while it is open."""
    return list(ClosedMonth.objects.filter(month=month).order_by("-version"))


def said_of(found: DayFigures) -> Figures:
    """As they are kept: see `figures_of`."""
    return {**{name: getattr(found, name) for name in FIGURES}, "cost": found.cost_micros}


def figures_of(rows: Iterable[Sum], currencies: Mapping[int, str]) -> Figures:
    """calls, inbound, reached, missed, outbound, talk_s of voice; cost: micros by currency, of everything.

    rows   by connection, medium, direction and outcome, in that order at the end of their keys
    """
    figures: Figures = dict.fromkeys(FIGURES, 0)
    cost: dict[str, int] = defaultdict(int)
    for row in rows:
        connection_id, medium, direction, outcome = row.key[-4:]
        cost[currencies.get(connection_id, "")] += row.cost_micros
        if medium != Medium.VOICE:
            continue
        figures["calls"] += row.calls
        figures["talk_s"] += row.talk_s
        figures["outbound"] += row.calls if direction == Direction.OUTBOUND else 0
        if direction == Direction.INBOUND:
            figures["inbound"] += row.calls
            figures["reached"] += row.calls if outcome in REACHED else 0
            figures["missed"] += row.calls if outcome in MISSED else 0
    return {**figures, "cost": {currency: micros for currency, micros in sorted(cost.items()) if micros}}


def _by_month(first: date, last: date, zone: ZoneInfo) -> dict[date, Figures]:
    months: dict[date, list[Sum]] = defaultdict(list)
    for row in sums(
        ("month", "connection_id", "medium", "direction", "outcome"), first.replace(day=1), last, zone
    ):
        months[row.key[0]].append(row)
    currencies = dict(Connection.objects.values_list("pk", "currency"))
    return {month: figures_of(rows, currencies) for month, rows in months.items()}


def _unsure(first: date, last: date, zone: ZoneInfo) -> dict[date, set[str]]:
    """In which states days are that are not complete, by month."""
    found: dict[date, set[str]] = defaultdict(set)
    for one in coverage_of(first.replace(day=1), last, None, zone, Part()).not_whole:
        found[one.day.replace(day=1)].add(one.state)
    return found
