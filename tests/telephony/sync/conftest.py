"""Two tenants with a connection each, and plausible drafts of call records."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.models import Connection, Credential, Entity, ProviderApplication
from telephony.providers.drafts import CallRecordDraft
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
LINE = "33199001001"
OTHER_LINE = "33199001002"


def connect(slug: str, name: str) -> Connection:
    tenant = Tenant.objects.create(slug=slug, name=name)
    with tenant_scope(tenant):
        credential = Credential.objects.create(provider="keyyo")
        connection = Connection.objects.create(
            credential=credential,
            provider="keyyo",
            slug=f"{slug}-keyyo",
            name=f"{name} Keyyo",
            capabilities=["lines.read", "calls.list"],
        )
        for remote_id in (LINE, OTHER_LINE):
            Entity.objects.create(
                connection=connection,
                kind="UCaaSVoIPAccount",
                facet="line",
                is_line=True,
                remote_id=remote_id,
                number=f"+{remote_id}",
                checksum="",
                fetched_at=NOON,
            )
    return connection


@pytest.fixture
def alice(db: None) -> Connection:
    """Alice's connection; the test runs outside any scope unless it asks for `in_alice`."""
    return connect("alice", "Alice & Fils")


@pytest.fixture
def bob(db: None) -> Connection:
    return connect("bob", "Bob Ateliers")


@pytest.fixture
def in_alice(alice: Connection) -> Any:
    with tenant_scope(alice.tenant_id):
        yield alice


def make_draft(number: int = 1, **values: Any) -> CallRecordDraft:
    """An inbound call of one minute to the first line, unless told otherwise."""
    given = {
        "stream": "incoming",
        "remote_key": f"{LINE}:c{number}",
        "fold_key": f"c{number}",
        "started_at": NOON + timedelta(seconds=number),
        "direction": "inbound",
        "medium": "voice",
        "outcome": "answered",
        "caller": f"+3326191{number % 10_000:04d}",
        "callee": f"+{LINE}",
        "line_remote_id": LINE,
        "duration_s": 60,
        "raw": {"call_id": f"c{number}", "quantity": "60"},
    }
    return CallRecordDraft(**{**given, **values})


@pytest.fixture
def draft() -> Callable[..., CallRecordDraft]:
    return make_draft


def sandbox_connection(sandbox: SandboxServer, login: str) -> Connection:
    """A connection of a tenant of that name to the sandbox's customer, with a token that was just granted."""
    base = f"{sandbox.url}/keyyo"
    application = ProviderApplication(
        provider="keyyo",
        name=f"Sandbox for {login}",
        client_id="5f1c0a7be2d94",
        manager_base=f"{base}/manager/1.0",
        authorize_url=f"{base}/oauth2/authorize.php",
        token_url=f"{base}/oauth2/token.php",
        cti_base=base,
    )
    access.keep_application_secret(application, Secret("keyyo-demo-secret"))
    application.save()
    tokens = sandbox.provider("keyyo").grant({"login": login, "scopes": ["full_access"]})
    tenant = Tenant.objects.create(slug=login, name=login.title())
    with tenant_scope(tenant):
        credential = Credential(
            provider="keyyo",
            tenant=tenant,
            application=application,
            scopes=["full_access"],
            expires_at=timezone.now() + timedelta(hours=1),
        )
        access.keep_secrets(
            credential,
            {
                "access_token": Secret(tokens["access_token"]),
                "refresh_token": Secret(tokens["refresh_token"]),
            },
        )
        credential.save()
        return Connection.objects.create(
            credential=credential,
            provider="keyyo",
            slug=f"{login}-keyyo",
            name=f"{login.title()} at Keyyo",
            capabilities=["lines.read", "calls.list"],
        )


@pytest.fixture(scope="session")
def _sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keyyo",)) as server:
        yield server


@pytest.fixture
def sandbox(_sandbox: SandboxServer, settings: Any) -> SandboxServer:
    """The Keyyo sandbox, as new, and the one address that may be called."""
    _sandbox.reset()
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{_sandbox.port}"]
    return _sandbox


@pytest.fixture
def morvanne(sandbox: SandboxServer, transactional_db: None) -> Connection:
    """The small customer of the sandbox, connected: eight services."""
    return sandbox_connection(sandbox, "morvanne")
