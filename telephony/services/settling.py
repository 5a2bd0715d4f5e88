"""How a sent change ends: read back after an answer, or follow a lost one until it is known what happened.

Whoever has the last word writes it behind the ledger's fence: a request that took too long, or a worker that was
thought dead, finds the fence moved on (LeaseLost) and writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.errors import NotFound, Permanent, ProviderError, RateLimited
from telephony.models import Change, Connection, Entity
from telephony.providers.client import ProviderClient
from telephony.providers.drafts import EntityPage
from telephony.providers.editing import Live, Place
from telephony.services import access, callflow_findings, change_secrets, entities, ledger
from telephony.services.door import Clock, Door, door_of_change, look

logger = logging.getLogger(__name__)
TOLERANCE_S = 0.5
_WRITTEN = (  # what sending and settling may change of a row
    "state",
    "due_at",
    "sent_at",
    "settled_at",
    "after",
    "answer",
    "error",
    "fields_refused",
    "request_id",
    "secrets_sealed",
)


class Verdict(StrEnum):
    """What a reading after the write shows."""

    AS_WANTED = "as_wanted"
    AS_BEFORE = "as_before"
    OTHER = "other"


def read_back(change: Change, door: Door, client: ProviderClient, clock: Clock) -> Change:
    """After an answer: read what there is now, say how it ended, and put what was found into the cache. A failed
    reading is followed by the worker.
    """
    state = _seen(change, door, client, clock)
    if state is None:
        follow(change)
        return change
    finish(change, state)
    if state == Change.State.APPLIED and door.editor.reading is not None:
        refresh_cache(change, door, client)
    return change


def read_back_all(sent: Sequence[tuple[Change, Door]], client: ProviderClient) -> None:
    """`read_back` of several changes, whose ends are written together; the cache is the caller's to refresh.

    A change that another has the last word on by now is as that one left it.
    """
    seen: list[Change] = []
    for change, door in sent:
        if state := _seen(change, door, client, Clock()):
            change.state = state
            seen.append(change)
            continue
        try:
            follow(change)
        except ledger.LeaseLost:
            change.refresh_from_db()
    ended = {change.pk for change in finish_all(seen)}
    for change in seen:
        if change.pk not in ended:
            change.refresh_from_db()


def _seen(change: Change, door: Door, client: ProviderClient, clock: Clock) -> str | None:
    """How it ended, from what there is now, which is put into the change; nothing is written. None: reading failed."""
    if door.editor.reading is None:
        return Change.State.APPLIED
    created = str((change.answer or {}).get("created", ""))
    try:
        live = look(door, client, clock, created)
    except ProviderError as error:
        change.error = error.message[:500]
        return None
    assert live is not None
    verdict, found = judge(change, door, live)
    _keep_after(change, door, live, found or created)
    kept = [] if verdict is Verdict.AS_WANTED else _kept_otherwise(change, door, live)
    if verdict is Verdict.AS_BEFORE:
        change.error = _kept_words(
            door, _("%(provider)s accepted the request and kept the old values."), kept
        )
        return Change.State.NOT_APPLIED
    if kept:
        change.error = _kept_words(door, _("%(provider)s kept its own value of: %(fields)s."), kept)
    return Change.State.APPLIED


def judge(change: Change, door: Door, live: Live) -> tuple[Verdict, str]:
    """What a reading says about the change, and the identifier of what it made."""
    editor = door.editor
    if editor.removes:
        return (Verdict.AS_WANTED if live.fields is None else Verdict.AS_BEFORE), ""
    wanted = change_secrets.open_side(change, "wanted")
    if editor.makes:
        known = set((change.sent or {}).get("known", ()))
        made = str((change.answer or {}).get("created", ""))
        if editor.detail is not None and made in live.items and made not in known:
            return Verdict.AS_WANTED, made  # it was named by the answer, and is there
        for identifier, document in live.items.items():
            if identifier not in known and _shows(door, editor.read(document), wanted):
                return Verdict.AS_WANTED, identifier
        return Verdict.AS_BEFORE, ""
    if live.fields is None:
        return Verdict.OTHER, ""
    if _shows(door, live.fields, wanted):
        return Verdict.AS_WANTED, ""
    before = change_secrets.open_side(change, "before")
    if _shows(door, live.fields, {name: before.get(name) for name in wanted}):
        return Verdict.AS_BEFORE, ""
    return Verdict.OTHER, ""


def _shows(door: Door, fields: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether every wanted field that a reading can show stands there."""
    return all(
        door.editor.same(name, fields[name], value) for name, value in wanted.items() if name in fields
    )


