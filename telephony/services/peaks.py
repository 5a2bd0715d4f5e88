"""The most calls at once, day by day, counted from the calls themselves: of two parts together it is no sum of theirs.

A call goes on from its start until it has waited and talked, as CallQuerySet.running_at has it: one that ends as another
begins is not at once with it. Raw SQL, the tenants as a parameter. A second for some hundred thousand calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection as database

from portal.lib.days import midnight
from telephony.models.calls import LONGEST, Medium
from telephony.models.rollups import Part
from telephony.models.spans import DAY, Span
from telephony.services.counting_steps import Counting, Stretch

# Of steps at one instant those down come first. Each day has a step of nothing at its beginning: what goes on then counts.
_PEAKS = f"""
WITH lasting AS MATERIALIZED (
    SELECT started_at AS begun_at,
           started_at + (coalesce(wait_s, 0) + coalesce(duration_s, 0)) * interval '1 second' AS ended_at
      FROM telephony_call
     WHERE tenant_id = ANY(%(tenants)s) AND started_at > %(start)s - %(longest)s AND started_at < %(end)s
       AND medium = '{Medium.VOICE}' AND {{narrowed}} AND coalesce(wait_s, 0) + coalesce(duration_s, 0) > 0),
steps AS (
    SELECT begun_at AS at, 1 AS step FROM lasting
    UNION ALL SELECT ended_at, -1 FROM lasting
    UNION ALL SELECT unnest(%(days)s::timestamptz[]), 0),
counted AS (SELECT at, step, sum(step) OVER (ORDER BY at, step ROWS UNBOUNDED PRECEDING) AS calls FROM steps)
SELECT DISTINCT ON (1) width_bucket(at, %(days)s::timestamptz[]), calls, at
  FROM counted WHERE step >= 0 AND at >= %(start)s AND at < %(end)s ORDER BY 1, 2 DESC, 3
"""


class Peak(NamedTuple):
    """The most calls at once on a local day, and when there were so many for the first time on it."""

    day: date
    calls: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PeakCount(Counting[list[Peak]]):
    """Of days of one zone, whichever the tenants have: what happens at an instant has no clocks of its own."""

    zone: str

    def count(self, step: Sequence[Stretch]) -> list[tuple[Any, ...]]:
        first, last = (step[0].first, step[0].last) if step else (self.span.first, self.span.last)
        days = replace(self.span, first=first, last=last)
        found = peaks_of(days, ZoneInfo(self.zone), self.part, [one.whose.tenant for one in step])
        return [tuple(one) for one in found]

    def add(self, some: list[Any], more: list[Any]) -> list[Any]:
        return some + more

    def told(self, counted: list[Any]) -> list[Peak]:
        return [Peak(*one) for one in counted]


def peaks_of(span: Span, zone: ZoneInfo, part: Part, tenants: Sequence[int]) -> list[Peak]:
    """Of each day of the span; one without calls has a peak of nothing at its beginning. Tenants are told by their ids."""
    days = [span.first + number * DAY for number in range(span.days)]
    start_at, end_at = span.instants(zone)
    values = {
        "tenants": list(tenants),
        "start": start_at,
        "end": end_at,
        "longest": LONGEST,
        "days": [midnight(day, zone) for day in days],
        **part.values,
    }
    with database.cursor() as cursor:
        cursor.execute(_PEAKS.format(narrowed=part.condition), values)
        return [Peak(days[place - 1], calls, at) for place, calls, at in cursor.fetchall()]
