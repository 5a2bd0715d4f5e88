"""Telmarine Services, a reseller at a Kazoo sandbox over loopback, with some of its objects cached; Maud edits them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Connection, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, entities, request_log
from tests.links import link_kazoo


@pytest.fixture(scope="session")
def _server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as server:
        yield server


@pytest.fixture
def sandbox(_server: SandboxServer, settings: Any) -> SandboxServer:
    """Kazoo's stand-in as new; it neither counts requests nor asks for money."""
    _server.reset()
    _server.state("kazoo")["settings"] = {"bucket_size": 0, "charges": False}
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{_server.port}"]
    return _server


@pytest.fixture
def telmarine(transactional_db: None) -> Iterator[Tenant]:
    tenant = Tenant.objects.create(slug="telmarine", name="Telmarine Services")
    with tenant_scope(tenant):
        yield tenant
    request_log.flush()


@pytest.fixture
def maud(telmarine: Tenant) -> Person:
    person = Person.objects.create_user("maud@telmarine.example", "switchboard-demo", name="Maud Terrasson")
    Membership.objects.create(tenant=telmarine, person=person, role=Role.OWNER)
    return person


@pytest.fixture
def login() -> tuple[str, str]:
    """The account that is connected, and a user of it."""
    return "Telmarine Services", "direction"


@pytest.fixture
def connection(sandbox: SandboxServer, telmarine: Tenant, maud: Person, login: tuple[str, str]) -> Connection:
    return link_kazoo(sandbox, telmarine, maud, *login)


@dataclass
class Account:
    """What the sandbox holds of the account, and our copies of it."""

    connection: Connection
    state: Any

    def docs(self, collection: str) -> dict[str, dict[str, Any]]:
        return self.state["accounts"][self.connection.remote_account]["docs"][collection]

    def held(self, collection: str, identifier: str) -> dict[str, Any]:
        """A document as the server keeps it."""
        return self.docs(collection)[identifier]["doc"]

    def cache(self, *kinds: str) -> None:
        """Read these kinds as a sync does."""
        client = access.client_of(self.connection)
        for page in self.connection.declaration.read_entities(client, kinds=list(kinds)):
            entities.store(self.connection, page, timezone.now())

    def asks_money_for(self, category: str) -> None:
        """From now on whatever is made of a category of service plans costs, and asks whether that is accepted."""
        accounts = self.state["accounts"]
        seller = accounts[accounts[self.connection.remote_account]["pvt"]["reseller_id"]]
        client = access.client_of(self.connection, is_person=True)
        plan = client.call("services.listAvailable").items[0]["id"]
        price = {"_all": {"rate": 4.5, "activation_charge": 10.0}}
        seller["docs"]["service_plans"][plan]["doc"]["plan"] = {category: price}
        client.call("servicePlan.add", {"planId": plan})
        self.state["settings"] = {**self.state["settings"], "charges": True}

    def entity(self, kind: str, identifier: str = "") -> Entity:
        found = Entity.objects.filter(connection=self.connection, kind=kind)
        return (found.filter(remote_id=identifier) if identifier else found.order_by("name", "pk"))[0]


@pytest.fixture
def account(connection: Connection, sandbox: SandboxServer) -> Account:
    return Account(connection, sandbox.state("kazoo"))


@pytest.fixture
def browser(maud: Person) -> Client:
    client = Client()
    client.force_login(maud)
    return client


def as_loaded(page: Any) -> dict[str, Any]:
    """A form's data as a browser sends it back untouched."""
    data: dict[str, Any] = {}
    for bound in page.context["form"]:
        value = bound.value()
        if value is True:
            data[bound.html_name] = "on"
        elif value not in (False, None, []) and not bound.field.disabled:
            data[bound.html_name] = value
    return data


@pytest.fixture
def untouched(browser: Client) -> Callable[[str], dict[str, Any]]:
    return lambda address: as_loaded(browser.get(address))
