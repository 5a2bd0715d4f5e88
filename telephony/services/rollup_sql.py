"""The raw SQL behind `rollups.py` and `rollup_reading.py`. Every statement takes the tenant as a parameter.

How a cell is counted is written once (rollup_counting.py): the recount stores what it gives, the check compares with it
(rollup_checking.py), and whoever reads figures takes it for the days that are marked. So a figure is that of the rows, at
any moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection as database

from telephony.models.calls import Medium
from telephony.services.alone import Work, alone
from telephony.services.rollup_counting import (
    ADD_HOURS,
    ADD_MONTHS,
    COUNT_ALL,
    COUNT_BY,
    COUNT_QUARTERS,
    DAY_MEASURES,
    FINEST_OF_ROWS,
    MONTH_OF,
    QUARTER_KEYS,
    QUARTER_MEASURES,
    QUARTERS_OF_ROWS,
    QUARTERS_OF_SLOTS,
    ROWS,
    TOLD,
    UTC_DAY_OF_QUARTER,
    WEEK_HOUR_MEASURES,
    week_hour,
)

DAY_KEYS = f"breakdown, connection_id, day, {TOLD}"
WEEK_HOUR_KEYS = "connection_id, month, hour"
MONTH_KEYS = f"breakdown, connection_id, month, {TOLD}"
KEPT_FROM = """coalesce(
    (SELECT calls_from FROM telephony_retention WHERE tenant_id = %(tenant)s), '-infinity'::date)"""
# The local days that a marked day of UTC touches: where older calls are no longer kept, from the day on that they are parted
# at, which the first of those marks touches always.
_LOCAL_DAYS = """LATERAL (
    SELECT day::date AS local FROM generate_series((mark.day::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s)::date,
        ((mark.day + 1)::timestamp AT TIME ZONE 'UTC' AT TIME ZONE %(zone)s - interval '1 microsecond')::date,
        interval '1 day') AS day
     WHERE NOT EXISTS (SELECT FROM telephony_retention AS kept
                        WHERE kept.tenant_id = %(tenant)s AND mark.day >= calls_from AND day::date < first_day)
    UNION SELECT first_day FROM telephony_retention AS kept
     WHERE kept.tenant_id = %(tenant)s AND mark.day = calls_from AND first_day IS NOT NULL) AS touched
"""
ALL_STALE_DAYS = f"""
    SELECT DISTINCT mark.connection_id, local::date AS day FROM telephony_rollupmark AS mark CROSS JOIN {_LOCAL_DAYS}
     WHERE mark.tenant_id = %(tenant)s
"""
ALL_STALE_QUARTERS = (
    "SELECT DISTINCT connection_id, day FROM telephony_rollupmark WHERE tenant_id = %(tenant)s"
)
_NEAR = "day BETWEEN %(first)s::date - 2 AND %(last)s::date + 2"
# Days are kept as those of the tenant's zone: of any other each is counted now.
_DAYS_OF_OTHER_ZONES = """
    SELECT place.id, local::date FROM telephony_connection AS place
      CROSS JOIN generate_series(%(first)s::date, %(last)s::date, interval '1 day') AS local
     WHERE place.tenant_id = %(tenant)s
       AND %(zone)s <> (SELECT time_zone FROM accounts_tenant WHERE id = %(tenant)s)
"""
STALE_DAYS = f"""
    {ALL_STALE_DAYS} AND mark.{_NEAR} AND local::date BETWEEN %(first)s AND %(last)s
     UNION {_DAYS_OF_OTHER_ZONES}
"""
STALE_QUARTERS = f"{ALL_STALE_QUARTERS} AND {_NEAR}"
# What figures read: cells of days that nobody touched since, and the others counted now. One statement sees one state.
# As a rule no day is marked: that is asked once; to look for each cell among them takes as long as to read it.
_DAY_CELLS = f"""
    wanted AS MATERIALIZED ({STALE_DAYS}),
    cells AS (
        SELECT {DAY_KEYS}, {DAY_MEASURES} FROM telephony_callday AS cell
         WHERE tenant_id = %(tenant)s AND breakdown = %(breakdown)s AND day BETWEEN %(first)s AND %(last)s
           AND {{narrowed}}
           AND (NOT EXISTS (SELECT FROM wanted)
                OR NOT EXISTS (SELECT FROM wanted
                                WHERE wanted.connection_id = cell.connection_id AND wanted.day = cell.day))
        UNION ALL
        SELECT {DAY_KEYS}, {DAY_MEASURES} FROM ({{counted}}) AS fresh WHERE {{narrowed}})
