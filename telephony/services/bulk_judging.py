"""What each row of a bulk edit would do, told from the cache: written, already so, or not possible and why.

Nothing is asked at the provider: that is done when a row is written, and what has moved meanwhile is a conflict then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.wording import labelled
from telephony.models import BulkRow, Job
from telephony.providers.edit_fields import Fields, Surroundings
from telephony.services import bulk_choice, change_secrets, comparing, editing
from telephony.services.bulk_doors import doors_of
from telephony.services.door import Door, why_not
from telephony.services.entities import fingerprints_of

State = BulkRow.State
Merged = Mapping[str, Sequence[Any]]  # by field: "add" or "remove", and which entries
FINGERPRINTS = "_fingerprints"  # no provider has a field of this name
_WRITTEN = [
    "state",
    "error",
    "seen",
    "wanted",
    "secrets_sealed",
    "operation",
    "address",
    "bundle",
]


def is_held_back(job: Job) -> bool:
    """Whether something of it is not possible: the rest is written only where a person says so."""
    return bool(job.parameters.get("fault_count")) or job.rows.filter(state=State.IMPOSSIBLE).exists()


def new_rows(job: Job) -> Any:
    """The rows that are to be judged, in order, with what judging reads."""
    near = ("connection", "connection__credential", "connection__tenant", "entity", "reverts")
    return job.rows.filter(state=State.NEW).select_related(*near).order_by("position")


def judge(job: Job, rows: Sequence[BulkRow]) -> None:
    """Judge rows that are new, and store what was found."""
    wishes = job.parameters.get("wishes", {})
    line_kinds = bulk_choice.line_kind_of([row.entity for row in rows if row.entity])
    for row in rows:
        if row.reverts_id:
            _turn_round(row)
        elif not row.operation and not row.error:
            _place(row, wishes, line_kinds)
    doors = doors_of([row for row in rows if row.state == State.NEW])
    for row in rows:
        if row.state == State.NEW:
            _judge_one(row, doors.get(row.pk), wishes.get(row.operation, {}).get("merged", {}))
    BulkRow.objects.bulk_create(  # five times faster than `bulk_update`
        rows, update_conflicts=True, unique_fields=["tenant", "job", "position"], update_fields=_WRITTEN
    )


def seen_of(row: BulkRow) -> tuple[Fields, dict[str, str]]:
    """The fields that the preview showed, and the fingerprints of the secrets among them."""
    seen = change_secrets.open_side(row, "seen")
    fingerprints = seen.pop(FINGERPRINTS, {})
    return seen, fingerprints


def _judge_one(row: BulkRow, door: Door | None, merged: Merged) -> None:
    if row.error:
        row.state = State.IMPOSSIBLE
    elif door is None:
        _refuse(row, _("This cannot be edited that way."))
    elif reason := why_not(row.connection, door.operation):
        _refuse(row, reason)
    elif row.reverts_id:
        row.state = State.READY
    elif door.editor.makes:
        _check(row, door, door.editor.clean(change_secrets.open_side(row, "wanted"), door.around), None)
    elif door.entity is None:
        _refuse(row, _("It is gone, or was not read yet."))
    elif door.editor.removes:
        _check(row, door, {}, door.editor.read(door.entity.document))
    else:
        _compare(row, door, door.editor.read(door.entity.document), merged)


def _merge(door: Door, wanted: Fields, seen: Fields, merged: Merged) -> Fields:
    """What is wanted, where lists are added to or taken from: the object's own entries with these, or without them."""
    names = [name for name in merged if name in wanted]
    asked = door.editor.clean({name: merged[name][1] for name in names}, door.around)
    found = dict(wanted)
    for name in names:
        own, these = seen.get(name) or [], asked[name] or []
        if merged[name][0] == "add":
            found[name] = [*own, *(one for one in these if one not in own)]
        else:
            found[name] = [one for one in own if one not in these]
    return found


def _compare(row: BulkRow, door: Door, seen: Fields, merged: Merged) -> None:
    assert door.entity is not None
    wanted = _merge(door, change_secrets.open_side(row, "wanted"), seen, merged)
    known = {one.name for one in door.editor.fields(door.around)}
    if unknown := [name for name in wanted if name not in known]:
        _refuse(row, _("It has no %(field)s.") % {"field": ", ".join(unknown)})
        return
    changed = comparing.changed_of(door.editor, door.editor.clean(wanted, door.around), seen)
    if not changed:
        row.state = State.SAME
        return
    kept = {name: seen[name] for name in changed if name in seen}
    prints = {name: value for name, value in fingerprints_of(door.entity).items() if name in kept}
    # Only what differs is wanted: a cell that nobody edited is nobody's wish.
    sides = {"seen": kept, "wanted": {name: wanted[name] for name in changed}}
    change_secrets.keep(row, door.editor, door.around, sides)
    if prints:
        row.seen = {**(row.seen or {}), FINGERPRINTS: prints}
    _check(row, door, changed, seen)


def _check(row: BulkRow, door: Door, changed: Fields, seen: Fields | None) -> None:
    if refused := door.editor.check(changed, seen, door.around):
        labels = {name: str(door.editor.field(name, door.around).label) for name in refused if name}
        words = [
            labelled(labels[name], reason) if name in labels else str(reason)
            for name, reason in refused.items()
        ]
        _refuse(row, " ".join(words))
        return
    row.state = State.READY


def _place(row: BulkRow, wishes: Mapping[str, Any], line_kinds: Mapping[int, str]) -> None:
    """Which wish is the row's, and where its object is found; a row that none is for is not possible, and says so."""
    entity = row.entity
    if entity is None:
        row.error = _("It is gone, or was not read yet.")
        return
    entity.connection = row.connection
    line_kind = line_kinds.get(entity.pk, "")
    for operation, wish in wishes.items():
        editor = row.connection.declaration.editors.get(operation)
        if editor is None or not bulk_choice.edits(editor, entity, Surroundings(line_kind=line_kind)):
            continue
        row.wanted, row.secrets_sealed = dict(wish["wanted"]), wish["secrets_sealed"]
        row.operation = operation
        row.address = bulk_choice.address_of(editor, entity)
        row.bundle = bulk_choice.bundle_of(row.connection, editor, row.address, line_kind)
        return
    row.error = _("None of the operations that were chosen edits it.")


def _turn_round(row: BulkRow) -> None:
    """A row that takes a change back gets the write that does so."""
    change = row.reverts
    assert change is not None
    if row.state != State.NEW:
        return
    inverse = editing.inverse_of(change)
    if inverse is None:
        door_words = change.connection.declaration.editor(change.operation).irreversible
        _refuse(row, str(door_words) or _("There is nothing left to take back."))
        return
    row.operation, row.address = inverse.operation, dict(inverse.address)
    editor = row.connection.declaration.editor(inverse.operation)
    seen = {name: value for name, value in (inverse.seen or {}).items() if name in inverse.wanted}
    door = doors_of([row])[row.pk]
    change_secrets.keep(row, editor, door.around, {"wanted": dict(inverse.wanted), "seen": seen})


def _refuse(row: BulkRow, reason: str) -> None:
    row.state, row.error = State.IMPOSSIBLE, reason[:500]
