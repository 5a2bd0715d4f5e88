"""What callflows lose in the editor: nothing, whatever they hold and whatever was done and taken back.

There are many, so each core takes a share of them, with a sandbox and a tenant of its own.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

from django.db import connections
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
# Every so many by every page, with the callflow's own settings too, and as deep as they come; the others by the form of a
# step that a script asks for.
WHOLE, DEEP = 10, 19
SHOWN = 3
NAMES = (
    "of {:,} callflows opened and saved, those that differ",
    "of {:,} published under another name, those that differ or break a rule",
    f"of {{:,}} sequences of {ACTS} acts by the addresses, undone, those that differ",
    f"of {{:,}} sequences of {ACTS} acts as functions, undone, those that differ",
)


class Told(NamedTuple):
    """What one process found: how long it took, in all and of the processor; of each seed "", or what was wrong."""

    seconds: float
    busy_s: float
    trips: list[tuple[int, str]]


def measure(
    opened: int = OPENED, published: int = PUBLISHED, sequences: int = SEQUENCES, functions: int = FUNCTIONS
) -> Iterator[Figure]:
    """Generated callflows by the real addresses, at a sandbox, and edits of them without any page."""
    counts, parts = (opened, published, sequences, functions), os.cpu_count() or 1
    connections.close_all()  # one is not for two processes
    with ProcessPoolExecutor(parts, mp_context=get_context("fork")) as pool:
        shares = list(pool.map(partial(_share, parts=parts, counts=counts), range(parts)))
    for name, count, told in zip(NAMES, counts, zip(*shares, strict=True), strict=True):
        yield _counted(name.format(count), told)


def _share(part: int, parts: int, counts: Sequence[int]) -> list[Told]:
    """What one process finds: of each kind of trips every so many."""
    opened, published, sequences, functions = [range(part, count, parts) for count in counts]
    with served() as sandbox:
        connection, person = connect(sandbox, f"bench-losses-{part}")
        with tenant_scope(connection.tenant_id):
            desk = _desk(sandbox, connection, person)
            found = [
                _told(_opened(desk, opened)),
                _told(_published(desk, published)),
                _told(_undone(desk, sequences)),
            ]
    connections.close_all()
    return [*found, _told(_functions(functions))]


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


def _told(trips: Iterator[tuple[int, str]]) -> Told:
    began = time.process_time()
    seconds, told = seconds_of(lambda: list(trips))
    return Told(seconds, time.process_time() - began, told)


def _counted(name: str, shares: Sequence[Told]) -> Figure:
    """How many trips ended with words, and how long each took where it ran."""
    told = sorted(one for share in shares for one in share.trips)
    each = 1000 / max(len(told), 1)
    wrong = [f"{seed}: {words}" for seed, words in told if words]
    detail = {
        "first": wrong[:SHOWN],
        "each_ms": round(sum(one.seconds for one in shares) * each, 1),
        "processor_ms": round(sum(one.busy_s for one in shares) * each, 1),
        "processes": len(shares),
    }
    return Figure(name, len(wrong), 0, "", is_floor=False, detail=detail)


def _opened(desk: Desk, seeds: range) -> Iterator[tuple[int, str]]:
    for seed, chance in _chances(seeds):
        document = odd(chance, ACTIONS, is_deep=not seed % DEEP)
        number = chance.choice(list(read(document).nodes))
        is_whole = not seed % WHOLE
        yield seed, saved_as_it_is(desk, document, number, is_whole=is_whole, with_own=is_whole)


def _published(desk: Desk, seeds: range) -> Iterator[tuple[int, str]]:
    for seed, chance in _chances(seeds):
        document = sound(chance, ACTIONS, is_deep=not seed % DEEP)
        yield seed, published_under(desk, document, f"Reception {seed}")


def _undone(desk: Desk, seeds: range) -> Iterator[tuple[int, str]]:
    for seed, chance in _chances(seeds):
        yield seed, taken_back(desk, sound(chance, ACTIONS), chance, ACTIONS)


def _functions(seeds: range) -> Iterator[tuple[int, str]]:
    for seed, chance in _chances(seeds):
        yield seed, taken_back_as_functions(sound(chance, ACTIONS), chance, ACTIONS)


def _chances(seeds: range) -> Iterator[tuple[int, random.Random]]:
    return ((seed, random.Random(seed)) for seed in seeds)
