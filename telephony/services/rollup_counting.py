"""How the cells of roll-ups are counted out of calls, as SQL, written once: whoever keeps them stores what this gives, the
check compares with it, and whoever reads figures takes it for the days that are marked (rollup_sql.py).

`wanted` (connection_id, day) is whatever the statement around them says; %(tenant)s and %(zone)s are its parameters.
"""

from __future__ import annotations

from collections.abc import Sequence

from telephony.models.calls import MISSED, REACHED, Direction, Medium, Outcome
from telephony.models.rollups import (
    BREAKDOWNS,
    DAY_QUARTERS,
    DESTINATION_LENGTH,
    QUARTER_S,
    QUARTERS_BEFORE,
    WAIT_BOUNDS,
    WAIT_STEPS,
    WAY_BITS,
    WAYS,
    WITHIN,
)

# The keys of a cell beside its connection and time, and what each is where a breakdown does not tell it apart.
_NOT_TOLD = {
    "line_id": "NULL::bigint",
    "group_remote_id": "''",
    "medium": "''",
    "direction": "''",
    "outcome": "''",
    "destination": "''",
}
TOLD = ", ".join(_NOT_TOLD)
DAY_MEASURES = "calls, inbound, reached, outbound, talk_s, wait_s, waits, cost_micros"
QUARTER_KEYS = "connection_id, quarter_at"
QUARTER_MEASURES = "calls, inbound, reached, missed, outbound"


