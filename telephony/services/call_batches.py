"""Drafts made ready to be stored, in batches: written as COPY text, and folded as if nothing were stored yet.

All of it needs the processor and no database, so that a thread prepares one batch while the one before is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from portal.lib.canonical import canonical_json
from portal.lib.wire_json import decode_json
from telephony.providers.drafts import CallRecordDraft, UnreadableRow
from telephony.services.copy_lines import Content, DoesNotFit, call_text, only_call_text, record_content
from telephony.services.folding import CallFields, fold

BATCH = 5_000
Key = tuple[str, str]  # stream and remote key


@dataclass(frozen=True, slots=True)
class Lines:
    """What the connection's records may belong to: entity id by remote id, and those that pass their calls on."""

    ids: Mapping[str, int]
    relays: frozenset[str]

    def fold(self, records: list[CallRecordDraft]) -> tuple[CallFields, int | None]:
        """The call of these records, and the entity of its line."""
        call = fold(records, self.relays)
        return call, self.ids.get(call.line_remote_id)


@dataclass(slots=True)
class Batch:
    """Some drafts, the last of equal keys only.

    lines       what they were prepared with: the texts of the calls hold its ids
    contents    COPY text and hash of each record
    calls       COPY text of the call of each fold key, as far as its records are in this batch
    unreadable  rows that do not fit their columns
    """

    lines: Lines
    drafts: dict[Key, CallRecordDraft] = field(default_factory=dict)
    contents: dict[Key, Content] = field(default_factory=dict)
    calls: dict[str, bytes] = field(default_factory=dict)
    unreadable: list[UnreadableRow] = field(default_factory=list)

    def with_lines(self, lines: Lines) -> Batch:
        """The same for the lines as they are now: itself, unless an entity came, went or changed its nature."""
        if lines == self.lines:
            return self
        renewed = prepare(self.drafts.values(), lines)
        renewed.unreadable = self.unreadable  # whether a row fits has nothing to do with lines
        return renewed


def batches(drafts: Iterable[CallRecordDraft], lines: Lines) -> Iterator[Batch]:
    """Prepared batches; while one is used, a thread prepares the next."""
    chunks = _chunks(drafts)
    first, second = next(chunks, []), next(chunks, None)
    batch = prepare(first, lines)
    if second is None:
        yield batch
        return
    with ThreadPoolExecutor(1, thread_name_prefix="prepare") as pool:
        for chunk in chain([second], chunks):
            following = pool.submit(prepare, chunk, lines)
            yield batch
            batch = following.result()
    yield batch


def prepare(drafts: Iterable[CallRecordDraft], lines: Lines) -> Batch:
    """The drafts as they will be stored, for these lines."""
    batch = Batch(lines)
    for draft in drafts:
        key = draft.stream, draft.remote_key
        try:
            batch.contents[key] = record_content(draft)
        except DoesNotFit as problem:
            row = UnreadableRow(stream=draft.stream, reason=str(problem), raw=_storable(draft))
            batch.unreadable.append(row)
        else:
            batch.drafts[key] = draft
    _fold(batch)
    return batch


def _fold(batch: Batch) -> None:
    """The calls in the order of their first records."""
    first: dict[str, Key] = {}
    groups: dict[str, list[CallRecordDraft]] = {}
    for key, draft in batch.drafts.items():
        fold_key = draft.fold_key
        if (earlier := first.setdefault(fold_key, key)) is key:
            continue
        if fold_key in groups:
            groups[fold_key].append(draft)
        else:
            groups[fold_key] = [batch.drafts[earlier], draft]
    ids, relays = batch.lines.ids, batch.lines.relays
    for fold_key, key in first.items():
        draft = batch.drafts[key]
        if (records := groups.get(fold_key)) is not None:
            batch.calls[fold_key] = call_text(*batch.lines.fold(records))
        elif draft.line_remote_id in relays:
            batch.calls[fold_key] = call_text(*batch.lines.fold([draft]))
        else:
            batch.calls[fold_key] = only_call_text(draft, batch.contents[key], ids.get(draft.line_remote_id))


def _chunks(drafts: Iterable[CallRecordDraft]) -> Iterator[list[CallRecordDraft]]:
    rest = iter(drafts)
    while chunk := list(islice(rest, BATCH)):
        yield chunk


def _storable(draft: CallRecordDraft) -> Any:
    """The raw row, or its text where it is no JSON."""
    raw: Any = decode_json(draft.raw_text) if draft.raw_text else draft.raw
    try:
        text = canonical_json(raw)
    except (ValueError, TypeError, RecursionError):
        return {"text": repr(raw)[:10_000].replace("\0", "")}
    return {"text": text[:10_000]} if "\\u0000" in text else raw
