"""Alice owns alder and has a Keyyo sandbox account over loopback; Bob administers it, Carol looks, Dora is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.models import Connection, Credential, ProviderApplication
from telephony.providers.kazoo.sandbox.seed import LOGIN as KAZOO_LOGIN
from telephony.providers.oauth import TokenAnswer
from telephony.providers.registry import PROVIDERS
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, linking
from telephony.services.adopting import Round, adopt
from tests.telephony.connections.cached_lines import read_lines

CLIENT_ID, CLIENT_SECRET = "5f1c0a7be2d94", "keyyo-demo-secret"
EVERYTHING = ("full_access",)


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keyyo", "kazoo", "voipcloud")) as server:
        yield server


@pytest.fixture
def sandbox(_sandbox_server: SandboxServer, settings: Any) -> SandboxServer:
    """Keyyo's stand-in as new; the gate lets us reach it."""
    _sandbox_server.provider("keyyo").store.reset()
    _sandbox_server.faults.clear("keyyo")
    _sandbox_server.limits.set("keyyo", None)
    _sandbox_server.clock.set()
    _sandbox_server.requests.clear()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{_sandbox_server.port}"]
    settings.PUBLIC_URL = "http://localhost:8000"
    return _sandbox_server


@pytest.fixture
def kazoo(sandbox: SandboxServer) -> SandboxServer:
    """The same with Kazoo's stand-in as new: a platform, a reseller, twelve customers. It counts no requests."""
    sandbox.provider("kazoo").reset()
    sandbox.state("kazoo").setdefault("settings", {})["bucket_size"] = 0
    sandbox.faults.clear("kazoo")
    return sandbox


def reseller_login(sandbox: SandboxServer) -> dict[str, str]:
    """What Telmarine Services, the reseller, signs in with."""
    return {
        "api_root": f"{sandbox.url}/kazoo/v2/",
        "way": "user",
        "account_name": "Telmarine Services",
        "username": "direction",
        "password": KAZOO_LOGIN["password"],
    }


@pytest.fixture
def top(kazoo: SandboxServer, tenant: Tenant, alice: Person) -> Connection:
    """Alder's connection to the account at the top of the system, which alone sees all of it; nothing costs there."""
    kazoo.state("kazoo")["settings"] = {"bucket_size": 0, "charges": False}
    declared = PROVIDERS["kazoo"]
    values = {**reseller_login(kazoo), "account_name": "Halvenor Cloud", "username": "admin"}
    with tenant_scope(tenant):
        base_url, login = linking.split(declared, values, {})
        return linking.link(
            Round(tenant=tenant, person=alice, provider=declared, base_url=base_url, login=login)
        )


@pytest.fixture
def reseller(kazoo: SandboxServer, tenant: Tenant, alice: Person) -> Connection:
    """Alder's connection to the reseller's own account, whose server counts no requests."""
    kazoo.state("kazoo")["settings"] = {**kazoo.state("kazoo").get("settings", {}), "bucket_size": 0}
    declared = PROVIDERS["kazoo"]
    with tenant_scope(tenant):
        base_url, login = linking.split(declared, reseller_login(kazoo), {})
        asked = Round(tenant=tenant, person=alice, provider=declared, base_url=base_url, login=login)
        return linking.link(asked)


def token_requests(sandbox: SandboxServer) -> int:
    return sum(request.operation == "oauth.token" for request in sandbox.requests)


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(slug="alder", name="Alder & Ash")


def member(tenant: Tenant | None, name: str, role: str = "") -> Person:
    person = Person.objects.create_user(
        f"{name.lower()}@{name.lower()}.example", "a-long-password", name=name
    )
    if tenant is not None:
        Membership.objects.create(tenant=tenant, person=person, role=role)
    return person


@pytest.fixture
def alice(tenant: Tenant) -> Person:
    return member(tenant, "Alice", Role.OWNER)


@pytest.fixture
def bob(tenant: Tenant) -> Person:
    return member(tenant, "Bob", Role.ADMINISTRATOR)


@pytest.fixture
def carol(tenant: Tenant) -> Person:
    return member(tenant, "Carol", Role.VIEWER)


@pytest.fixture
def dora(db: None) -> Person:
    return member(Tenant.objects.create(slug="doe", name="Doe"), "Dora", Role.OWNER)


@pytest.fixture
def application(sandbox: SandboxServer, db: None) -> ProviderApplication:
    base = f"{sandbox.url}/keyyo"
    row = ProviderApplication(
        provider="keyyo",
        name="Switchboard",
        client_id=CLIENT_ID,
        manager_base=f"{base}/manager/1.0",
        authorize_url=f"{base}/oauth2/authorize.php",
        token_url=f"{base}/oauth2/token.php",
        cti_base=base,
        is_default=True,
    )
    access.keep_application_secret(row, Secret(CLIENT_SECRET))
    row.save()
    return row


@pytest.fixture
def grant(sandbox: SandboxServer) -> Callable[..., TokenAnswer]:
    """A fresh token pair of a sandbox login, without the browser."""

    def make(login: str = "corvane", scopes: tuple[str, ...] = EVERYTHING) -> TokenAnswer:
        document = sandbox.provider("keyyo").grant({"login": login, "scopes": list(scopes)})
        return TokenAnswer.from_document(document)

    return make


@pytest.fixture
def connection(
    tenant: Tenant, alice: Person, application: ProviderApplication, grant: Callable[..., TokenAnswer]
) -> Connection:
    """alder-keyyo, connected to the sandbox's account "corvane" with everything allowed."""
    with tenant_scope(tenant):
        asked = Round(
            tenant=tenant,
            person=alice,
            provider=PROVIDERS["keyyo"],
            application=application,
            scopes=EVERYTHING,
        )
        return adopt(asked, grant())


@pytest.fixture
def credential(connection: Connection) -> Credential:
    with tenant_scope(connection.tenant_id):
        return Credential.objects.get(pk=connection.credential_id)


@pytest.fixture
def client_of_person() -> Callable[[Person], Client]:
    """A signed-in browser."""

    def sign_in(person: Person) -> Client:
        client = Client(HTTP_HOST="localhost:8000")
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def keyyo_line(connection, sandbox):
    """A line of Keyyo's, for which we may act by its password."""
    with tenant_scope(connection.tenant_id):
        line = read_lines(connection, "UCaaSVoIPAccount")[0]
        services = sandbox.state("keyyo")["accounts"]["corvane"]["services"]
        access.keep_line_secret(
            connection.credential_id, line.remote_id, Secret(services[line.remote_id]["password"])
        )
    return line
