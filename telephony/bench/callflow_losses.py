"""What callflows lose in the editor: nothing, whatever they hold and whatever was done and taken back."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from django.test import Client
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.bench.callflow_acts import ACTS, taken_back_as_functions
from telephony.bench.callflow_documents import odd, sound
from telephony.bench.callflow_trips import Desk, published_under, saved_as_it_is, taken_back
from telephony.bench.kazoo_account import PROVIDER, connect, served
from telephony.bench.measuring import Figure, seconds_of
from telephony.models import Connection, Entity
from telephony.providers.callflows.tree import read
from telephony.providers.drafts import EntityPage
from telephony.providers.kazoo.callflows.actions import ACTIONS
from telephony.providers.sandbox import SandboxServer
from telephony.services import access, entities

OPENED, PUBLISHED, SEQUENCES, FUNCTIONS = 10_000, 1_000, 1_000, 10_000
WHOLE, DEEP = (
    10,
    19,
)  # every so many by every page, and as deep as they come; the others by the forms that a script asks for
SHOWN = 3


def measure(
    opened: int = OPENED, published: int = PUBLISHED, sequences: int = SEQUENCES, functions: int = FUNCTIONS
) -> Iterator[Figure]:
    """Generated callflows by the real addresses, at a sandbox, and edits of them without any page."""
    with served() as sandbox:
        connection, person = connect(sandbox, "bench-losses")
        with tenant_scope(connection.tenant_id):
            desk = _desk(sandbox, connection, person)
            yield _counted(
                f"of {opened:,} callflows opened and saved, those that differ", _opened(desk, opened)
            )
            yield _counted(
                f"of {published:,} published under another name, those that differ or break a rule",
                _published(desk, published),
            )
            yield _counted(
                f"of {sequences:,} sequences of {ACTS} acts by the addresses, undone, those that differ",
                _undone(desk, sequences),
            )
    yield _counted(
        f"of {functions:,} sequences of {ACTS} acts as functions, undone, those that differ",
        _functions(functions),
    )


def _desk(sandbox: SandboxServer, connection: Connection, person: Person) -> Desk:
    client = access.client_of(connection)
    identifier = str(client.call("callflow.list").items[0]["id"])
    draft = connection.declaration.read_entity(client, "callflow", "", identifier)
    entities.store(connection, EntityPage(kind="callflow", drafts=[draft]), timezone.now())
    entity = Entity.objects.get(connection=connection, kind="callflow")
    browser = Client()
    browser.force_login(person)
    held = sandbox.state(PROVIDER)["accounts"][connection.remote_account]["docs"]["callflows"][identifier]
    return Desk(browser, person, entity, held)


def _counted(name: str, trips: Iterable[str]) -> Figure:
    """How many trips ended with words, and how long each took."""
    spent, told = seconds_of(lambda: list(trips))
    wrong = [f"{seed}: {words}" for seed, words in enumerate(told) if words]
    detail = {"first": wrong[:SHOWN], "each_ms": round(spent / max(len(told), 1) * 1000, 1)}
    return Figure(name, len(wrong), 0, "", is_floor=False, detail=detail)


def _opened(desk: Desk, count: int) -> Iterator[str]:
    for seed, chance in _chances(count):
        document = odd(chance, ACTIONS, is_deep=not seed % DEEP)
        number, _node = chance.choice(list(read(document).walk()))
        yield saved_as_it_is(desk, document, number, is_whole=not seed % WHOLE)


def _published(desk: Desk, count: int) -> Iterator[str]:
    for seed, chance in _chances(count):
        document = sound(chance, ACTIONS, is_deep=not seed % DEEP)
        yield published_under(desk, document, f"Reception {seed}")


def _undone(desk: Desk, count: int) -> Iterator[str]:
    for _seed, chance in _chances(count):
        yield taken_back(desk, sound(chance, ACTIONS), chance, ACTIONS)


def _functions(count: int) -> Iterator[str]:
    for _seed, chance in _chances(count):
        yield taken_back_as_functions(sound(chance, ACTIONS), chance, ACTIONS)


def _chances(count: int) -> Iterator[tuple[int, random.Random]]:
    return ((seed, random.Random(seed)) for seed in range(count))
