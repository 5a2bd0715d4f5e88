"""What can be edited on many objects: the operations that edit an object where it stands, and where each one is found.

An operation is offered where it changes an object that is there, shows its result in a read, and belongs to nobody
alone (voice messages are one person's own).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Min

from telephony.models import Connection, Entity
from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.editing import Editor, Place
from telephony.providers.operations import Effect
from telephony.services.access import VOICEMAIL
from telephony.services.door import door_of


def is_for_many(editor: Editor) -> bool:
    """Whether this is an edit of an object that is there, of the kind that many can have at once."""
    operation = editor.operation
    return (
        operation.effect is Effect.WRITE
        and not editor.makes
        and not editor.removes
        and editor.reading is not None
        and operation.capability != VOICEMAIL
    )


def address_of(editor: Editor, entity: Entity) -> dict[str, str]:
    """The path values of an object for this operation. Raises ValueError where it has none.

    A list that is replaced as a whole is found by what it hangs below, whether that or the list itself was chosen.
    """
    kind = entity.connection.declaration.kinds.get(entity.kind)
    if editor.replaces:
        remote_id = entity.parent_remote_id if kind and kind.whole_list else entity.remote_id
        return editor.address_of(Place(kind=entity.kind, remote_id=remote_id))
    return editor.address_of(
        Place(kind=entity.kind, parent_remote_id=entity.parent_remote_id, remote_id=entity.remote_id)
    )


def edits(editor: Editor, entity: Entity, around: Surroundings) -> bool:
    """Whether this operation edits this object, or the one list of its kind below it."""
    if not is_for_many(editor):
        return False
    try:
        address = address_of(editor, entity)
    except ValueError:
        return False
    kinds = entity.connection.declaration.kinds
    place = editor.place(address, around)
    if editor.replaces:
        target, own = kinds.get(place.kind), kinds.get(entity.kind)
        if target is None or own is None:
            return False
        return place.kind == entity.kind if own.whole_list else entity.kind in target.parent_kinds
    return (place.kind, place.parent_remote_id, place.remote_id) == (
        entity.kind,
        entity.parent_remote_id,
        entity.remote_id,
    )


def editors_for(entity: Entity) -> list[Editor]:
    """The edits that an object allows, in the order of its provider's table."""
    around = Surroundings(line_kind=line_kind_of([entity]).get(entity.pk, ""))
    return [
        editor for editor in entity.connection.declaration.editors.values() if edits(editor, entity, around)
    ]


def line_kind_of(entities: Iterable[Entity]) -> dict[int, str]:
    """The kind of the line that each of some objects is, or hangs below; one query."""
    rows = list(entities)
    heads = {row.pk: row.parent_remote_id.partition("/")[0] for row in rows if not row.is_line}
    lines = Entity.objects.filter(
        connection__in={row.connection_id for row in rows}, is_line=True, remote_id__in=set(heads.values())
    )
    kinds = {
        (connection, remote): kind
        for connection, remote, kind in lines.values_list("connection", "remote_id", "kind")
    }
    return {
        row.pk: row.kind if row.is_line else kinds.get((row.connection_id, heads[row.pk]), "") for row in rows
    }


def samples(entities: Any) -> list[Entity]:
    """One object of each kind of each connection among many."""
    groups = entities.order_by().values("connection", "kind").annotate(first=Min("pk"))
    found = Entity.objects.filter(pk__in=[group["first"] for group in groups]).order_by(
        "connection__name_key", "kind"
    )
    return list(found.select_related("connection", "connection__credential", "connection__tenant"))


def choices(found: Sequence[Entity]) -> dict[str, list[tuple[Entity, Editor]]]:
    """By operation: the samples that it edits. What edits most of them comes first."""
    offered: dict[str, list[tuple[Entity, Editor]]] = {}
    for entity in found:
        for editor in editors_for(entity):
            offered.setdefault(editor.operation.key, []).append((entity, editor))
    return dict(sorted(offered.items(), key=lambda one: -len(one[1])))


@dataclass(frozen=True, kw_only=True)
class Part:
    """Objects of a selection that one operation edits: a sample of each kind of each connection, with its editor.

    others   the operations that edit any of them, this one among them
    """

    operation: str
    pairs: Sequence[tuple[Entity, Editor]]
    others: Sequence[tuple[str, Editor]] = ()

    @property
    def editor(self) -> Editor:
        return self.pairs[0][1]


def parts_of(found: Sequence[Entity], wanted: Sequence[str]) -> tuple[list[Part], list[Entity]]:
    """Each sample in the part of one operation: of those that are wanted the first that edits it, else of whatever
    edits most of the rest. And the samples that nothing edits."""
    every, left = choices(found), {one.pk for one in found}
    parts: list[Part] = []
    while True:
        offered = {key: [pair for pair in pairs if pair[0].pk in left] for key, pairs in every.items()}
        offered = {key: pairs for key, pairs in offered.items() if pairs}
        if not offered:
            return parts, [one for one in found if one.pk in left]
        key = next((one for one in wanted if one in offered), max(offered, key=lambda one: len(offered[one])))
        own = {entity.pk for entity, _editor in offered[key]}
        others = [
            (other, pairs[0][1]) for other, pairs in every.items() if any(one.pk in own for one, _e in pairs)
        ]
        parts.append(Part(operation=key, pairs=offered[key], others=others))
        left -= own


def fields_of(pairs: Sequence[tuple[Entity, Editor]]) -> tuple[list[Field], Surroundings]:
    """The fields that all of these objects have for their operation, and the surroundings of the first."""
    known: list[Field] = []
    first: Surroundings | None = None
    for entity, editor in pairs:
        door = door_of(entity.connection, editor.operation.key, address_of(editor, entity))
        own = {one.name: one for one in editor.fields(door.around)}
        if first is None:
            first, known = door.around, list(own.values())
        known = [one for one in known if one.name in own]
    return known, first or Surroundings()


def bundle_of(connection: Connection, editor: Editor, address: Mapping[str, Any], line_kind: str) -> str:
    """What is written by one worker in a row: the objects of one list, where the list shows them whole."""
    place = editor.place(address, Surroundings(line_kind=line_kind, address=address))
    kind = connection.declaration.kinds.get(place.kind)
    is_together = kind is not None and kind.lists_whole
    return f"{connection.pk:012d}/{place.parent_remote_id if is_together else ''}"