def _listed(words: Sequence[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _place(column: str, words: Sequence[str], step: int = 1) -> str:
    """Which of these words it is, counted from 0 in steps; the last where none is."""
    cases = " ".join(f"WHEN '{word}' THEN {place * step}" for place, word in enumerate(words[:-1]))
    return f"CASE {column} {cases} ELSE {(len(words) - 1) * step} END"


_IS_INBOUND = f"direction = '{Direction.INBOUND}'"
_IS_REACHED = f"{_IS_INBOUND} AND outcome IN ({_listed(REACHED)})"
_IS_MISSED = f"{_IS_INBOUND} AND outcome IN ({_listed(MISSED)})"
_IS_OUTBOUND = f"direction = '{Direction.OUTBOUND}'"
DESTINATION = f"CASE WHEN {_IS_OUTBOUND} THEN left(callee, {DESTINATION_LENGTH}) ELSE '' END"

# ---- calls ----
# Quarters of an hour, counted from the beginning of 1970.
_FIRST_QUARTER = f"(day - date '1970-01-01') * {DAY_QUARTERS} - {QUARTERS_BEFORE}"  # of a day's slots
_WAY = f"{_place('direction', Direction.values, len(Outcome))} + {_place('outcome', Outcome.values)}"
_BOUNDS = f"ARRAY[{', '.join(map(str, WAIT_BOUNDS))}]"
_OF_CALL = f"""
    line_id, coalesce(group_remote_id, '') AS group_remote_id, medium, direction, outcome,
    {DESTINATION} AS destination, duration_s, wait_s, width_bucket(wait_s, {_BOUNDS}) AS step, cost_micros,
    floor(date_part('epoch', started_at) / {QUARTER_S})::int AS quarter
"""
# The local day of a call. Where older ones are no longer kept, none goes from a day that stands to one that is counted
# anew, nor the other way, whatever zone the tenant had when those were parted (Retention.first_day).
_LOCAL_DAY = """
    CASE WHEN stored.started_at < first_day_at THEN least((stored.started_at AT TIME ZONE %(zone)s)::date, first_day - 1)
         ELSE greatest((stored.started_at AT TIME ZONE %(zone)s)::date, first_day) END
"""
# Day after day by the index of times, whatever other days lie between. A day is what PostgreSQL says it is: one of a
# zone begins within two hours of its midnight, so that only calls near it are asked for theirs; beside the day where days
# are parted, within two of another zone's. OFFSET 0 keeps the inner queries as they are written.
ROWS = f"""rows AS MATERIALIZED (
    SELECT day, ((quarter - ({_FIRST_QUARTER}) << {WAY_BITS}) + {_WAY})::smallint AS slot, told.*
      FROM (SELECT connection_id, day, day::timestamp AT TIME ZONE %(zone)s AS begins_at,
                   (day + 1)::timestamp AT TIME ZONE %(zone)s AS ends_at, first_day, first_day_at,
                   CASE WHEN abs(day - first_day) < 2 THEN interval '30 hours' ELSE interval '2 hours' END AS near
              FROM wanted LEFT JOIN telephony_retention AS kept ON kept.tenant_id = %(tenant)s OFFSET 0) AS wanted
     CROSS JOIN LATERAL (
        SELECT connection_id, {_OF_CALL} FROM telephony_call AS stored
         WHERE stored.tenant_id = %(tenant)s AND stored.connection_id = wanted.connection_id
           AND stored.started_at >= begins_at - near AND stored.started_at < ends_at + near
           AND (stored.started_at >= begins_at + near AND stored.started_at < ends_at - near
                OR {_LOCAL_DAY} = wanted.day) OFFSET 0) AS told)
"""
ROWS_OF_UTC_DAYS = f"""rows AS MATERIALIZED (
    SELECT told.* FROM wanted CROSS JOIN LATERAL (
        SELECT connection_id, {_OF_CALL} FROM telephony_call AS stored
         WHERE stored.tenant_id = %(tenant)s AND stored.connection_id = wanted.connection_id
           AND stored.started_at >= wanted.day::timestamp AT TIME ZONE 'UTC'
           AND stored.started_at < (wanted.day + 1)::timestamp AT TIME ZONE 'UTC' OFFSET 0) AS told)
"""

# ---- cells of days ----
_WAITS = ", ".join(f"(count(*) FILTER (WHERE step = {step}))::int" for step in range(len(WAIT_STEPS)))
_WAITS_TOGETHER = ", ".join(
    f"coalesce(sum(waits[{place}]), 0)::int" for place in range(1, len(WAIT_BOUNDS) + 2)
)


def _counted(*, are_ways_told: bool, has_waits: bool) -> str:
    """The measures of calls; sides are asked of a group where it has one direction and outcome, else of each call."""

    def side(condition: str) -> str:
        if are_ways_told:
            return f"CASE WHEN {condition} THEN count(*) ELSE 0 END::int"
        return f"(count(*) FILTER (WHERE {condition}))::int"

    waits = f"CASE WHEN count(wait_s) > 0 THEN ARRAY[{_WAITS}] END" if has_waits else "NULL::int[]"
    return f"""
        count(*)::int AS calls, {side(_IS_INBOUND)} AS inbound, {side(_IS_REACHED)} AS reached,
        {side(_IS_OUTBOUND)} AS outbound, coalesce(sum(duration_s), 0)::bigint AS talk_s, sum(wait_s)::bigint AS wait_s,
        {waits} AS waits, coalesce(sum(cost_micros), 0)::bigint AS cost_micros
    """


def together(has_waits: bool = True) -> str:
    """The measures of several cells."""
    added = [f"sum({name})::int AS {name}" for name in ("calls", "inbound", "reached", "outbound")]
    long = [f"sum({name})::bigint AS {name}" for name in ("talk_s", "wait_s")]
    waits = f"CASE WHEN count(waits) > 0 THEN ARRAY[{_WAITS_TOGETHER}] END" if has_waits else "NULL::int[]"
    return ", ".join((*added, *long, f"{waits} AS waits", "sum(cost_micros)::bigint AS cost_micros"))


def _cells_by(name: str, source: str, measures: str) -> str:
    """Cells of a breakdown out of calls, or out of finer cells."""
    breakdown = BREAKDOWNS[name]
    told = [key if key in breakdown.columns else f"{empty} AS {key}" for key, empty in _NOT_TOLD.items()]
    by = ", ".join(("connection_id", "day", *(key for key in _NOT_TOLD if key in breakdown.columns)))
    return (
        f"SELECT '{name}' AS breakdown, connection_id, day, {', '.join(told)}, {measures}"
        f" FROM {source} WHERE {WITHIN.get(breakdown.within, 'TRUE')} GROUP BY {by}"
    )


def _day_cells_by(name: str) -> str:
    """The same of days: out of calls where they tell the slots of each."""
    breakdown = BREAKDOWNS[name]
    if not breakdown.has_slots:
        return _cells_by(name, "finest", f"{together(breakdown.has_waits)}, {_NO_SLOTS}")
    counted = _counted(
        are_ways_told={"direction", "outcome"} <= breakdown.columns, has_waits=breakdown.has_waits
    )
    return _cells_by(name, "rows", f"{counted}, array_agg(slot) AS slots")


*_COARSE, FINEST = BREAKDOWNS
_NO_SLOTS = "NULL::smallint[] AS slots"
_KEYS = f"connection_id, day, {TOLD}"
FINEST_OF_ROWS = f"""finest AS MATERIALIZED (
    SELECT {_KEYS}, {_counted(are_ways_told=True, has_waits=True)} FROM rows GROUP BY {_KEYS})
"""
COUNT_BY = {name: _day_cells_by(name) for name in _COARSE} | {
    FINEST: f"SELECT '{FINEST}' AS breakdown, finest.*, {_NO_SLOTS} FROM finest"
}
COUNT_ALL = " UNION ALL ".join(COUNT_BY.values())
COUNT_DAYS = f"WITH {ROWS}, {FINEST_OF_ROWS} {COUNT_ALL}"

# ---- cells of months ----
MONTH_OF = "date_trunc('month', {day}::timestamp)::date"
# The finest cells of days added up month by month, and what is coarser out of those: `day` is the first of the month.
# Whoever asks says of which.
ADD_MONTHS = f"""
    WITH finest AS MATERIALIZED (
        SELECT connection_id, {MONTH_OF.format(day="day")} AS day, {TOLD}, {together()}
          FROM telephony_callday WHERE tenant_id = %(tenant)s AND breakdown = '{FINEST}' AND {{of_which}}
         GROUP BY 1, 2, 3, 4, 5, 6, 7, 8)
    {" UNION ALL ".join(_cells_by(name, "finest", together(BREAKDOWNS[name].has_waits)) for name in _COARSE)}
     UNION ALL SELECT '{FINEST}' AS breakdown, finest.* FROM finest
"""

# ---- quarters of an hour ----
QUARTER_AT = f"to_timestamp(quarter::bigint * {QUARTER_S})"
UTC_DAY_OF_QUARTER = f"date '1970-01-01' + quarter / {DAY_QUARTERS}"
_OF_QUARTER = f"""
    count(*)::int AS calls, (count(*) FILTER (WHERE {_IS_INBOUND}))::int AS inbound,
    (count(*) FILTER (WHERE {_IS_REACHED}))::int AS reached, (count(*) FILTER (WHERE {_IS_MISSED}))::int AS missed,
    (count(*) FILTER (WHERE {_IS_OUTBOUND}))::int AS outbound
"""
QUARTERS_OF_ROWS = f"""
    SELECT connection_id, {QUARTER_AT} AS quarter_at, {_OF_QUARTER} FROM rows WHERE medium = '{Medium.VOICE}'
     GROUP BY connection_id, quarter
"""
COUNT_QUARTERS = f"WITH {ROWS_OF_UTC_DAYS} {QUARTERS_OF_ROWS}"


# ---- hours of the week ----
_MONDAY = 72  # hours that the beginning of 1970, a Thursday, is after a Monday's
WEEK_HOUR_MEASURES = "calls, inbound, reached, missed"


def week_hour(local_s: str) -> str:
    """The hour of the week, from a Monday's first, of seconds that local clocks showed since the beginning of 1970."""
    return f"((floor(({local_s}) / 3600)::int + {_MONDAY}) %% 168)::smallint"


# Quarters added up by month and hour of the week. Whoever asks says of which, and which of those months they want.
ADD_HOURS = f"""
    SELECT connection_id, month, hour, {", ".join(f"sum({name})::int AS {name}" for name in WEEK_HOUR_MEASURES.split(", "))}
      FROM (SELECT connection_id, {MONTH_OF.format(day="at")} AS month, {week_hour("date_part('epoch', at)")} AS hour,
                   {WEEK_HOUR_MEASURES}
              FROM (SELECT quarter.*, quarter_at AT TIME ZONE %(zone)s AS at FROM telephony_callquarter AS quarter
                     WHERE tenant_id = %(tenant)s AND {{of_which}} OFFSET 0) AS local) AS told
     WHERE {{of_months}} GROUP BY connection_id, month, hour
"""


def _ways(outcomes: Sequence[Outcome]) -> str:
    return ", ".join(str(WAYS.index((Direction.INBOUND, outcome))) for outcome in outcomes)


# Call by call, what the slots of cells of days tell of it; the same measures, but outbound.
QUARTERS_OF_SLOTS = f"""
    SELECT connection_id, to_timestamp((({_FIRST_QUARTER}) + (slot >> {WAY_BITS}))::bigint * {QUARTER_S}) AS quarter_at,
           1 AS calls, (way IN ({_ways(tuple(Outcome))}))::int AS inbound, (way IN ({_ways(REACHED)}))::int AS reached,
           (way IN ({_ways(MISSED)}))::int AS missed
      FROM slotted CROSS JOIN LATERAL unnest(slots) AS slot
     CROSS JOIN LATERAL (SELECT slot & {(1 << WAY_BITS) - 1} AS way) AS gone
"""
