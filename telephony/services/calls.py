"""Store call records and the calls they fold into, in one transaction and twice as often as anybody likes.

`folding.py` decides what a call is, `copy_lines.py` writes it down, `call_store_sql.py` moves it. Reading a provider
is `cdr_sync.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from itertools import chain, islice
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.scoping import ForeignTenant, current_tenant_id
from portal.lib.canonical import canonical_json
from telephony.models import Connection, Entity, UnreadableRecord
from telephony.providers.drafts import CallRecordDraft, UnreadableRow
from telephony.services import call_store_sql as sql
from telephony.services.copy_lines import DoesNotFit, call_line, record_content, record_line
from telephony.services.folding import CallFields, fold, fold_one

BATCH = 10_000  # drafts that travel together


@dataclass(frozen=True, slots=True)
class StoreResult:
    """How many rows were new, changed, found as they were, and set aside."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    unreadable: int = 0

    def __add__(self, other: StoreResult) -> StoreResult:
        return StoreResult(
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.unreadable + other.unreadable,
        )


@dataclass(slots=True)
class _Batch:
    """The drafts of one call of `store`, the last of equal keys only."""

    drafts: dict[tuple[str, str], CallRecordDraft] = field(default_factory=dict)
    contents: dict[tuple[str, str], tuple[bytes, bytes]] = field(default_factory=dict)
    unreadable: list[UnreadableRow] = field(default_factory=list)


@transaction.atomic
def store(connection: Connection, drafts: Iterable[CallRecordDraft], now: datetime) -> StoreResult:
    """Store drafts as call records and fold the calls they touch.

    A row whose content is what is stored already is not written again. A row that does not fit its columns is set
    aside with the reason. Runs in the scope of the connection's tenant, inside the caller's transaction if it has one.
    """
    if connection.tenant_id != current_tenant_id():
        raise ForeignTenant("the connection belongs to another tenant")
    total = StoreResult()
    with sql.open_cursor() as cursor:
        sql.lock_connection(cursor, connection.pk)
        for batch in _batches(drafts):
            total += _store_batch(cursor, connection, batch, now)
    return total


def _store_batch(cursor: Any, connection: Connection, batch: _Batch, now: datetime) -> StoreResult:
    known = _known(cursor, connection, batch)
    fresh = [
        key for key, (_, digest) in batch.contents.items() if key not in known or known[key][0] != digest
    ]
    changed = [key for key in fresh if key in known]
    if fresh:
        _store_fresh(cursor, connection, batch, fresh, {known[key][1] for key in changed}, now)
    set_aside(connection, batch.unreadable)
    return StoreResult(
        new=len(fresh) - len(changed),
        changed=len(changed),
        unchanged=len(batch.contents) - len(fresh),
        unreadable=len(batch.unreadable),
    )


