"""Starting a call from a line of the tenant, through the one door: what may ring first, and the write itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import HttpRequest

from accounts.models import Person
from telephony.models import CallSource, Change, Connection, Entity
from telephony.providers.calling import CallWay
from telephony.services import by_hand, editing

CAPABILITY = "calls.start"
MOST = 500


@dataclass(frozen=True, kw_only=True)
class Source:
    """What may ring first: a line, or (`line` None) a number that the person types."""

    connection: Connection
    way: CallWay
    line: Entity | None = None

    @property
    def key(self) -> str:
        """What a form calls it."""
        return f"line-{self.line.pk}" if self.line else f"own-{self.connection.pk}"


def can_start(connections: Sequence[Connection]) -> bool:
    """Whether a call can be started from one of them. No query."""
    return any(one.can(CAPABILITY) and one.declaration.call_ways for one in connections)


def sources() -> list[Source]:
    """Everything in the tenant that may ring first, by connection and name: two queries."""
    rows = Connection.objects.filter(unlinked_at=None).select_related("credential").order_by("name_key", "id")
    able = {one.pk: one for one in rows if can_start([one])}
    lines = Entity.objects.lines().filter(connection__in=able, missing_since=None).order_by("name_key", "pk")
    by_connection: dict[int, list[Entity]] = {}
    for line in lines[:MOST]:
        by_connection.setdefault(line.connection_id, []).append(line)
    return [source for pk, one in able.items() for source in _sources_of(one, by_connection.get(pk, ()))]


def _sources_of(connection: Connection, lines: Sequence[Entity]) -> Iterator[Source]:
    ways = {way.kind: way for way in connection.declaration.call_ways}
    if "" in ways:
        yield Source(connection=connection, way=ways[""])
    for line in lines:
        if line.kind in ways:
            yield Source(connection=connection, way=ways[line.kind], line=line)


def remembered(person: Person) -> CallSource | None:
    return CallSource.objects.filter(person=person).first()


def ask(source: Source, own_number: str, number: str, person: Person) -> Change:
    """The call as a draft, for its page to ask whether it is to be made. Nothing is called.

    own_number   what rings first where the source is no line
    number       E.164

    Raises the errors of portal.lib.errors.
    """
    first = source.line.remote_id if source.line else own_number
    CallSource.objects.update_or_create(
        person=person,
        defaults={"connection": source.connection, "line": source.line, "own_number": own_number},
    )
    operation = source.connection.declaration.catalog[source.way.operation]
    asked = by_hand.Asked(values=dict(source.way.values(first, number)))
    return by_hand.draft(source.connection, operation, asked, person)


def asked(person: Person, pk: str) -> Change | None:
    """A call that this person was asked about, by the number of its draft; also one that was made since."""
    if not (pk.isascii() and pk.isdecimal() and len(pk) <= 18):
        return None
    change = Change.objects.filter(pk=pk, person=person).select_related("connection").first()
    if change is None or change.connection.declaration.catalog[change.operation].capability != CAPABILITY:
        return None
    return change


def start(change: Change, person: Person, request: HttpRequest | None = None) -> Change:
    """Make the call that was asked about, once: a second time raises editing.NotOpen.

    Raises editing.PreviewExpired and Discarded, and the errors of portal.lib.errors.
    """
    return editing.send(change, person, request=request)
