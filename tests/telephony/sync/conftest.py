"""Two tenants with a connection each, and plausible drafts of call records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony.models import Connection, Credential, Entity
from telephony.providers.drafts import CallRecordDraft

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
