"""Corvane's connection to a Keyyo sandbox over loopback, one line of it cached, and people who change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.models import Connection, Credential, Entity, ProviderApplication
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, entities, request_log

LINE = "33199001011"
GROUP = "33199001000"
PASSWORD = "switchboard-demo"


@pytest.fixture(scope="session")
def _server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keyyo",)) as server:
        yield server


@pytest.fixture
def sandbox(_server: SandboxServer, settings: Any) -> SandboxServer:
    """The Keyyo sandbox, as new."""
    _server.reset()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{_server.port}"]
    return _server


@pytest.fixture
def corvane(transactional_db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def in_corvane(corvane: Tenant) -> Iterator[Tenant]:
    with tenant_scope(corvane):
        yield corvane
    request_log.flush()


def somebody(tenant: Tenant, email: str, name: str, role: str) -> Person:
    person = Person.objects.create_user(email, PASSWORD, name=name)
    Membership.objects.create(tenant=tenant, person=person, role=role)
    return person


@pytest.fixture
def maud(corvane: Tenant) -> Person:
    return somebody(corvane, "maud@corvane.example", "Maud Terrasson", Role.OWNER)


@pytest.fixture
def idris(corvane: Tenant) -> Person:
    return somebody(corvane, "idris@corvane.example", "Idris Vallorne", Role.ADMINISTRATOR)


@pytest.fixture
def bess(corvane: Tenant) -> Person:
    return somebody(corvane, "bess@morvanne.example", "Bess Arkwell", Role.VIEWER)


@pytest.fixture
def connect(sandbox: SandboxServer, in_corvane: Tenant) -> Callable[..., Connection]:
    """Makes a connection with a grant of these scopes, connected as `login`."""

    def make(scopes: Sequence[str] = ("full_access",), login: str = "corvane") -> Connection:
        base = f"{sandbox.url}/keyyo"
        application = ProviderApplication(
            provider="keyyo",
            name=f"sandbox {login} " + "+".join(scopes),
            client_id="5f1c0a7be2d94",
            manager_base=f"{base}/manager/1.0",
            authorize_url=f"{base}/oauth2/authorize.php",
            token_url=f"{base}/oauth2/token.php",
            cti_base=base,
        )
        access.keep_application_secret(application, Secret("keyyo-demo-secret"))
        application.save()
        grant = sandbox.provider("keyyo").grant({"login": login, "scopes": list(scopes)})
        credential = Credential(
            provider="keyyo",
            application=application,
            tenant=in_corvane,
            scopes=list(scopes),
            expires_at=timezone.now() + timedelta(hours=1),
        )
        access.keep_secrets(credential, {"access_token": Secret(grant["access_token"])})
        credential.save()
        connection = Connection(
            tenant=in_corvane,
            credential=credential,
            provider="keyyo",
            slug=f"corvane-keyyo-{credential.pk}",
            name="Corvane",
        )
        connection.capabilities = sorted(connection.declaration.capabilities_of(scopes))
        connection.save()
        return connection

    return make


@pytest.fixture
def connection(connect: Callable[..., Connection]) -> Connection:
    return connect()


def fetch(connection: Connection, line_kind: str, csi: str) -> Entity:
    """Cache one line and what hangs below it; the line."""
    client = access.client_of(connection)
    now = timezone.now()
    declaration = connection.declaration
    for page in declaration.read_entities(client, kinds=[line_kind]):
        entities.store(connection, page, now)
    assert declaration.line_page is not None
    below = [*declaration.line_page.kinds, *declaration.line_page.below.values()]
    parents = entities.only_below(connection, {line_kind: [csi]})
    for page in declaration.read_entities(client, kinds=below, parents=parents):
        entities.store(connection, page, now)
    return Entity.objects.get(connection=connection, kind=line_kind, remote_id=csi)


@pytest.fixture
def cached(connection: Connection) -> Callable[[str, str], Entity]:
    """Caches one line of a kind, by its CSI."""
    return lambda kind, csi: fetch(connection, kind, csi)


@pytest.fixture
def line(connection: Connection) -> Entity:
    """Syndic Paris: a hosted PBX line with profiles of every sort."""
    return fetch(connection, "UCaaSVoIPAccount", LINE)


@pytest.fixture
def group(connection: Connection) -> Entity:
    return fetch(connection, "ACDService", GROUP)


@pytest.fixture
def profiles(connection: Connection) -> Any:
    """Every profile of eight lines of Corvane, cached; the other lines without theirs."""
    client, now, line = access.client_of(connection), timezone.now(), "UCaaSVoIPAccount"
    for page in connection.declaration.read_entities(client, kinds=[line]):
        entities.store(connection, page, now)
    some = Entity.objects.filter(kind=line).exclude(remote_id=LINE).values_list("remote_id", flat=True)[:7]
    below = entities.only_below(connection, {line: [LINE, *some]})
    for page in connection.declaration.read_entities(client, kinds=["VoIPAccountProfile"], parents=below):
        entities.store(connection, page, now)
    return Entity.objects.filter(kind="VoIPAccountProfile").order_by("name", "pk")


@pytest.fixture
def at_keyyo(connection: Connection) -> Callable[..., Any]:
    """Somebody else at Keyyo's own manager: any operation, past our door."""

    def act(key: str, values: dict[str, Any] | None = None, **data: Any) -> Any:
        answer = access.client_of(connection).call(key, values, data=data or None)
        return answer.items if answer.items else answer.document

    return act


@pytest.fixture
def browser() -> Callable[[Person], Client]:
    def signed_in(person: Person) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return signed_in
