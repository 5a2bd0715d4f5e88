"""Any operation of a connection, asked by hand: the operations pages and `manage.py call`.

Reads go out at once. Writes pass the one door (editing.py): a draft first, whose exact request can be shown, then
the draft is sent, once.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import InvalidInput
from telephony.models import Change, Connection
from telephony.providers.client import Answer
from telephony.providers.operations import Operation, Place
from telephony.providers.values import as_boolean
from telephony.services import access, change_secrets, editing
from telephony.services.door import NO_EXTRAS, Extras


@dataclass(kw_only=True)
class Asked:
    """What is asked for: declared values by name, wherever they travel, and what the catalog does not know."""

    values: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    filters: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Said:
    """An answer with how long it took. `request` is the one that went out, secrets masked."""

    request: Mapping[str, Any]
    answer: Answer
    elapsed_s: float


def operation_of(connection: Connection, key: str) -> Operation:
    """Raises KeyError for an operation that the provider does not have."""
    return connection.declaration.catalog[key]


def read(
    connection: Connection,
    operation: Operation,
    asked: Asked,
    person: Person | None,
    deadline_s: float | None = None,
) -> Said:
    """Ask a read. Raises the errors of portal.lib.errors."""
    client = access.client_as(connection, operation.capability, person, deadline_s=deadline_s)
    request = client.prepare(
        operation.key, asked.values, data=asked.data, filters=asked.filters, headers=asked.headers
    )
    began = time.monotonic()
    answer = client.call(
        operation.key,
        asked.values,
        data=asked.data,
        filters=asked.filters,
        headers=asked.headers,
        deadline_s=deadline_s,
    )
    return Said(request=request.shown(), answer=answer, elapsed_s=time.monotonic() - began)


def draft(
    connection: Connection,
    operation: Operation,
    asked: Asked,
    person: Person | None,
    why: str = "",
    *,
    is_sent_now: bool = False,
    deadline_s: float | None = None,
    keep: Callable[[Change], None] = Change.save,
) -> Change:
    """The draft of a write with exactly these values, also where they are there already.

    is_sent_now   its caller sends it in the same breath, with the headers and filters that were asked for
    keep          saves the draft, as of editing.propose

    Raises InvalidInput(fields), NotFound, Forbidden and what else reading the object raises.
    """
    if (asked.headers or asked.filters) and not is_sent_now:
        raise InvalidInput(
            _("Headers and filters are not kept with a preview; `manage.py call` sends them with a write.")
        )
    in_body = {param.name for param in operation.params if param.place in (Place.BODY, Place.WHOLE)}
    in_body -= set(connection.declaration.editor(operation.key).named_by)
    address = {name: value for name, value in asked.values.items() if name not in in_body}
    typed = {**asked.values, **_typed(operation, asked.values)}
    wanted = {name: value for name, value in typed.items() if name in in_body}
    prepared = access.client_of(connection, is_person=True)
    prepared.prepare(
        operation.key, asked.values, data=asked.data, filters=asked.filters
    )  # refuses what cannot be sent, by name
    return editing.propose(
        connection,
        operation.key,
        address,
        {**wanted, **asked.data},
        person=person,
        why=why,
        is_exact=True,
        deadline_s=deadline_s,
        keep=keep,
    )


def _typed(operation: Operation, values: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers and switches as such: a command line has all of them as text. What is none stays, to be refused."""
    typed: dict[str, Any] = {}
    for one in operation.params:
        value = values.get(one.name)
        if one.many or not isinstance(value, str):
            continue
        if one.kind in ("integer", "duration_s") and re.fullmatch(r"-?[0-9]{1,18}", value.strip()):
            typed[one.name] = int(value)
        elif one.kind == "boolean" and (flag := as_boolean(value)) is not None:
            typed[one.name] = flag
    return typed


def shown_request(change: Change, extras: Extras = NO_EXTRAS) -> Mapping[str, Any]:
    """The request of a draft as it would go out now, secrets and token masked."""
    door = editing.door_of_change(change)
    wanted = change_secrets.open_side(change, "wanted")
    before = change_secrets.open_side(change, "before") or None
    body = {} if door.editor.removes else door.editor.body(wanted, before)
    client = access.client_of(change.connection, is_person=True)
    request = client.prepare(
        change.operation, door.address, data=body or None, filters=extras.filters, headers=extras.headers
    )
    return change_secrets.shown_request(change, request)
