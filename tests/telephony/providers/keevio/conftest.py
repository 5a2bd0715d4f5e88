"""The keevio sandbox over loopback, and clients that speak to it through the real gate."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import unscoped
from portal.lib.secrets import Secret
from telephony.models import Connection
from telephony.providers.client import ClientContext, ShortMemory
from telephony.providers.keevio.client import KeevioClient
from telephony.providers.keevio.sandbox import KeevioSandbox
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.transport import Transport
from tests.telephony.providers.conftest import HeldGrant

COMPANY = "brackenfold"
ADMIN = "brackenfold_admin"
PASSWORD = "keevio-demo"


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keevio",)) as server:
        yield server


@pytest.fixture
def sandbox(_sandbox_server: SandboxServer) -> SandboxServer:
    """The keevio sandbox, as new: its own state, no faults, no limits, the real clock."""
    _sandbox_server.reset()
    return _sandbox_server


@pytest.fixture
def fake_keevio(sandbox: SandboxServer) -> KeevioSandbox:
    return sandbox.provider("keevio")


@pytest.fixture
def addresses(sandbox: SandboxServer) -> dict[str, str]:
    return {"base": f"{sandbox.url}/keevio"}


@pytest.fixture
def memory() -> ShortMemory:
    """What the clients of `client_for` remember of their server."""
    return ShortMemory()


@pytest.fixture
def client_for(
    fake_keevio: KeevioSandbox, transport: Transport, addresses: dict[str, str], memory: ShortMemory
) -> Callable[..., KeevioClient]:
    """Makes a client of one user; `account` binds it to a company, `knows_login` gives it the credentials."""

    def make(
        login: str = "switchboard", account: str = "*", grant: Any = None, *, knows_login: bool = True
    ) -> KeevioClient:
        granted = fake_keevio.grant({"login": login})
        credentials = {"username": login, "password": Secret(granted["password"])}
        return KeevioClient(
            ClientContext(
                transport=transport,
                grant=grant or HeldGrant(granted["session"]),
                addresses=addresses,
                account=account,
                login=lambda: credentials if knows_login else {},
                memory=memory,
            )
        )

    return make


@pytest.fixture
def keevio(client_for: Callable[..., KeevioClient]) -> KeevioClient:
    """The System-Admin, for the whole system."""
    return client_for()


@pytest.fixture
def administrator(client_for: Callable[..., KeevioClient]) -> KeevioClient:
    """The administrator of Brackenfold."""
    return client_for(ADMIN, COMPANY)


# ---- in the portal ----


@pytest.fixture
def reachable(sandbox: SandboxServer, settings: Any) -> SandboxServer:
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{sandbox.port}"]
    return sandbox


@pytest.fixture
def alice() -> Person:
    tenant = Tenant.objects.create(slug="alder", name="Alder & Ash")
    person = Person.objects.create_user("alice@alder.example", "a-long-password", name="Alice")
    Membership.objects.create(tenant=tenant, person=person, role=Role.OWNER)
    return person


def run(*words: str, **options: Any) -> tuple[str, str]:
    """The command's output and what it said beside it."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*words, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def connect(reachable: SandboxServer, alice: Person) -> Callable[..., Connection]:
    """Links Alder with a login, as somebody does on the command line."""

    def make(login: str = "switchboard", **others: str) -> Connection:
        words = [f"base={reachable.url}/keevio", f"username={login}", "password=keevio-demo"]
        words += [f"{name}={value}" for name, value in others.items()]
        slug = run("connect", "alder", "keevio", *words)[0].strip()
        with unscoped("command"):
            return Connection.objects.select_related("tenant", "credential").get(slug=slug)

    return make


@pytest.fixture
def connection(connect: Callable[..., Connection]) -> Connection:
    return connect()
