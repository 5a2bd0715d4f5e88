"""Running calls of Kazoo are read while somebody watches, into the same state as calls that are notified."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, Person, Tenant
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.broker import broker
from telephony.models import Connection, Entity, LiveCall, LiveFeed
from telephony.providers.kazoo.running import events
from telephony.providers.kazoo.times import to_gregorian
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access, live_calls, live_polling
from telephony.services.live_calls import Arrival
from tests.links import link_kazoo

BEGAN = datetime(2026, 11, 19, 14, 42, tzinfo=UTC)
OUTSIDE = "+33639980001"
ANA, BEN = "a" * 32, "b" * 32
FROM_OUTSIDE = {
    "uuid": "leg-a",
    "direction": "inbound",
    "authorizing_type": "resource",
    "authorizing_id": "c" * 32,
    "caller_id_number": OUTSIDE,
    "destination": "+33199001000",
}
FROM_ANA = {
    "uuid": "leg-o",
    "direction": "inbound",
    "owner_id": ANA,
    "authorizing_type": "device",
    "caller_id_number": "201",
}


def to_phone(person: str, caller: str = OUTSIDE, **more: object) -> dict[str, object]:
    own = {"uuid": f"leg-{person[0]}b", "direction": "outbound", "owner_id": person}
    return {**own, "authorizing_type": "device", "caller_id_number": caller, **more}


TO_CARRIER = {"uuid": "leg-c", "direction": "outbound", "authorizing_type": "resource", "owner_id": ""}
FORWARDED = {"uuid": "leg-f", "direction": "outbound", "authorizing_type": "user", "owner_id": ANA}

# rows of one interaction, as (state, direction, far end, line, all that ring)
SHOWN = {
    "held in a menu": (
        [{**FROM_OUTSIDE, "answered": True}],
        ("waiting", "inbound", OUTSIDE, "", []),
    ),
    "rings at one": ([FROM_OUTSIDE, to_phone(ANA)], ("ringing", "inbound", OUTSIDE, ANA, [ANA])),
    "rings at two": (
        [FROM_OUTSIDE, to_phone(ANA), to_phone(BEN)],
        ("ringing", "inbound", OUTSIDE, ANA, [ANA, BEN]),
    ),
    "one of two answered": (
        [FROM_OUTSIDE, to_phone(ANA), to_phone(BEN, answered=True)],
        ("talking", "inbound", OUTSIDE, BEN, []),
    ),
    "sent on to a mobile": (
        [FROM_OUTSIDE, {**FORWARDED, "caller_id_number": OUTSIDE, "answered": True}],
        ("talking", "inbound", OUTSIDE, ANA, []),
    ),
    "placed": (
        [{**FROM_ANA, "destination": OUTSIDE, "answered": True}, {**TO_CARRIER, "owner_id": ANA}],
        ("talking", "outbound", OUTSIDE, ANA, []),
    ),
    "to a colleague": (
        [{**FROM_ANA, "destination": "202"}, to_phone(BEN, "201")],
        ("ringing", "internal", "201", BEN, [BEN]),
    ),
    "withheld": (
        [{**FROM_OUTSIDE, "caller_id_number": "anonymous"}, to_phone(ANA, "anonymous")],
        ("ringing", "inbound", "", ANA, [ANA]),
    ),
}


@pytest.fixture
def alder(db: None) -> Tenant:
    return Tenant.objects.create(slug="alder", name="Alder & Ash")


@pytest.fixture
def people(alder: Tenant) -> Connection:
    """A connection with the lines of Ana and Ben."""
    from tests.telephony.live.conftest import line_of

    line_of(alder, "alder-keyyo", ANA, BEN)
    with tenant_scope(alder):
        return Connection.objects.get()


def test_rows_of_running_legs_become_the_call_that_they_are(people):
    for name, (rows, expected) in SHOWN.items():
        shared = {"interaction_id": f"one-{name}", "timestamp": to_gregorian(BEGAN)}
        steps = events([{**row, **shared, "uuid": f"{row['uuid']} {name}"} for row in rows])
        with tenant_scope(people.tenant_id):
            live_calls.store(people, [Arrival(None, step, BEGAN + timedelta(seconds=5)) for step in steps])
            call = LiveCall.objects.latest("pk")
            assert (call.state, call.direction, call.other, call.line_remote_id, call.ringing) == expected, (
                name
            )
            assert call.started_at == BEGAN
    assert events([{}, {"uuid": ""}, {"uuid": "x" * 200, "direction": "inbound"}]) == []


# ---- against the stand-in ----


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as running:
        running.state("kazoo").setdefault("settings", {})["bucket_size"] = 0
        yield running


@pytest.fixture
def kazoo(server: SandboxServer, alder: Tenant, settings) -> Connection:
    """Alder's connection, on a night without calls; Carol looks on."""
    settings.OUTBOUND_ALLOW = [f"127.0.0.1:{server.port}"]
    server.clock.set(datetime(2026, 11, 19, 2, 0, tzinfo=UTC))
    owner = Person.objects.create_user("alice@alder.example", "a-long-password", name="Alice")
    connection = link_kazoo(server, alder, owner)
    yield connection
    broker().delete(live_polling.WATCHED, f"live-read:{connection.pk}")
    server.clock.set()
    server.faults.clear("kazoo")


def board_of(tenant: Tenant) -> str:
    person = Person.objects.create_user("carol@alder.example", "a-long-password", name="Carol")
    Membership.objects.create(tenant=tenant, person=person, role=Role.VIEWER)
    client = Client()
    client.force_login(person)
    return client.get("/t/alder/calls/live/board/").content.decode()


@pytest.mark.django_db(transaction=True)
def test_calls_are_read_only_while_somebody_watches_and_end_when_two_readings_lack_them(kazoo, server, alder):
    assert live_polling.due() == []
    live_polling.note_watched(alder.pk)
    assert live_polling.due() == [kazoo] and live_polling.due() == []

    with tenant_scope(alder):
        client = access.client_of(kazoo)
        devices = client.call("device.list").items
        ready = {row["device_id"] for row in client.call("device.getStatus").items}
        phone = next(one for one in devices if one["id"] in ready and one.get("owner_id"))
        Entity.objects.create(
            connection=kazoo,
            kind="user",
            facet="person",
            is_line=True,
            remote_id=phone["owner_id"],
            name="Noé Corvane",
            checksum="",
            fetched_at=timezone.now(),
        )
        client.call("device.quickcall", {"deviceId": phone["id"], "number": OUTSIDE})
        seen = []
        for seconds in (0, 6, 120, 5):
            server.clock.advance(seconds)
            live_polling.read(kazoo)
            seen.append(LiveCall.objects.get(other=OUTSIDE))
        assert [call.state for call in seen] == ["ringing", "talking", "talking", "ended"]
        assert seen[-1].outcome == "answered" and seen[-1].line_remote_id == phone["owner_id"]
    assert "Noé Corvane" in (board := board_of(alder)) and "does not answer" not in board


@pytest.mark.django_db(transaction=True)
def test_a_fault_is_said_and_what_went_on_is_shown_no_longer(kazoo, server, alder, monkeypatch):
    with tenant_scope(alder):
        live_polling.read(kazoo)
        server.faults.add("kazoo", match="/channels", status=503, times=20)
        live_polling.read(kazoo)
        feed = LiveFeed.objects.get()
        assert feed.failing_since is not None
        assert not live_polling._claim(kazoo)
        LiveFeed.objects.update(read_at=timezone.now() - timedelta(minutes=2))
    assert "does not answer" in board_of(alder)