def set_aside(connection: Connection, rows: Sequence[UnreadableRow]) -> None:
    """Keep rows that could not be understood, each once, until somebody looked."""
    if not rows:
        return
    UnreadableRecord.objects.bulk_create(
        [
            UnreadableRecord(
                connection=connection,
                stream=row.stream[:40],
                content_key=_content_key(row),
                reason=row.reason[:300],
                raw=row.raw,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )


def link_lines(connection: Connection) -> int:
    """Point calls that were stored before their line was known to it; the number of calls that gained a line."""
    with sql.open_cursor() as cursor:
        return sql.link_lines(
            cursor, connection.tenant_id, connection.pk, list(_lines(connection).ids.items())
        )


def _batches(drafts: Iterable[CallRecordDraft]) -> Iterator[_Batch]:
    """Prepared batches; while one is stored, a thread prepares the next."""
    chunks = _chunks(drafts)
    first, second = next(chunks, []), next(chunks, None)
    batch = _prepared(first)
    if second is None:
        yield batch
        return
    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as pool:
        for chunk in chain([second], chunks):
            following = pool.submit(_prepared, chunk)
            yield batch
            batch = following.result()
    yield batch


def _chunks(drafts: Iterable[CallRecordDraft]) -> Iterator[list[CallRecordDraft]]:
    rest = iter(drafts)
    while chunk := list(islice(rest, BATCH)):
        yield chunk


def _prepared(drafts: Iterable[CallRecordDraft]) -> _Batch:
    batch = _Batch()
    for draft in drafts:
        try:
            content = record_content(draft)
        except DoesNotFit as problem:
            batch.unreadable.append(
                UnreadableRow(stream=draft.stream, reason=str(problem), raw=_storable(draft.raw))
            )
            continue
        key = (draft.stream, draft.remote_key)
        batch.drafts[key] = draft
        batch.contents[key] = content
    return batch


def _known(cursor: Any, connection: Connection, batch: _Batch) -> dict[tuple[str, str], tuple[bytes, str]]:
    """Stored (hash, fold key) by (stream, remote key)."""
    keys_of: dict[str, list[str]] = {}
    for stream, remote_key in batch.drafts:
        keys_of.setdefault(stream, []).append(remote_key)
    known = {}
    for stream, remote_keys in keys_of.items():
        rows = sql.known_records(cursor, connection.tenant_id, connection.pk, stream, remote_keys)
        for remote_key, digest, fold_key in rows:
            known[stream, remote_key] = (bytes(digest), fold_key)
    return known


def _store_fresh(
    cursor: Any,
    connection: Connection,
    batch: _Batch,
    fresh: Sequence[tuple[str, str]],
    left_folds: set[str],
    now: datetime,
) -> None:
    """Write what is new or changed. `left_folds` are the fold keys that changed rows had until now."""
    tenant_id = connection.tenant_id
    groups = _groups(cursor, connection, batch, fresh, left_folds)
    known_calls = {
        row[2]: (row[0], row[1], CallFields(*row[2:]))
        for row in sql.known_calls(cursor, tenant_id, connection.pk, list(groups))
    }
    made = [key for key, records in groups.items() if records and key not in known_calls]
    call_ids = dict(zip(made, sql.reserve_call_ids(cursor, len(made)), strict=True)) if made else {}
    call_ids.update({key: call_id for key, (call_id, _, _) in known_calls.items()})
    lines = _lines(connection)
    call_lines = [
        line
        for key, records in groups.items()
        if records and (line := _call_line(call_ids[key], records, lines, known_calls.get(key)))
    ]
    if call_lines:
        sql.upsert_calls(cursor, tenant_id, connection.pk, call_lines)
    record_lines = (record_line(*batch.contents[key], call_ids[batch.drafts[key].fold_key]) for key in fresh)
    sql.upsert_records(cursor, tenant_id, connection.pk, now, record_lines)
    orphaned = [(key, call_ids[key]) for key in made if len(groups[key]) > 1]
    if orphaned:
        sql.point_records(cursor, tenant_id, connection.pk, orphaned)
    empty = [known_calls[key][0] for key, records in groups.items() if not records and key in known_calls]
    if empty:
        sql.delete_calls(cursor, tenant_id, connection.pk, empty)


def _groups(
    cursor: Any,
    connection: Connection,
    batch: _Batch,
    fresh: Sequence[tuple[str, str]],
    left_folds: set[str],
) -> dict[str, list[CallRecordDraft]]:
    """Fold key -> all its records as they will stand after this batch; empty where the last one left."""
    groups: dict[str, list[CallRecordDraft]] = {key: [] for key in left_folds}
    for key in fresh:
        draft = batch.drafts[key]
        groups.setdefault(draft.fold_key, []).append(draft)
    renewed = set(fresh)
    for row in sql.records_of_folds(cursor, connection.tenant_id, connection.pk, list(groups)):
        if (row[0], row[1]) not in renewed:
            record = _draft_of(row)
            groups[record.fold_key].append(record)
    return groups


def _draft_of(row: tuple[Any, ...]) -> CallRecordDraft:
    names = (
        "stream remote_key fold_key started_at medium direction outcome caller callee presented line_remote_id"
        " group_remote_id duration_s wait_s quantity unit cost_micros destination is_time_ambiguous"
    )
    return CallRecordDraft(**dict(zip(names.split(), row, strict=True)))


def _call_line(
    call_id: int,
    records: Sequence[CallRecordDraft],
    lines: _Lines,
    known: tuple[int, int | None, CallFields] | None,
) -> bytes | None:
    """The call as a COPY line, or None where the stored one says the same."""
    folded = fold_one(records[0]) if len(records) == 1 else fold(records, lines.relays)
    line_id = lines.ids.get(folded.line_remote_id)
    if known is not None:
        folded = folded._replace(started_at=known[2].started_at)
        if known[1:] == (line_id, folded):
            return None
    return call_line(call_id, folded, line_id)


@dataclass(frozen=True, slots=True)
class _Lines:
    """What the connection's records may belong to: entity id by remote id, and those where nobody talks."""

    ids: Mapping[str, int]
    relays: frozenset[str]


def _lines(connection: Connection) -> _Lines:
    has_calls = Q(is_line=True) | Q(kind__in=connection.declaration.call_kinds)
    rows = list(
        Entity.objects.filter(has_calls, connection=connection).values_list("remote_id", "pk", "facet")
    )
    return _Lines(
        ids={remote_id: pk for remote_id, pk, _ in rows},
        relays=frozenset(remote_id for remote_id, _, facet in rows if facet != Entity.Facet.LINE),
    )


def _storable(raw: Any) -> Any:
    """The raw row, or its text where it is no JSON."""
    try:
        text = canonical_json(raw)
    except (ValueError, TypeError, RecursionError):
        return {"text": repr(raw)[:10_000].replace("\0", "")}
    return {"text": text[:10_000]} if "\\u0000" in text else raw


def _content_key(row: UnreadableRow) -> str:
    return blake2b(canonical_json([row.reason, row.raw]).encode(errors="replace"), digest_size=16).hexdigest()
