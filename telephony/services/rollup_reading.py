"""Sums over the roll-ups. Days that are being counted are read from the calls, so that a sum is always that of the rows.

What the sums mean, and the figures made of them: analytics.py. Keeping the roll-ups: rollups.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection as database

from accounts.scoping import current_tenant_id
from portal.lib.days import midnight
from telephony.models.calls import Direction, Medium
from telephony.models.rollups import WAIT_BOUNDS, Part
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
ONLY = {
    "": "TRUE",
    "of groups": f"group_remote_id <> '' AND direction = '{Direction.INBOUND}'",
    "dialled": f"direction = '{Direction.OUTBOUND}' AND medium = '{Medium.VOICE}'",
}
_DETAIL = {"line_id", "group_remote_id", "destination"}
_WAITS = "".join(f", coalesce(sum(waits[{place}]), 0)" for place in range(1, len(WAIT_BOUNDS) + 2))


@dataclass(frozen=True, slots=True)
class Sum:
    """The calls that share a key.

    key      values of the columns that were asked for, in that order
    waits    calls by seconds waited, see rollups.WAIT_BOUNDS; only of those that tell
    """

    key: tuple[Any, ...]
    calls: int
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
    statement = (
        f"WITH {sql.DAY_CELLS.format(narrowed=part.condition)} SELECT {keys}, sum(calls), sum(talk_s),"
        f" coalesce(sum(wait_s), 0), sum(cost_micros)::bigint{_WAITS if with_waits else ''}"
        f" FROM cells WHERE {ONLY[only]} GROUP BY {places} ORDER BY {places}"
    )
    is_total = part.line is None and part.group is None and _DETAIL.isdisjoint(by)
    values = {
        "tenant": current_tenant_id(),
        "zone": zone.key,
        "first": first,
        "last": last,
        "is_total": is_total,
        **part.values,
    }
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    wide = len(by)
    return [
        Sum(
            row[:wide],
            calls=row[wide],
            talk_s=row[wide + 1],
            wait_s=row[wide + 2],
            cost_micros=row[wide + 3],
            waits=row[wide + 4 :],
        )
        for row in rows
    ]


def by_hour(start_at: datetime, end_at: datetime, zone: ZoneInfo, part: Part | None = None) -> list[HourSum]:
    """Quarters of the half-open span, by weekday and hour of a zone. A line's or a group's are not kept: see `Part`."""
    part = part or Part()
    if part.line is not None or part.group is not None:
        raise ValueError("quarters are kept by connection")
    statement = (
        f"WITH {sql.QUARTER_CELLS.format(narrowed=part.condition)}, local AS (SELECT quarter_at AT TIME ZONE %(zone)s"
        " AS at, calls, inbound, reached, missed FROM cells)"
        " SELECT extract(isodow FROM at)::int, extract(hour FROM at)::int, sum(calls), sum(inbound),"
        " sum(reached), sum(missed) FROM local GROUP BY 1, 2 ORDER BY 1, 2"
    )
    values = {
        "tenant": current_tenant_id(),
        "zone": zone.key,
        "start": start_at,
        "end": end_at,
        "first": start_at.date(),
        "last": end_at.date(),
        **part.values,
    }
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return [HourSum(*row) for row in cursor.fetchall()]


def span_of(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open span of these local days."""
    return midnight(first, zone), midnight(last + timedelta(days=1), zone)
