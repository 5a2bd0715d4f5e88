"""What became of unanswered calls, by what came first: somebody called back and was heard, or the caller tried again and
was answered (models/spoken.py).

Of whole tenants and connections each call is seen once, sorted by number: to look for what followed on each unanswered
call took three times as long. Of a line or group, which has few of its tenant's calls, each of them is followed by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import connection as database

from accounts.scoping import tenant_scope
from telephony.models.calls import REACHED, UNANSWERED, Direction, Medium
from telephony.models.rollups import Part
from telephony.models.spoken import Fate, fate_of, first_of, later_talks, with_number
from telephony.services import analytics
from telephony.services.counting_steps import Counting, Stretch


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


_BACK = f"direction = '{Direction.OUTBOUND}' AND duration_s > 0"
_AGAIN = f"direction = '{Direction.INBOUND}' AND outcome IN ({_listed(REACHED)})"
_MISSED = f"direction = '{Direction.INBOUND}' AND outcome IN ({_listed(UNANSWERED)})"
_VOICE = f"medium = '{Medium.VOICE}'"
# Calls of the days themselves are read once. What comes after them is looked up by number, once for each that has to be;
# its calls are kept beside it, for nothing says how many there are and a join of them may be planned as a loop in a loop.
# Of calls at one instant the unanswered ones come first in the window, since the others are not later than these. Sorted
# by number first, few comparisons go beyond its last digits. OFFSET 0 keeps the calls of a tenant together, to be found by
# when they began.
_FATES = f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(tenants)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[], %(zones)s::text[])
               AS asked(tenant_id, begin_at, end_at, zone)),
followed AS (
    SELECT tenant_id, number, at, is_missed,
           min(at) FILTER (WHERE is_back) OVER later AS back_at,
           min(at) FILTER (WHERE is_again) OVER later AS again_at
      FROM asked CROSS JOIN LATERAL (
        SELECT CASE direction WHEN '{Direction.INBOUND}' THEN caller_reversed ELSE callee_reversed END AS number,
               started_at AS at, {_BACK} AS is_back, {_AGAIN} AS is_again, {_MISSED} AS is_missed
          FROM telephony_call AS call
         WHERE call.tenant_id = asked.tenant_id AND started_at >= begin_at AND started_at < end_at AND {_VOICE}
           AND (caller_reversed LIKE '%%+' AND ({_AGAIN} OR {_MISSED} AND {{narrowed}})
                OR callee_reversed LIKE '%%+' AND {_BACK}) OFFSET 0) AS calls
    WINDOW later AS (PARTITION BY number COLLATE "C", tenant_id ORDER BY at DESC, is_missed DESC ROWS UNBOUNDED PRECEDING)),
missed AS MATERIALIZED (SELECT tenant_id, number, at, back_at, again_at FROM followed WHERE is_missed),
open AS (
    SELECT tenant_id, number, array_agg(at) AS ats, (SELECT end_at FROM asked WHERE asked.tenant_id = missed.tenant_id)
      FROM missed WHERE back_at IS NULL AND again_at IS NULL GROUP BY 1, 2),
told AS (
    SELECT tenant_id, at, back_at, again_at FROM missed WHERE back_at IS NOT NULL OR again_at IS NOT NULL
    UNION ALL
    SELECT tenant_id, unnest(ats), back_at, again_at
      FROM open CROSS JOIN LATERAL (
        SELECT (SELECT started_at FROM telephony_call AS back
                 WHERE back.tenant_id = open.tenant_id AND callee_reversed = number AND started_at >= end_at
                   AND {_VOICE} AND {_BACK} ORDER BY started_at LIMIT 1) AS back_at,
               (SELECT started_at FROM telephony_call AS again
                 WHERE again.tenant_id = open.tenant_id AND caller_reversed = number AND started_at >= end_at
                   AND {_VOICE} AND {_AGAIN} ORDER BY started_at LIMIT 1) AS again_at OFFSET 0) AS later)
SELECT CASE WHEN again_at < back_at OR back_at IS NULL AND again_at IS NOT NULL THEN '{Fate.CALLED_AGAIN}'
            WHEN back_at IS NULL THEN '{Fate.NEVER}'
            WHEN back_at - at <= interval '1 hour' THEN '{Fate.WITHIN_HOUR}'
            WHEN (back_at AT TIME ZONE zone)::date = (at AT TIME ZONE zone)::date THEN '{Fate.SAME_DAY}'
            ELSE '{Fate.LATER}' END,
       count(*)
  FROM told JOIN asked USING (tenant_id) GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True)
class Fates:
    """Unanswered calls whose number is known, by what became of them up to when it was looked."""

    within_hour: int = 0
    same_day: int = 0
    later: int = 0
    called_again: int = 0
    never: int = 0

    @property
    def all(self) -> int:
        return self.within_hour + self.same_day + self.later + self.called_again + self.never

    def of(self, fate: Fate) -> int:
        found: int = getattr(self, fate.value)
        return found


@dataclass(frozen=True, kw_only=True)
class FateCount(Counting[Fates]):
    """Tenant by tenant: the more days of one are seen together, the less has to be looked up."""

    is_by_tenant: ClassVar[bool] = True

    def count(self, step: Sequence[Stretch]) -> dict[str, int]:
        if not self.part.is_place:
            return _by_number(step, self.part)
        found: Counter[str] = Counter()
        for one in step:
            with tenant_scope(one.whose.tenant):
                found += _one_by_one(*one.instants, ZoneInfo(one.whose.zone), self.part)
        return dict(found)

    def add(self, some: dict[str, int], more: dict[str, int]) -> dict[str, int]:
        return dict(Counter(some) + Counter(more))

    def told(self, counted: dict[str, int]) -> Fates:
        return Fates(**counted)


def _by_number(step: Sequence[Stretch], part: Part) -> dict[str, int]:
    instants = [one.instants for one in step]
    values: dict[str, Any] = {
        "tenants": [one.whose.tenant for one in step],
        "begins": [begin for begin, _end in instants],
        "ends": [end for _begin, end in instants],
        "zones": [one.whose.zone for one in step],
        **part.values,
    }
    with database.cursor() as cursor:
        cursor.execute(_FATES.format(narrowed=part.condition), values)
        return dict(cursor.fetchall())


def _one_by_one(start_at: datetime, end_at: datetime, zone: ZoneInfo, part: Part) -> Counter[str]:
    back, again = later_talks(start_at)
    calls = with_number(analytics.calls_of(part).between(start_at, end_at)).order_by()
    rows = calls.annotate(back=first_of(back), again=first_of(again))
    return Counter(
        fate_of(at, back_at, again_at, zone).value
        for at, back_at, again_at in rows.values_list("started_at", "back", "again").iterator()
    )
