"""An operation on one object with all that editing needs: its editor, its surroundings, who may, what is there now."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.rights import Right
from portal.lib.errors import NotFound
from telephony.models import Change, Connection, Entity
from telephony.providers.client import Answer, ProviderClient
from telephony.providers.edit_fields import Surroundings
from telephony.providers.editing import Editor, Live
from telephony.providers.operations import Effect, Operation, Paging
from telephony.services import access
from telephony.services.edit_surroundings import surroundings


@dataclass(frozen=True, kw_only=True)
class Door:
    """One operation on one object, with all that the steps need."""

    connection: Connection
    editor: Editor
    address: dict[str, Any]
    line: Entity | None
    entity: Entity | None
    around: Surroundings

    @property
    def operation(self) -> Operation:
        return self.editor.operation

    @property
    def is_personal(self) -> bool:
        """Whether the object is one person's own, so that its content does not stand in the tenant's changes."""
        return self.operation.capability == access.VOICEMAIL

    @property
    def identifier(self) -> str:
        return str(self.address.get((self.operation.address_names or ("",))[-1], ""))


@dataclass(frozen=True, kw_only=True)
class AtHand:
    """What a caller who writes many objects has gathered for one of them; `read_at` is when it began to read."""

    door: Door
    client: ProviderClient
    read_at: datetime


def door_of(
    connection: Connection,
    operation_key: str,
    address: Mapping[str, Any],
    *,
    line: Entity | None = None,
    entity: Entity | None = None,
) -> Door:
    """Everything about one operation on one address. Raises KeyError for an unknown operation."""
    editor = connection.declaration.editor(operation_key)
    found_line = line or _line_of(connection, address)
    around = surroundings(connection, editor, found_line, address)
    found = entity or _entity_of(connection, editor, address, around)
    return Door(
        connection=connection,
        editor=editor,
        address=dict(address),
        line=found_line,
        entity=found,
        around=around,
    )


def door_of_change(change: Change) -> Door:
    """The door that a change went through, or is to go through."""
    return door_of(
        change.connection, change.operation, change.address, line=change.line, entity=change.entity
    )


def _line_of(connection: Connection, address: Mapping[str, Any]) -> Entity | None:
    wanted = [str(value) for value in address.values()]
    return Entity.objects.filter(connection=connection, is_line=True, remote_id__in=wanted).first()


def _entity_of(
    connection: Connection, editor: Editor, address: Mapping[str, Any], around: Surroundings
) -> Entity | None:
    if editor.makes:
        return None
    place = editor.place(address, around)
    found = Entity.objects.filter(
        connection=connection, kind=place.kind, parent_remote_id=place.parent_remote_id
    )
    return (found.filter(remote_id=place.remote_id) if place.remote_id else found).first()


@dataclass(frozen=True, kw_only=True)
class Extras:
    """What the command line may add to a write that it sends: it travels with the one request, and is not kept.

    deadline_s   for reading, sending and reading back together
    """

    filters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    deadline_s: float | None = None


NO_EXTRAS = Extras()


# ---- who may ----


def right_for(operation: Operation) -> Right:
    """The right that a write takes: the word on charges where it costs, else the capability's own word (to act in running
    calls, the one to start them), else the one for a line's settings."""
    if operation.extra.get("charges"):
        return Right.CHARGES_ACCEPT
    if operation.capability == Right.CALLS_LIVE and not operation.is_read:
        return Right.CALLS_START  # who may look on may not call in, mute or put out
    try:
        return Right(operation.capability)
    except ValueError:
        return Right.PROFILES_EDIT


def why_not(connection: Connection, operation: Operation) -> str:
    """Why the connection cannot do this, "" if it can: unlinked, or the grant does not cover it."""
    if connection.unlinked_at is not None:
        return _("This connection is unlinked.")
    granted = set(connection.credential.scopes)
    if not operation.scopes or not granted or granted & set(operation.scopes):
        return ""
    labels = {scope.name: str(scope.label) for scope in connection.declaration.scopes}
    words = " / ".join(f"“{labels.get(name, name)}”" for name in operation.scopes)
    return _("The connection was not granted %(scopes)s at %(provider)s.") % {
        "scopes": words,
        "provider": connection.declaration.label,
    }


# ---- reading ----


class Clock:
    """What is left of the ten seconds that one step may take, or of the time that somebody said."""

    def __init__(self, deadline_s: float | None = None) -> None:
        self._end = time.monotonic() + (settings.EDIT_DEADLINE_S if deadline_s is None else deadline_s)

    def left(self) -> float:
        return max(0.5, self._end - time.monotonic())


def gone(door: Door, reason: str = "") -> NotFound:
    """That the object is not there, in our words; `reason` are the provider's."""
    provider = door.connection.declaration.label
    if reason:
        words = _("This is not at %(provider)s any more (%(reason)s).")
        return NotFound(words % {"provider": provider, "reason": reason}, status=404)
    return NotFound(_("This is not at %(provider)s any more.") % {"provider": provider})


def look_before(door: Door, client: ProviderClient, clock: Clock) -> Live | None:
    """What there is to be written to, None where no read shows it. Raises NotFound when it is gone."""
    live = look(door, client, clock)
    if live is not None and live.fields is None and not door.editor.makes:
        raise gone(door)
    return live


EVERYTHING = "paginate"  # no pages: what is new is told from what was there, so the whole list is needed


def look(door: Door, client: ProviderClient, clock: Clock, identifier: str = "") -> Live | None:
    """What the provider has now; None for an operation whose result no read shows."""
    reading = door.editor.reading
    if reading is None:
        return None
    if door.editor.makes and door.editor.detail is not None and identifier:
        return _look_at_made(door, door.editor.detail, client, clock, identifier)
    values: dict[str, Any] = {
        name: door.address[name] for name in reading.address_names if name in door.address
    }
    if door.editor.makes and reading.param(EVERYTHING):
        values[EVERYTHING] = False
    try:
        answer = _whole(client, reading, values, clock)
    except NotFound as error:
        may_be_none = door.editor.makes or door.operation.effect is Effect.DESTROY
        if may_be_none and not door.editor.reads_list:
            return Live(fields=None)
        raise gone(door, error.message) from error
    items = answer.items
    if (each := door.editor.each) is not None:
        own = each.address_names[-1]
        addresses = [{**values, own: door.editor.identify(item)} for item in items]
        items = [client.call(each.key, one, deadline_s=clock.left()).document for one in addresses]
    return door.editor.live(answer.document, items, door.address, identifier or door.identifier)


def _whole(client: ProviderClient, reading: Operation, values: Mapping[str, Any], clock: Clock) -> Answer:
    """What the reading shows: of a list that comes in pages, all of them."""
    if not reading.collection or reading.paging is Paging.NONE:
        return client.call(reading.key, values, deadline_s=clock.left())
    pages = list(client.pages(reading.key, values, deadline_s=clock.left()))
    return replace(pages[-1], items=[item for page in pages for item in page.items])


def _look_at_made(
    door: Door, detail: Operation, client: ProviderClient, clock: Clock, identifier: str
) -> Live:
    """The one object that was made, whole; lists say less of it."""
    try:
        answer = client.call(
            detail.key, door.editor.detail_address(door.address, identifier), deadline_s=clock.left()
        )
    except NotFound:
        return Live(fields=None)
    fields = door.editor.read(answer.document)
    return Live(fields=fields, items={identifier: answer.document}, document=answer.document)
