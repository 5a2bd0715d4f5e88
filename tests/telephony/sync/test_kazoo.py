"""A Kazoo account from the command line into the portal: linked, its objects stored, its calls folded and counted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Call, CallRecord, Connection, Entity, EntityReference, SyncRun
from telephony.providers.kazoo.sandbox.seed import LOGIN
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import cdr_sync, entity_sync, live_panels, runs


@pytest.fixture(scope="module")
def _kazoo() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as server:
        yield server


@pytest.fixture
def kazoo_server(_kazoo: SandboxServer, settings: Any) -> SandboxServer:
    _kazoo.provider("kazoo").reset()
    _kazoo.state("kazoo")["settings"] = {"bucket_size": 0}
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{_kazoo.port}"]
    return _kazoo


@pytest.fixture
def tenant(transactional_db: None) -> Iterator[Tenant]:
    made = Tenant.objects.create(slug="alder", name="Alder & Ash")
    alice = Person.objects.create_user("alice@alder.example", "a-long-password", name="Alice")
    Membership.objects.create(tenant=made, person=alice, role=Role.OWNER)
    with tenant_scope(made):
        yield made


def _small_customer(server: SandboxServer) -> tuple[str, dict[str, Any]]:
    """The account of the fewest users, of those that are no trial, are enabled and telephone."""
    accounts = server.state("kazoo")["accounts"].items()
    working = [
        one
        for one in accounts
        if one[1]["doc"].get("enabled", True)
        and not one[1]["pvt"].get("expires")
        and len(one[1]["docs"]["users"]) > 5
    ]
    return min(working, key=lambda one: len(one[1]["docs"]["users"]))


def test_an_account_is_linked_and_read(kazoo_server: SandboxServer, tenant: Tenant) -> None:
    account_id, account = _small_customer(kazoo_server)
    root = f"api_root={kazoo_server.url}/kazoo/v2/"
    out = StringIO()
    call_command("connect", tenant.slug, "kazoo", root, f"api_key={account['pvt']['api_key']}", stdout=out)

    connection = Connection.objects.get(slug=out.getvalue().strip())
    assert connection.remote_account == account_id
    assert {"lines.read", "calls.list", "documents.edit"} <= set(connection.capabilities)

    _finish(entity_sync, connection, SyncRun.What.ENTITIES)
    kinds = dict(Entity.objects.values_list("kind").annotate(count=Count("pk")).values_list("kind", "count"))
    assert kinds["user"] == len(account["docs"]["users"])
    assert kinds["device"] == len(account["docs"]["devices"])
    ownerless = [one for one in account["docs"]["devices"].values() if not one["doc"].get("owner_id")]
    assert Entity.objects.lines().count() == kinds["user"] + len(ownerless)
    assert EntityReference.objects.exclude(target=None).exists()
    for phone in Entity.objects.filter(kind="device"):
        held = phone.document.get("sip", {}).get("password")
        assert held is None or set(held) == {"$secret"}

    now = timezone.now()
    run = runs.request_run(connection, SyncRun.What.CALLS, start_at=now - timedelta(days=14), end_at=now)
    _finish(cdr_sync, connection, SyncRun.What.CALLS, run)
    assert CallRecord.objects.count() > Call.objects.count() > 10
    assert Call.objects.exclude(line=None).exists()

    for panel in live_panels.panels_of(connection):
        reading = live_panels.read(connection, panel)
        assert not reading.error or panel.absent, (panel.name, reading.error)


def test_the_login_of_a_user_is_enough(kazoo_server: SandboxServer, tenant: Tenant) -> None:
    out = StringIO()
    call_command(
        "connect",
        tenant.slug,
        "kazoo",
        f"api_root={kazoo_server.url}/kazoo/v2/",
        *(f"{name}={LOGIN[name]}" for name in ("account_name", "username", "password")),
        stdout=out,
    )

    assert Connection.objects.get(slug=out.getvalue().strip()).provider == "kazoo"


def _finish(sync: Any, connection: Connection, what: str, run: SyncRun | None = None) -> None:
    """Work on a run until it is done."""
    run = run or runs.request_run(connection, what)
    for _ in range(20):
        run.refresh_from_db()
        if run.state == SyncRun.State.COMPLETE:
            return
        sync.advance(run)
    raise AssertionError((run.state, run.error, run.cursor))
