"""Store call records and the calls they fold into, in one transaction and twice as often as anybody likes.

`call_batches.py` makes drafts ready, `folding.py` decides what a call is, `call_store_sql.py` moves the rows. Reading a
provider is `cdr_sync.py`.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Q
from psycopg.errors import UniqueViolation

from accounts.scoping import ForeignTenant, current_tenant_id
from portal.lib.canonical import canonical_json
from portal.lib.hurry import short_turns
from telephony.models import Call, Connection, Entity, UnreadableRecord
from telephony.models.entities import GROUPS
from telephony.models.spans import DAY
from telephony.providers.drafts import CallRecordDraft, UnreadableRow
from telephony.services import call_store_sql as sql
from telephony.services.alone import Work, alone
from telephony.services.call_batches import Batch, Key, Lines, batches
from telephony.services.copy_lines import call_line, call_text, record_line
from telephony.services.folding import CallFields

Known = dict[Key, tuple[str, str]]  # hash in hex and fold key of stored records


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


@transaction.atomic
def store(connection: Connection, drafts: Iterable[CallRecordDraft], now: datetime) -> StoreResult:
    """Store drafts as call records and fold the calls they touch.

    A row whose content is what is stored already is not written again. A row that does not fit its columns is set
    aside with the reason. Runs in the scope of the connection's tenant, inside the caller's transaction if it has one.
    """
    total = StoreResult()
    with short_turns(), _locked(connection) as cursor:
        for batch in batches(drafts, lines_of(connection)):
            total += _store_batch(cursor, connection, batch, now)
    return total


@transaction.atomic
def store_prepared(connection: Connection, batch: Batch, now: datetime) -> StoreResult:
    """As `store`, for drafts that were prepared before the transaction began.

    What they say of lines is compared with the lines as they stand now, and made anew where it is out of date.
    """
    with _locked(connection) as cursor:
        return _store_batch(cursor, connection, batch.with_lines(lines_of(connection)), now)


@contextmanager
def _locked(connection: Connection) -> Iterator[Any]:
    """A cursor, while nobody else stores calls of this connection. Raises ForeignTenant outside its tenant's scope."""
    if connection.tenant_id != current_tenant_id():
        raise ForeignTenant("the connection belongs to another tenant")
    alone(Work.STORE_CALLS, connection.pk)
    with sql.open_cursor() as cursor:
        yield cursor


def _store_batch(cursor: Any, connection: Connection, batch: Batch, now: datetime) -> StoreResult:
    """Stored records are looked for below the calls of their fold keys, where nearly every one of them is.

    One whose fold key has changed stands below another call: then its key is there already when it is copied, all that
    this batch wrote is taken back, and each record is looked for by its own key.
    """
    sql.mend_estimates(cursor)
    try:
        with transaction.atomic():
            known = _known_by_fold(cursor, connection, batch)
            call_keys = {fold_key for _, fold_key in known.values()}
            result = _store_fresh(cursor, connection, batch, known, call_keys, now)
    except UniqueViolation:
        known = known_records(cursor, connection, batch)
        result = _store_fresh(cursor, connection, batch, known, None, now)
    set_aside(connection, batch.unreadable)
    return result


