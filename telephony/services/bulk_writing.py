"""The rows of a bulk edit that one worker writes: a few set out together, each sent, then all of them read back.

A row is taken by linking it to its change in the transaction that saves the change, before anything is sent. So it is
written once: whoever comes after a crash finds the link, and follows the change until it is known whether it was sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connections, transaction
from django.db.models import BigIntegerField, Case, F, Value, When
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
from telephony.services import (
    access,
    bulk_judging,
    change_secrets,
    comparing,
    editing_many,
    request_log,
    settling,
)
from telephony.services.bulk_doors import ListedReads, doors_of
from telephony.services.door import AtHand, Clock

State = BulkRow.State
TOGETHER = 10  # rows that are set out at once: of so many it is unknown for a minute, after a crash, if they were sent
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


class Postponed(Exception):
    """Nothing was sent, and nothing can be for now. `after_s` says when to come back, None: not told."""

    def __init__(self, reason: str, after_s: float | None) -> None:
        super().__init__(reason)
        self.after_s = after_s


@dataclass(eq=False)
class _Write:
    """A row with its way through the door."""

    row: BulkRow
    way: editing_many.Write

    @property
    def change(self) -> Change:
        return self.way.change


def write_parcel(rows: Sequence[BulkRow], job: Job) -> None:
    """Write rows one after the other, then read them back together. Raises Postponed where the provider asks for time."""
    try:
        for connection_id in dict.fromkeys(row.connection_id for row in rows):
            _write_connection([row for row in rows if row.connection_id == connection_id], job)
    finally:
        request_log.flush()
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
    at_hand = {pk: AtHand(door=door, client=client, read_at=read_at) for pk, door in doors.items()}
    left, answered = list(rows), list[_Write]()
    postponed: Postponed | None = None
    while left and postponed is None:
        proposed, postponed = _propose_some(left, at_hand, job)
        clock = Clock()
        begun = _begin(proposed, job)
        try:
            left[:0] = _send(begun, clock, answered)
        except Postponed as reason:
            postponed = reason
    client.forget()
    _read_back(answered, client)
    if postponed:
        raise postponed


def _propose_some(
    left: list[BulkRow], at_hand: Mapping[int, AtHand], job: Job
) -> tuple[list[_Write], Postponed | None]:
    """The next rows that are to be written, compared with what there is now and taken off `left`; and why these are
    fewer than could be.
    """
    proposed: list[_Write] = []
    while left and len(proposed) < TOGETHER:
        row = left.pop(0)
        try:
            way = _propose(row, at_hand[row.pk], job)
        except Postponed as reason:
            return proposed, reason
        if way is not None:
            proposed.append(_Write(row, way))
    return proposed, None


def _propose(row: BulkRow, at_hand: AtHand, job: Job) -> editing_many.Write | None:
    """Compare a row with what there is now; None where it has ended so. Raises Postponed."""
    seen, fingerprints = bulk_judging.seen_of(row)
    try:
        return editing_many.propose(
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
        )
    except comparing.NothingToWrite:
        _end(row, State.SAME)
    except Transient as error:
        raise _postponed(error) from error
    except InvalidInput as error:
        _end(row, State.REFUSED, " ".join(map(str, error.fields.values())) or error.message)
    except (NotFound, Permanent) as error:
        _end(row, State.NOT_APPLIED, error.message)
    return None


def _begin(proposed: Sequence[_Write], job: Job) -> list[_Write]:
    """Save the changes and link the rows to them, all or nothing; those that are to be sent now. A row that somebody
    else has taken meanwhile is left to them.
    """
    ready = BulkRow.objects.filter(pk__in=[one.row.pk for one in proposed], state=State.READY)
    with transaction.atomic():
        free = set(ready.order_by("pk").select_for_update().values_list("pk", flat=True))
        mine = [one for one in proposed if one.row.pk in free]
        editing_many.set_out([one.way for one in mine], job.person)
        begun = [one for one in mine if one.way.refusal is None]
        if begun:
            links = [When(pk=one.row.pk, then=Value(one.change.pk)) for one in begun]
            ready.filter(pk__in=[one.row.pk for one in begun]).update(
                state=State.SENDING,
                change=Case(*links, output_field=BigIntegerField()),
                error="",
                tries=F("tries") + 1,
            )
    for one in mine:
        if refusal := one.way.refusal:
            _end(one.row, State.NOT_APPLIED, refusal.message)
            continue
        one.row.change = one.change
        if one.change.state != Change.State.SENDING:
            _end(one.row, ENDS[Change.State(one.change.state)])
    return [one for one in begun if one.change.state == Change.State.SENDING]


def _send(begun: Sequence[_Write], clock: Clock, answered: list[_Write]) -> list[BulkRow]:
    """Send what was begun, and note what is to be read back. Returns the rows for which no time was left, ready again.
    Raises Postponed; the rows after that one are ready again then, too.

    All of it ends within the time of the door, so that nothing is sent which is being followed as lost: where the
    provider is slow, or the machine stood still, rows are begun anew.
    """
    for place, one in enumerate(begun):
        if clock.left() < settings.EDIT_DEADLINE_S / 2:
            return _give_back(begun[place:])
        try:
            if _after_sending(one.row, editing_many.send(one.way, clock)):
                answered.append(one)
        except Postponed:
            _give_back(begun[place + 1 :])
            raise
    return []


def _give_back(unsent: Sequence[_Write]) -> list[BulkRow]:
    """Make rows ready again whose change was never sent."""
    with transaction.atomic():
        for one in unsent:
            mine = BulkRow.objects.filter(pk=one.row.pk, change=one.change, state=State.SENDING)
            mine.update(state=State.READY, change=None, tries=F("tries") - 1)
            one.row.change = None
        editing_many.give_back([one.way for one in unsent])
    return [one.row for one in unsent]


def _after_sending(row: BulkRow, change: Change) -> bool:
    """Whether it was answered, and is to be read back. Raises Postponed where the provider had no time for it."""
    if change.state == Change.State.SENDING:
        return not (change.answer or {}).get("lost")
    if change.state == Change.State.NOT_APPLIED and _was_turned_away(change):
        BulkRow.objects.filter(pk=row.pk).update(state=State.READY, change=None)
        raise Postponed(change.error, None)
    _end(row, ENDS[Change.State(change.state)])
    return False


def _was_turned_away(change: Change) -> bool:
    """Whether the provider did nothing because it had no time: then the row is written later."""
    status = (change.answer or {}).get("status")
    return status is None or status >= 400


def _postponed(error: ProviderError) -> Postponed:
    """Nothing was begun of the row: it stays ready."""
    return Postponed(error.message, error.retry_after_s if isinstance(error, RateLimited) else None)


def _read_back(answered: Sequence[_Write], client: ListedReads) -> None:
    """What became of what was answered; then the cache, once for each list."""
    editing_many.read_back([one.way for one in answered])
    applied = [one for one in answered if one.change.state == Change.State.APPLIED]
    rows = BulkRow.objects.filter(pk__in=[one.row.pk for one in applied], state=State.SENDING)
    rows.update(state=State.APPLIED)
    for one in answered:
        if one.change.state in ENDS and one not in applied:
            _end(one.row, ENDS[Change.State(one.change.state)])
    refreshed: set[tuple[str, str]] = set()
    for one in applied:
        door = one.way.at_hand.door
        place = door.editor.place(door.address, door.around)
        key = place.kind, place.parent_remote_id
        if not door.editor.refreshes or key not in refreshed:
            refreshed.add(key)
            settling.refresh_cache(one.change, door, client)


def _end(row: BulkRow, state: str, error: str = "") -> None:
    """Write down how a row ended, unless another worker has taken it since."""
    mine = BulkRow.objects.filter(pk=row.pk, change=row.change_id, state__in=OPEN)
    mine.update(state=state, error=error[:500])
