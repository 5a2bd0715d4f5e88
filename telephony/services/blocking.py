"""Who is refused where: the lists of refused callers that the connections of the tenant keep, out of the cache.

What a list is at a provider: telephony/providers/blocking.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Max, Q
from django.utils import timezone

from telephony.models import BlockEnd, Call, Change, Connection, Entity
from telephony.models.calls import REACHED, Direction, Medium
from telephony.providers.blocking import (
    Blocking,
    Entry,
    easiest_to_spare,
    entries_of,
    numbers_of,
    room,
)
from telephony.providers.registry import PROVIDERS
from telephony.services.edit_surroundings import contacts_among

_NEAR = ("connection", "connection__credential", "connection__tenant")
MONTH, YEAR = timedelta(days=30), timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A list of refused callers. `line` is whose it is, None where it holds for the whole account.

    end   when a number that was looked for goes off it, where that was said
    """

    entity: Entity
    line: Entity | None
    end: BlockEnd | None = None

    @property
    def connection(self) -> Connection:
        return self.entity.connection

    @cached_property
    def value(self) -> Any:
        """What is in it, as its editor reads it."""
        return (
            self.connection.declaration.editor(self.blocking.operation)
            .read(self.entity.document)
            .get(self.blocking.field)
        )

    @property
    def numbers(self) -> list[str]:
        return numbers_of(self.value)

    @property
    def room(self) -> int | None:
        return room(self.value, self.blocking.places)

    @property
    def is_full(self) -> bool:
        return self.room == 0

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


def every_list() -> Any:
    """The lists of refused callers of the scope, as a queryset of entities."""
    holds = Q(pk=None)
    for name, one in providers():
        holds |= Q(connection__provider=name, kind=one.kind)
    rows = Entity.objects.present().filter(holds, connection__unlinked_at=None).select_related(*_NEAR)
    return rows.order_by("connection__name_key", "pk")


def lists_of(entities: Iterable[Entity], number: str = "") -> list[Listed]:
    """Each list with its line, those of whole accounts first, and with when the number goes off it; two queries."""
    found = list(entities)
    links = {one.connection_id for one in found}
    heads = {one.parent_remote_id for one in found if one.parent_remote_id}
    lines = Entity.objects.filter(connection__in=links, is_line=True, remote_id__in=heads)
    known = {(line.connection_id, line.remote_id): line for line in lines}
    ends = (
        {end.entity_id: end for end in BlockEnd.objects.filter(number=number, entity__in=found)}
        if number
        else {}
    )
    lists = [
        Listed(entity=one, line=known.get((one.connection_id, one.parent_remote_id)), end=ends.get(one.pk))
        for one in found
    ]
    return sorted(
        lists, key=lambda one: (one.line is not None, one.line.name_key if one.line else "", one.entity.pk)
    )


def listed(number: str) -> list[Listed]:
    """The lists that refuse a number; three queries."""
    has_it = Q(pk=None)
    for name, one in providers():
        entry = {f"document__{one.field}__has_key": one.written(number)}
        has_it |= Q(connection__provider=name, kind=one.kind, **entry)
    return lists_of(every_list().filter(has_it), number)


# ---- what it costs ----


@dataclass(frozen=True, kw_only=True)
class Toll:
    """Calls that lists would have refused, and how many of them were answered, came from a contact."""

    calls: int = 0
    reached: int = 0
    from_contacts: int = 0


def would_have_refused(numbers: Sequence[str], lists: Iterable[Listed], span: timedelta = MONTH) -> Toll:
    """What these lists would have refused lately, had the numbers stood on them; a call counts once. Two queries."""
    calls = _from(numbers, span).filter(_reaching(lists))
    told = calls.aggregate(
        calls=Count("pk"),
        reached=Count("pk", filter=Q(outcome__in=REACHED)),
        from_contacts=Count("pk", filter=Q(caller__in=contacts_among(numbers))),
    )
    return Toll(**told)


def calls_by_list(number: str, lists: Iterable[Listed], span: timedelta = MONTH) -> dict[int, int]:
    """How often the number called lately where each list holds, by the list's id; one query."""
    rows = _from([number], span).order_by().values_list("connection", "line").annotate(n=Count("pk"))
    by_line: dict[int | None, int] = {}
    by_connection: dict[int, int] = {}
    for connection_id, line_id, n in rows:
        by_line[line_id] = by_line.get(line_id, 0) + n
        by_connection[connection_id] = by_connection.get(connection_id, 0) + n
    return {
        one.entity.pk: by_line.get(one.line.pk, 0)
        if one.line
        else by_connection.get(one.entity.connection_id, 0)
        for one in lists
    }


def to_spare(lists: Iterable[Listed]) -> dict[int, list[Entry]]:
    """The entries of lists that are lines' own, those that called least in a year first, by the list's id; one query."""
    wanted = [one for one in lists if one.line is not None]
    numbers = {number for one in wanted for number in one.numbers}
    rows = (
        _from(list(numbers), YEAR)
        .filter(line__in=[one.line.pk for one in wanted if one.line])
        .order_by()
        .values_list("line", "caller")
        .annotate(n=Count("pk"), last_at=Max("started_at"))
    )
    hits: dict[int, dict[str, tuple[int, datetime]]] = {}
    for line_id, caller, n, last_at in rows:
        hits.setdefault(line_id, {})[caller] = n, last_at
    return {
        one.entity.pk: easiest_to_spare(entries_of(one.value, hits.get(one.line.pk, {})))
        for one in wanted
        if one.line
    }


def _from(numbers: Sequence[str], span: timedelta) -> Any:
    """Calls from outside, and those of colleagues who call by their internal number."""
    is_colleague = Q(direction=Direction.INTERNAL) & ~Q(caller_reversed__endswith="+")
    return Call.objects.filter(
        Q(direction=Direction.INBOUND) | is_colleague,
        caller_reversed__in=[number[::-1] for number in numbers],
        medium=Medium.VOICE,
        started_at__gte=timezone.now() - span,
    )


def _reaching(lists: Iterable[Listed]) -> Q:
    found = list(lists)
    lines = [one.line.pk for one in found if one.line]
    accounts = [one.entity.connection_id for one in found if not one.line]
    return Q(line__in=lines) | Q(connection__in=accounts)


# ---- what was done ----


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
