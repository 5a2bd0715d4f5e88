"""The one door for writes, for many objects at once: whoever has shown the preview of all of them.

propose     each compared with what there is now, as `editing.propose` does; nothing is kept
set_out     all of them committed as being sent, in one transaction, before the first of them is
send        one after the other, while there is time for the answer; what is not sent is given back by `give_back`
read_back   all of them together (settling.py)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import Conflict
from telephony.models import Change, Connection
from telephony.providers.edit_fields import Fields
from telephony.services import change_secrets, editing, ledger, sending, settling, turns
from telephony.services.door import NO_EXTRAS, AtHand, Clock


@dataclass(kw_only=True)
class Write:
    """One write on its way through the door.

    request   as it will be sent, to be kept with the change
    refusal   why it was not begun
    """

    change: Change
    at_hand: AtHand
    body: Fields
    request: dict[str, Any]
    refusal: Conflict | None = None


def propose(
    connection: Connection,
    operation_key: str,
    address: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    at_hand: AtHand,
    person: Person | None,
    **proposal: Any,
) -> Write:
    """Compare one write with what there is now. Takes and raises what `editing.propose` does; nothing is kept."""
    change = editing.propose(
        connection,
        operation_key,
        address,
        wanted,
        person=person,
        at_hand=at_hand,
        keep=lambda draft: None,
        **proposal,
    )
    write = Write(change=change, at_hand=at_hand, body={}, request={})
    if change.state == Change.State.DRAFT:
        door = at_hand.door
        fields = change_secrets.open_side(change, "wanted")
        before = change_secrets.open_side(change, "before") or None
        write.body = {} if door.editor.removes else door.editor.body(fields, before)
        write.request = sending.request_of(change, door, at_hand.client, write.body, NO_EXTRAS)
    return write


def set_out(writes: Sequence[Write], person: Person | None) -> None:
    """Save all of them: those that may begin as being sent, the others as the conflicts that they are.

    Inside the caller's transaction, which commits before anything is sent. One that has no turn is not saved, and says
    so in its `refusal`. All are at one connection, and read at one time.
    """
    begun = [write for write in writes if write.change.state == Change.State.DRAFT]
    if begun:
        asked, now = [(write.change, write.at_hand.door) for write in begun], timezone.now()
        for write, refusal in zip(begun, turns.take_all(asked, begun[0].at_hand.read_at), strict=True):
            if isinstance(refusal, turns.ReadTooEarly):
                write.refusal = Conflict(_("Others keep writing to this. Look at it again in a moment."))
            elif refusal is not None:
                write.refusal = refusal
            else:
                sending.set_out(write.change, write.request, person, NO_EXTRAS, now)
    Change.objects.bulk_create([write.change for write in writes if write.refusal is None])


def send(write: Write, clock: Clock) -> Change:
    """Send what was set out: in state sending after an answer, else in the state that says how it ended."""
    change, at_hand = write.change, write.at_hand
    try:
        sending.send_out(change, at_hand.door, at_hand.client, clock, write.body, NO_EXTRAS)
    except ledger.LeaseLost:
        change.refresh_from_db()
    return change


def read_back(writes: Sequence[Write]) -> None:
    """Read back what was answered, by one client; the cache is the caller's to refresh."""
    if writes:
        sent = [(write.change, write.at_hand.door) for write in writes]
        settling.read_back_all(sent, writes[0].at_hand.client)


def give_back(writes: Sequence[Write]) -> None:
    """Forget what was set out and never sent, inside the caller's transaction."""
    unsent = [write.change.pk for write in writes]
    Change.objects.filter(pk__in=unsent, state=Change.State.SENDING).delete()