def _kept_otherwise(change: Change, door: Door, live: Live) -> list[str]:
    """Names of the fields that the provider did not take over."""
    wanted = change_secrets.open_side(change, "wanted")
    fields = live.fields or {}
    return [
        name
        for name, value in wanted.items()
        if name in fields and not door.editor.same(name, fields[name], value)
    ]


def _kept_words(door: Door, words: str, names: Sequence[str]) -> str:
    """That the provider kept something, and why where its editor knows."""
    labels = [str(door.editor.field(name, door.around).label) for name in names]
    said = words % {"provider": door.connection.declaration.label, "fields": ", ".join(labels)}
    return f"{said} {door.editor.why_kept(names, door.around)}".strip()[:500]


def _keep_after(change: Change, door: Door, live: Live, created: str) -> None:
    fields = live.fields
    if created and created in live.items:
        fields = door.editor.read(live.items[created])
        change.answer = {**(change.answer or {}), "created": created}
    change_secrets.keep(change, door.editor, door.around, {"after": fields})


def finish(change: Change, state: str) -> Change:
    """Write how it ended. Raises LeaseLost when another has the last word by now; nothing is written then."""
    change.state = state
    change.due_at, change.settled_at = None, timezone.now()
    if state != Change.State.APPLIED or not change.reverts_id:
        ledger.save(change, *_WRITTEN)
        return change
    with transaction.atomic():
        ledger.save(change, *_WRITTEN)
        _take_back([change])
    return change


def finish_all(changes: Sequence[Change]) -> list[Change]:
    """Write how several ended, as their states say. Returns those that were written: of the others another has the
    last word by now.
    """
    now = timezone.now()
    for change in changes:
        change.due_at, change.settled_at = None, now
    with transaction.atomic():
        ended = ledger.save_all(changes, *_WRITTEN)
        _take_back(ended)
    return ended


def _take_back(ended: Sequence[Change]) -> None:
    """What was applied to take another change back has done so."""
    reverted = [one.reverts_id for one in ended if one.reverts_id and one.state == Change.State.APPLIED]
    if reverted:
        taken_back = Change.objects.filter(pk__in=reverted, state=Change.State.APPLIED)
        taken_back.update(state=Change.State.REVERTED)


# ---- after a lost answer ----


def follow(change: Change) -> None:
    """Nobody knows whether it happened: the worker reads back later. It is never sent again."""
    now = timezone.now()
    change.sent_at = now
    change.answer = {**(change.answer or {}), "lost": True}
    _due(change, now, settings.SETTLE_AFTER_S[0])


def _due(change: Change, now: datetime, wait_s: float) -> None:
    change.due_at = now + timedelta(seconds=wait_s)
    ledger.save(change, *_WRITTEN)
    ledger.hint(change, after_s=wait_s)


def settle(change: Change, now: datetime | None = None) -> Change:
    """Read back a change whose answer was lost: applied, not applied, unknown, or due again. Never sends.

    Called by the worker while it holds the change's lease; early calls do nothing. Raises LeaseLost.
    """
    now = now or timezone.now()
    if change.state != Change.State.SENDING or change.sent_at is None:
        change.due_at = None
        ledger.save(change, "due_at")
        return change
    if change.due_at and change.due_at > now + timedelta(seconds=TOLERANCE_S):
        return change
    door = door_of_change(change)
    if door.editor.reading is None:
        change.error = _("The answer was lost, and no reading can show whether it happened.")
        return finish(change, Change.State.UNKNOWN)
    try:
        client = access.client_as(door.connection, door.operation.capability, change.person)
        live = look(door, client, Clock())
        assert live is not None
        verdict, created = judge(change, door, live)
        _keep_after(change, door, live, created)
    except NotFound as error:
        change.error = error.message[:500]
        return finish(change, Change.State.UNKNOWN)
    except RateLimited as error:  # nothing was asked: it is no try
        change.error = error.message[:500]
        _due(change, now, error.retry_after_s)
        return change
    except ProviderError as error:
        return _again(change, now, error.message, is_final=isinstance(error, Permanent))
    if verdict is Verdict.AS_WANTED:
        change.error = ""
        finish(change, Change.State.APPLIED)
        refresh_cache(change, door, client)
        return change
    words = {
        Verdict.AS_BEFORE: _("The answer was lost; the provider still has the old values."),
        Verdict.OTHER: _("The answer was lost, and the provider has neither the old nor the new values."),
    }
    return _again(change, now, words[verdict], end=_END[verdict])


