"""Port requests of a tenant: the board of all connections, and moving one from state to state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import Person
from telephony.models import Change, Connection, Entity
from telephony.providers.fields import Fact, fact_at
from telephony.providers.operations import Text
from telephony.providers.porting import Porting, PortMove, PortState
from telephony.services import editing

PORTS = "ports.manage"
MOST_OPEN, MOST_ENDED = 300, 30
MOST_NUMBERS = 4


@dataclass(frozen=True, kw_only=True)
class Move:
    """A legal move of a request. `is_asked`: something has to be filled in first."""

    state: PortState
    how: PortMove

    @property
    def is_asked(self) -> bool:
        return bool(self.how.asks)


@dataclass(frozen=True, kw_only=True)
class Card:
    """A request on the board, which shows some of its numbers, and tells how many more there are."""

    entity: Entity
    numbers: Sequence[str]
    carrier: str
    wanted: Fact
    moves: Sequence[Move]

    @property
    def shown(self) -> Sequence[str]:
        return self.numbers[:MOST_NUMBERS]

    @property
    def more(self) -> int:
        return max(0, len(self.numbers) - MOST_NUMBERS)


@dataclass(kw_only=True)
class Column:
    """A state with its requests, the longest unchanged first."""

    name: str
    label: Text
    is_final: bool
    cards: list[Card] = field(default_factory=list)


def porting_of(entity: Entity) -> Porting | None:
    """How the provider moves this object, None where it is no port request."""
    porting = entity.connection.declaration.porting
    return porting if porting is not None and porting.kind == entity.kind else None


def board_of(connections: Sequence[Connection], *, is_whole: bool = False) -> list[Column]:
    """The port requests of some connections by state: one column for each state that any of them knows.

    is_whole   all of them, where the board has MOST_OPEN and, of those that ended, the latest MOST_ENDED
    """
    columns: dict[str, Column] = {}
    wanted = Q(pk=None)
    for connection in connections:
        porting = connection.declaration.porting
        if porting is None:
            continue
        wanted |= Q(connection=connection, kind=porting.kind)
        for state in porting.states:
            columns.setdefault(
                state.name, Column(name=state.name, label=state.label, is_final=state.is_final)
            )
    final = [name for name, column in columns.items() if column.is_final]
    found = (
        Entity.objects.present()
        .filter(wanted)
        .select_related("connection", "connection__credential", "connection__tenant")
    )
    most_open, most_ended = (None, None) if is_whole else (MOST_OPEN, MOST_ENDED)
    rows = [
        *found.exclude(status__in=final).order_by("fetched_at", "pk")[:most_open],
        *found.filter(status__in=final).order_by("-pk")[:most_ended],
    ]
    for row in rows:
        if row.status in columns:
            columns[row.status].cards.append(card_of(row))
    return list(columns.values())


def card_of(entity: Entity) -> Card:
    """One request, as far as its document says. Raises ValueError for an object that is none."""
    porting = porting_of(entity)
    if porting is None:
        raise ValueError(entity.kind)
    return Card(
        entity=entity,
        numbers=_numbers(_at(entity.document, porting.numbers)),
        carrier=str(_at(entity.document, porting.carrier) or ""),
        wanted=fact_at(porting.wanted, entity.document),
        moves=moves_of(porting, entity.status),
    )


def moves_of(porting: Porting, state: str) -> list[Move]:
    """Where a request may go from a state, the usual way first."""
    known = porting.state(state)
    found = [(porting.state(name), porting.to[name]) for name in (known.moves if known else ())]
    return [Move(state=to, how=how) for to, how in found if to is not None]


def move(
    entity: Entity, state: str, person: Person | None, values: Mapping[str, Any] | None = None
) -> Change:
    """The preview of moving a request. Raises ValueError for what is no request, and what `editing.propose` raises."""
    porting = porting_of(entity)
    if porting is None:
        raise ValueError(entity.kind)
    declared = entity.connection.declaration
    address = declared.path_values(entity.kind, entity.parent_remote_id, entity.remote_id)
    return editing.propose(
        entity.connection,
        porting.move,
        {**address, porting.parameter: state},
        {name: value for name, value in (values or {}).items() if value},
        person=person,
        entity=entity,
    )


def _numbers(value: Any) -> list[str]:
    """Numbers as a list, or as the names of an object."""
    return [str(one) for one in value] if isinstance(value, list | Mapping) else []


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document.get(part) if isinstance(document, Mapping) else None
    return document