"""
# The same where days need not be told apart: whole months are read as they were added up, but of a connection that has
# marked days in one. `day` is then the first of the month.
_OF_DAY = f"""
    SELECT {DAY_KEYS}, {DAY_MEASURES} FROM telephony_callday AS cell
     WHERE tenant_id = %(tenant)s AND breakdown = %(breakdown)s AND {{narrowed}} AND {{of_which}}
       AND (NOT EXISTS (SELECT FROM wanted)
            OR NOT EXISTS (SELECT FROM wanted
                            WHERE wanted.connection_id = cell.connection_id AND wanted.day = cell.day))
"""
_MONTH_CELLS = f"""
    wanted AS MATERIALIZED ({STALE_DAYS}),
    unsettled AS MATERIALIZED (
        SELECT DISTINCT connection_id, {MONTH_OF.format(day="day")} AS month FROM wanted
         WHERE day >= %(first_month)s AND day < %(end_month)s),
    cells AS (
        SELECT {MONTH_KEYS.replace("month", "month AS day")}, {DAY_MEASURES} FROM telephony_callmonth AS cell
         WHERE tenant_id = %(tenant)s AND breakdown = %(breakdown)s AND month >= %(first_month)s AND month < %(end_month)s
           AND {{narrowed}} AND NOT EXISTS (SELECT FROM unsettled
                            WHERE unsettled.connection_id = cell.connection_id AND unsettled.month = cell.month)
        UNION ALL {_OF_DAY.format(narrowed="{narrowed}", of_which="day >= %(first)s AND day < %(first_month)s")}
        UNION ALL {_OF_DAY.format(narrowed="{narrowed}", of_which="day >= %(end_month)s AND day <= %(last)s")}
        UNION ALL SELECT of_days.* FROM unsettled CROSS JOIN LATERAL (
            SELECT {DAY_KEYS}, {DAY_MEASURES} FROM telephony_callday AS cell
             WHERE tenant_id = %(tenant)s AND breakdown = %(breakdown)s
               AND cell.connection_id = unsettled.connection_id AND {{narrowed}} AND day >= unsettled.month
               AND day < unsettled.month + interval '1 month'
               AND NOT EXISTS (SELECT FROM wanted
                                WHERE wanted.connection_id = cell.connection_id AND wanted.day = cell.day)
            OFFSET 0) AS of_days
        UNION ALL SELECT {DAY_KEYS}, {DAY_MEASURES} FROM ({{counted}}) AS fresh WHERE {{narrowed}})
"""
# Quarters of an hour of connections, in spans of all of them or of one.
_QUARTER_CELLS = f"""
    wanted AS MATERIALIZED ({STALE_QUARTERS}),
    {{spans}},
    cells AS (
        SELECT kept.* FROM spans CROSS JOIN LATERAL (
            SELECT {QUARTER_KEYS}, {QUARTER_MEASURES} FROM telephony_callquarter AS cell
             WHERE tenant_id = %(tenant)s AND quarter_at >= begins_at AND quarter_at < ends_at AND {{narrowed}}
               AND (of_connection IS NULL OR connection_id = of_connection)
               AND (NOT EXISTS (SELECT FROM wanted)
                    OR NOT EXISTS (SELECT FROM wanted WHERE wanted.connection_id = cell.connection_id
                                      AND wanted.day = (cell.quarter_at AT TIME ZONE 'UTC')::date))
            OFFSET 0) AS kept
        UNION ALL
        SELECT * FROM ({COUNT_QUARTERS}) AS fresh
         WHERE quarter_at >= %(start)s AND quarter_at < %(end)s AND {{narrowed}})
