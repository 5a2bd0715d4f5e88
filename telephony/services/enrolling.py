"""Lines that send their events here: which do, which have fallen silent or drifted, and the edits that put it right.

Every write is a row of an edit of many objects, so that it is shown before it is sent, and can be taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from telephony.models import BulkRow, Call, Change, Connection, Entity, Job, LineHook
from telephony.providers.fields import SECRET_MARK, is_secret
from telephony.providers.notifications import Notifications
from telephony.providers.registry import PROVIDERS
from telephony.services import (
    access,
    bulk,
    bulk_choice,
    change_secrets,
    door,
    entities,
    hook_secrets,
    ledger,
)
from telephony.services.bulk_doors import targets_of
from telephony.services.entities import fingerprint

SILENT_AFTER = timedelta(minutes=10)  # a call that began, and of which nothing was heard
LOOKED_BACK = timedelta(days=7)
MOST_READ = 60  # lines, while a person waits


class Standing(StrEnum):
    """How a line stands. OTHER: what it sends goes to another address. STALE: still to the address before the last."""

    OFF = "off"
    OTHER = "other"
    UNREAD = "unread"
    DRIFTED = "drifted"
    STALE = "stale"
    SWITCHED_OFF = "switched_off"
    WAITING = "waiting"
    SILENT = "silent"
    SENDING = "sending"


ENROLLED = frozenset(Standing) - {Standing.OFF, Standing.OTHER, Standing.UNREAD}
BROKEN = frozenset({Standing.DRIFTED, Standing.STALE, Standing.SWITCHED_OFF, Standing.SILENT})


@dataclass(frozen=True, kw_only=True)
class LineStanding:
    line: Entity
    hook: LineHook | None
    standing: Standing
    last_event_at: datetime | None = None


def declared_of(connection: Connection) -> Notifications:
    """How the connection's provider notifies. Raises LookupError where it does not."""
    declared = connection.declaration.notifications
    if declared is None:
        raise LookupError(connection.provider)
    return declared


def lines_of(connection: Connection) -> Any:
    """The lines that can send their events."""
    kinds = declared_of(connection).kinds
    return Entity.objects.lines().filter(connection=connection, kind__in=kinds).order_by("name_key", "pk")


def standings(connection: Connection, now: datetime) -> list[LineStanding]:
    """Every line that can send, by name; five queries however many there are."""
    declared, lines = declared_of(connection), list(lines_of(connection))
    hooks = {hook.line_id: hook for hook in LineHook.objects.filter(connection=connection)}
    places = [place(line.remote_id) for line in lines for place in (declared.address_at, declared.switch_at)]
    targets = targets_of(connection, places) if lines else {}
    addresses = {line.pk: _target(targets, declared.address_at(line.remote_id)) for line in lines}
    written = _written_at(one for one in addresses.values() if one)
    called = _last_calls(lines, now)
    found = []
    for line in lines:
        hook, at = hooks.get(line.pk), addresses[line.pk]
        if hook is not None:
            hook.connection = connection
        switch = _target(targets, declared.switch_at(line.remote_id))
        is_on = switch is not None and declared.is_on(switch.document)
        is_written = at is not None and at.pk in written
        standing = _standing(hook, at, declared.address_field, is_on=is_on, is_written=is_written)
        since = max(
            filter(None, [hook and hook.last_event_at, written.get(at.pk) if at else None]), default=None
        )
        if standing in (Standing.SENDING, Standing.WAITING) and since is not None:
            last = called.get(line.pk)
            if last is not None and since + SILENT_AFTER < last:
                standing = Standing.SILENT
        found.append(
            LineStanding(
                line=line, hook=hook, standing=standing, last_event_at=hook.last_event_at if hook else None
            )
        )
    return found


def hooks_in_use() -> Any:
    """The hooks whose address was written at the provider, or that were heard: one of a draft says nothing of its line."""
    names = {
        one.operation
        for provider in PROVIDERS.values()
        if provider.notifications is not None
        for one in provider.notifications.settings("", "")
    }
    written = Change.objects.filter(line=OuterRef("line"), operation__in=names, state=Change.State.APPLIED)
    return LineHook.objects.filter(Q(first_event_at__isnull=False) | Exists(written))


def _target(targets: Mapping[tuple[str, ...], Entity], place: Any) -> Entity | None:
    return targets.get((place.kind, place.parent_remote_id, place.remote_id))


def _standing(
    hook: LineHook | None, at: Entity | None, field: str, *, is_on: bool, is_written: bool
) -> Standing:
    """By what was last read at the provider; an event that came later knows better.

    An address of ours that was never written there, nor used, is one of a draft: the line stands as without it.
    """
    if hook is None or at is None:
        is_heard = hook is not None and hook.last_event_at is not None
        return Standing.SENDING if is_heard else _without(at, field, is_on=is_on)
    if hook.last_event_at and hook.last_event_at > at.fetched_at:
        is_before = hook.previous_used_at is not None and hook.previous_used_at >= hook.last_event_at
        return Standing.STALE if is_before else Standing.SENDING
    print_there = _fingerprint_of(at.document.get(field))
    if print_there == fingerprint(hook_secrets.url_of(hook)):
        if not is_on:
            return Standing.SWITCHED_OFF
        return Standing.SENDING if hook.last_event_at else Standing.WAITING
    if hook.previous_sealed and print_there == fingerprint(hook_secrets.url_of(hook, hook_secrets.PREVIOUS)):
        return Standing.STALE
    if hook.last_event_at or is_written:
        return Standing.DRIFTED
    return _without(at, field, is_on=is_on)


