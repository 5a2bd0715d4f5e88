"""What the staff page and "what may I do" hear from telephony."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.facts import facts_of
from accounts.models import Tenant
from accounts.scoping import tenant_scope
from telephony.models import Alert, AlertRule, Call, Connection, Credential, SyncState
from telephony.services.tenant_facts import capabilities_of


@pytest.fixture
def corvane(db: None) -> Tenant:
    tenant = Tenant.objects.create(slug="corvane", name="Corvane Habitat")
    with tenant_scope(tenant):
        credential = Credential.objects.create(provider="keyyo", state=Credential.State.NEEDS_RECONNECT)
        link = Connection.objects.create(
            credential=credential,
            provider="keyyo",
            slug="corvane-keyyo",
            name="x",
            capabilities=["calls.list"],
        )
        SyncState.objects.create(connection=link, stream="calls", last_error="Unavailable")
        rule = AlertRule.objects.create(kind="trouble")
        now = timezone.now()
        for subject, seen in (("a", None), ("b", now)):
            Alert.objects.create(
                rule=rule, subject=subject, opened_at=now, last_seen_at=now, acknowledged_at=seen
            )
        Call.objects.create(connection=link, fold_key="1", started_at=timezone.now(), direction="inbound")
    return tenant


def test_each_tenant_is_told_about_alone(corvane):
    vellard = Tenant.objects.create(slug="vellard", name="Vellard & Brume", time_zone="Asia/Kathmandu")

    told = facts_of([corvane, vellard])

    assert {key: (fact.text, fact.tone, fact.number) for key, fact in told[corvane.pk].items()} == {
        "people": ("0", "", 0),
        "calls": ("1", "", 1),
        "connections": ("1 of 1 to reconnect", "bad", None),
        "problems": ("1", "warn", 1),
        "alerts": ("1", "warn", 1),
    }
    assert set(told[vellard.pk]) == {"people"}


def test_what_connections_offer_is_what_may_be_used(corvane):
    vellard = Tenant.objects.create(slug="vellard", name="Vellard & Brume")

    assert capabilities_of(corvane) == {"calls.list"}
    assert capabilities_of(vellard) is None
