"""The raw SQL behind `calls.py`. Every statement takes the tenant and the connection as parameters.

Rows that are stored already travel by COPY into a temporary table of the session, then by one INSERT ... ON CONFLICT
into the real one. Rows that were just looked up and not found, under the lock that all writers of the connection
take, are copied straight: that halves the server's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

import orjson
from django.db import connection as database
from django.db.backends.utils import CursorWrapper

# Staged columns, in the order of the COPY text. What is the same for the whole batch is given to the INSERT.
RECORD_COLUMNS = (
    "stream, remote_key, fold_key, started_at, medium, direction, outcome, caller, callee, presented, "
    "line_remote_id, group_remote_id, duration_s, wait_s, quantity, unit, cost_micros, destination, "
    "is_time_ambiguous, raw, content_hash, call_id"
)
CALL_COLUMNS = (
    "id, fold_key, started_at, medium, direction, outcome, caller, callee, duration_s, wait_s, quantity, unit, "
    "cost_micros, destination, line_remote_id, group_remote_id, record_count, is_time_ambiguous, "
    "caller_reversed, callee_reversed, line_id"
)
_RECORD_KEY = ("stream", "remote_key")
_CALL_FIXED = ("id", "fold_key", "started_at")  # a call keeps its identity and its start
_FOLD_COLUMNS = (
    "stream, remote_key, fold_key, started_at, medium, direction, outcome, caller, callee, presented, "
    "line_remote_id, group_remote_id, duration_s, wait_s, quantity, unit, cost_micros, destination, "
    "is_time_ambiguous"
)
FOLD_NAMES = tuple(_FOLD_COLUMNS.split(", "))
_KNOWN_RECORD_COLUMNS = "stream, remote_key, encode(content_hash, 'hex'), fold_key"
_KNOWN_CALL_COLUMNS = (
    "id, line_id, fold_key, started_at, medium, direction, outcome, caller, callee, duration_s, wait_s,"
    " quantity, unit, cost_micros, destination, line_remote_id, group_remote_id, record_count, is_time_ambiguous"
)
# One look per key into the index made for it. Tenant and connection come from a row, so that PostgreSQL plans for any of
# them: of one that its statistics do not know, as every new one is, it expects a single row, takes an index that only
# begins with the tenant for as good as that of the key, and walks through all rows of the tenant for each key.
# OFFSET 0 keeps the inner queries as they are written.
_OWN = "(SELECT %s::bigint AS tenant_id, %s::bigint AS connection_id OFFSET 0) AS own"
_EACH = (
    f"SELECT found.* FROM {_OWN} CROSS JOIN unnest(%s::text[]) AS wanted (key)"
    " CROSS JOIN LATERAL (SELECT {columns} FROM {table} AS stored WHERE stored.tenant_id = own.tenant_id"
    " AND stored.connection_id = own.connection_id AND {condition} OFFSET 0) AS found"
)
_EACH_CALL = _EACH.format(columns="{columns}", table="telephony_call", condition="fold_key = wanted.key")
# The records of a call are found by its id alone, which is of this tenant because its call is.
_EACH_RECORD = (
    f"SELECT found.* FROM ({_EACH_CALL.format(columns='id')}) AS call"
    " CROSS JOIN LATERAL (SELECT {columns} FROM telephony_callrecord WHERE call_id = call.id OFFSET 0) AS found"
)
# What the look-ups ask of each table; its other columns wait for PostgreSQL's own round.
_LOOKED_AT = {
    "telephony_call": "telephony_call (tenant_id, connection_id, fold_key)",
    "telephony_callrecord": "telephony_callrecord (tenant_id, connection_id, stream, remote_key, call_id)",
}
_BLOCK = 512  # lines written at once


def mend_estimates(cursor: CursorWrapper) -> None:
    """Let PostgreSQL look again at a table that it has not seen yet, or of which it wrongly knows that it is empty.

    It learns that where its own round comes by while the first rows are not committed yet. Until it knows better it
    takes any index for as good as any other: the look-ups below then walk through all rows of the tenant for each key.
    """
    cursor.execute(
        "SELECT relname FROM pg_class WHERE reltuples <= 0 AND pg_relation_size(oid) > 0"
        " AND oid IN ('telephony_call'::regclass, 'telephony_callrecord'::regclass)"
    )
    if tables := [_LOOKED_AT[row[0]] for row in cursor.fetchall()]:
        cursor.execute(f"ANALYZE {', '.join(sorted(tables))}")


def known_records(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, stream: str, remote_keys: Sequence[str]
) -> list[tuple[str, ...]]:
    """(stream, remote key, content hash in hex, fold key) of those that are stored already."""
    statement = _EACH.format(
        columns=_KNOWN_RECORD_COLUMNS,
        table="telephony_callrecord",
        condition="stream = %s AND remote_key = wanted.key",
    )
    cursor.execute(statement, [tenant_id, connection_id, _keys(remote_keys), stream])
    return cursor.fetchall()


def known_records_of_folds(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, fold_keys: Sequence[str]
) -> list[tuple[str, ...]]:
    """Every stored record of the calls of these fold keys, as `known_records` tells of them."""
    statement = _EACH_RECORD.format(columns=_KNOWN_RECORD_COLUMNS)
    cursor.execute(statement, [tenant_id, connection_id, _keys(fold_keys)])
    return cursor.fetchall()


def records_of_folds(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, fold_keys: Sequence[str]
) -> list[tuple[Any, ...]]:
    """The stored records of the calls of these fold keys, in the order of `FOLD_NAMES`."""
    statement = _EACH_RECORD.format(columns=_FOLD_COLUMNS)
    cursor.execute(statement, [tenant_id, connection_id, _keys(fold_keys)])
    return cursor.fetchall()


def known_calls(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, fold_keys: Sequence[str]
) -> list[tuple[Any, ...]]:
    """The stored calls of these fold keys: id, line, then the columns of `CallFields`."""
    statement = _EACH_CALL.format(columns=_KNOWN_CALL_COLUMNS)
    cursor.execute(statement, [tenant_id, connection_id, _keys(fold_keys)])
    return cursor.fetchall()


def reserve_call_ids(cursor: CursorWrapper, count: int) -> list[int]:
    """Ids that no other call will get, so that records can name their call before it is stored."""
    cursor.execute(
        "SELECT string_agg(nextval(ids.name)::text, ' ') FROM"
        " (SELECT pg_get_serial_sequence('telephony_call', 'id')::regclass AS name OFFSET 0) AS ids,"
        " generate_series(1, %s)",
        [count],
    )
    return [int(each) for each in (cursor.fetchone()[0] or "").split()]


def insert_calls(cursor: CursorWrapper, tenant_id: int, connection_id: int, lines: Iterable[bytes]) -> None:
    """Copy calls that are not stored yet, from lines in the order of `CALL_COLUMNS`."""
    ends = f"\t{tenant_id}\t{connection_id}\n"
    _copy(cursor, "telephony_call", f"{CALL_COLUMNS}, tenant_id, connection_id", lines, ends)


def insert_records(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, now: datetime, lines: Iterable[bytes]
) -> None:
    """Copy records that are not stored yet, from lines in the order of `RECORD_COLUMNS`."""
    at = now.isoformat()
    ends = f"\t{tenant_id}\t{connection_id}\t{at}\t{at}\n"
    columns = f"{RECORD_COLUMNS}, tenant_id, connection_id, first_seen_at, changed_at"
    _copy(cursor, "telephony_callrecord", columns, lines, ends)


def upsert_calls(cursor: CursorWrapper, tenant_id: int, connection_id: int, lines: Iterable[bytes]) -> None:
    """Insert or update calls from COPY lines in the order of `CALL_COLUMNS`; a start never changes."""
    _stage(cursor, "stage_call", "telephony_call", CALL_COLUMNS, lines)
    changing = [name for name in _names(CALL_COLUMNS) if name not in _CALL_FIXED]
    cursor.execute(
        f"INSERT INTO telephony_call (tenant_id, connection_id, {CALL_COLUMNS})"
        f" SELECT %s, %s, {CALL_COLUMNS} FROM stage_call"
        f" ON CONFLICT (tenant_id, connection_id, fold_key) DO UPDATE SET {_excluded(changing)}",
        [tenant_id, connection_id],
    )


def upsert_records(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, now: datetime, lines: Iterable[bytes]
) -> None:
    """Insert or update records from COPY lines in the order of `RECORD_COLUMNS`, only where the hash differs."""
    _stage(cursor, "stage_call_record", "telephony_callrecord", RECORD_COLUMNS, lines)
    changing = [*(name for name in _names(RECORD_COLUMNS) if name not in _RECORD_KEY), "changed_at"]
    cursor.execute(
        "INSERT INTO telephony_callrecord AS stored"
        f" (tenant_id, connection_id, first_seen_at, changed_at, {RECORD_COLUMNS})"
        f" SELECT %s, %s, %s, %s, {RECORD_COLUMNS} FROM stage_call_record"
        f" ON CONFLICT (tenant_id, connection_id, stream, remote_key) DO UPDATE SET {_excluded(changing)}"
        " WHERE stored.content_hash IS DISTINCT FROM excluded.content_hash",
        [tenant_id, connection_id, now, now],
    )


def delete_empty_calls(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, fold_keys: Sequence[str]
) -> None:
    """Remove those of these calls that no record belongs to any more."""
    cursor.execute(
        "DELETE FROM telephony_call AS stored"
        " WHERE tenant_id = %s AND connection_id = %s AND fold_key = ANY(%s)"
        " AND NOT EXISTS (SELECT 1 FROM telephony_callrecord WHERE call_id = stored.id)",
        [tenant_id, connection_id, list(fold_keys)],
    )


def link_lines(
    cursor: CursorWrapper, tenant_id: int, connection_id: int, lines: Sequence[tuple[str, int]]
) -> list[tuple[str, str]]:
    """Let calls without a line point to the (remote id, entity id) pairs that have become known since; the fold key of
    each of them with the remote id of its line."""
    cursor.execute(
        "UPDATE telephony_call AS stored SET line_id = pair.line_id"
        " FROM unnest(%s::text[], %s::bigint[]) AS pair (remote_id, line_id)"
        " WHERE stored.tenant_id = %s AND stored.connection_id = %s AND stored.line_id IS NULL"
        " AND stored.line_remote_id = pair.remote_id RETURNING stored.fold_key, stored.line_remote_id",
        [[remote_id for remote_id, _ in lines], [line_id for _, line_id in lines], tenant_id, connection_id],
    )
    return cursor.fetchall()


def folds_through(
    cursor: CursorWrapper,
    tenant_id: int,
    connection_id: int,
    relays: Sequence[str],
    stretch: tuple[datetime, datetime],
) -> list[str]:
    """The fold keys of the calls of several records, of a stretch with both its ends, that have one of these lines."""
    cursor.execute(
        "SELECT fold_key FROM telephony_call AS call WHERE tenant_id = %s AND connection_id = %s"
        " AND started_at >= %s AND started_at <= %s AND record_count > 1 AND EXISTS ("
        " SELECT 1 FROM telephony_callrecord WHERE call_id = call.id AND line_remote_id = ANY(%s) OFFSET 0)",
        [tenant_id, connection_id, *stretch, list(relays)],
    )
    return [fold_key for (fold_key,) in cursor.fetchall()]


def settle_standings(
    cursor: CursorWrapper,
    tenant_id: int,
    connection_id: int,
    stream: str,
    stretch: tuple[datetime, datetime],
    listed: Sequence[tuple[str, bool]],
    stale_before: datetime,
) -> int:
    """Note what a reading of a whole stretch said of each stored record in it; how many stand differently now.

    listed         (remote key, whether the call is open) of all records that the stream has there
    stale_before   a call that began before it and is still open will not be said to end any more
    """
    start_at, end_at = stretch
    # A document in which each record looks its key up, and no join: while PostgreSQL takes the tables for empty it would
    # go through the whole list for each record.
    is_open = orjson.dumps(dict(listed)).decode()
    cursor.execute(
        "UPDATE telephony_callrecord AS stored SET standing = judged.standing FROM ("
        " SELECT record.id, CASE %s::jsonb ->> record.remote_key WHEN 'false' THEN ''"
        " WHEN 'true' THEN CASE WHEN record.started_at < %s THEN 'stale' ELSE 'open' END ELSE 'gone' END AS standing"
        # Calls have the index by time; a record begins when its call does, or later.
        " FROM telephony_call AS call JOIN telephony_callrecord AS record ON record.call_id = call.id"
        " WHERE call.tenant_id = %s AND call.connection_id = %s"
        " AND call.started_at >= %s::timestamptz - interval '1 day' AND call.started_at < %s"
        " AND record.stream = %s AND record.started_at >= %s AND record.started_at < %s"
        ") AS judged WHERE stored.id = judged.id AND stored.standing <> judged.standing",
        [
            is_open,
            stale_before,
            tenant_id,
            connection_id,
            start_at,
            end_at,
            stream,
            start_at,
            end_at,
        ],
    )
    return cursor.rowcount


def _stage(cursor: CursorWrapper, stage: str, table: str, columns: str, lines: Iterable[bytes]) -> None:
    """Fill the session's temporary table with the columns of the real one."""
    cursor.execute(
        f"CREATE TEMPORARY TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS"
        f" SELECT {columns} FROM {table} WITH NO DATA"
    )
    cursor.execute(f"DELETE FROM {stage}")  # of an earlier batch of the same transaction
    _copy(cursor, stage, columns, lines, "\n")


def _copy(cursor: CursorWrapper, table: str, columns: str, lines: Iterable[bytes], ends: str) -> None:
    """COPY lines into a table; `ends` closes each of them, with the columns that all rows share."""
    end = ends.encode()
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        rest = iter(lines)
        while block := list(islice(rest, _BLOCK)):
            copy.write(end.join([*block, b""]))


def _keys(keys: Iterable[str]) -> str:
    """Keys as the text of a PostgreSQL array, for `%s::text[]`; the driver takes ten times as long for a list."""
    escaped = (key.replace("\\", "\\\\").replace('"', '\\"') for key in keys)
    return '{"' + '","'.join(escaped) + '"}'


def _names(columns: str) -> list[str]:
    return columns.split(", ")


def _excluded(names: Iterable[str]) -> str:
    return ", ".join(f"{name} = excluded.{name}" for name in names)


def open_cursor() -> CursorWrapper:
    return database.cursor()
