"""The rows of a bulk edit that one worker writes: each through the door, then all of them read back together.

A row is taken by linking it to its draft in the transaction that saves the draft. So it is written once: whoever comes
after a crash finds the link, and the door sends a draft once only.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import connections
from django.db.models import F
from django.utils import timezone

from portal.lib.errors import (
    InvalidInput,
    NeedsReconnect,
    NotFound,
    Permanent,
    ProviderError,
    RateLimited,
    Transient,
)
from telephony.models import BulkRow, Change, Job
from telephony.services import access, bulk_judging, change_secrets, comparing, editing, settling
from telephony.services.bulk_doors import ListedReads, doors_of
from telephony.services.door import AtHand

State = BulkRow.State
OPEN = (State.READY, State.SENDING)
ENDS = {
    Change.State.APPLIED: State.APPLIED,
    Change.State.REVERTED: State.APPLIED,
    Change.State.REFUSED: State.REFUSED,
    Change.State.CHARGES: State.REFUSED,
    Change.State.CONFLICT: State.CONFLICT,
    Change.State.UNKNOWN: State.UNKNOWN,
    Change.State.NOT_APPLIED: State.NOT_APPLIED,
}


class Taken(Exception):
    """Somebody else has the row."""


class Postponed(Exception):
    """Nothing was sent, and nothing can be for now. `after_s` says when to come back, None: not told."""

    def __init__(self, reason: str, after_s: float | None) -> None:
        super().__init__(reason)
        self.after_s = after_s


def write_parcel(rows: Sequence[BulkRow], job: Job) -> None:
    """Write rows one after the other, then read them back together. Raises Postponed where the provider asks for time."""
    try:
        for connection_id in dict.fromkeys(row.connection_id for row in rows):
            _write_connection([row for row in rows if row.connection_id == connection_id], job)
    finally:
        connections.close_all()


def _write_connection(rows: Sequence[BulkRow], job: Job) -> None:
    connection = rows[0].connection
    try:
        client = ListedReads(access.client_of(connection, deadline_s=settings.EDIT_DEADLINE_S), connection)
    except NeedsReconnect as error:
        for row in rows:
            _end(row, State.NOT_APPLIED, error.message)
        return
    doors, read_at = doors_of(rows), timezone.now()
    sent: list[tuple[BulkRow, Change, AtHand]] = []
    postponed: Postponed | None = None
    for row in rows:
        at_hand = AtHand(door=doors[row.pk], client=client, read_at=read_at)
        try:
            change = _write(row, at_hand, job)
        except Postponed as reason:
            postponed = reason
            break
        except Taken:
            continue
        if change is not None:
            sent.append((row, change, at_hand))
    client.forget()
    _read_back(sent, client)
    if postponed:
        raise postponed


def _write(row: BulkRow, at_hand: AtHand, job: Job) -> Change | None:
    """Begin one row and send it: the change whose answer came and is to be read back, None where it has ended.

    Raises Postponed and Taken; nothing was sent then.
    """
    seen, fingerprints = bulk_judging.seen_of(row)
    try:
        change = editing.write(
            row.connection,
            row.operation,
            row.address,
            change_secrets.open_side(row, "wanted"),
            seen=seen or None,
            fingerprints=fingerprints,
            person=job.person,
            why=job.parameters.get("why", ""),
            ticket=job.parameters.get("ticket", ""),
            reverts=row.reverts,
            at_hand=at_hand,
            keep=lambda change: _take(row, change),
        )
    except comparing.NothingToWrite:
        _end(row, State.SAME)
        return None
    except Transient as error:
        raise _postponed(error) from error
    except InvalidInput as error:
        _end(row, State.REFUSED, " ".join(map(str, error.fields.values())) or error.message)
        return None
    except (NotFound, Permanent) as error:
        _end(row, State.NOT_APPLIED, error.message)
        return None
    return _after_sending(row, change)


def _take(row: BulkRow, change: Change) -> None:
    """Save the change and link the row to it, both or neither. Raises Taken."""
    change.save()
    mine = BulkRow.objects.filter(pk=row.pk, state=State.READY)
    if not mine.update(state=State.SENDING, change=change, error="", tries=F("tries") + 1):
        raise Taken
    row.change = change


def _after_sending(row: BulkRow, change: Change) -> Change | None:
    if change.state == Change.State.SENDING:
        is_answered = not (change.answer or {}).get("lost")
        return change if is_answered else None
    if change.state == Change.State.NOT_APPLIED and _was_turned_away(change):
        BulkRow.objects.filter(pk=row.pk).update(state=State.READY, change=None)
        raise Postponed(change.error, None)
    _end(row, ENDS[Change.State(change.state)])
    return None


def _was_turned_away(change: Change) -> bool:
    """Whether the provider did nothing because it had no time: then the row is written later."""
    status = (change.answer or {}).get("status")
    return status is None or status >= 400


def _postponed(error: ProviderError) -> Postponed:
    """Nothing was begun of the row: it stays ready."""
    return Postponed(error.message, error.retry_after_s if isinstance(error, RateLimited) else None)


def _read_back(sent: Sequence[tuple[BulkRow, Change, AtHand]], client: ListedReads) -> None:
    """What became of what was answered; then the cache, once for each list."""
    refreshed: set[tuple[str, str]] = set()
    for _row, change, at_hand in sent:
        editing.read_back(change, at_hand)
    applied = [row.pk for row, change, _at in sent if change.state == Change.State.APPLIED]
    BulkRow.objects.filter(pk__in=applied, state=State.SENDING).update(state=State.APPLIED)
    for row, change, at_hand in sent:
        if change.state in ENDS and change.state != Change.State.APPLIED:
            _end(row, ENDS[Change.State(change.state)])
        if change.state != Change.State.APPLIED:
            continue
        place = at_hand.door.editor.place(at_hand.door.address, at_hand.door.around)
        key = place.kind, place.parent_remote_id
        if not at_hand.door.editor.refreshes or key not in refreshed:
            refreshed.add(key)
            settling.refresh_cache(change, at_hand.door, client)


def _end(row: BulkRow, state: str, error: str = "") -> None:
    """Write down how a row ended, unless another worker has taken it since."""
    mine = BulkRow.objects.filter(pk=row.pk, change=row.change_id, state__in=OPEN)
    mine.update(state=state, error=error[:500])
