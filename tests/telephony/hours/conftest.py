"""Corvane's connection to a Kazoo sandbox over loopback, and opening hours to write there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Connection, HoursRun, OpeningHours
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import hours_planning, hours_writing, ledger, request_log
from telephony.services.opening_hours import Schedule
from tests.links import link_kazoo
from tests.people import person

WEEK = [[[540, 750], [810, 1080]]] * 5 + [[], []]


@pytest.fixture(scope="session")
def _server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as server:
        yield server


@pytest.fixture
def sandbox(_server: SandboxServer, settings: Any) -> SandboxServer:
    """Kazoo's stand-in as new."""
    _server.reset()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{_server.port}"]
    return _server


@pytest.fixture
def corvane(transactional_db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def noe(corvane: Tenant) -> Person:
    return person("noe@corvane.example", "Noé Castelbrun", {corvane: Role.OPERATOR})


@pytest.fixture
def bess(corvane: Tenant) -> Person:
    return person("bess@morvanne.example", "Bess Arkwell", {corvane: Role.VIEWER})


@pytest.fixture
def connection(sandbox: SandboxServer, corvane: Tenant, noe: Person) -> Iterator[Connection]:
    """To the account of Telmarine Services; the test runs in corvane's scope."""
    with tenant_scope(corvane):
        yield link_kazoo(sandbox, corvane, noe)
        request_log.flush()


@pytest.fixture
def office(connection: Connection, corvane: Tenant) -> OpeningHours:
    """Monday to Friday, without a calendar: four rules and their set."""
    return OpeningHours.objects.create(tenant=corvane, name="Accueil", week=WEEK)


@pytest.fixture
def at_kazoo(sandbox: SandboxServer, connection: Connection) -> Callable[[str], dict[str, dict[str, Any]]]:
    """The documents of a collection as the server holds them, by id."""

    def held(collection: str) -> dict[str, dict[str, Any]]:
        docs = sandbox.state("kazoo")["accounts"][connection.remote_account]["docs"]
        return {key: row["doc"] for key, row in docs.get(collection, {}).items()}

    return held


def work(run: HoursRun) -> HoursRun:
    """As the worker does, once."""
    with ledger.leased(HoursRun, run.tenant_id, run.pk) as held:
        hours_writing.advance(held)
    run.refresh_from_db()
    return run


def write(row: OpeningHours, connection: Connection, who: Person) -> HoursRun:
    """Plan, send, and have it done."""
    run = hours_planning.plan(Schedule(row), connection, who)
    hours_writing.begin(run, who)
    return work(run)
