"""What a report's period is held against: which countries were called before, and how busy its open hours usually are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from accounts.models import Tenant
from portal.lib.calling_codes import country_of_prefix
from telephony.services.open_time import OpenTime
from telephony.services.opening_hours import assumed, schedules
from telephony.services.report_facts import Currencies, Scope
from telephony.services.rollup_reading import quarters, span_of, sums


@dataclass(kw_only=True)
class Dialled:
    """Calls that went out to one country. Money by currency, in millionths."""

    calls: int = 0
    talk_s: int = 0
    cost: dict[str, int] = field(default_factory=dict)


def countries(
    first: date, last: date, zone: ZoneInfo, scope: Scope, currencies: Currencies
) -> Mapping[str, Dialled]:
    """By how their numbers begin, as `country_of_prefix` tells; short numbers and those of no country left out."""
    found: dict[str, Dialled] = defaultdict(Dialled)
    for row in sums(("connection_id", "destination"), first, last, zone, scope.part, only="dialled"):
        connection_id, destination = row.key
        if country := country_of_prefix(destination):
            one, currency = found[country], currencies.get(connection_id, "")
            one.calls += row.calls
            one.talk_s += row.talk_s
            if row.cost_micros:
                one.cost[currency] = one.cost.get(currency, 0) + row.cost_micros
    return found


@dataclass(kw_only=True)
class OpenDay:
    """One local day: how many seconds of it were open, and how many voice calls there were in those, in or out."""

    open_s: int = 0
    calls: int = 0


def open_days(
    first: date, last: date, zone: ZoneInfo, scope: Scope, tenant: Tenant
) -> Mapping[date, OpenDay]:
    """The days that were open at all, by the tenant's schedules; where it has none, by what is assumed of it."""
    start_at, end_at = span_of(first, last, zone)
    hours = [one.hours for one in schedules(first)] or [assumed(tenant, first)]
    found: dict[date, OpenDay] = defaultdict(OpenDay)
    counted = iter(quarters(start_at, end_at, scope.part))
    at, count = next(counted, (end_at, 0))
    for begin, end in OpenTime(hours, start_at, end_at).stretches:
        day = found[begin.astimezone(zone).date()]
        day.open_s += int((end - begin).total_seconds())
        while at < end:
            day.calls += count if at >= begin else 0
            at, count = next(counted, (end_at, 0))
    return found
