"""Lines of alder and of another tenant with hooks, and a broker without events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.lib.broker import broker
from telephony.models import Connection, Credential, Entity, LineHook
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import hook_secrets

A, B = "33199001001", "33199001002"
M = "33639980001"


@pytest.fixture(autouse=True)
def _broker_without_hooks() -> Iterator[None]:
    yield
    if keys := broker().keys("hooks:*"):
        broker().delete(*keys)


def line_of(tenant: Tenant, slug: str, *remote_ids: str) -> list[LineHook]:
    """A connection of a tenant with these lines, each with a hook that was heard before."""
    with tenant_scope(tenant):
        credential = Credential.objects.create(provider="keyyo")
        connection = Connection.objects.create(
            credential=credential, provider="keyyo", slug=slug, name=slug, capabilities=["calls.live"]
        )
        lines = [
            Entity.objects.create(
                connection=connection,
                kind="UCaaSVoIPAccount",
                facet="line",
                is_line=True,
                remote_id=remote_id,
                number=f"+{remote_id}",
                name=f"Line {remote_id}",
                checksum="",
                fetched_at=timezone.now(),
            )
            for remote_id in remote_ids
        ]
        made = [hook_secrets.make(connection, line) for line in lines]
        LineHook.objects.update(first_event_at=timezone.now())
        return made


@pytest.fixture
def alder(db: None) -> Tenant:
    return Tenant.objects.create(slug="alder", name="Alder & Ash")


@pytest.fixture
def hooks(alder: Tenant) -> list[LineHook]:
    """Of lines A and B of alder, known to the broker."""
    made = line_of(alder, "alder-keyyo", A, B)
    hook_secrets.publish()
    return made


def path_of(hook: LineHook, which: str = hook_secrets.CURRENT) -> str:
    return f"/hooks/keyyo/{hook_secrets.secret_of(hook, which).reveal()}/"


@pytest.fixture
def notify() -> Callable[..., int]:
    """Sends one event as Keyyo does, and gives the status."""

    def send(hook: LineHook | str, kind: str = "SETUP", account: str = A, **values: str) -> int:
        path = hook if isinstance(hook, str) else path_of(hook)
        sent = {"account": account, "caller": M, "callee": account, "type": kind, "dref": "d1", **values}
        return Client().get(f"{path}?{urlencode(sent)}").status_code

    return send


@pytest.fixture(scope="session")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keyyo",)) as server:
        yield server


@pytest.fixture
def send_here(transactional_db, sandbox, live_server, settings, alder) -> Callable[..., list[LineHook]]:
    """Makes lines of alder out of these of the sandbox, which send their events to the portal."""
    settings.PUBLIC_URL = live_server.url
    services = sandbox.provider("keyyo").store.data["accounts"]["corvane"]["services"]

    def enrol(*lines: str) -> list[LineHook]:
        made = line_of(alder, "alder-keyyo", *lines)
        hook_secrets.publish()
        for hook, csi in zip(made, lines, strict=True):
            plugin = services[csi]["plugins"].setdefault("custom", {"enabled": 0, "parameters": {"url": ""}})
            plugin["enabled"], plugin["parameters"]["url"] = 1, hook_secrets.url_of(hook)
        return made

    return enrol