"""
# Those of lines, or of queues and groups. They are of UTC: days are read as the tenant's, whatever zone is asked for.
_SLOT_CELLS = f"""
    wanted AS MATERIALIZED ({{stale}}),
    slotted AS (
        SELECT connection_id, day, slots FROM telephony_callday AS cell
         WHERE tenant_id = %(tenant)s AND breakdown = %(breakdown)s AND day BETWEEN %(first)s AND %(last)s
           AND medium = '{Medium.VOICE}' AND {{narrowed}}
           AND (NOT EXISTS (SELECT FROM wanted)
                OR NOT EXISTS (SELECT FROM wanted
                                WHERE wanted.connection_id = cell.connection_id AND wanted.day = cell.day))
        UNION ALL
        SELECT connection_id, day, slots FROM ({{counted}}) AS fresh
         WHERE medium = '{Medium.VOICE}' AND {{narrowed}}),
    cells AS (SELECT * FROM ({QUARTERS_OF_SLOTS}) AS quarters WHERE quarter_at >= %(start)s AND quarter_at < %(end)s)
"""
_ZONE_OF_TENANT = "(SELECT time_zone FROM accounts_tenant WHERE id = %(tenant)s)"
_ONE_SPAN = """spans AS (
    SELECT NULL::bigint AS of_connection, %(start)s::timestamptz AS begins_at, %(end)s::timestamptz AS ends_at)"""
# Whole months are read as their hours were added up: not those of which calls are no longer kept, which no change of zone
# adds up anew, nor of a connection that has marked days in one. `wanted` marks days of UTC.
_SPANS_BESIDE_MONTHS = f"""
    months AS MATERIALIZED (
        SELECT * FROM unnest(%(months)s::date[], %(begins_at)s::timestamptz[], %(ends_at)s::timestamptz[])
                   AS whole (month, begins_at, ends_at)
         WHERE month > {KEPT_FROM} AND %(zone)s = {_ZONE_OF_TENANT}),
    unsettled AS MATERIALIZED (
        SELECT DISTINCT connection_id, month, begins_at, ends_at FROM months
          JOIN wanted ON day BETWEEN (begins_at AT TIME ZONE 'UTC')::date
                                 AND ((ends_at - interval '1 microsecond') AT TIME ZONE 'UTC')::date),
    spans AS (
        SELECT NULL::bigint AS of_connection, %(start)s::timestamptz AS begins_at,
               coalesce((SELECT min(begins_at) FROM months), %(end)s) AS ends_at
         UNION ALL SELECT NULL, max(ends_at), %(end)s FROM months HAVING max(ends_at) < %(end)s
         UNION ALL SELECT connection_id, begins_at, ends_at FROM unsettled)
"""
_MONTH_HOURS = f"""
        SELECT hour, {WEEK_HOUR_MEASURES} FROM telephony_callweekhour AS cell
         WHERE tenant_id = %(tenant)s AND month = ANY(ARRAY(SELECT month FROM months)) AND {{narrowed}}
           AND NOT EXISTS (SELECT FROM unsettled
                            WHERE unsettled.connection_id = cell.connection_id AND unsettled.month = cell.month)
        UNION ALL
"""
# What a zone's clocks add is known for all of a season; to ask PostgreSQL for each quarter took three times as long.
_HOUR = week_hour(
    "date_part('epoch', quarter_at) + (%(offsets)s::int[])[width_bucket(quarter_at, %(since)s::timestamptz[])]"
)
_WANTED = (
    "wanted AS MATERIALIZED (SELECT %(connection)s::bigint AS connection_id, unnest(%(days)s::date[]) AS day)"
)
# The calls are read once for the days of the zone and for those of UTC, all of whose calls are among them.
_KEEP_DAYS = f"""
    WITH {_WANTED}, {ROWS}, {FINEST_OF_ROWS}, quarters AS (
        INSERT INTO telephony_callquarter (tenant_id, {QUARTER_KEYS}, {QUARTER_MEASURES})
        SELECT %(tenant)s, counted.* FROM ({QUARTERS_OF_ROWS} HAVING {UTC_DAY_OF_QUARTER} = ANY(%(utc_days)s)) AS counted)
    INSERT INTO telephony_callday (tenant_id, {DAY_KEYS}, {DAY_MEASURES}, slots, number)
    SELECT %(tenant)s, counted.*, row_number() OVER () FROM ({COUNT_ALL}) AS counted
