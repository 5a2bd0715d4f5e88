"""Who is refused where: the lists of refused callers that the connections of the tenant keep, out of the cache.

What a list is at a provider: telephony/providers/blocking.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from telephony.models import Change, Connection, Entity
from telephony.providers.blocking import Blocking, numbers_of
from telephony.providers.registry import PROVIDERS

_NEAR = ("connection", "connection__credential", "connection__tenant")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A list that has a number on it. `line` is whose it is, None where it holds for the whole account."""

    entity: Entity
    line: Entity | None

    @property
    def connection(self) -> Connection:
        return self.entity.connection

    @property
    def blocking(self) -> Blocking:
        declared = self.connection.declaration.blocking
        assert declared is not None
        return declared


def providers() -> Iterator[tuple[str, Blocking]]:
    """The providers that can refuse callers."""
    for name, declaration in PROVIDERS.items():
        if declaration.blocking is not None:
            yield name, declaration.blocking


def lists_of(entities: Iterable[Entity]) -> list[Listed]:
    """Each list with its line; one query."""
    found = list(entities)
    links = {one.connection_id for one in found}
    heads = {one.parent_remote_id for one in found if one.parent_remote_id}
    lines = Entity.objects.filter(connection__in=links, is_line=True, remote_id__in=heads)
    known = {(line.connection_id, line.remote_id): line for line in lines}
    return [Listed(entity=one, line=known.get((one.connection_id, one.parent_remote_id))) for one in found]


def listed(number: str) -> list[Listed]:
    """The lists that refuse a number, those of whole accounts first; two queries."""
    holds = Q(pk=None)
    for name, one in providers():
        has_it = {f"document__{one.field}__has_key": one.written(number)}
        holds |= Q(connection__provider=name, kind=one.kind, **has_it)
    rows = Entity.objects.present().filter(holds, connection__unlinked_at=None).select_related(*_NEAR)
    found = lists_of(rows.order_by("connection__name_key", "pk"))
    return sorted(found, key=lambda one: (one.line is not None, one.line.name_key if one.line else ""))


def held_by(entity: Entity) -> Any:
    """What a cached list has in it, as its editor reads it."""
    declared = entity.connection.declaration
    assert declared.blocking is not None
    return declared.editor(declared.blocking.operation).read(entity.document).get(declared.blocking.field)


def changes_moving(number: str, among: Any, most: int) -> list[Change]:
    """Of these changes the latest that put the number on a list of refused callers, or took it off."""
    about = Q(pk=None)
    fields: dict[str, str] = {}
    for _name, one in providers():
        fields[one.operation] = one.field
        for side in ("wanted", "before"):
            about |= Q(operation=one.operation, **{f"{side}__{one.field}__has_key": number})
    moved = []
    for change in among.filter(about).order_by("-created_at", "-pk").iterator(chunk_size=200):
        field = fields[change.operation]
        if (
            _has(change.before, field, number) != _has(change.wanted, field, number)
            and field in change.wanted
        ):
            moved.append(change)
        if len(moved) >= most:
            break
    return moved


def _has(side: Mapping[str, Any] | None, field: str, number: str) -> bool:
    return number in numbers_of((side or {}).get(field))
