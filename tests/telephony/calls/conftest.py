"""Stored calls of a tenant: made of drafts, through the same door as a sync."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Call, Connection, Credential, Entity, NumberName
from telephony.providers.drafts import CallRecordDraft
from telephony.services import calls

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
LINE = "33199001001"


@pytest.fixture
def corvane(db: None) -> Tenant:
    return Tenant.objects.create(slug="corvane", name="Corvane Habitat")


@pytest.fixture
def maud(corvane: Tenant) -> Person:
    maud = Person.objects.create_user("maud@corvane.example", "switchboard-demo", name="Maud Terrasson")
    Membership.objects.create(tenant=corvane, person=maud, role=Role.OWNER)
    return maud


@pytest.fixture
def keyyo(corvane: Tenant) -> Iterator[Connection]:
    """Corvane's connection, inside its scope for the length of the test."""
    with tenant_scope(corvane):
        credential = Credential.objects.create(provider="keyyo")
        connection = Connection.objects.create(
            credential=credential,
            provider="keyyo",
            slug="corvane-keyyo",
            name="Keyyo",
            capabilities=["calls.list"],
        )
        Entity.objects.create(
            connection=connection,
            kind="UCaaSVoIPAccount",
            facet="line",
            is_line=True,
            remote_id=LINE,
            name="Accueil Paris",
            number=f"+{LINE}",
            checksum="",
            fetched_at=NOON,
        )
        NumberName.objects.create(number="+33199006210", name="=Novalise", source="contact")
        yield connection


@pytest.fixture
def store(keyyo: Connection) -> Callable[..., Call]:
    """store(caller=..., outcome=...) keeps one inbound call of a minute, a second after the one before."""
    made: list[int] = []

    def one(**values: Any) -> Call:
        made.append(1)
        key = f"c{len(made)}"
        given = {
            "stream": "incoming",
            "remote_key": key,
            "fold_key": key,
            "started_at": NOON + timedelta(seconds=len(made)),
            "direction": "inbound",
            "medium": "voice",
            "outcome": "answered",
            "caller": "+33199006210",
            "callee": f"+{LINE}",
            "line_remote_id": LINE,
            "duration_s": 60,
            "raw": {"call_id": key},
        }
        calls.store(keyyo, [CallRecordDraft(**{**given, **values})], NOON)
        return Call.objects.get(fold_key=key)

    return one