"""
_LOCAL_OF = f"""
    SELECT DISTINCT local::date FROM unnest(%(days)s::date[]) AS mark (day) CROSS JOIN {_LOCAL_DAYS} ORDER BY 1
"""


def cells_of(breakdown: str, narrowed: str, *, are_months: bool) -> str:
    """The CTE `cells` of a breakdown, under a condition."""
    cells = _MONTH_CELLS if are_months else _DAY_CELLS
    return cells.format(narrowed=narrowed, counted=_counted(breakdown))


def quarters_of(breakdown: str, narrowed: str) -> str:
    """The CTE `cells` of quarters of an hour: those of slots of a breakdown; of connections where it is ""."""
    if not breakdown:
        return _QUARTER_CELLS.format(narrowed=narrowed, spans=_ONE_SPAN)
    cells = _SLOT_CELLS.format(
        narrowed=narrowed, counted=_counted(breakdown), stale=f"{ALL_STALE_DAYS} AND mark.{_NEAR}"
    )
    return cells.replace("%(zone)s", _ZONE_OF_TENANT)


def hours_of(breakdown: str, narrowed: str) -> str:
    """The CTE `hours` of the hours of the week, in several rows each; what is said of `quarters_of` holds."""
    if breakdown:
        cells, of_months = quarters_of(breakdown, narrowed), ""
    else:
        cells = _QUARTER_CELLS.format(narrowed=narrowed, spans=_SPANS_BESIDE_MONTHS)
        of_months = _MONTH_HOURS.format(narrowed=narrowed)
    return f"{cells}, hours AS ({of_months} SELECT {_HOUR} AS hour, {WEEK_HOUR_MEASURES} FROM cells)"


def _counted(breakdown: str) -> str:
    return f"WITH {ROWS}, {FINEST_OF_ROWS} {COUNT_BY[breakdown]}"


def lock(tenant_id: int, connection_id: int) -> str | None:
    """Be the only one who counts calls of the connection, until the transaction ends; the tenant's zone, which does not
    change meanwhile. None where the tenant is gone.
    """
    alone(Work.COUNT_CALLS, connection_id)
    with database.cursor() as cursor:
        cursor.execute("SELECT time_zone FROM accounts_tenant WHERE id = %s FOR SHARE", [tenant_id])
        row = cursor.fetchone()
    return row[0] if row else None


def marked_days(tenant_id: int, connection_id: int) -> list[date]:
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT day FROM telephony_rollupmark WHERE tenant_id = %s AND connection_id = %s ORDER BY day",
            [tenant_id, connection_id],
        )
        return [day for (day,) in cursor.fetchall()]


def marks(tenant_id: int) -> int:
    """How many days of UTC of how many connections are to be counted."""
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM (SELECT DISTINCT connection_id, day FROM telephony_rollupmark"
            " WHERE tenant_id = %s) AS marked",
            [tenant_id],
        )
        (many,) = cursor.fetchone()
        return int(many)


# How many rows come out of days one by one is not foreseen; to hash them takes less than to sort them, and in memory. A
# server that dies before it has written what it said was done has the marks again with the cells of before.
_SETTINGS = """
    SELECT set_config('enable_sort', 'off', true), set_config('work_mem', '64MB', true),
           set_config('synchronous_commit', 'off', true)
