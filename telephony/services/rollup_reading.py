"""Sums over the roll-ups. Days that are being counted are read from the calls, so that a sum is always that of the rows.

What the sums mean, and the figures made of them: analytics.py. Keeping the roll-ups: rollups.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection as database

from accounts.scoping import current_tenant_id
from portal.lib.days import midnight
from telephony.models.calls import Direction, Medium
from telephony.models.rollups import BREAKDOWNS, WAIT_BOUNDS, Part
from telephony.services import rollup_sql as sql

# What cells may be grouped by: columns, and steps of time that begin on a Monday or a first.
GROUPS = {
    name: name
    for name in (
        "day",
        "connection_id",
        "line_id",
        "group_remote_id",
        "medium",
        "direction",
        "outcome",
        "destination",
    )
} | {"week": "date_trunc('week', day)::date", "month": "date_trunc('month', day)::date"}
# Conditions, the columns that they are about, and the names of WITHIN that they imply.
ONLY = {
    "": ("TRUE", (), ()),
    "of groups": (
        f"group_remote_id <> '' AND direction = '{Direction.INBOUND}'",
        ("group_remote_id", "direction"),
        ("groups",),
    ),
    "dialled": (
        f"direction = '{Direction.OUTBOUND}' AND medium = '{Medium.VOICE}'",
        ("direction", "medium"),
        ("outbound",),
    ),
}
_BY_DAY = {"day", "week"}
# What cells of every breakdown tell apart.
_ALWAYS = {"day", "week", "month", "connection_id"}
_MEASURES = {
    **{name: f"sum({name})" for name in ("calls", "inbound", "reached", "outbound")},
    "talk_s": "sum(talk_s)::bigint",
    "wait_s": "coalesce(sum(wait_s), 0)::bigint",
    "cost_micros": "sum(cost_micros)::bigint",
}
_WAITS = "".join(f", coalesce(sum(waits[{place}]), 0)" for place in range(1, len(WAIT_BOUNDS) + 2))


@dataclass(frozen=True, slots=True)
class Sum:
    """The calls that share a key.

    key      values of the columns that were asked for, in that order
    reached  of the inbound
    waits    calls by seconds waited, see rollups.WAIT_BOUNDS; only of those that tell
    """

    key: tuple[Any, ...]
    calls: int
    inbound: int
    reached: int
    outbound: int
    talk_s: int
    wait_s: int
    cost_micros: int
    waits: tuple[int, ...]


class HourSum(NamedTuple):
    """Voice calls of one hour of one ISO weekday (1 is Monday), over all days asked for."""

    weekday: int
    hour: int
    calls: int
    inbound: int
    reached: int
    missed: int


def sums(
    by: Sequence[str],
    first: date,
    last: date,
    zone: ZoneInfo,
    part: Part | None = None,
    *,
    with_waits: bool = False,
    only: str = "",
) -> list[Sum]:
    """Local days from `first` to `last`, grouped by some of GROUPS, in one statement.

    only         a name of ONLY: figures of few calls need not add up the others
    with_waits   whether `Sum.waits` is wanted: it takes as long as all the rest
    """
    part = part or Part()
    keys = ", ".join(GROUPS[name] for name in by)
    places = ", ".join(str(place + 1) for place in range(len(by)))
    condition, about, within = ONLY[only]
    first_month, end_month = _whole_months(first, last)
    has_months = _BY_DAY.isdisjoint(by) and first_month < end_month
    breakdown = _coarsest(
        {*by, *about, *part.columns}, {"", *within, *(("groups",) if part.is_of_groups else ())}, with_waits
    )
    cells = sql.cells_of(breakdown, part.condition, are_months=has_months)
    statement = (
        f"WITH {cells} SELECT {keys}, {', '.join(_MEASURES.values())}{_WAITS if with_waits else ''}"
        f" FROM cells WHERE {condition} GROUP BY {places} ORDER BY {places}"
    )
    values = {
        "tenant": current_tenant_id(),
        "zone": zone.key,
        "first": first,
        "last": last,
        "breakdown": breakdown,
        "first_month": first_month,
        "end_month": end_month,
        **part.values,
    }
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    wide = len(by)
    end = wide + len(_MEASURES)
    return [
        Sum(row[:wide], **dict(zip(_MEASURES, row[wide:end], strict=True)), waits=row[end:]) for row in rows
    ]


def _coarsest(asked: set[str], within: set[str], with_waits: bool) -> str:
    """The first breakdown that tells all of this apart, of all calls that are asked for."""
    return next(
        name
        for name, breakdown in BREAKDOWNS.items()
        if asked - _ALWAYS <= breakdown.columns
        and breakdown.within in within
        and breakdown.has_waits >= with_waits
    )


def by_hour(start_at: datetime, end_at: datetime, zone: ZoneInfo, part: Part | None = None) -> list[HourSum]:
    """Quarters of the half-open span, by weekday and hour of a zone. Not of a part that is crossing."""
    seasons = _seasons(start_at, end_at, zone)
    months = _months_of(start_at, end_at, zone)
    rows = _of_quarters(
        sql.hours_of,
        "SELECT hour, sum(calls)::int, sum(inbound)::int, sum(reached)::int, sum(missed)::int"
        " FROM hours GROUP BY 1 ORDER BY 1",
        start_at,
        end_at,
        part,
        zone=zone.key,
        since=[since for since, _offset in seasons],
        offsets=[offset for _since, offset in seasons],
        months=months[:-1],
        begins_at=[midnight(month, zone) for month in months[:-1]],
        ends_at=[midnight(month, zone) for month in months[1:]],
    )
    return [HourSum(hour // 24 + 1, hour % 24, *counts) for hour, *counts in rows]


def quarters(start_at: datetime, end_at: datetime, part: Part | None = None) -> list[tuple[datetime, int]]:
    """(instant, voice calls) of each quarter of an hour of the half-open span that has any, in order. Not of a part that is
    crossing.
    """
    told = "SELECT quarter_at, sum(calls)::int FROM cells GROUP BY 1 HAVING sum(calls) > 0 ORDER BY 1"
    return _of_quarters(sql.quarters_of, told, start_at, end_at, part)


def _of_quarters(
    cells_of: Callable[[str, str], str],
    told: str,
    start_at: datetime,
    end_at: datetime,
    part: Part | None,
    **values: Any,
) -> list[tuple[Any, ...]]:
    """What a statement tells of the quarters of a half-open span, or of their hours."""
    part = part or Part()
    if part.is_crossing:
        raise ValueError("quarters are kept of lines and of groups, not of both at once")
    breakdown = ""
    if part.is_place or part.any_group:
        breakdown = _coarsest(
            set(part.columns), {"", "groups"} if part.is_of_groups else {""}, with_waits=False
        )
    around = timedelta(days=1) if breakdown else timedelta()  # its cells are of days of some zone
    values |= {
        "tenant": current_tenant_id(),
        "start": start_at,
        "end": end_at,
        "first": (start_at - around).date(),
        "last": (end_at + around).date(),
        "breakdown": breakdown,
        **part.values,
    }
    with database.cursor() as cursor:
        cursor.execute(f"WITH {cells_of(breakdown, part.condition)} {told}", values)
        return list(cursor.fetchall())


def _seasons(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> list[tuple[datetime, int]]:
    """(instant, seconds that the zone's clocks are ahead of UTC from then on), to the quarter of an hour."""

    def ahead_s(at: datetime) -> int:
        return int((at.astimezone(zone).utcoffset() or timedelta()).total_seconds())

    at = start_at.astimezone(UTC)
    found = [(at, ahead_s(at))]
    while at < end_at:
        before, at = at, at + timedelta(days=1)
        if ahead_s(at) != found[-1][1]:
            changed = before
            while ahead_s(changed) == found[-1][1]:
                changed += timedelta(minutes=15)
            found.append((changed, ahead_s(changed)))
    return found


def _months_of(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> list[date]:
    """The months of a zone that lie whole in a span, in order, and the one after; nothing where there is none."""
    first, last = start_at.astimezone(zone).date(), end_at.astimezone(zone).date()
    if midnight(first, zone) < start_at:
        first += timedelta(days=1)
    month, end_month = _whole_months(first, last - timedelta(days=1))
    if month == end_month:
        return []
    found = [month]
    while found[-1] < end_month:
        found.append(_next_month(found[-1]))
    return found


def _whole_months(first: date, last: date) -> tuple[date, date]:
    """The half-open span of the months whose days are all asked for; empty where there is none."""
    begin = first if first.day == 1 else _next_month(first)
    following = last + timedelta(days=1)
    return begin, max(begin, following.replace(day=1))


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def span_of(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open span of these local days."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)
