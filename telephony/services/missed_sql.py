"""The raw SQL behind the count of the board of missed callers: number by number, where Django would ask call by call.

Which numbers wait is said by `models/missed.MissedSearch`; a test holds the two together.
"""

from __future__ import annotations

from typing import Any

from django.db import connection as database

from telephony.models.calls import UNANSWERED, Direction, Medium
from telephony.models.missed import REACHED, MissedSearch, MissedState

_OPEN = "(mark.done_at IS NULL OR mark.done_at < last_at)"
_STATES = {
    MissedState.OPEN: _OPEN,
    MissedState.MINE: f"{_OPEN} AND mark.owner_id = %(person)s",
    MissedState.FREE: f"{_OPEN} AND mark.owner_id IS NULL",
    MissedState.DONE: "mark.done_at >= last_at",
}
# Numbers are looked up newest first, for these wait most likely, and the rest is left once there are enough. Without
# MATERIALIZED and OFFSET 0 the planner would look up all of them before it sorts, or each call of the period.
_WAITING = """
WITH tries AS MATERIALIZED (
    SELECT caller_reversed, max(started_at) AS last_at
      FROM telephony_call
     WHERE tenant_id = %(tenant)s AND started_at >= %(start)s AND started_at < %(end)s
       AND direction = '{inbound}' AND medium = '{voice}' AND outcome IN ({unanswered})
       AND caller_reversed LIKE '%%+'
     GROUP BY caller_reversed
    HAVING %(line)s IS NULL OR bool_or(line_id = %(line)s)
     ORDER BY last_at DESC)
SELECT count(*) FROM (
    SELECT FROM tries
      LEFT JOIN telephony_missedmark AS mark
        ON mark.tenant_id = %(tenant)s AND mark.number = reverse(tries.caller_reversed)
     WHERE {state}
       AND NOT EXISTS (
            SELECT FROM telephony_call AS back
             WHERE back.tenant_id = %(tenant)s AND back.callee_reversed = tries.caller_reversed
               AND back.started_at > tries.last_at AND back.direction = '{outbound}'
               AND back.medium = '{voice}' AND back.duration_s > 0 OFFSET 0)
       AND NOT EXISTS (
            SELECT FROM telephony_call AS again
             WHERE again.tenant_id = %(tenant)s AND again.caller_reversed = tries.caller_reversed
               AND again.started_at > tries.last_at AND again.direction = '{inbound}'
               AND again.medium = '{voice}' AND again.outcome IN ({reached}) OFFSET 0)
     LIMIT %(most)s) AS waiting
"""


def count_waiting(tenant_id: int, search: MissedSearch, most: int) -> int:
    """How many numbers of a tenant the board shows, `search.number` left aside; no more than `most` are counted."""
    statement = _WAITING.format(
        state=_STATES[MissedState(search.state)],
        inbound=Direction.INBOUND,
        outbound=Direction.OUTBOUND,
        voice=Medium.VOICE,
        unanswered=_listed(UNANSWERED),
        reached=_listed(REACHED),
    )
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "start": search.start_at,
        "end": search.end_at,
        "line": search.line,
        "person": search.person,
        "most": most,
    }
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        [count] = cursor.fetchone()
    return int(count)


def _listed(words: tuple[str, ...]) -> str:
    """As constants, so that the planner sees that the index of unanswered calls holds all that is asked for."""
    return ", ".join(f"'{word}'" for word in words)