"""


def recount(tenant_id: int, connection_id: int, zone: str, days: Sequence[date]) -> None:
    """Count these days of UTC anew, and the local days that they touch.

    Their marks go first: whatever is committed with a mark that goes is seen by the statements after it, and a mark that
    comes meanwhile stays. That needs each statement to see what is committed when it begins (READ COMMITTED).
    """
    values: dict[str, Any] = {
        "tenant": tenant_id,
        "connection": connection_id,
        "zone": zone,
        "days": list(days),
        "first": min(days),
        "last": max(days),
    }
    of_connection = "tenant_id = %(tenant)s AND connection_id = %(connection)s"
    with database.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute(
            f"DELETE FROM telephony_rollupmark WHERE {of_connection} AND day = ANY(%(days)s)", values
        )
        cursor.execute(
            f"DELETE FROM telephony_callquarter WHERE {of_connection}"
            " AND quarter_at >= %(first)s::timestamp AT TIME ZONE 'UTC'"
            " AND quarter_at < (%(last)s::date + 1)::timestamp AT TIME ZONE 'UTC'"
            " AND (quarter_at AT TIME ZONE 'UTC')::date = ANY(%(days)s)",
            values,
        )
        cursor.execute(_LOCAL_OF, values)
        values |= {"utc_days": values["days"], "days": [day for (day,) in cursor.fetchall()]}
        cursor.execute(f"DELETE FROM telephony_callday WHERE {of_connection} AND day = ANY(%(days)s)", values)
        cursor.execute(_KEEP_DAYS, values)
        _add_months(cursor, of_connection, values)


def _add_months(cursor: Any, of_connection: str, values: dict[str, Any]) -> None:
    """Add the months of these local days up anew, and their hours of the week."""
    months = sorted({day.replace(day=1) for day in values["days"]})
    values |= {"months": months, "first_month": min(months), "last_month": max(months)}
    cursor.execute(
        f"DELETE FROM telephony_callmonth WHERE {of_connection} AND month = ANY(%(months)s)", values
    )
    of_which = (
        "connection_id = %(connection)s AND day >= %(first_month)s"
        " AND day < %(last_month)s::date + interval '1 month'"
        f" AND {MONTH_OF.format(day='day')} = ANY(%(months)s)"
    )
    cursor.execute(
        f"INSERT INTO telephony_callmonth (tenant_id, {MONTH_KEYS}, {DAY_MEASURES}, number)"
        f" SELECT %(tenant)s, added.*, row_number() OVER () FROM ({ADD_MONTHS.format(of_which=of_which)}) AS added",
        values,
    )
    cursor.execute(
        f"DELETE FROM telephony_callweekhour WHERE {of_connection} AND month = ANY(%(months)s)", values
    )
    # Quarters are of UTC, whose day is that of a zone or one beside it.
    of_which = (
        "connection_id = %(connection)s AND quarter_at >= %(first_month)s::timestamp AT TIME ZONE 'UTC' - interval '1 day'"
        " AND quarter_at < (%(last_month)s::timestamp + interval '1 month') AT TIME ZONE 'UTC' + interval '1 day'"
    )
    hours = ADD_HOURS.format(of_which=of_which, of_months="month = ANY(%(months)s)")
    cursor.execute(
        f"INSERT INTO telephony_callweekhour (tenant_id, {WEEK_HOUR_KEYS}, {WEEK_HOUR_MEASURES})"
        f" SELECT %(tenant)s, added.* FROM ({hours}) AS added",
        values,
    )


def mark_all(tenant_id: int) -> None:
    """Mark every day on which the tenant has a call or a cell, but those of which it no longer keeps the calls."""
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO telephony_rollupmark (tenant_id, connection_id, day) SELECT * FROM ("
            " SELECT %(tenant)s, connection_id, (started_at AT TIME ZONE 'UTC')::date AS day"
            " FROM telephony_call WHERE tenant_id = %(tenant)s"
            " UNION SELECT %(tenant)s, connection_id, day FROM telephony_callday WHERE tenant_id = %(tenant)s"
            " UNION SELECT %(tenant)s, connection_id, month FROM telephony_callmonth WHERE tenant_id = %(tenant)s"
            " UNION SELECT %(tenant)s, connection_id, month FROM telephony_callweekhour WHERE tenant_id = %(tenant)s"
            " UNION SELECT %(tenant)s, connection_id, (quarter_at AT TIME ZONE 'UTC')::date"
            f" FROM telephony_callquarter WHERE tenant_id = %(tenant)s) AS seen WHERE day >= {KEPT_FROM}",
            {"tenant": tenant_id},
        )


def forget_orphans() -> None:
    """Marks that the end of a connection left: of what it had, its calls went last."""
    with database.cursor() as cursor:
        cursor.execute(
            "DELETE FROM telephony_rollupmark AS mark"
            " WHERE NOT EXISTS (SELECT FROM telephony_connection WHERE id = mark.connection_id)"
        )
