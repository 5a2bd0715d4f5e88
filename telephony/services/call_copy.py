"""Calls as lines of CSV, written by PostgreSQL itself: what call_export.cells says row by row, in one statement.

Made by Python a million calls take minutes. Raw SQL around the rows that a filter leaves, the tenant as a parameter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.db import transaction

from accounts.scoping import current_tenant_id
from portal.lib.tabular import FORMULA_STARTS
from telephony.models import NumberName
from telephony.models.calls import CallQuerySet, Direction, Medium, Outcome

_READ = (
    *("id", "started_at", "medium", "direction", "caller", "callee", "outcome", "duration_s", "wait_s"),
    *("cost_micros", "connection__currency", "destination", "line__name", "connection__name"),
)
# A person's word before a line's name before the directory's, as number_names.names_of has it.
_NAMED = f"""
    SELECT DISTINCT ON (number) number, name FROM telephony_numbername WHERE tenant_id = %s AND number <> ''
     ORDER BY number, source = '{NumberName.Source.PERSON}' DESC, source = '{NumberName.Source.LINE}' DESC, id
"""
# A hundred thousand rows are sorted in memory. Names are never looked through for each row: where the database has yet to
# count them (they were just brought in) it takes them to be one or two. Instants are written as ISO 8601 has them.
_SETTINGS = "SET LOCAL work_mem = '96MB'; SET LOCAL enable_nestloop = off; SET LOCAL datestyle = 'ISO'"


def _safe(text: str) -> str:
    """A text as tabular.safe_cell has it, an empty one without quotes."""
    return f"CASE WHEN left({text}, 1) = ANY(%s) THEN '''' || {text} ELSE nullif({text}, '') END"


def _said(column: str) -> str:
    return f"(%s::jsonb ->> {column})"


_COLUMNS = (
    "date_trunc('second', started_at AT TIME ZONE %s)",
    _said("medium"),
    _said("direction"),
    _safe("caller"),
    _safe("from_name"),
    _safe("callee"),
    _safe("to_name"),
    _said("outcome"),
    "duration_s",
    "wait_s",
    "trim_scale(cost_micros / 1000000.0)",
    *(_safe(name) for name in ("currency", "destination", "line", "connection")),
)
_STATEMENT = f"""COPY (
WITH named AS MATERIALIZED ({_NAMED})
SELECT {", ".join(_COLUMNS)}
  FROM (SELECT chosen.*, caller_is.name AS from_name, callee_is.name AS to_name
          FROM ({{rows}}) AS chosen (id, started_at, medium, direction, caller, callee, outcome, duration_s, wait_s,
                                   cost_micros, currency, destination, line, connection)
          LEFT JOIN named AS caller_is ON caller_is.number = chosen.caller
          LEFT JOIN named AS callee_is ON callee_is.number = chosen.callee) AS told
 ORDER BY started_at DESC, id DESC) TO STDOUT WITH (FORMAT csv)"""


def lines(rows: CallQuerySet, zone: ZoneInfo) -> Iterator[bytes]:
    """A piece for each call, the newest first, in the language in force."""
    inner, values = rows.order_by().values_list(*_READ).query.sql_with_params()
    starts = list(FORMULA_STARTS)
    words = [
        json.dumps({value: str(label) for value, label in choices.choices})
        for choices in (Medium, Direction, Outcome)
    ]
    medium, direction, outcome = words
    parameters = (
        *(current_tenant_id(), zone.key, medium, direction),
        *[starts] * 4,
        outcome,
        *[starts] * 4,
        *values,
    )
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(_SETTINGS)
        with cursor.cursor.copy(_STATEMENT.format(rows=inner), parameters) as copy:
            for line in copy:
                yield bytes(line[:-1]) + b"\r\n"
