"""The one door for writes: propose a change, send it, read it back, take it back.

propose   reads the object live, compares with what the person saw, keeps a draft `Change` (the preview)
send      compares once more, commits the state "sending", writes, reads back; at most 10 s, in no transaction
settle    after a lost answer: reads back at 2, 10 and 60 s; never sends again (settling.py)
revert    a new draft that takes a change back, compared with what is there now

How the three sides of a change are compared is in comparing.py; what an operation's fields mean is its editor's
business (telephony/providers/editing.py). The request itself, and what is written down of its answer: sending.py.
The same door for many objects at once: editing_many.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Person
from portal.lib.errors import Conflict, Forbidden
from telephony.models import Change, Connection, Entity
from telephony.providers.client import ProviderClient
from telephony.providers.edit_fields import Fields
from telephony.providers.editing import Done, Inverse
from telephony.services import access, change_secrets, comparing, discarding, ledger, sending, settling, turns
from telephony.services.discarding import Discarded
from telephony.services.door import (
    NO_EXTRAS,
    AtHand,
    Clock,
    Door,
    Extras,
    door_of,
    door_of_change,
    look_before,
    why_not,
)

OPEN = (Change.State.DRAFT, Change.State.CONFLICT)


class NotOpen(Exception):
    """The change has been sent already: it is not sent, compared or discarded once more."""


class PreviewExpired(Exception):
    """The preview is too old to be sent; `renew` compares it anew."""


class Irreversible(Exception):
    """The change cannot be taken back; the message says why."""


# ---- propose ----


def propose(
    connection: Connection,
    operation_key: str,
    address: Mapping[str, Any],
    wanted: Mapping[str, Any],
    *,
    seen: Mapping[str, Any] | None = None,
    fingerprints: Mapping[str, str] | None = None,
    origins: Mapping[str, Sequence[int | None]] | None = None,
    person: Person | None,
    entity: Entity | None = None,
    line: Entity | None = None,
    why: str = "",
    ticket: str = "",
    reverts: Change | None = None,
    is_exact: bool = False,
    deadline_s: float | None = None,
    at_hand: AtHand | None = None,
    keep: Callable[[Change], None] = Change.save,
) -> Change:
    """Compare what is wanted with what the provider has now, and keep the preview as a draft `Change`.

    wanted   fields as the editor names them; those equal to `seen` are not the person's doing and are left out
    seen     the fields that the person's form was loaded from; None: what is there now
    fingerprints   of the secrets behind what was seen, by field (`entities.fingerprints_of`)
    origins  of lists in `wanted`, where each entry was in `seen`, None for a new one: so a secret stays with its entry
    is_exact send every wanted field even where it is there already (an operation called by hand)
    keep     saves the draft, and whatever of the caller's must be saved with it

    Nothing is sent. Raises InvalidInput(fields) before anything is asked where a value cannot be, NothingToWrite,
    and what reading raises: NotFound when the object is gone, Forbidden when the grant does not cover it.
    """
    door = at_hand.door if at_hand else door_of(connection, operation_key, address, line=line, entity=entity)
    if reason := why_not(connection, door.operation):
        raise Forbidden(reason)
    cleaned = door.editor.clean(dict(wanted), door.around)
    if is_exact and door.editor.replaces:
        cleaned = {**door.editor.blank(door.around), **cleaned}
    changed = comparing.changed_of(door.editor, cleaned, seen)
    comparing.refuse_bad(door, changed, seen, reverts)
    client = at_hand.client if at_hand else access.client_as(connection, door.operation.capability, person)
    live = look_before(door, client, Clock(deadline_s))
    before = live.fields if live else None
    changed, seen = change_secrets.put_back(
        door, changed, dict(seen) if seen is not None else None, before, fingerprints or {}, origins or {}
    )
    draft = Change(
        connection=connection,
        entity=door.entity,
        line=door.line,
        operation=operation_key,
        address=door.address,
        person=person,
        person_label=str(person or ""),
        why=why[:300],
        ticket=ticket[:60],
        reverts=reverts,
        sent={"known": sorted(live.items)} if live and door.editor.makes else {},
        is_reversible=not door.editor.irreversible,
    )
    comparing.compare(draft, door, changed, seen=seen if seen is not None else before, before=before)
    if not is_exact:
        comparing.drop_what_is_there(draft, door, before)
    comparing.refuse_bad(door, change_secrets.open_side(draft, "wanted"), before, reverts)
    keep(draft)
    return draft


def renew(change: Change, person: Person | None) -> Change:
    """Compare an open preview anew, as if its form were sent again now; the same row, with a new life.

    Raises NotOpen, Discarded, and what the reading raises.
    """
    if (first := _claimed(change).needs) is not None and first.state in OPEN:
        renew(first, person)
    door = door_of_change(change)
    live = look_before(door, access.client_as(door.connection, door.operation.capability, person), Clock())
    comparing.rebase(change, door, live)
    _save_open(change)
    return change


def _save_open(change: Change) -> None:
    """Save a preview that is still one. Raises NotOpen or Discarded when somebody was quicker."""
    with transaction.atomic():
        _still_open(change)
        change.save()


def _still_open(change: Change) -> Change:
    """The row of a preview as it stands, locked until the transaction ends. Raises NotOpen, Discarded."""
    held = Change.objects.select_for_update(of=("self",)).filter(pk=change.pk).first()
    if held is None:
        raise _discarded(change)
    if held.state not in OPEN:
        raise NotOpen(held.get_state_display())
    return held


def _discarded(change: Change) -> Discarded:
    return discarding.found(change.tenant_id, change.pk) or Discarded()


def note(change: Change, why: str, ticket: str) -> None:
    """Keep why a preview is wanted, whatever becomes of sending it; of what was sent it is history already."""
    change.why, change.ticket = why[:300], ticket[:60]
    Change.objects.filter(pk=change.pk, state__in=OPEN).update(why=change.why, ticket=change.ticket)


def discard(change: Change, person: Person | None, *, home: str = "") -> None:
    """Forget a preview; nothing was sent, and nothing can be sent of it from now on.

    home   where whoever still has the preview open is led

    Raises NotOpen when it was sent meanwhile, Discarded when somebody else did the same.
    """
    change_id = change.pk
    with transaction.atomic():
        first = _still_open(change).needs
        change.delete()
        if first is not None and first.state in OPEN:
            first.delete()
    discarding.remember(change.tenant_id, change_id, person, home)


# ---- send ----


def send(
    change: Change,
    person: Person | None,
    *,
    picks: Mapping[str, str] | None = None,
    why: str | None = None,
    ticket: str | None = None,
    request: HttpRequest | None = None,
    extras: Extras = NO_EXTRAS,
) -> Change:
    """Write an open change to the provider, once, and read it back. Returns it in its new state.

    picks   for fields that both sides changed: "mine" or "theirs"
    extras  filters, headers and time of the command line

    The state says how it ended: applied, refused (`error`, `fields_refused`), not_applied, conflict (the provider's
    side moved since the preview: nothing was sent), sending (the answer was lost; the worker finds out).
    Raises NotOpen, Discarded, PreviewExpired, PicksNeeded, and what the first reading raises; nothing was sent then.
    A change that it needs is sent before it; Conflict where that one does not end as applied.
    """
    _claimed(change, may_be_expired=False)
    if change.needs is not None:
        _apply_first(change.needs, person, change.why if why is None else why, request)
    clock = Clock(extras.deadline_s)
    door = door_of_change(change)
    if reason := why_not(door.connection, door.operation):
        raise Forbidden(reason)
    comparing.settle_picks(change, door, picks or {})
    client = access.client_as(door.connection, door.operation.capability, person)
    if why is not None:
        change.why = why[:300]
    if ticket is not None:
        change.ticket = ticket[:60]
    for is_last in (False, False, True):
        read_at = timezone.now()
        comparing.rebase(change, door, look_before(door, client, clock))
        if change.state == Change.State.CONFLICT:
            _save_open(change)
            return change
        wanted = change_secrets.open_side(change, "wanted")
        before = change_secrets.open_side(change, "before") or None
        body = {} if door.editor.removes else door.editor.body(wanted, before)
        try:
            _begin(change, door, client, body, person, request, extras, read_at)
        except turns.ReadTooEarly:
            if is_last:
                raise Conflict(_("Others keep writing to this. Look at it again in a moment.")) from None
        else:
            break
    try:
        if sending.send_out(change, door, client, clock, body, extras) is None:
            return change
        return settling.read_back(change, door, client, clock)
    except ledger.LeaseLost:  # the worker that follows lost answers was quicker, and had the last word
        change.refresh_from_db()
        return change


def _apply_first(change: Change, person: Person | None, why: str, request: HttpRequest | None) -> None:
    """Send what another change needs, unless it was sent. Raises Conflict where it is not applied afterwards."""
    change.refresh_from_db()
    if change.state in OPEN:
        change = send(change, person, why=why, request=request)
    if change.state != Change.State.APPLIED:
        words = _("“%(what)s” of %(name)s has to be applied before it, and is not: %(state)s.")
        raise Conflict(
            words % {"what": change.summary, "name": change.object_label, "state": change.get_state_display()}
        )


def _claimed(change: Change, *, may_be_expired: bool = True) -> Change:
    try:
        change.refresh_from_db()
    except Change.DoesNotExist:
        raise _discarded(change) from None
    if change.state not in OPEN:
        raise NotOpen(change.get_state_display())
    if not may_be_expired and change.expires_at and change.expires_at <= timezone.now():
        raise PreviewExpired
    return change


def _begin(
    change: Change,
    door: Door,
    client: ProviderClient,
    body: Fields,
    person: Person | None,
    request: HttpRequest | None,
    extras: Extras,
    read_at: datetime,
) -> None:
    """Commit that we are about to send, with the audit line, so that a crash leaves a trace and a follower."""
    shown = sending.request_of(change, door, client, body, extras)
    with transaction.atomic():
        turns.take(change, door, read_at)
        sending.set_out(change, shown, person, extras, timezone.now())
        _save_open(change)
        audit.record(
            AuditEvent.Verb.CHANGED,
            tenant=door.connection.tenant,
            person=person,
            object_label=change.object_label,
            detail={"change": change.pk, "operation": change.operation, "fields": sorted(change.wanted)},
            request=request,
        )


# ---- take back ----


def inverse_of(change: Change, door: Door | None = None, names: list[str] | None = None) -> Inverse | None:
    """The write that would take an applied change back, None where there is none."""
    door = door or door_of_change(change)
    if change.state != Change.State.APPLIED or door.editor.irreversible:
        return None
    wanted = change_secrets.open_side(change, "wanted")
    if names is not None:
        wanted = {name: value for name, value in wanted.items() if name in names}
    return door.editor.inverse(
        Done(
            address=door.address,
            before=change_secrets.open_side(change, "before") if change.before is not None else None,
            wanted=wanted,
            after=change_secrets.open_side(change, "after") if change.after is not None else None,
            created=str((change.answer or {}).get("created", "")),
        )
    )


def revert(change: Change, person: Person | None, *, names: list[str] | None = None, why: str = "") -> Change:
    """A draft that takes an applied change back, or some of its fields; compared with what is there now.

    Raises Irreversible, and what `propose` raises (NothingToWrite when somebody took it back already).
    """
    change.refresh_from_db()
    door = door_of_change(change)
    inverse = inverse_of(change, door, names)
    if inverse is None:
        raise Irreversible(str(door.editor.irreversible) or _("There is nothing left to take back."))
    return propose(
        change.connection,
        inverse.operation,
        inverse.address,
        inverse.wanted,
        seen=inverse.seen,
        person=person,
        line=door.line,
        why=why or _("Takes back change %(number)s") % {"number": change.pk},
        ticket=change.ticket,
        reverts=change,
    )
