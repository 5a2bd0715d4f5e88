"""A device in a real browser: its owner is searched by name, and a new one made in place, for money too."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import Person
from telephony.models import Change
from telephony.views.ways_back import FIELD

from .conftest import Account, as_loaded

UPDATE = "device.update"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def at_browser(visitor: Any, maud: Person) -> Any:
    visitor.sign_in(maud)
    return visitor


@pytest.fixture
def phone(account: Account) -> Any:
    account.cache("account", "device", "user")
    identifier = next(key for key, one in account.docs("devices").items() if one["doc"].get("owner_id"))
    return account.entity("device", identifier)


def test_an_owner_is_made_in_place(at_browser: Any, account: Account, phone: Any) -> None:
    """What it costs is asked and accepted in the dialog as well; the form behind it stays as it is."""
    account.asks_money_for("users")

    def steps(page: Page) -> None:
        page.goto(f"{at_browser.base}/t/telmarine/entities/{phone.pk}/")
        page.get_by_role("link", name="Edit", exact=True).click()
        page.get_by_label("Name", exact=False).first.fill("Odile's phone")
        page.get_by_role("button", name="Add a user").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_label("First name").fill("Odile")
        dialog.get_by_role("button", name="Review the change").click()
        expect(dialog.get_by_text("A value is needed.")).to_be_visible()
        expect(dialog.get_by_label("First name")).to_have_value("Odile")
        dialog.get_by_label("Last name").fill("Marchetti")
        dialog.get_by_role("button", name="Review the change").click()
        expect(dialog.get_by_text("Nothing has been sent yet.")).to_be_visible()
        dialog.get_by_role("button", name="Create at Kazoo").click()
        expect(dialog.get_by_text("Kazoo asks for money before it does this")).to_be_visible()
        dialog.get_by_role("button", name="Accept the charges and write").click()
        expect(dialog).not_to_be_visible()
        expect(page.locator(".ts-control .item", has_text="Odile Marchetti")).to_be_visible()
        expect(page.get_by_role("combobox", name="Owner")).to_be_focused()
        expect(page.locator(".ts-wrapper.dropdown-active")).to_have_count(0)
        expect(page.locator("[name=name]")).to_have_value("Odile's phone")
        page.get_by_role("button", name="Review the change").click()
        expect(page.get_by_text("It belongs to Odile Marchetti from now on.")).to_be_visible()
        page.get_by_role("button", name="Write 2 fields to Kazoo").click()
        page.get_by_text("Written and read back").wait_for()

    at_browser(steps)

    made, edited = Change.objects.order_by("pk")
    assert (made.operation, edited.operation) == ("user.create", UPDATE)
    assert account.held("devices", phone.remote_id)["owner_id"] == made.answer["created"]


def test_the_editor_is_fit_for_everybody(at_browser: Any, account: Account, phone: Any) -> None:
    problems: list[str] = []
    own = account.entity("account", account.connection.remote_account)
    slug = account.connection.slug
    for path in (
        f"/t/telmarine/entities/{phone.pk}/edit/{UPDATE}/",
        f"/t/telmarine/entities/{phone.pk}/edit/{UPDATE}/json/",
        f"/t/telmarine/entities/{own.pk}/edit/account.update/",
        f"/t/telmarine/entities/{slug}/temporal_rule/new/",
        f"/t/telmarine/entities/{slug}/device/",
    ):
        for size in (DESK, PHONE):
            at_browser(lambda page, size=size: page.set_viewport_size(size))
            at_browser.open(path)
            at_browser(lambda page: page.wait_for_load_state("load"))
            problems += [f"{path} {size['width']}: {found}" for found in at_browser.serious()]
            if at_browser.scrolls_sideways():
                problems.append(f"{path} {size['width']}: scrolls sideways")

    assert not problems, "\n".join(problems)


def test_without_script_a_new_object_leads_back(account: Account, browser: Client, phone: Any) -> None:
    """All that was typed before is there again, also what cannot be sent yet, and a password is kept sealed. Editing
    the new object further, leaving it, and saying yes to what it costs lead back as well."""
    account.asks_money_for("users")
    form = f"/t/telmarine/entities/{phone.pk}/edit/{UPDATE}/"
    loaded = as_loaded(browser.get(form))
    typed = loaded | {
        "name": "Odile's phone",
        "mac_address": "not yet",
        "sip.password": "a-new-secret",
        "media.audio.codecs": "OPUS\nPCMA",
        "call_forward.enabled": "on",
    }
    typed.pop("enabled", None)
    new = browser.post(form, typed | {FIELD: "owner_id"})["Location"]
    assert browser.get(new).status_code == 200
    assert not Change.objects.exists()
    assert "a-new-secret" not in str(dict(browser.session))

    browser.post(new, {"first_name": "Odilon", "last_name": "Marchetti"})
    discarded = f"/t/telmarine/changes/{Change.objects.get().pk}"
    again = browser.get(f"{discarded}/").context["edit_url"]
    assert browser.post(f"{discarded}/discard/")["Location"] == browser.get(new).context["home"]
    browser.post(again, {"first_name": "Odile", "last_name": "Marchetti"})
    made = Change.objects.get()
    asked = browser.post(f"/t/telmarine/changes/{made.pk}/send/", follow=True)
    assert asked.context["change"].state == Change.State.CHARGES
    assert as_loaded(browser.get(asked.context["edit_url"]))["first_name"] == "Odile"
    assert as_loaded(browser.get(asked.context["way_back"]))["mac_address"] == "not yet"
    done = browser.post(f"/t/telmarine/changes/{made.pk}/charges/", {"answer": "accept"}, follow=True)
    back = browser.get(done.context["way_back"])

    made.refresh_from_db()
    again = as_loaded(back)
    assert again | {"_seen": ""} == typed | {"_seen": "", "owner_id": made.answer["created"]}
    assert not back.context["form"].errors
    browser.post(done.context["way_back"], again | {"mac_address": loaded.get("mac_address", "")})
    wanted = set(Change.objects.latest("pk").wanted)
    assert wanted == {
        "name",
        "sip.password",
        "media.audio.codecs",
        "call_forward.enabled",
        "enabled",
        "owner_id",
    }
