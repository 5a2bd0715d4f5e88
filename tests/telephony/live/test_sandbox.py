"""The sandbox plays each worked sequence to the addresses that lines have; what is seen live agrees with the facts."""

from __future__ import annotations

import pytest
import requests

from accounts.scoping import tenant_scope
from telephony.models import LineHook, LiveCall
from telephony.providers.keyyo.sandbox.scripts import SCENARIOS
from telephony.services import hook_draining

from .conftest import A, B

# state, direction, outcome, line, how the legs came about
EXPECTED = {
    "incoming_answered": ("ended", "inbound", "answered", A, [""]),
    "incoming_missed": ("ended", "inbound", "missed", A, [""]),
    "incoming_anonymous": ("ended", "inbound", "answered", A, [""]),
    "release_lost": ("talking", "inbound", "", A, [""]),
    "outgoing": ("ended", "outbound", "answered", A, [""]),
    "internal": ("ended", "internal", "answered", B, ["", ""]),
    "forwarded": ("ended", "inbound", "answered", B, ["", "forwarded"]),
    "forwarded_unconditionally": ("ended", "inbound", "answered", B, ["forwarded"]),
    "intercepted": ("ended", "inbound", "answered", B, ["", "picked_up"]),
    "attended_transfer": ("ended", "inbound", "answered", B, ["", "transferred"]),
    "blind_transfer": ("ended", "inbound", "answered", B, ["", "transferred"]),
    "welcome_number": ("ended", "inbound", "answered", B, ["group", "group"]),
    "voicemail": ("ended", "internal", "voicemail", A, ["", ""]),
}


@pytest.fixture
def listening(sandbox, send_here) -> list[LineHook]:
    """Lines A and B send to the portal."""
    return send_here(A, B)


def test_every_worked_sequence_is_seen_as_the_call_that_it_is(listening, sandbox):
    assert EXPECTED.keys() == SCENARIOS.keys()
    seen = {}
    for name in SCENARIOS:
        body = {"provider": "keyyo", "scenario": name, "rate": 100_000, "wait": True}
        played = requests.post(f"{sandbox.url}/_control/play", json=body, timeout=10).json()
        assert {delivery.get("status") for delivery in played["deliveries"]} == {204}, name
        while hook_draining.drain():
            pass
        with tenant_scope(listening[0].tenant_id):
            known = [call for call in LiveCall.objects.order_by("started_at") if call.pk not in seen]
        for call in known:
            hows = [leg["how"] for leg in call.legs]
            seen[call.pk] = (name, (call.state, call.direction, call.outcome, call.line_remote_id, hows))

    for name, expected in EXPECTED.items():
        first = next(told for scenario, told in seen.values() if scenario == name)
        assert first == expected, name
    question = [told for name, told in seen.values() if name == "attended_transfer"][1:]
    assert question == [("ended", "internal", "answered", B, ["", ""])]
    assert len(seen) == len(EXPECTED) + 1
