"""Corvane's Kazoo account: with callflows that are stored as a sync would and nobody who answers, or at a sandbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.bench.callflow_trips import Desk
from telephony.models import CallflowDraft, Connection, Credential, Entity
from telephony.providers.callflows.tree import read
from telephony.providers.drafts import EntityPage
from telephony.providers.kazoo.objects import draft_of
from telephony.providers.registry import PROVIDERS
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, callflow_drafts, entities, request_log
from telephony.services.callflow_text import flow_of, text_of
from tests.links import link_kazoo
from tests.people import person, signed_in

Store = Callable[..., Entity]


HOME = "/t/corvane/callflows/"


def identifier(letter: str) -> str:
    return letter * 32


@pytest.fixture
def corvane(db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def bess(corvane: Tenant) -> Person:
    return person("bess@morvanne.example", "Bess Arkwell", {corvane: Role.VIEWER})


@pytest.fixture
def maud(corvane: Tenant) -> Person:
    return person("maud@corvane.example", "Maud Terrasson", {corvane: Role.ADMINISTRATOR})


@pytest.fixture
def link(corvane: Tenant) -> Iterator[Connection]:
    with tenant_scope(corvane):
        yield Connection.objects.create(
            credential=Credential.objects.create(provider="kazoo"),
            provider="kazoo",
            slug="corvane-kazoo",
            name="Kazoo",
            capabilities=sorted(PROVIDERS["kazoo"].capabilities),
        )


@pytest.fixture
def store(link: Connection) -> Store:
    """Stores one object as a sync does: store("callflow", id="a" * 32, name=...)."""

    def stored(kind: str, **document: Any) -> Entity:
        page = EntityPage(kind=kind, drafts=[draft_of(kind, document)])
        entities.store(link, page, timezone.now())
        return Entity.objects.get(connection=link, kind=kind, remote_id=document["id"])

    return stored


@pytest.fixture
def reception(store: Store) -> Entity:
    """Hours, then a menu: 1 a person, 2 a mailbox that is gone, anything else a module nobody knows."""
    store("user", id=identifier("a"), first_name="Bess", last_name="Arkwell", enabled=False)
    store("temporal_rule", id=identifier("b"), name="Office hours", cycle="weekly")
    store("menu", id=identifier("c"), name="Welcome")
    store("callflow", id=identifier("e"), name="Annexe", numbers=["+33199001002"], flow={})
    menu = {
        "module": "menu",
        "data": {"id": identifier("c")},
        "children": {
            "1": {"module": "user", "data": {"id": identifier("a"), "timeout": 20}, "children": {}},
            "2": {"module": "voicemail", "data": {"id": identifier("d")}, "children": {}},
            "_": {"module": "halden_callback", "data": {"x_site": 7}, "children": {}},
        },
    }
    hours = {
        "module": "temporal_route",
        "data": {"rules": [identifier("b")]},
        "children": {
            identifier("b"): menu,
            "_": {"module": "callflow", "data": {"id": identifier("e")}, "children": {}},
        },
    }
    return store(
        "callflow",
        id=identifier("f"),
        name="Reception",
        numbers=["+33199001001", "+33199001002", "3000"],
        patterns=[],
        flow=hours,
        x_root={"kept": True},
    )


@pytest.fixture
def draft(reception: Entity, maud: Person) -> CallflowDraft:
    """As if it had just been read; nobody answers at the provider here."""
    text = json.dumps(reception.document, ensure_ascii=False)
    return CallflowDraft.objects.create(
        entity=reception, person=maud, base=text, flow=text_of(read(reception.document))
    )


class Editor:
    """The editor as a browser without script has it."""

    def __init__(self, draft: CallflowDraft, person: Person) -> None:
        self.draft, self.browser = draft, signed_in(person)
        self.path = f"{HOME}{draft.entity_id}/edit/"

    def act(self, what: str, **more: Any) -> str:
        self.draft.refresh_from_db()
        data = {"act": what, "revision": self.draft.revision, **more}
        answer = self.browser.post(self.path, data, follow=True)
        assert answer.status_code == 200
        self.draft.refresh_from_db()
        return answer.content.decode()

    @property
    def document(self) -> dict[str, Any]:
        return flow_of(self.draft.flow).document()


@pytest.fixture
def editor(draft: CallflowDraft, maud: Person) -> Editor:
    return Editor(draft, maud)


# ---- the same account at a sandbox ----


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as running:
        yield running


@pytest.fixture
def linked(server: SandboxServer, settings: Any, corvane: Tenant, maud: Person) -> Iterator[Connection]:
    """Takes a test of real transactions: no provider is called inside of one. It counts no requests."""
    server.reset()
    server.state("kazoo")["settings"] = {"bucket_size": 0, "charges": False}
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.port}"]
    with tenant_scope(corvane):
        yield link_kazoo(server, corvane, maud)
        request_log.flush()


class AtKazoo:
    """The callflow "Accueil" as the server holds it."""

    def __init__(self, server: SandboxServer, linked: Connection) -> None:
        self.server, self.link = server, linked
        self.identifier = next(key for key, row in self.docs().items() if row["doc"].get("name") == "Accueil")

    def docs(self, collection: str = "callflows") -> dict[str, Any]:
        docs = self.server.state("kazoo")["accounts"][self.link.remote_account]["docs"]
        found: dict[str, Any] = docs[collection]
        return found

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = self.docs()[self.identifier]["doc"]
        return found

    def write(self, **changed: Any) -> None:
        client = access.client_of(self.link)
        data = {**{name: value for name, value in self.document.items() if name[:1] != "_"}, **changed}
        client.call("callflow.update", {"callflowId": self.identifier}, data=data)


@pytest.fixture
def at_kazoo(server: SandboxServer, linked: Connection) -> AtKazoo:
    return AtKazoo(server, linked)


@pytest.fixture
def entity(at_kazoo: AtKazoo, linked: Connection) -> Entity:
    """Our copy of "Accueil"."""
    row = Entity(connection=linked, kind="callflow", facet="callflow", remote_id=at_kazoo.identifier)
    callflow_drafts.live_document(row)
    return Entity.objects.get(connection=linked, kind="callflow", remote_id=at_kazoo.identifier)


@pytest.fixture
def desk(entity: Entity, at_kazoo: AtKazoo, maud: Person) -> Desk:
    browser: Client = signed_in(maud)
    return Desk(browser, maud, entity, at_kazoo.docs()[at_kazoo.identifier])
