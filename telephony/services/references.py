"""Objects of an account that another one may point to: for selects, by kind and name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from telephony.models import Connection, Entity
from telephony.models.entities import EntityQuerySet
from telephony.providers.edit_fields import Field

OFFERED = 100  # of each kind, before somebody searches
Option = tuple[str, str]


def options_for(
    connection: Connection, fields: Iterable[Field], held: Mapping[str, Any]
) -> dict[str, list[Option]]:
    """Of every kind that the fields refer to: the first objects by name, and those that are held already."""
    wanted: dict[str, set[str]] = {}
    for one in fields:
        for kind in one.points_to:
            if kind in connection.declaration.kinds:
                wanted.setdefault(kind, set()).update(_identifiers(held.get(one.name)))
    found: dict[str, list[Option]] = {kind: [] for kind in wanted}
    if not wanted:
        return found
    first = [_of(connection, kind).order_by("name_key", "pk")[:OFFERED] for kind in sorted(wanted)]
    rows = first[0].union(*first[1:], all=True) if len(first) > 1 else first[0]
    for kind, remote_id, label in map(_option, rows):
        found[kind].append((remote_id, label))
    identifiers = set().union(*wanted.values())
    more = _of(connection, *wanted).filter(remote_id__in=identifiers) if identifiers else ()
    for kind, remote_id, label in map(_option, more):
        if remote_id in wanted[kind] and (remote_id, label) not in found[kind]:
            found[kind].append((remote_id, label))
    return found


def search(connection: Connection, kind: str, text: str) -> list[Option]:
    """The first objects of a kind whose name, number, extension or identifier has the words."""
    rows = _of(connection, kind)
    if text:
        rows = rows.matching(text)
    return [
        (remote_id, label)
        for _kind, remote_id, label in map(_option, rows.order_by("name_key", "pk")[:OFFERED])
    ]


def _of(connection: Connection, *kinds: str) -> EntityQuerySet:
    rows = Entity.objects.present().filter(connection=connection, kind__in=kinds)
    return rows.only("kind", "remote_id", "name", "number", "extension")


def _option(entity: Entity) -> tuple[str, str, str]:
    told: Sequence[str] = [entity.name or entity.number or entity.remote_id, entity.extension]
    return entity.kind, entity.remote_id, " · ".join(dict.fromkeys(filter(None, told)))


def _identifiers(value: Any) -> Iterator[str]:
    """Every text in a value, keys of objects among them: those that are no identifiers find nothing."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, (list, Mapping)):
        for one in (*value, *value.values()) if isinstance(value, Mapping) else value:
            yield from _identifiers(one)
