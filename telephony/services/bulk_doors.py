"""The doors of many rows with a few queries, and a client that reads the objects of one list together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from portal.lib.errors import NotFound
from telephony.models import BulkRow, Connection, Entity
from telephony.providers.client import Answer, ProviderClient
from telephony.providers.editing import Editor, Place
from telephony.providers.operations import Paging
from telephony.services.door import Door
from telephony.services.edit_surroundings import documents_of, surroundings


def by_operation(rows: Iterable[BulkRow]) -> Iterator[tuple[Connection, str, list[BulkRow]]]:
    """Rows of one connection and operation together."""
    ordered = sorted(rows, key=lambda row: (row.connection_id, row.operation))
    for (_connection, operation), group in groupby(
        ordered, key=lambda row: (row.connection_id, row.operation)
    ):
        found = list(group)
        yield found[0].connection, operation, found


def doors_of(rows: Sequence[BulkRow]) -> dict[int, Door]:
    """The door of each row that has an operation, by the row's id. A handful of queries for any number of rows."""
    doors: dict[int, Door] = {}
    for connection, operation, group in by_operation(rows):
        if operation:
            doors |= _doors(connection, connection.declaration.editor(operation), group)
    return doors


def _doors(connection: Connection, editor: Editor, rows: Sequence[BulkRow]) -> dict[int, Door]:
    lines = _lines(connection, rows)
    owner = {row.pk: _line_of(row, lines) for row in rows}
    parents = {line.remote_id if line else "" for line in owner.values()}
    documents = documents_of(connection, editor.reads, parents)
    doors = {}
    for row in rows:
        line = owner[row.pk]
        around = surroundings(
            connection, editor, line, row.address, documents[line.remote_id if line else ""]
        )
        doors[row.pk] = Door(
            connection=connection,
            editor=editor,
            address=dict(row.address),
            line=line,
            entity=None,
            around=around,
        )
    if editor.makes:
        return doors
    places = {row.pk: editor.place(row.address, doors[row.pk].around) for row in rows}
    targets = targets_of(connection, places.values())
    for pk, place in places.items():
        key = (place.kind, place.parent_remote_id)
        entity = targets.get((*key, place.remote_id)) if place.remote_id else targets.get(key)
        doors[pk] = Door(**{**vars(doors[pk]), "entity": entity})
    return doors


def _lines(connection: Connection, rows: Sequence[BulkRow]) -> dict[str, Entity]:
    named = {str(value) for row in rows for value in row.address.values()}
    found = Entity.objects.filter(connection=connection, is_line=True, remote_id__in=named)
    return {line.remote_id: line for line in found}


def _line_of(row: BulkRow, lines: Mapping[str, Entity]) -> Entity | None:
    return next((lines[str(value)] for value in row.address.values() if str(value) in lines), None)


def targets_of(connection: Connection, places: Iterable[Place]) -> dict[tuple[str, ...], Entity]:
    """The cached objects that stand in these places: by kind, parent and id, and one of each list by kind and parent."""
    wanted = list(places)
    found = Entity.objects.present().filter(
        connection=connection,
        kind__in={place.kind for place in wanted},
        parent_remote_id__in={place.parent_remote_id for place in wanted},
    )
    if all(place.remote_id for place in wanted):
        found = found.filter(remote_id__in={place.remote_id for place in wanted})
    targets: dict[tuple[str, ...], Entity] = {}
    for entity in found:
        entity.connection = connection
        targets[entity.kind, entity.parent_remote_id, entity.remote_id] = entity
        targets.setdefault((entity.kind, entity.parent_remote_id), entity)
    return targets


class ListedReads:
    """A client that asks for a list once, and then knows it until `forget`.

    Single objects are read out of their list where it shows each as its own read does (`EntityKind.lists_whole`). The
    lists that show what was made or removed are kept, too. Everything else goes straight through.
    """

    def __init__(self, client: ProviderClient, connection: Connection) -> None:
        self._client = client
        kinds = connection.declaration.kinds.values()
        self._list_of = {kind.read_operation: kind.list_operation for kind in kinds if kind.lists_whole}
        self._lists = {*self._list_of.values(), *_lists_of_many(connection)}
        self._known: dict[tuple[str, str], Answer] = {}
        self.catalog = client.catalog

    def forget(self) -> None:
        """The lists are read again when they are asked for next."""
        self._known.clear()

    def call(self, key: str, values: Mapping[str, Any] | None = None, **options: Any) -> Answer:
        if key in self._lists and not options.get("filters"):
            return self._listed(key, values or {}, options.get("deadline_s"))
        if key not in self._list_of:
            return self._client.call(key, values, **options)
        list_key, own = self._list_of[key], values or {}
        names = self.catalog[list_key].address_names
        answer = self._listed(list_key, {name: own[name] for name in names}, options.get("deadline_s"))
        identity = self.catalog[key].identity
        for item in answer.items:
            if identity and all(str(item.get(field)) == str(own[name]) for name, field in identity):
                return Answer(document=item, status=answer.status, headers=answer.headers)
        raise NotFound("", status=404)

    def prepare(self, key: str, values: Mapping[str, Any] | None = None, **options: Any) -> Any:
        return self._client.prepare(key, values, **options)

    def pages(self, key: str, values: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Answer]:
        return self._client.pages(key, values, **options)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def _listed(self, key: str, values: Mapping[str, Any], deadline_s: float | None) -> Answer:
        place = key, repr(sorted(values.items()))
        if place not in self._known:
            self._known[place] = self._client.call(key, values, deadline_s=deadline_s)
        return self._known[place]


def _lists_of_many(connection: Connection) -> Iterator[str]:
    """The lists that are read before and after something is made or removed; those in pages are read otherwise."""
    for editor in connection.declaration.editors.values():
        reading = editor.reading
        if reading is None or not reading.collection or reading.paging is not Paging.NONE:
            continue
        if editor.makes or editor.removes:
            yield reading.key
