"""Somebody before a board while a call rings, is answered and ends: pushed, without asking."""

from __future__ import annotations

import time

import pytest
import requests
from playwright.sync_api import expect

from accounts.models import Membership, Person
from accounts.rights import Role
from accounts.scoping import tenant_scope
from portal.lib.broker import broker
from telephony.models import Connection, LiveCall
from telephony.services import hook_draining
from telephony.services.hook_intake import STREAM


@pytest.fixture
def carol(transactional_db, alder):
    person = Person.objects.create_user("carol@alder.example", "a-long-password", name="Carol")
    Membership.objects.create(tenant=alder, person=person, role=Role.OPERATOR)
    return person


@pytest.mark.parametrize("page", ["", "wall/"])
def test_a_call_is_seen_to_ring_to_be_answered_and_to_end(visitor, carol, alder, hooks, notify, page):
    """The menu of its row, once open, stays so while the board is drawn anew."""
    with tenant_scope(alder):
        Connection.objects.update(capabilities=["calls.live", "calls.start"])
    visitor.sign_in(carol)
    visitor.open(f"/t/alder/calls/live/{page}")
    sentence = "Nobody is on the telephone."
    visitor(lambda window: expect(window.get_by_text(sentence)).to_be_visible())
    for kind, state in (("SETUP", "Ringing"), ("CONNECT", "Talking")):
        notify(hooks[0], kind)
        hook_draining.drain()
        visitor(lambda window, state=state: expect(window.locator(".sb-now-calls .st")).to_have_text(state))
        if kind == "SETUP" and not page:
            visitor(lambda window: window.locator(".sb-now-calls summary").press("Enter"))
    if not page:
        call = "Call +33 6 39 98 00 01"
        visitor(lambda window: expect(window.get_by_role("link", name=call)).to_be_visible())
        visitor(lambda window: expect(window.locator(".sb-now-calls summary")).to_be_focused())
    assert visitor.serious() == [] and not visitor.scrolls_sideways()
    notify(hooks[0], "RELEASE")
    hook_draining.drain()
    visitor(lambda window: expect(window.get_by_text(sentence)).to_be_visible())
    visitor.open("about:blank")  # the stream ends with the page


MINUTES, RATE, CALLS, LINES = 15, 60, 45, 8
PATIENCE_S = 60


def test_two_boards_agree_after_a_busy_quarter_of_an_hour(
    visitor, telephone, carol, alder, send_here, sandbox
):
    """Played sixty times as fast, with transfers, pick-ups and a welcome number; one call goes on at the end."""
    services = sandbox.provider("keyyo").store.data["accounts"]["corvane"]["services"]
    lines = [csi for csi, one in services.items() if one["type"] == "UCaaSVoIPAccount"][:LINES]
    send_here(*lines)

    def play(scenario, **wish):
        body = {"provider": "keyyo", "scenario": scenario, **wish}
        return requests.post(f"{sandbox.url}/_control/play", json=body, timeout=10).json()

    played = play("rush", minutes=MINUTES, calls=CALLS, lines=lines, rate=RATE)
    for window, page in ((visitor, ""), (telephone, "wall/")):
        window.sign_in(carol)
        window.open(f"/t/alder/calls/live/{page}")
    last = max(played["events"], key=lambda event: event["at_s"])
    is_over, until = False, time.monotonic() + PATIENCE_S
    while not is_over and time.monotonic() < until:
        sent = list(sandbox.provider("keyyo").notifier.deliveries)
        is_over = any((one["dref"], one["type"]) == (last["dref"], last["type"]) for one in sent)
        if not hook_draining.drain():
            broker().xread({STREAM: "0-0"}, count=1, block=200)
    play("release_lost", a=lines[0], rate=100_000, wait=True)
    while hook_draining.drain():
        pass
    with tenant_scope(alder):
        calls = list(LiveCall.objects.all())
    assert is_over
    assert [call.state for call in calls].count("talking") == 1
    names = {key[2:] for call in calls for key in call.keys if key.startswith("r:")}
    assert names > set(played["call_ids"]) and not any(call.is_end_unknown for call in calls)
    assert {leg["how"] for call in calls for leg in call.legs} >= {"", "group", "transferred", "picked_up"}

    shown = []
    for board in (visitor, telephone):
        board(lambda window: expect(window.locator(".sb-now-calls li")).to_have_count(1))
        board(lambda window: expect(window.locator(".sb-now-calls .st")).to_have_text("Talking"))
        parts = (".sb-now-calls li > b", ".sb-now-each li")
        shown.append(
            [board(lambda window, part=part: window.locator(part).all_text_contents()) for part in parts]
        )
        board.open("about:blank")
    assert shown[0] == shown[1] and len(shown[0][1]) == LINES