def _store_fresh(
    cursor: Any,
    connection: Connection,
    batch: Batch,
    known: Known,
    call_keys: Container[str] | None,
    now: datetime,
) -> StoreResult:
    """Write what is new or changed.

    call_keys   the fold keys of this batch that have a call, where that is known
    """
    contents = batch.contents
    new = [key for key in contents if key not in known]
    changed = [key for key in contents.keys() & known.keys() if known[key][0] != contents[key].digest]
    if new or changed:
        left_folds = {known[key][1] for key in changed}
        call_ids = _store_calls(cursor, connection, batch, [*new, *changed], left_folds, call_keys)
        _store_records(cursor, connection, batch, new, changed, call_ids, now)
        _delete_empty(cursor, connection, left_folds - batch.calls.keys())
    return StoreResult(
        new=len(new),
        changed=len(changed),
        unchanged=len(contents) - len(new) - len(changed),
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


@transaction.atomic
def link_lines(connection: Connection) -> int:
    """Point calls that were stored before their line was known to it; the number of calls that gained a line.

    Where that is a relay, they are folded again: they are calls of a group as well.
    """
    lines = lines_of(connection)
    with _locked(connection) as cursor:
        linked = sql.link_lines(cursor, connection.tenant_id, connection.pk, list(lines.ids.items()))
        passed_on = [fold_key for fold_key, line in linked if line in lines.relays]
        _fold_stored(cursor, connection, passed_on, lines)
    return len(linked)


@transaction.atomic
def fold_day_again(
    connection: Connection, relays: Sequence[str], since: datetime, before: datetime
) -> datetime | None:
    """Fold again the calls of several records of which one is of these relays: those of the last 24 hours with a call in
    a half-open stretch. Returns when these hours begin; None where there is no call."""
    with _locked(connection) as cursor:
        within = Call.objects.filter(connection=connection, started_at__gte=since, started_at__lt=before)
        end = within.order_by("-started_at").values_list("started_at", flat=True).first()
        if end is None:
            return None
        begin = end - DAY
        found = sql.folds_through(cursor, connection.tenant_id, connection.pk, relays, (begin, end))
        _fold_stored(cursor, connection, found, lines_of(connection))
    return begin


def _fold_stored(cursor: Any, connection: Connection, fold_keys: Sequence[str], lines: Lines) -> None:
    """Fold stored calls again, for the lines as they are now."""
    if not fold_keys:
        return
    known = _known_calls(cursor, connection, fold_keys)
    groups: dict[str, list[CallRecordDraft]] = {key: [] for key in known}
    for record in _stored_records(cursor, connection, fold_keys):
        groups[record.fold_key].append(record)
    _store_changed(cursor, connection, known, groups, lines)


def _store_records(
    cursor: Any,
    connection: Connection,
    batch: Batch,
    new: Sequence[Key],
    changed: Sequence[Key],
    call_ids: Mapping[str, int],
    now: datetime,
) -> None:
    contents, drafts = batch.contents, batch.drafts

    def lines(keys: Iterable[Key]) -> Iterator[bytes]:
        return (record_line(contents[key], call_ids[drafts[key].fold_key]) for key in keys)

    target = cursor, connection.tenant_id, connection.pk, now
    if new:
        sql.insert_records(*target, lines(new))
    if changed:
        sql.upsert_records(*target, lines(changed))


def known_records(cursor: Any, connection: Connection, batch: Batch) -> Known:
    """What is stored of this batch, looked for by the records' own keys."""
    keys_of: dict[str, list[str]] = {}
    for stream, remote_key in batch.drafts:
        keys_of.setdefault(stream, []).append(remote_key)
    known: Known = {}
    for stream, remote_keys in keys_of.items():
        rows = sql.known_records(cursor, connection.tenant_id, connection.pk, stream, remote_keys)
        known.update(_known(rows))
    return known


def _known_by_fold(cursor: Any, connection: Connection, batch: Batch) -> Known:
    """What is stored below the calls of this batch, other records of theirs included."""
    return _known(sql.known_records_of_folds(cursor, connection.tenant_id, connection.pk, list(batch.calls)))


def _known(rows: Iterable[tuple[str, ...]]) -> Known:
    return {(stream, remote_key): (digest, fold_key) for stream, remote_key, digest, fold_key in rows}


def _store_calls(
    cursor: Any,
    connection: Connection,
    batch: Batch,
    fresh: Sequence[Key],
    left_folds: set[str],
    call_keys: Container[str] | None,
) -> dict[str, int]:
    """Write the calls that the fresh records make or change; their ids by fold key.

    left_folds   the fold keys that changed records had until now: those calls lose a record
    """
    tenant_id = connection.tenant_id
    fold_keys = dict.fromkeys(batch.drafts[key].fold_key for key in fresh)
    touched = [*fold_keys, *(left_folds - fold_keys.keys())]
    if call_keys is not None:
        touched = [key for key in touched if key in call_keys]
    known = _known_calls(cursor, connection, touched) if touched else {}
    made = [key for key in fold_keys if key not in known]
    call_ids = dict(zip(made, sql.reserve_call_ids(cursor, len(made)), strict=True)) if made else {}
    if made:
        new_lines = (call_line(call_ids[key], batch.calls[key]) for key in made)
        sql.insert_calls(cursor, tenant_id, connection.pk, new_lines)
    if known:
        call_ids.update((key, call.pk) for key, call in known.items())
        groups = _groups(cursor, connection, batch, fresh, list(known))
        _store_changed(cursor, connection, known, groups, batch.lines)
    return call_ids


class _KnownCall(NamedTuple):
    pk: int
    line_id: int | None
    fields: CallFields


def _known_calls(cursor: Any, connection: Connection, fold_keys: Sequence[str]) -> dict[str, _KnownCall]:
    """The stored calls of these fold keys."""
    rows = sql.known_calls(cursor, connection.tenant_id, connection.pk, fold_keys)
    return {row[2]: _KnownCall(row[0], row[1], CallFields(*row[2:])) for row in rows}


def _stored_records(
    cursor: Any, connection: Connection, fold_keys: Sequence[str]
) -> Iterator[CallRecordDraft]:
    for row in sql.records_of_folds(cursor, connection.tenant_id, connection.pk, fold_keys):
        yield CallRecordDraft(**dict(zip(sql.FOLD_NAMES, row, strict=True)))


def _store_changed(
    cursor: Any,
    connection: Connection,
    known: Mapping[str, _KnownCall],
    groups: Mapping[str, list[CallRecordDraft]],
    lines: Lines,
) -> None:
    """Fold the records of stored calls, and write those that say something else now."""
    changed_lines = [
        call_line(known[key].pk, text)
        for key, records in groups.items()
        if records and (text := _changed_text(known[key], records, lines)) is not None
    ]
    if changed_lines:
        sql.upsert_calls(cursor, connection.tenant_id, connection.pk, changed_lines)


def _groups(
    cursor: Any, connection: Connection, batch: Batch, fresh: Sequence[Key], fold_keys: Sequence[str]
) -> dict[str, list[CallRecordDraft]]:
    """All records of these fold keys as they will stand after this batch; none where the last one left."""
    groups: dict[str, list[CallRecordDraft]] = {key: [] for key in fold_keys}
    renewed = set(fresh)
    for key in fresh:
        if (draft := batch.drafts[key]).fold_key in groups:
            groups[draft.fold_key].append(draft)
    for record in _stored_records(cursor, connection, fold_keys):
        if (record.stream, record.remote_key) not in renewed:
            groups[record.fold_key].append(record)
    return groups


def _changed_text(known: _KnownCall, records: list[CallRecordDraft], lines: Lines) -> bytes | None:
    """The call as it is to be stored, or None where the stored one says the same. Its start never changes."""
    fields, line_id = lines.fold(records)
    fields = fields._replace(started_at=known.fields.started_at)
    return None if (line_id, fields) == known[1:] else call_text(fields, line_id)


def _delete_empty(cursor: Any, connection: Connection, left_folds: set[str]) -> None:
    """Calls whose last record went to another one go."""
    if left_folds:
        sql.delete_empty_calls(cursor, connection.tenant_id, connection.pk, sorted(left_folds))


def lines_of(connection: Connection) -> Lines:
    """The lines that calls of the connection may belong to, as they are stored now."""
    declaration = connection.declaration
    has_calls = Q(is_line=True) | Q(kind__in=declaration.call_kinds)
    passing = {kind.kind for kind in declaration.kinds.values() if kind.passes_on}
    found = Entity.objects.filter(has_calls, connection=connection)
    rows = list(found.values_list("remote_id", "pk", "facet", "kind"))
    return Lines(
        ids={remote_id: pk for remote_id, pk, _, _ in rows},
        relays=frozenset(
            remote_id for remote_id, _, facet, kind in rows if facet in GROUPS or kind in passing
        ),
    )


def _content_key(row: UnreadableRow) -> str:
    return blake2b(canonical_json([row.reason, row.raw]).encode(errors="replace"), digest_size=16).hexdigest()
