"""Where the cells of roll-ups are not what the rows give, as raw SQL."""

from __future__ import annotations

from typing import Any

from django.db import connection as database

from telephony.services.rollup_counting import (
    ADD_HOURS,
    ADD_MONTHS,
    COUNT_DAYS,
    COUNT_QUARTERS,
    DAY_MEASURES,
    MONTH_OF,
    QUARTER_KEYS,
    QUARTER_MEASURES,
    WEEK_HOUR_MEASURES,
    together,
)
from telephony.services.rollup_sql import (
    ALL_STALE_DAYS,
    ALL_STALE_QUARTERS,
    DAY_KEYS,
    KEPT_FROM,
    MONTH_KEYS,
    WEEK_HOUR_KEYS,
)

# Of marked days nothing is said: their cells are not read, and are counted anew (cells_of). Nor of those of which the
# tenant no longer keeps the calls, and of the one that is partly theirs in another zone.
_SETTLED_DAYS = """stale AS MATERIALIZED ({stale}),
wanted AS MATERIALIZED (SELECT * FROM (
    (SELECT connection_id, (started_at AT TIME ZONE {zone})::date AS day FROM telephony_call
      WHERE tenant_id = %(tenant)s
      UNION SELECT connection_id, {cell_day} FROM {table} WHERE tenant_id = %(tenant)s)
    EXCEPT SELECT connection_id, day FROM stale) AS settled WHERE day > {kept_from}),
"""
_SETTLED_CELLS = """
    SELECT {columns} FROM {table} WHERE tenant_id = %(tenant)s
       AND (connection_id, {cell_day}) IN (SELECT connection_id, day FROM wanted)
"""
_DIFFERENCES = """
WITH {settled}counted AS MATERIALIZED ({count}), kept AS MATERIALIZED ({kept})
SELECT side, {keys}, calls FROM (
    SELECT 'rows' AS side, only_counted.*
      FROM (SELECT {columns} FROM counted EXCEPT ALL SELECT * FROM kept) AS only_counted
    UNION ALL
    SELECT 'cells', only_kept.*
      FROM (SELECT * FROM kept EXCEPT ALL SELECT {columns} FROM counted) AS only_kept) AS both_sides
 ORDER BY 3, 2, 1 LIMIT %(most)s
"""
_DAY_COLUMNS = f"{DAY_KEYS}, {DAY_MEASURES}"
_SETTLED_OF_DAYS = _SETTLED_DAYS.format(
    stale=ALL_STALE_DAYS,
    zone="%(zone)s",
    cell_day="day",
    table="telephony_callday",
    kept_from=KEPT_FROM,
)
_DAYS_DIFFER = _DIFFERENCES.format(
    settled=_SETTLED_OF_DAYS,
    kept=_SETTLED_CELLS.format(columns=_DAY_COLUMNS, table="telephony_callday", cell_day="day"),
    count=COUNT_DAYS,
    columns=_DAY_COLUMNS,
    keys=DAY_KEYS,
)
# Those of months are at any moment the sum of those of days; of lines that are gone, all together.
_MONTHS_DIFFER = _DIFFERENCES.format(
    settled="",
    kept=f"SELECT {MONTH_KEYS}, {together()} FROM telephony_callmonth WHERE tenant_id = %(tenant)s"
    f" GROUP BY {MONTH_KEYS}",
    count=f"SELECT {DAY_KEYS.replace('day', 'day AS month')}, {DAY_MEASURES} FROM"
    f" ({ADD_MONTHS.format(of_which='TRUE')}) AS added",
    columns=f"{MONTH_KEYS}, {DAY_MEASURES}",
    keys=MONTH_KEYS,
)
# Those of hours are so of those of quarters, in months where no local day is marked.
_OF_SETTLED_MONTHS = f"""
    month > {KEPT_FROM} AND (connection_id, month) NOT IN (
        SELECT connection_id, {MONTH_OF.format(day="day")} FROM ({ALL_STALE_DAYS}) AS stale)
"""
_HOUR_COLUMNS = f"{WEEK_HOUR_KEYS}, {WEEK_HOUR_MEASURES}"
_HOURS_DIFFER = _DIFFERENCES.format(
    settled="",
    kept=f"SELECT {_HOUR_COLUMNS} FROM telephony_callweekhour WHERE tenant_id = %(tenant)s AND {_OF_SETTLED_MONTHS}",
    count=ADD_HOURS.format(of_which="TRUE", of_months=_OF_SETTLED_MONTHS),
    columns=_HOUR_COLUMNS,
    keys=WEEK_HOUR_KEYS,
)
_SLOT_COLUMNS = f"{DAY_KEYS}, slot, calls"
_SLOTS_OF = f"SELECT {DAY_KEYS}, unnest(slots) AS slot, 1 AS calls FROM"
_SLOTS_DIFFER = _DIFFERENCES.format(
    settled=_SETTLED_OF_DAYS,
    kept=f"{_SLOTS_OF} ({_SETTLED_CELLS.format(columns=f'{DAY_KEYS}, slots', table='telephony_callday', cell_day='day')})"
    " AS settled_cells",
    count=f"{_SLOTS_OF} ({COUNT_DAYS}) AS of_rows",
    columns=_SLOT_COLUMNS,
    keys=DAY_KEYS,
)
_DAY_OF_QUARTER = "(quarter_at AT TIME ZONE 'UTC')::date"
_QUARTER_COLUMNS = f"{QUARTER_KEYS}, {QUARTER_MEASURES}"
_QUARTERS_DIFFER = _DIFFERENCES.format(
    settled=_SETTLED_DAYS.format(
        stale=ALL_STALE_QUARTERS,
        zone="'UTC'",
        cell_day=_DAY_OF_QUARTER,
        table="telephony_callquarter",
        kept_from=KEPT_FROM,
    ),
    kept=_SETTLED_CELLS.format(
        columns=_QUARTER_COLUMNS, table="telephony_callquarter", cell_day=_DAY_OF_QUARTER
    ),
    count=COUNT_QUARTERS,
    columns=_QUARTER_COLUMNS,
    keys=QUARTER_KEYS,
)


def differences(tenant_id: int, zone: str, most: int) -> list[tuple[Any, ...]]:
    """Cells that are not what the rows give, at most so many of each table: ("rows" or "cells", its keys, its calls).

    Marked days are left aside. Each statement sees one state, of calls, cells and marks.
    """
    values: dict[str, Any] = {"tenant": tenant_id, "zone": zone, "most": most}
    found: list[tuple[Any, ...]] = []
    with database.cursor() as cursor:
        for statement in (_DAYS_DIFFER, _SLOTS_DIFFER, _MONTHS_DIFFER, _QUARTERS_DIFFER, _HOURS_DIFFER):
            cursor.execute(statement, values)
            found += cursor.fetchall()
    return found
