"""Drafts in memory to committed rows: against plain COPY, and against Django's own bulk upsert."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection as database
from django.db import transaction
from psycopg.types.json import Jsonb

from accounts.scoping import tenant_scope
from telephony.bench.measuring import Figure, medians, seconds
from telephony.bench.world import END, drafts
from telephony.models import Call, CallRecord, Connection
from telephony.providers.drafts import CallRecordDraft
from telephony.services import call_store_sql as sql
from telephony.services import calls
from telephony.services.alone import Work, alone
from telephony.services.call_batches import Lines, batches
from telephony.services.copy_lines import record_content, record_line
from telephony.services.folding import fold

COUNT = 100_000
ROUNDS = 5
BULK_COUNT = 20_000
BULK_BATCH = 2_000
_KEPT = {field.name for field in CallRecord._meta.get_fields()} - {"raw"}
_COLUMNS = [name for name in CallRecordDraft.__struct_fields__ if name in _KEPT]
_TWIN = "bench_callrecord_twin"


def measure(connection: Connection, count: int = COUNT, rounds: int = ROUNDS) -> list[Figure]:
    """Records alone, records with folding, and both against bulk_create(update_conflicts=True)."""
    made = drafts(count)
    make_twin()
    with tenant_scope(connection.tenant_id):
        plain, records, folded, again = medians(
            rounds,
            lambda: _emptied(lambda: copy_plainly(connection, made, END)),
            lambda: _emptied(lambda: store_records(connection, made, END)),
            lambda: _emptied(lambda: calls.store(connection, made, END)),
            lambda: seconds(lambda: calls.store(connection, made, END)),
        )
        bulk_made = made[: min(count, BULK_COUNT)]
        bulk, few = medians(
            rounds,
            lambda: _emptied(lambda: bulk_create(connection, bulk_made, END)),
            lambda: _emptied(lambda: calls.store(connection, bulk_made, END)),
        )
        _empty()
    drop_twin()
    detail = {
        "drafts": count,
        "plain_copy_s": round(plain, 3),
        "records_s": round(records, 3),
        "records_and_calls_s": round(folded, 3),
        "second_time_s": round(again, 3),
        "bulk_create_s": round(bulk, 3),
        "ours_for_bulk_s": round(few, 3),
        "bulk_drafts": len(bulk_made),
    }
    return [
        Figure(f"{count:,} drafts to call records, against plain COPY", plain / records, 0.6, detail=detail),
        Figure("the same with folding into calls, against plain COPY", plain / folded, 0.35, detail=detail),
        Figure("the same against bulk_create(update_conflicts) into both", bulk / few, 2.5, detail=detail),
    ]


# ---- the four ways ----
def copy_plainly(connection: Connection, made: Sequence[CallRecordDraft], now: datetime) -> None:
    """What anybody would write: psycopg's COPY, a row at a time, into a table with the same indexes and keys."""
    names = ", ".join(_COLUMNS)
    with transaction.atomic(), database.cursor() as cursor:
        statement = (
            f"COPY {_TWIN} (tenant_id, connection_id, content_hash, first_seen_at, changed_at, raw, {names})"
            " FROM STDIN"
        )
        with cursor.copy(statement) as copy:
            for draft in made:
                values = [getattr(draft, name) for name in _COLUMNS]
                copy.write_row(
                    [connection.tenant_id, connection.pk, b"0" * 16, now, now, Jsonb(draft.raw), *values]
                )


def store_records(connection: Connection, made: Sequence[CallRecordDraft], now: datetime) -> None:
    """Our path without the calls: prepared, looked up, and what is new copied."""
    tenant_id = connection.tenant_id
    no_lines = Lines(ids={}, relays=frozenset())
    with transaction.atomic(), sql.open_cursor() as cursor:
        alone(Work.STORE_CALLS, connection.pk)
        for batch in batches(made, no_lines):
            sql.mend_estimates(cursor)
            known = calls.known_records(cursor, connection, batch)
            fresh = (
                record_line(content, None) for key, content in batch.contents.items() if key not in known
            )
            sql.insert_records(cursor, tenant_id, connection.pk, now, fresh)


def bulk_create(connection: Connection, made: Sequence[CallRecordDraft], now: datetime) -> None:
    """Django's way into both tables; folding itself is given to it."""
    groups: dict[str, list[CallRecordDraft]] = {}
    for draft in made:
        groups.setdefault(draft.fold_key, []).append(draft)
    with transaction.atomic():
        stored = Call.objects.bulk_create(
            [Call(connection=connection, **fold(records)._asdict()) for records in groups.values()],
            batch_size=BULK_BATCH,
            update_conflicts=True,
            unique_fields=["tenant", "connection", "fold_key"],
            update_fields=["direction", "outcome", "duration_s", "record_count"],
        )
        call_ids = {call.fold_key: call.pk for call in stored}
        CallRecord.objects.bulk_create(
            [
                CallRecord(
                    connection=connection,
                    call_id=call_ids[draft.fold_key],
                    content_hash=bytes.fromhex(record_content(draft).digest),
                    first_seen_at=now,
                    changed_at=now,
                    raw=draft.raw,
                    **{name: getattr(draft, name) for name in _COLUMNS},
                )
                for draft in made
            ],
            batch_size=BULK_BATCH,
            update_conflicts=True,
            unique_fields=["tenant", "connection", "stream", "remote_key"],
            update_fields=["content_hash", "raw", "changed_at", "duration_s", "outcome"],
        )


# ---- tables ----
def make_twin() -> None:
    """A table like that of the records: the same columns, indexes and foreign keys."""
    with database.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {_TWIN}")
        cursor.execute(f"CREATE TABLE {_TWIN} (LIKE telephony_callrecord INCLUDING ALL)")
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = 'telephony_callrecord'::regclass AND contype = 'f'"
        )
        for name, definition in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {_TWIN} ADD CONSTRAINT "twin_{name[:50]}" {definition}')


def drop_twin() -> None:
    with database.cursor() as cursor:
        cursor.execute(f"DROP TABLE {_TWIN}")


def _emptied(work: Any) -> float:
    _empty()
    return seconds(work)


def _empty() -> None:
    with database.cursor() as cursor:
        cursor.execute(f"TRUNCATE telephony_callrecord, telephony_call, {_TWIN} CASCADE")
