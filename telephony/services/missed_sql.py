"""The raw SQL behind the board of missed callers: number by number, where Django would ask call by call.

Which numbers wait is said by `models/missed.MissedSearch`; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection as database

from telephony.models.calls import REACHED, UNANSWERED, Direction, Medium
from telephony.models.missed import MissedSearch, MissedState


def _listed(words: tuple[str, ...]) -> str:
    """As constants, so that the planner sees that the index of unanswered calls holds all that is asked for."""
    return ", ".join(f"'{word}'" for word in words)


_WORDS = {
    "inbound": Direction.INBOUND,
    "outbound": Direction.OUTBOUND,
    "voice": Medium.VOICE,
    "unanswered": _listed(UNANSWERED),
    "reached": _listed(REACHED),
}
# Which of the numbers that called last at `last_at` are of a state, by what people said of each.
_MARK = """(SELECT FROM telephony_missedmark AS mark
             WHERE mark.tenant_id = %(tenant)s AND mark.number = reverse(tries.caller_reversed) AND {said} OFFSET 0)"""
_IS_DONE = f"EXISTS {_MARK.format(said='mark.done_at >= last_at')}"
_IS_MINE = f"EXISTS {_MARK.format(said='mark.owner_id = %(person)s')}"
_IS_TAKEN = f"EXISTS {_MARK.format(said='mark.owner_id IS NOT NULL')}"
_STATES = {
    MissedState.OPEN: f"NOT {_IS_DONE}",
    MissedState.MINE: f"{_IS_MINE} AND NOT {_IS_DONE}",
    MissedState.FREE: f"NOT {_IS_TAKEN} AND NOT {_IS_DONE}",
    MissedState.DONE: _IS_DONE,
}
# Numbers are looked up newest first, for these wait most likely, and the rest is left once there are enough: those
# that are counted are the newest, and the first page is among them. Without MATERIALIZED and OFFSET 0 the planner
# would look up all of them before it sorts, or each call of the period.
_WAITING = """
WITH tries AS MATERIALIZED (
    SELECT caller_reversed, max(started_at) AS last_at
      FROM telephony_call
     WHERE tenant_id = %(tenant)s AND started_at >= %(start)s AND started_at < %(end)s
       AND direction = '{inbound}' AND medium = '{voice}' AND outcome IN ({unanswered})
       AND caller_reversed LIKE '%%+'
     GROUP BY caller_reversed
    HAVING bool_or({place})
     ORDER BY last_at DESC),
waiting AS MATERIALIZED (
    SELECT caller_reversed, last_at
      FROM tries
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
     LIMIT %(most)s)
SELECT (SELECT count(*) FROM waiting),
   (SELECT count(*) FROM telephony_call
     WHERE tenant_id = %(tenant)s AND started_at >= %(start)s AND started_at < %(end)s
       AND direction = '{inbound}' AND medium = '{voice}' AND outcome IN ({unanswered})
       AND caller_reversed NOT LIKE '%%+' AND {place}),
   ARRAY(SELECT latest.id
      FROM (SELECT * FROM waiting ORDER BY last_at DESC FETCH FIRST %(first)s ROWS WITH TIES) AS shown
     CROSS JOIN LATERAL (
        SELECT max(id) AS id FROM telephony_call
         WHERE tenant_id = %(tenant)s AND caller_reversed = shown.caller_reversed AND started_at = shown.last_at
           AND direction = '{inbound}' AND medium = '{voice}' AND outcome IN ({unanswered})) AS latest)
"""

# Of each number its unanswered calls since it was last spoken to, the lines that these reached, and the last call to it.
_TRIES = """
SELECT asked.number, tries.many, tries.first_at, tried.at,
       ARRAY(SELECT name FROM telephony_entity
              WHERE tenant_id = %(tenant)s AND id = ANY(tries.line_ids) ORDER BY name)
  FROM unnest(%(numbers)s::text[]) AS asked(number)
 CROSS JOIN LATERAL (
    SELECT max(started_at) AS at, max(started_at) FILTER (WHERE duration_s > 0) AS talked_at
      FROM telephony_call
     WHERE tenant_id = %(tenant)s AND callee_reversed = asked.number AND started_at >= %(start)s
       AND direction = '{outbound}' AND medium = '{voice}') AS tried
 CROSS JOIN LATERAL (
    SELECT max(started_at) AS talked_at
      FROM telephony_call
     WHERE tenant_id = %(tenant)s AND caller_reversed = asked.number AND started_at >= %(start)s
       AND direction = '{inbound}' AND medium = '{voice}' AND outcome IN ({reached})) AS again
 CROSS JOIN LATERAL (
    SELECT count(*) AS many, min(started_at) AS first_at, array_agg(DISTINCT line_id) AS line_ids
      FROM telephony_call
     WHERE tenant_id = %(tenant)s AND caller_reversed = asked.number
       AND started_at >= greatest(%(start)s, tried.talked_at, again.talked_at) AND started_at < %(end)s
       AND direction = '{inbound}' AND medium = '{voice}' AND outcome IN ({unanswered})) AS tries
 WHERE tries.many > 0
"""


class Tries(NamedTuple):
    """The unanswered calls of one number, since it was last spoken to; `tried_at` is the last call to it."""

    many: int
    first_at: datetime
    tried_at: datetime | None
    lines: Sequence[str]


class Total(NamedTuple):
    """What the board comes to.

    waiting    numbers
    withheld   unanswered calls without one: nobody can call these back
    newest     ids of the latest calls of the numbers that called last: a first page, in no order
    """

    waiting: int
    withheld: int
    newest: Sequence[int]


def tries_of(tenant_id: int, search: MissedSearch, numbers_reversed: Sequence[str]) -> dict[str, Tries]:
    """By number, given reversed: what `search.tries` finds, for those that have any."""
    statement = _TRIES.format(**_WORDS)
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "start": search.start_at,
        "end": search.end_at,
        "numbers": list(numbers_reversed),
    }
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return {number: Tries(*row) for number, *row in cursor.fetchall()}


def total_of(tenant_id: int, search: MissedSearch, most: int, first: int) -> Total:
    """What the board of a tenant comes to, `search.number` left aside; no more than `most` numbers are counted, and of
    `first` of them, and of those that called at the same instant as the last of these, the calls are told.
    """
    statement = _WAITING.format(
        state=_STATES[MissedState(search.state)], place=search.part.condition, **_WORDS
    )
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "start": search.start_at,
        "end": search.end_at,
        **search.part.values,
        "person": search.person,
        "most": most,
        "first": first,
    }
    with database.cursor() as cursor:
        cursor.execute(statement, values)
        return Total(*cursor.fetchone())
