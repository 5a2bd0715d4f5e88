"""The request of a change: what it will be, setting out, and what is written down of its answer or failure.

Shared by the two ways in which the door sends (editing.py); reading back is in settling.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from accounts.models import Person
from portal.lib.errors import (
    AnswerLost,
    ChargesRequired,
    InvalidInput,
    ProviderError,
    Transient,
    Unavailable,
)
from telephony.models import Change
from telephony.providers.client import Answer, ProviderClient
from telephony.providers.edit_fields import Fields
from telephony.providers.operations import Operation
from telephony.services import change_secrets, comparing, settling
from telephony.services.door import Clock, Door, Extras


def send_out(
    change: Change, door: Door, client: ProviderClient, clock: Clock, body: Fields, extras: Extras
) -> Answer | None:
    """Send what was begun: the answer, or None after a failure, which is then written down. Raises LeaseLost where a
    worker said meanwhile how it ended."""
    try:
        answer = client.call(
            door.operation.key,
            door.address,
            data=body or None,
            filters=extras.filters,
            headers=extras.headers,
            given_back=comparing.given_back(change, door),
            deadline_s=clock.left(),
            accepts_charges=change.accepts_charges,
        )
    except ProviderError as error:
        _ended_badly(change, door, error, body)
        return None
    change.fresh_answer = answer  # type: ignore[attr-defined]  # for the one who asked; never stored whole
    _note_answer(change, door, answer)
    return answer


def request_of(
    change: Change, door: Door, client: ProviderClient, body: Fields, extras: Extras
) -> dict[str, Any]:
    """The request as it will be sent, to be kept with the change."""
    request = client.prepare(
        door.operation.key,
        door.address,
        data=body or None,
        filters=extras.filters,
        given_back=comparing.given_back(change, door),
    )
    return change_secrets.shown_request(change, request)


def set_out(
    change: Change, shown: dict[str, Any], person: Person | None, extras: Extras, now: datetime
) -> None:
    """Make the change one that is being sent, with its request and the time when a worker follows it."""
    deadline_s = settings.EDIT_DEADLINE_S if extras.deadline_s is None else extras.deadline_s
    change.state = Change.State.SENDING
    change.sent = {**(change.sent or {}), "request": shown}
    change.sent_at = now
    change.due_at = now + timedelta(seconds=deadline_s + settings.SETTLE_AFTER_S[0])
    change.person = person or change.person
    change.person_label = str(change.person or change.person_label)
    change.expires_at = None


def _ended_badly(change: Change, door: Door, error: ProviderError, body: Fields) -> Change:
    """Sort a failure: nothing was done, or nobody knows."""
    change.request_id = error.request_id
    change.error = error.message[:500]
    if _is_lost(error, door.operation):
        settling.follow(change)
        return change
    change.answer = {"status": error.status}
    if isinstance(error, ChargesRequired):
        change.answer["quote"] = error.quote
        return settling.finish(change, Change.State.CHARGES)
    if isinstance(error, Transient):
        return settling.finish(change, Change.State.NOT_APPLIED)
    found = error.fields if isinstance(error, InvalidInput) else {}
    known = set(change_secrets.open_side(change, "wanted"))
    on_fields = door.editor.refused_fields(found, known)
    change.fields_refused = on_fields or door.editor.refusal_fields(error.message, body)
    return settling.finish(change, Change.State.REFUSED)


def _is_lost(error: ProviderError, operation: Operation) -> bool:
    """Whether the write may have happened: no answer, or a failure inside the provider."""
    if isinstance(error, AnswerLost):
        return True
    return isinstance(error, Unavailable) and error.status is not None and error.status != 401


def _note_answer(change: Change, door: Door, answer: Answer) -> None:
    change.answer = {"status": answer.status}
    if not door.is_personal:
        change.answer["document"] = change_secrets.without_secrets(change, answer.document, door.operation)
    if door.editor.makes and isinstance(answer.document, Mapping):
        change.answer["created"] = door.editor.identify(answer.document)


def shown_once(change: Change) -> str:
    """A secret that the provider made and told with this very answer, for the person who asked; "" where there is none."""
    operation = change.connection.declaration.catalog[change.operation]
    answer: Answer | None = getattr(change, "fresh_answer", None)
    name = operation.extra.get("shown_once", "")
    if not name or answer is None or not isinstance(answer.document, Mapping):
        return ""
    return str(answer.document.get(name) or "")
