"""Acts on a telephone number (call it, connect it with another, text it), through the one door: from which line, and
the write itself. How a call goes on afterwards: call_following.py."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from accounts.models import Person
from telephony.models import CallSource, Change, Connection, Entity
from telephony.providers.calling import Act, Way, Wish
from telephony.services import by_hand, editing, line_turns
from telephony.services.line_turns import Turn

MOST = 500
ASKED = "asked"  # in Change.sent: what the person wanted, in our words


@dataclass(frozen=True, kw_only=True)
class Source:
    """What acts: a line, or (`line` None) a number that the person types."""

    connection: Connection
    way: Way
    line: Entity | None = None

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"line-{self.line.pk}" if self.line else f"own-{self.connection.pk}"


def ways_of(connection: Connection, act: Act) -> list[Way]:
    """How a connection does an act now. No query."""
    declared = connection.declaration
    return [
        way
        for way in declared.number_ways
        if way.act == act and connection.can(declared.catalog[way.operation].capability)
    ]


def acts_of(connections: Sequence[Connection]) -> frozenset[Act]:
    """What can be done with a number by one of them. No query."""
    return frozenset(act for act in Act if any(ways_of(one, act) for one in connections))


def sources(act: Act, person: Person) -> list[Source]:
    """Everything in the tenant that can do it, by connection and name, the person's own line among them: three queries."""
    rows = Connection.objects.filter(unlinked_at=None).select_related("credential").order_by("name_key", "id")
    able = {one.pk: (one, ways) for one in rows if (ways := ways_of(one, act))}
    lines = Entity.objects.lines().filter(connection__in=able, missing_since=None)
    wanted = Q()
    for pk, (_one, ways) in able.items():
        wanted |= Q(connection=pk, kind__in=[way.kind for way in ways])
    found = list(lines.filter(wanted).order_by("name_key", "pk")[:MOST]) if able else []
    own = remembered(person)
    if own is not None and own.line_id and len(found) == MOST:
        found += lines.filter(wanted, pk=own.line_id).exclude(pk__in=[line.pk for line in found])
    return [
        source
        for one, ways in able.values()
        for source in _sources_of(one, ways, [line for line in found if line.connection_id == one.pk])
    ]


def _sources_of(connection: Connection, ways: Sequence[Way], lines: Sequence[Entity]) -> Iterator[Source]:
    by_kind = {way.kind: way for way in ways}
    if "" in by_kind:
        yield Source(connection=connection, way=by_kind[""])
    for line in lines:
        if line.kind in by_kind:
            yield Source(connection=connection, way=by_kind[line.kind], line=line)


# ---- the person's own line ----


def remembered(person: Person) -> CallSource | None:
    return CallSource.objects.filter(person=person).select_related("line", "connection").first()


def remember(person: Person, source: Source, own_number: str) -> None:
    """From now on the person acts from this line, unless told otherwise."""
    CallSource.objects.update_or_create(
        person=person,
        defaults={"connection": source.connection, "line": source.line, "own_number": own_number},
    )


def forget(person: Person) -> None:
    CallSource.objects.filter(person=person).delete()


# ---- asking, and doing ----


def ask(source: Source, wish: Wish, person: Person) -> Change:
    """The act as a draft, for its page to ask whether it is to be done. Nothing is done.

    wish   `first` is filled in from the source where that is a line

    Raises the errors of portal.lib.errors.
    """
    if source.line is not None:
        wish = replace(wish, first=source.line.remote_id)
    operation = source.connection.declaration.catalog[source.way.operation]
    asked = by_hand.Asked(values=dict(source.way.values(wish)))
    kept = {
        "act": str(source.way.act),
        "source": source.key,
        "first": wish.first,
        "number": wish.number,
        "second": wish.second,
    }

    def keep(draft: Change) -> None:
        draft.sent = {**(draft.sent or {}), ASKED: kept}
        draft.line = draft.line or source.line
        draft.save()

    return by_hand.draft(source.connection, operation, asked, person, keep=keep)


def asked(person: Person, pk: int) -> Change | None:
    """An act that this person was asked about, by the number of its draft; also one that was done since."""
    rows = Change.objects.select_related("connection", "connection__credential", "line")
    change = rows.filter(pk=pk, person=person).first()
    return change if change is not None and wish_of(change) else None


def wish_of(change: Change) -> dict[str, Any]:
    """What was wanted: act, source, first, number, second; empty for a change of another sort."""
    return (change.sent or {}).get(ASKED) or {}


def way_of(change: Change) -> Way:
    """How it is done. Raises KeyError where the provider no longer does such a thing."""
    act = wish_of(change)["act"]
    ways = change.connection.declaration.number_ways
    for way in ways:
        if way.act == act and way.operation == change.operation:
            return way
    raise KeyError(change.operation)


def turn_of(change: Change) -> Turn:
    """Whether its line may act now, or how many wait before it. Waiting is forgotten where nobody asks for a while."""
    way = way_of(change)
    if not way.rests_s or change.state not in editing.OPEN:
        return line_turns.NOW
    line = f"{change.connection.credential_id}/{wish_of(change)['first']}"
    return line_turns.take(line, str(change.pk), way.rests_s)


def start(change: Change, person: Person, request: HttpRequest | None = None) -> Change:
    """Do what was asked about, once: a second time raises editing.NotOpen.

    Raises editing.PreviewExpired and Discarded, and the errors of portal.lib.errors.
    """
    return editing.send(change, person, request=request)
