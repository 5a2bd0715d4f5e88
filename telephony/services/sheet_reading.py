"""What the objects of a list say, operation by operation, as cells of a file; and the columns that hold it.

    key | [object] [connection] [kind] ... | forward_delay  name  services.update:name ... | version

`key` says which object a line is. Heads in brackets are for reading only. A field that two operations of one object
have carries its operation's name. `version` tells whether the object has changed since the file was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.lib.canonical import checksum
from telephony.models import Connection, Entity
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor
from telephony.providers.fields import is_secret, shown_of
from telephony.services import bulk_choice, sheet_cells
from telephony.services.bulk_doors import targets_of
from telephony.services.entity_page import labels_of

KEY, VERSION = "key", "version"
OBJECT, CONNECTION, KIND, NUMBER, EXTENSION, STATE = (
    *("[object]", "[connection]", "[kind]"),
    *("[number]", "[extension]", "[state]"),
)
TOLD = (OBJECT, CONNECTION, KIND, NUMBER, EXTENSION, STATE)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One operation that edits an object, and what the cache says of its fields."""

    editor: Editor
    address: Mapping[str, str]
    line_kind: str
    columns: Mapping[str, Field]
    fields: Fields

    @property
    def operation(self) -> str:
        return self.editor.operation.key

    @cached_property
    def texts(self) -> dict[str, str]:
        return {name: sheet_cells.as_text(one, self.fields.get(name)) for name, one in self.columns.items()}


def key_of(entity: Entity, slug: str) -> str:
    """The same for the same object as long as it lives: connection, kind, place and identifier."""
    return "/".join(filter(None, (slug, entity.kind, entity.parent_remote_id, entity.remote_id)))


def by_key(keys: Iterable[str]) -> dict[str, Entity]:
    """The objects that are still there, each with its connection. A query for each kind of each connection."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for key in keys:
        slug, _slash, rest = key.partition("/")
        kind, _slash, place = rest.partition("/")
        if place:
            wanted.setdefault((slug, kind), []).append(place)
    found: dict[str, Entity] = {}
    for (slug, kind), places in wanted.items():
        parts = [place.split("/") for place in places]
        ids = {"/".join(one[at:]) for one in parts for at in range(len(one))}
        rows = Entity.objects.present().filter(connection__slug=slug, kind=kind, remote_id__in=ids)
        for entity in rows.select_related("connection", "connection__credential", "connection__tenant"):
            found[key_of(entity, slug)] = entity
    return found


def readings_of(entities: Sequence[Entity], operation: str = "") -> dict[int, list[Reading]]:
    """What each object says, by its id; of one operation only where it is named. A handful of queries for each kind.

    entities   with their connections, and those with credential and tenant
    """
    found: dict[int, list[Reading]] = {one.pk: [] for one in entities}
    line_kinds = bulk_choice.line_kind_of(entities)
    groups: dict[tuple[int, str, str], list[Entity]] = {}
    for one in entities:
        groups.setdefault((one.connection_id, one.kind, line_kinds[one.pk]), []).append(one)
    for (_connection, _kind, line_kind), group in groups.items():
        for editor in group[0].connection.declaration.editors.values():
            if not operation or editor.operation.key == operation:
                for pk, reading in _read(editor, group, line_kind):
                    found[pk].append(reading)
    return found


def _read(editor: Editor, group: Sequence[Entity], line_kind: str) -> Iterable[tuple[int, Reading]]:
    """The readings of objects of one kind for one operation that edits them."""
    around = Surroundings(line_kind=line_kind)
    own = [one for one in group if bulk_choice.edits(editor, one, around)]
    columns = {one.name: one for one in editor.fields(around) if sheet_cells.fits(one)} if own else {}
    if not columns:
        return
    connection = group[0].connection
    addresses = {one.pk: bulk_choice.address_of(editor, one) for one in own}
    places = {
        pk: editor.place(address, Surroundings(line_kind=line_kind, address=address))
        for pk, address in addresses.items()
    }
    targets = targets_of(connection, places.values()) if editor.replaces else {}
    for one in own:
        place = places[one.pk]
        target = targets.get((place.kind, place.parent_remote_id)) if editor.replaces else one
        if target is not None:
            yield (
                one.pk,
                Reading(
                    editor=editor,
                    address=addresses[one.pk],
                    line_kind=line_kind,
                    columns=columns,
                    fields=editor.read(target.document),
                ),
            )


def version_of(readings: Sequence[Reading]) -> str:
    """Tells whether any cell of an object has changed."""
    return checksum([[one.operation, one.texts] for one in readings])[:10]


# ---- columns ----


def heads_of(samples: Sequence[Entity], operation: str = "") -> list[str]:
    """The columns of a file that holds objects like these."""
    readings = readings_of(samples, operation)
    names: dict[str, None] = {}
    for one in samples:
        for reading in readings[one.pk]:
            others = {name for other in readings[one.pk] if other is not reading for name in other.columns}
            for name in reading.columns:
                names[f"{reading.operation}:{name}" if name in others else name] = None
    shown = {f"[{column.path}]": None for one in samples for column in _columns_beside(one, names)}
    return [KEY, *TOLD, *shown, *names, VERSION]


def _columns_beside(one: Entity, names: Mapping[str, None]) -> Iterable[Any]:
    """The columns of the object's list that no operation edits."""
    kind = one.connection.declaration.kinds.get(one.kind)
    return [column for column in (kind.columns if kind else ()) if column.path not in names]


def find(readings: Sequence[Reading], head: str) -> tuple[Reading, Field] | None:
    """Which field of an object a column means; None where the object has no such field."""
    operation, _colon, name = head.rpartition(":")
    fitting = [
        one for one in readings if name in one.columns and (not operation or one.operation == operation)
    ]
    return (fitting[0], fitting[0].columns[name]) if len(fitting) == 1 else None


def cells_of(entities: Sequence[Entity], heads: Sequence[str], operation: str = "") -> list[list[str]]:
    """One line for each object, in order."""
    readings, labels = readings_of(entities, operation), labels_of(entities)
    everything = readings if not operation else readings_of(entities)
    lines = []
    for one in entities:
        told = _told(one, labels[one.pk], version_of(everything[one.pk]))
        line = []
        for head in heads:
            found = None if head in told or head.startswith("[") else find(readings[one.pk], head)
            line.append(told.get(head, "") if found is None else found[0].texts[found[1].name])
        lines.append(line)
    return lines


def _told(one: Entity, label: str, version: str) -> dict[str, str]:
    """The columns that say which object it is and how it stands."""
    connection: Connection = one.connection
    kind = connection.declaration.kinds.get(one.kind)
    told = {
        KEY: key_of(one, connection.slug),
        OBJECT: label,
        CONNECTION: connection.name,
        KIND: str(kind.label) if kind else one.kind,
        NUMBER: one.number,
        EXTENSION: one.extension,
        STATE: one.status,
        VERSION: version,
    }
    for column in kind.columns if kind else ():
        told[f"[{column.path}]"] = _plain(one.document, column.parts)
    return told


def _plain(document: Any, parts: Sequence[str]) -> str:
    """What stands at a place of a document; secrets are stars."""
    for part in parts:
        document = document.get(part) if isinstance(document, Mapping) else None
    return sheet_cells.as_text(Field(name="", label=""), without_secrets(document))


def without_secrets(value: Any) -> Any:
    if is_secret(value):
        return shown_of(value)
    if isinstance(value, Mapping):
        return {name: without_secrets(item) for name, item in value.items()}
    return [without_secrets(item) for item in value] if isinstance(value, list) else value