def _without(at: Entity | None, field: str, *, is_on: bool) -> Standing:
    if at is None:
        return Standing.UNREAD
    return Standing.OTHER if at.document.get(field) and is_on else Standing.OFF


def _fingerprint_of(value: Any) -> str:
    if is_secret(value):
        return str(value[SECRET_MARK])
    return fingerprint(str(value)) if value else ""


def _written_at(targets: Iterable[Entity]) -> dict[int, datetime]:
    """When each address was last written by us."""
    rows = (
        Change.objects.filter(entity__in=[one.pk for one in targets], state=Change.State.APPLIED)
        .order_by()
        .values_list("entity")
        .annotate(at=Max("settled_at"))
    )
    return {pk: at for pk, at in rows if at}


def _last_calls(lines: Sequence[Entity], now: datetime) -> dict[int, datetime]:
    """When the last call of each line began, by the provider's records."""
    rows = Call.objects.filter(
        line__in=[line.pk for line in lines], started_at__gte=now - LOOKED_BACK, medium=Call.Medium.VOICE
    )
    return dict(rows.order_by().values_list("line").annotate(at=Max("started_at")))


# ---- edits ----


def why_not(connection: Connection) -> str:
    """Why no address can be written there, "" where one can: the grant does not cover it."""
    catalog = connection.declaration.catalog
    settings_of_any = declared_of(connection).settings("", "")
    reasons = (door.why_not(connection, catalog[one.operation]) for one in settings_of_any)
    return next(filter(None, reasons), "")


def enrol(connection: Connection, lines: Sequence[Entity], person: Person | None) -> Job:
    """A draft that sets the address of each line and switches it on; lines that have one keep it, and are repaired.

    Raises bulk.NothingChosen, RedisError where the broker cannot be told of new secrets, and the errors of
    portal.lib.errors where what was never read has to be read first.
    """
    _read_missing(connection, lines)
    return _draft(connection, [hook_secrets.make(connection, line) for line in lines], person)


def _read_missing(connection: Connection, lines: Sequence[Entity]) -> None:
    """Read at the provider where the address of a line stands, as far as no sync has come to it yet."""
    declared = declared_of(connection)
    places = [place(line.remote_id) for line in lines for place in (declared.address_at, declared.switch_at)]
    targets = targets_of(connection, places) if places else {}
    unread = [
        line
        for line in lines
        if not _target(targets, declared.address_at(line.remote_id))
        or not _target(targets, declared.switch_at(line.remote_id))
    ][:MOST_READ]
    if not unread:
        return
    wanted: dict[str, list[str]] = {}
    for line in unread:
        wanted.setdefault(line.kind, []).append(line.remote_id)
    parents = entities.only_below(connection, wanted)
    kinds = list(dict.fromkeys(place.kind for place in reversed(places[:2])))
    client = access.client_of(connection, is_person=True, deadline_s=10)
    for page in connection.declaration.read_entities(client, kinds=kinds, parents=parents):
        entities.store(connection, page, timezone.now())


def renew(connection: Connection, lines: Sequence[Entity], person: Person | None) -> Job:
    """The same with a new secret for each line that has one; the old ones stay valid for a week.

    Raises bulk.NothingChosen and RedisError.
    """
    now = timezone.now()
    hooks = list(LineHook.objects.select_related("line").filter(line__in=lines))
    for hook in hooks:
        hook.connection = connection
        hook_secrets.rotate(hook, now)
    return _draft(connection, hooks, person)


def _draft(connection: Connection, hooks: Sequence[LineHook], person: Person | None) -> Job:
    if not hooks:
        raise bulk.NothingChosen
    hook_secrets.publish()  # before anything is sent to a new address
    label = ngettext("Events of %(n)s line, sent here", "Events of %(n)s lines, sent here", len(hooks)) % {
        "n": len(hooks)
    }
    with transaction.atomic():
        job = Job.objects.create(
            kind=Job.Kind.BULK,
            state=Job.State.DRAFT,
            label=label,
            parameters={"file": True},
            person=person,
            due_at=timezone.now(),
        )
        rows = list(_rows(job, connection, hooks))
        BulkRow.objects.bulk_create(rows, batch_size=2000)
        Job.objects.filter(pk=job.pk).update(total_rows=len(rows))
        ledger.hint(job)
    bulk.judge_first(job)
    return job


def _rows(job: Job, connection: Connection, hooks: Sequence[LineHook]) -> Iterable[BulkRow]:
    declared = declared_of(connection)
    position = 0
    for hook in hooks:
        line = hook.line
        hook.connection = line.connection = connection
        for setting in declared.settings(line.remote_id, hook_secrets.url_of(hook)):
            editor = connection.declaration.editor(setting.operation)
            around = door.door_of(connection, setting.operation, setting.address, line=line).around
            row = BulkRow(
                job=job,
                position=position,
                connection=connection,
                entity=line,
                label=_("%(line)s: %(what)s") % {"line": line, "what": editor.title},
                operation=setting.operation,
                address=dict(setting.address),
                bundle=bulk_choice.bundle_of(connection, editor, setting.address, line.kind),
            )
            change_secrets.keep(row, editor, around, {"wanted": dict(setting.wanted)})
            yield row
            position += 1


# ---- trying ----


def may_test() -> bool:
    """Whether the provider may be a sandbox, which alone can be told to call a line."""
    return settings.PORTAL_ENV != "production"
