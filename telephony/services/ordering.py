"""Numbers of a tenant: what may be had, ordering and releasing, and what each of its own leads to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import InvalidInput
from telephony.models import Change, Connection, Entity, EntityReference
from telephony.providers.operations import Text
from telephony.providers.ordering import FreeNumbers, Ordering, Wanted
from telephony.services import access, editing

ORDER = "numbers.order"
DEADLINE_S = 10
MOST_AT_ONCE = 100


def connections_that_order() -> list[Connection]:
    """The connections of the tenant that numbers can be ordered at, by name."""
    rows = Connection.objects.select_related("credential", "tenant").filter(unlinked_at=None)
    return [
        one
        for one in rows.order_by("name_key", "pk")
        if one.declaration.ordering is not None and one.can(ORDER)
    ]


def ordering_of(connection: Connection) -> Ordering:
    """Raises ValueError where the provider has no numbers to give."""
    if connection.declaration.ordering is None:
        raise ValueError(connection.provider)
    return connection.declaration.ordering


def search(connection: Connection, wanted: Wanted, person: Person | None) -> Sequence[FreeNumbers]:
    """What may be had now. Raises the errors of portal.lib.errors."""
    client = access.client_as(connection, ORDER, person, deadline_s=DEADLINE_S)
    return ordering_of(connection).search(client, wanted)


def search_all(
    connection: Connection, wanted: Wanted, person: Person | None, most: int
) -> Sequence[FreeNumbers]:
    """The same from the first one on, `wanted.count` at a time, until there are no more, or `most`."""
    found: dict[tuple[str, ...], FreeNumbers] = {}
    while len(found) < most:
        size = min(wanted.count, most - len(found))
        results = search(connection, replace(wanted, count=size, offset=len(found)), person)
        known = len(found)
        found |= {one.numbers: one for one in results}
        if len(results) < size or len(found) == known:
            break
    return list(found.values())


def towns(connection: Connection, name: str, person: Person | None) -> Mapping[str, Sequence[str]]:
    """The prefixes of towns whose name begins so. Raises the errors of portal.lib.errors."""
    client = access.client_as(connection, ORDER, person, deadline_s=DEADLINE_S)
    return ordering_of(connection).towns(client, name)


def order(connection: Connection, numbers: Sequence[str], person: Person | None) -> Change:
    """The preview of ordering numbers that a search found. Raises what `editing.propose` raises."""
    declared = ordering_of(connection)
    address = {declared.numbers: list(numbers)[:MOST_AT_ONCE]}
    return editing.propose(connection, declared.operations["order"], address, {}, person=person)


def bring(connection: Connection, number: str, person: Person | None) -> Change:
    """The preview of adding a number that the tenant has at another carrier, E.164.

    Raises InvalidInput at "number" where the account has it already, and what `editing.propose` raises.
    """
    declared = ordering_of(connection)
    held = Entity.objects.present().filter(connection=connection, kind=declared.kind, remote_id=number)
    if held.exists():
        raise InvalidInput(_("This number is there already."), fields={"number": _("It is there already.")})
    return editing.propose(
        connection, declared.operations["bring"], {declared.number: number}, {}, person=person
    )


def release(entity: Entity, person: Person | None) -> Change:
    """The preview of giving a number back. Raises what `editing.propose` raises."""
    declared = ordering_of(entity.connection)
    return editing.propose(
        entity.connection,
        declared.operations["release"],
        {declared.numbers: [entity.remote_id]},
        {},
        person=person,
        entity=entity,
    )


# ---- what is owned ----


def leads_of(rows: Iterable[Entity]) -> dict[int, list[Entity]]:
    """What uses each of these numbers: its callflows, rooms, trunks; one query. A line is what it leads to itself."""
    found: dict[int, list[Entity]] = {}
    numbers = [row.pk for row in rows if row.facet == Entity.Facet.NUMBER]
    pointers = EntityReference.objects.filter(target__in=numbers, source__missing_since=None).select_related(
        "source", "source__connection"
    )
    for pointer in pointers.order_by("pk"):
        uses = found.setdefault(pointer.target_id or 0, [])
        if pointer.source not in uses:
            uses.append(pointer.source)
    return found


def carrier_of(entity: Entity) -> Text:
    """Who carries a number, in words where they are known; "" where its document does not say."""
    declared = entity.connection.declaration.ordering
    if declared is None or declared.kind != entity.kind or not declared.carrier:
        return ""
    value: Any = entity.document
    for part in declared.carrier.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    word = str(value or "")
    return declared.carriers.get(word, word)