def look_once_more(change: Change) -> Change:
    """Read back once more what ended without an answer: applied, if it shows after all. Never sends.

    Raises what reading raises.
    """
    door = door_of_change(change)
    client = access.client_as(door.connection, door.operation.capability, change.person)
    live = look(door, client, Clock())
    if live is None:
        return change
    verdict, created = judge(change, door, live)
    if verdict is Verdict.AS_WANTED:
        _keep_after(change, door, live, created)
        change.error = ""
        finish(change, Change.State.APPLIED)
        refresh_cache(change, door, client)
    return change


_END = {Verdict.AS_BEFORE: Change.State.NOT_APPLIED, Verdict.OTHER: Change.State.UNKNOWN}


def _again(
    change: Change, now: datetime, error: str, *, end: str = Change.State.UNKNOWN, is_final: bool = False
) -> Change:
    """Due at the next of the settle times, or at an end after the last."""
    change.error = error[:500]
    assert change.sent_at is not None
    passed = (now - change.sent_at).total_seconds() + TOLERANCE_S
    left = [seconds for seconds in settings.SETTLE_AFTER_S if seconds > passed]
    if is_final or not left:
        return finish(change, end)
    _due(change, now, left[0] - passed + TOLERANCE_S)
    return change


# ---- the cache ----


def refresh_cache(change: Change, door: Door, client: ProviderClient) -> None:
    """Put what the provider has now into the cache. A failure is left to the next sync."""
    try:
        _refresh(change, door, client)
    except ProviderError as error:
        logger.info("After change %s the cache was not refreshed: %s", change.pk, error.message)


def _refresh(change: Change, door: Door, client: ProviderClient) -> None:
    for place in door.editor.places(door.address, door.around):
        _refresh_at(change, door, client, place)
        named = str((change.answer or {}).get("created", "")) or place.remote_id
        callflow_findings.judge_near(door.connection, place.kind, [named])
    if door.editor.rereads:
        for page in door.connection.declaration.read_entities(client, kinds=door.editor.rereads):
            entities.store(door.connection, page, timezone.now(), accepts_removal=True)


def _refresh_at(change: Change, door: Door, client: ProviderClient, place: Place) -> None:
    connection, now = door.connection, timezone.now()
    kind = connection.declaration.kinds.get(place.kind)
    if kind is None:
        return
    if door.editor.removes:
        _forget(change, place.kind, place.parent_remote_id, place.remote_id)
    if door.editor.refreshes and door.line is not None:
        parents = entities.only_below(connection, {door.line.kind: [place.parent_remote_id]})
        read = connection.declaration.read_entities
        for page in read(client, kinds=[place.kind], parents=parents, known=_known(connection)):
            entities.store(connection, page, now)
    elif not door.editor.removes:
        remote_id = str((change.answer or {}).get("created", "")) or place.remote_id
        if kind.whole_list:
            remote_id = door.entity.remote_id if door.entity else "list"
        draft = connection.declaration.read_entity(client, place.kind, place.parent_remote_id, remote_id)
        page = EntityPage(kind=place.kind, parent_remote_id=place.parent_remote_id, drafts=[draft])
        entities.store(connection, page, now)
    if change.entity_id is None and not door.editor.removes:
        made = str((change.answer or {}).get("created", ""))
        _link(change, place.kind, place.parent_remote_id, made or place.remote_id)


def _known(connection: Connection) -> dict[str, str]:
    """Kind of what hangs below the account, by remote id: documents point to these."""
    rows = Entity.objects.filter(connection=connection, parent_remote_id="")
    return dict(rows.values_list("remote_id", "kind"))


def _forget(change: Change, kind: str, parent: str, remote_id: str) -> None:
    """Our own removal was read back: the cached object goes at once."""
    Entity.objects.filter(
        connection=change.connection, kind=kind, parent_remote_id=parent, remote_id=remote_id
    ).delete()
    change.entity = None


def _link(change: Change, kind: str, parent: str, remote_id: str) -> None:
    found = Entity.objects.filter(connection=change.connection, kind=kind, parent_remote_id=parent)
    change.entity = (found.filter(remote_id=remote_id) if remote_id else found).first()
    if change.entity is not None:
        Change.objects.filter(pk=change.pk, entity=None).update(entity=change.entity)
