"""A reception with hours, a menu and a mailbox, built from nothing and published: by mouse, by keys alone, by a finger."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Person
from telephony.models import Connection, Entity
from telephony.services import access, entities
from tests.people import signed_in

from .conftest import AtKazoo
from .hands import Finger, Hand, Keys, Mouse

pytestmark = pytest.mark.django_db(transaction=True)
HOURS, MENU, MAILBOX = "Heures d'ouverture", "Accueil Telmarine", "Support"


@pytest.fixture
def cached(linked: Connection) -> Connection:
    """The objects that steps name, as a sync leaves them."""
    client = access.client_of(linked)
    for page in linked.declaration.read_entities(client, kinds=["temporal_rule", "menu", "vmbox"]):
        entities.store(linked, page, timezone.now())
    return linked


def build(hand: Hand) -> None:
    page = hand.page
    hand.press(page.get_by_role("link", name="New callflow"))
    hand.press(page.locator(".sb-start[href$='/empty/']"))
    hand.write(page.get_by_label("Name", exact=False).first, "Reception")
    hand.write(page.get_by_label("Extension", exact=False).first, "4711")
    hand.press(page.get_by_role("button", name="Make the draft"))
    page.locator("[data-outline]").wait_for()
    hand.add("temporal_route")
    hand.shown("Time of day")
    hand.pick("Rules", HOURS)
    hand.keep()
    hand.shown(HOURS)
    hand.branch(HOURS)
    hand.add("menu")
    hand.shown("Menu")
    hand.pick("Menu", MENU)
    hand.keep()
    hand.shown(MENU)
    hand.add("voicemail")
    hand.shown("Voicemail")
    hand.pick("Mailbox", MAILBOX)
    hand.keep()
    hand.choose("Time of day")
    hand.add("voicemail")
    hand.shown("Voicemail")
    hand.pick("Mailbox", MAILBOX)
    hand.keep()
    expect(page.locator(".sb-lint")).to_contain_text("0 problems")
    hand.press(page.get_by_role("link", name="Review and publish"))
    hand.press(page.locator(".sb-foot button.btn-primary"))
    hand.press(page.locator(".sb-foot button.btn-primary"))
    page.get_by_text("Written and read back").wait_for()


def check(at_kazoo: AtKazoo) -> None:
    names = {one: {key: row["doc"].get("name") for key, row in at_kazoo.docs(one).items()} for one in KINDS}
    made = next(row["doc"] for row in at_kazoo.docs().values() if row["doc"].get("name") == "Reception")
    hours = made["flow"]
    ((rule, menu), (otherwise, night)) = sorted(hours["children"].items(), key=lambda one: one[0] == "_")
    assert made["numbers"] == ["4711"]
    assert (hours["module"], names["temporal_rules"][rule], otherwise) == ("temporal_route", HOURS, "_")
    assert hours["data"]["rules"] == [rule]
    assert (menu["module"], names["menus"][menu["data"]["id"]]) == ("menu", MENU)
    for box in (night, menu["children"]["_"]):
        assert (box["module"], names["vmboxes"][box["data"]["id"]]) == ("voicemail", MAILBOX)


KINDS = ("temporal_rules", "menus", "vmboxes")
LIST = "/t/corvane/callflows/"


def test_by_mouse(visitor: Any, maud: Person, cached: Connection, at_kazoo: AtKazoo) -> None:
    visitor.sign_in(maud)
    visitor.open(LIST)
    visitor(lambda page: build(Mouse(page)))
    check(at_kazoo)


def test_by_keys_alone(visitor: Any, maud: Person, cached: Connection, at_kazoo: AtKazoo) -> None:
    visitor.sign_in(maud)
    visitor.open(LIST)
    visitor(lambda page: build(Keys(page)))
    check(at_kazoo)


def test_by_a_finger_at_the_width_of_a_telephone(
    telephone: Any, maud: Person, cached: Connection, at_kazoo: AtKazoo
) -> None:
    telephone.sign_in(maud)
    telephone.open(LIST)

    def steps(page: Page) -> None:
        build(Finger(page))

    telephone(steps)
    check(at_kazoo)


def test_a_change_made_elsewhere_is_seen_before_it_is_published_over(
    visitor: Any, maud: Person, entity: Entity, at_kazoo: AtKazoo
) -> None:
    visitor.sign_in(maud)
    signed_in(maud).post(f"{LIST}{entity.pk}/edit/")
    at_kazoo.write(name="Theirs")
    flow = at_kazoo.document["flow"]

    def steps(page: Page) -> None:
        page.goto(f"{visitor.base}{LIST}{entity.pk}/edit/")
        page.get_by_label("Name", exact=True).fill("Mine")
        page.get_by_role("button", name="Keep in the draft").click()
        expect(page.locator(".sb-draftbar")).to_contain_text("settings changed")
        page.get_by_role("link", name="Review and publish").click()
        page.locator(".sb-foot button.btn-primary").click()
        expect(page.get_by_text("Both changed it")).to_be_visible()
        expect(page.get_by_text("Theirs").first).to_be_visible()
        page.locator("input[name='pick-name'][value='mine']").check()
        page.locator(".sb-foot button.btn-primary").click()
        page.get_by_text("Written and read back").wait_for()

    visitor(steps)
    assert at_kazoo.document["name"] == "Mine"
    assert at_kazoo.document["flow"] == flow
