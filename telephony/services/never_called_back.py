"""How many numbers each tenant's board of missed callers has open for a span. Which they are says `MissedSearch` of
models/missed.py; a test holds the two together.

A number is counted on the days of its last unanswered call of the span, so that the counts of its days add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import connection as database

from telephony.models.calls import REACHED, UNANSWERED, Direction, Medium
from telephony.services.counting_steps import Counting, Stretch

_VOICE = f"medium = '{Medium.VOICE}'"
_INBOUND = f"direction = '{Direction.INBOUND}'"
_UNANSWERED = "outcome IN ({})".format(", ".join(f"'{word}'" for word in UNANSWERED))
_REACHED = "outcome IN ({})".format(", ".join(f"'{word}'" for word in REACHED))
# As in missed_sql: OFFSET 0 has each number looked up by its index.
_NEVER = f"""
WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(%(tenants)s::bigint[], %(begins)s::timestamptz[], %(ends)s::timestamptz[],
                         %(untils)s::timestamptz[]) AS asked(tenant_id, begin_at, end_at, until)),
tries AS MATERIALIZED (
    SELECT tenant_id, until, caller_reversed, last_at
      FROM asked CROSS JOIN LATERAL (
        SELECT caller_reversed, max(started_at) AS last_at
          FROM telephony_call AS call
         WHERE call.tenant_id = asked.tenant_id AND started_at >= begin_at AND started_at < end_at
           AND {_INBOUND} AND {_VOICE} AND {_UNANSWERED} AND caller_reversed LIKE '%%+'
         GROUP BY 1) AS calls)
SELECT tenant_id, count(*)
  FROM tries
 WHERE NOT EXISTS (
        SELECT FROM telephony_missedmark AS mark
         WHERE mark.tenant_id = tries.tenant_id AND mark.number = reverse(caller_reversed) AND done_at >= last_at OFFSET 0)
   AND NOT EXISTS (
        SELECT FROM telephony_call AS again
         WHERE again.tenant_id = tries.tenant_id AND again.caller_reversed = tries.caller_reversed
           AND started_at > last_at AND {_INBOUND} AND {_VOICE}
           AND ({_REACHED} OR {_UNANSWERED} AND started_at < until) OFFSET 0)
   AND NOT EXISTS (
        SELECT FROM telephony_call AS back
         WHERE back.tenant_id = tries.tenant_id AND callee_reversed = tries.caller_reversed
           AND started_at > last_at AND direction = '{Direction.OUTBOUND}' AND {_VOICE} AND duration_s > 0 OFFSET 0)
 GROUP BY 1
"""


@dataclass(frozen=True, kw_only=True)
class NeverCount(Counting[dict[int, int]]):
    """Numbers by tenant; those that have none are left out."""

    is_by_tenant: ClassVar[bool] = True

    def count(self, step: Sequence[Stretch]) -> dict[int, int]:
        instants = [one.instants for one in step]
        values: dict[str, Any] = {
            "tenants": [one.whose.tenant for one in step],
            "begins": [begin for begin, _end in instants],
            "ends": [end for _begin, end in instants],
            "untils": [one._replace(last=self.span.last).instants[1] for one in step],
        }
        with database.cursor() as cursor:
            cursor.execute(_NEVER, values)
            return dict(cursor.fetchall())

    def add(self, some: dict[int, int], more: dict[int, int]) -> dict[int, int]:
        return dict(Counter(some) + Counter(more))

    def told(self, counted: dict[int, int]) -> dict[int, int]:
        return counted
