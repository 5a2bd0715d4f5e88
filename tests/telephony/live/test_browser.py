"""Somebody before a board while a call rings, is answered and ends: pushed, without asking."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import Membership, Person
from accounts.rights import Role
from telephony.services import hook_draining


@pytest.fixture
def carol(transactional_db, alder):
    person = Person.objects.create_user("carol@alder.example", "a-long-password", name="Carol")
    Membership.objects.create(tenant=alder, person=person, role=Role.VIEWER)
    return person


@pytest.mark.parametrize("page", ["", "wall/"])
def test_a_call_is_seen_to_ring_to_be_answered_and_to_end(visitor, carol, hooks, notify, page):
    visitor.sign_in(carol)
    visitor.open(f"/t/alder/calls/live/{page}")
    sentence = "Nobody is on the telephone."
    visitor(lambda window: expect(window.get_by_text(sentence)).to_be_visible())
    for kind, state in (("SETUP", "Ringing"), ("CONNECT", "Talking")):
        notify(hooks[0], kind)
        hook_draining.drain()
        visitor(lambda window, state=state: expect(window.locator(".sb-now-calls .st")).to_have_text(state))
    assert visitor.serious() == [] and not visitor.scrolls_sideways()
    notify(hooks[0], "RELEASE")
    hook_draining.drain()
    visitor(lambda window: expect(window.get_by_text(sentence)).to_be_visible())
    visitor.open("about:blank")  # the stream ends with the page
