"""Taking numbers off lists of refused callers when their time is over, through the same door as everything else.

The row says where it stands, so that a worker that dies is followed by another one: a draft that was not sent is
thrown away, one that was sent is waited for.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.errors import NotFound, ProviderError
from telephony.models import BlockEnd, BulkRow, Change, Entity, Job
from telephony.providers.blocking import without_number
from telephony.services import blocking, blocking_acts, editing, ledger
from telephony.services.blocking import Listed
from telephony.services.comparing import NothingToWrite

FIRST_PAUSE_S, LONGEST_PAUSE_S = 60, 3600
SETTLE_S = 5.0  # how long an answer that was lost is waited for before looking again
NEAR = ("connection", "connection__credential", "connection__tenant")
State = Change.State


def advance(end: BlockEnd) -> None:
    """Take the number off, or find that it need not be. Raises ledger.LeaseLost."""
    removal = end.removal
    if removal is not None and removal.state == State.SENDING:
        return _again(end, SETTLE_S)
    if removal is not None and removal.state in (State.APPLIED, State.REVERTED):
        return _done(end)
    if removal is not None and removal.state in editing.OPEN:
        removal.delete()  # nothing was sent of it
    placed = _placed_at(end)
    if placed is None:
        return _done(end)
    if placed > timezone.now():
        return _again(end, FIRST_PAUSE_S)
    if _was_moved_since(end, placed):
        return _done(end)
    try:
        change = _take_off(end)
    except (NothingToWrite, NotFound):
        return _done(end)
    except ProviderError as error:
        return _failed(end, error.message)
    if change.state == State.APPLIED:
        return _done(end)
    if change.state == State.SENDING:
        return _again(end, SETTLE_S)
    return _failed(end, change.error or str(change.get_state_display()))


LATER = datetime.max.replace(tzinfo=timezone.get_default_timezone())  # not there yet, and may come still


def _placed_at(end: BlockEnd) -> datetime | None:
    """When the number came onto the list; LATER while that is open, None where it never came or was taken back."""
    if end.job_id:
        row = (
            BulkRow.objects.filter(job=end.job_id, entity=end.entity_id)
            .select_related("change", "job")
            .first()
        )
        if row is None:
            return None
        if row.change is None:
            is_open = row.job.state in (Job.State.WAITING, Job.State.RUNNING, Job.State.PAUSED)
            return LATER if is_open else None
        return _came_at(row.change)
    if end.change is None:
        return end.created_at
    return _came_at(end.change)


def _came_at(change: Change) -> datetime | None:
    if change.state == State.SENDING:
        return LATER
    if change.state in (State.APPLIED, State.UNKNOWN):
        return change.settled_at or change.written_at
    return None


def _was_moved_since(end: BlockEnd, placed: datetime) -> bool:
    """Whether somebody took it off, and perhaps put it there again, for good: then its end means nothing."""
    later = Change.objects.filter(entity=end.entity_id, state=State.APPLIED, settled_at__gt=placed)
    return bool(blocking.changes_moving(end.number, later, 1))


def _take_off(end: BlockEnd) -> Change:
    """Propose it and send it; the row knows the change before anything leaves."""
    entity: Entity = Entity.objects.select_related(*NEAR).get(pk=end.entity_id)
    (listed,) = blocking.lists_of([entity])
    change = _proposed(end, listed)
    if change.state == State.CONFLICT:  # others wrote to the list: what it has now is what it is taken from
        fields = {
            **listed.entity.document,
            listed.blocking.field: (change.before or {}).get(listed.blocking.field),
        }
        change.delete()
        entity.document = fields
        change = _proposed(end, Listed(entity=entity, line=listed.line))
    return editing.send(change, end.person)


def _proposed(end: BlockEnd, listed: Listed) -> Change:
    def keep(draft: Change) -> None:
        with transaction.atomic():
            draft.save()
            ledger.write(end, removal=draft)

    return blocking_acts.propose_one(
        listed,
        without_number(listed.value, end.number),
        person=end.person,
        why=_("Its time on the list is over."),
        keep=keep,
    )


def _done(end: BlockEnd) -> None:
    with transaction.atomic():
        ledger.renew(end)
        end.delete()


def _again(end: BlockEnd, after_s: float) -> None:
    ledger.write(end, due_at=timezone.now() + timedelta(seconds=after_s))
    ledger.hint(end, after_s=after_s)


def _failed(end: BlockEnd, words: str) -> None:
    """Its time is over and it is still there: tried again, at last every hour, until somebody sees to it."""
    pause_s = min(FIRST_PAUSE_S * 2 ** min(end.tries, 10), LONGEST_PAUSE_S)
    due_at = timezone.now() + timedelta(seconds=pause_s)
    ledger.write(end, error=words[:500], tries=min(end.tries + 1, 30_000), due_at=due_at)
