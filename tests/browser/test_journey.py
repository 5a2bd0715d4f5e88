"""The way of a newcomer, in a real browser: sign in, connect, see calls arrive, change, take back, block, export.

Each page on the way is looked at by axe; the `visitor` fixture fails the test if the console shows an error.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.isolation import leaks
from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.models import Call, Change, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access
from tests.people import PASSWORD, totp_code

from .conftest import eventually

SIP_LINES = "/t/vellard/lines/?kind=UCaaSVoIPAccount"


def sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill("maud@corvane.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator("input[name=code]").fill(totp_code())
    page.locator("form:has(input[name=code])").locator("button[type=submit]").first.click()
    expect(page.get_by_role("link", name="Overview").first).to_be_visible()


def connect(page: Page) -> None:
    page.goto("/t/vellard/")
    page.get_by_role("link", name="Connect an account").first.click()
    page.get_by_role("link", name="Keyyo").first.click()
    page.get_by_label("Everything").check()
    page.get_by_role("button", name="Go on to Keyyo").click()
    page.get_by_label("Login").fill("vellard")
    page.get_by_label("Password").fill("keyyo-demo")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_text("Keyyo is connected.")).to_be_visible()


def edit_profile(page: Page) -> None:
    page.goto(SIP_LINES)
    page.locator("tr[data-row] a").first.click()
    page.locator(".sb-profile").get_by_role("link", name="Edit").first.click()
    page.get_by_label("After ringing for").fill("35")
    page.get_by_label("If nobody answers, to").fill("06 39 98 00 07")
    page.get_by_role("button", name="Review the change").click()
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()


def write(page: Page) -> None:
    page.locator(".sb-foot").get_by_role("button", name="Write").click()
    expect(page.get_by_text("Written and read back")).to_be_visible()


def find_number(page: Page) -> None:
    page.get_by_role("searchbox").first.fill("01 99 00 73 99")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not one of yours")).to_be_visible()


def block_number(page: Page) -> None:
    page.get_by_role("link", name="Block", exact=True).click()
    boxes = page.locator("input[name=list]")
    for at in range(1, boxes.count()):
        boxes.nth(at).uncheck()
    page.get_by_label("For how long").select_option(label="for a week")


def review_block(page: Page) -> None:
    page.get_by_role("button", name="Review the block").click()
    expect(page.get_by_text("goes off the list by itself")).to_be_visible()
    write(page)


def unblock_number(page: Page) -> None:
    find_number(page)
    page.get_by_role("button", name="Unblock").click()
    write(page)


def export_calls(page: Page) -> Path:
    page.goto("/t/vellard/calls/?period=30d")
    page.get_by_role("button", name="CSV").click()
    fetch = page.get_by_role("link", name="Fetch")
    fetch.wait_for(timeout=60_000)
    with page.expect_download() as download:
        fetch.click()
    return Path(download.value.path())


def text_over_the_page(page: Page, line: Entity) -> None:
    """From the head of any page, over it; counted as it is typed, asked about, sent; Escape closes."""
    page.get_by_label("Call, text, profile").click()
    page.get_by_role("link", name="Send a text").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("To (required)")).to_be_focused()
    dialog.get_by_label("To (required)").fill("06 39 98 00 07")
    dialog.get_by_label("Text (required)").fill("Bientôt " + "x" * 70)
    expect(
        dialog.get_by_text("78 characters, sent and billed as 2 messages; room for 56 more")
    ).to_be_visible()
    expect(dialog.get_by_text("Not in the alphabet of text messages: ô.")).to_be_visible()
    dialog.get_by_label("From (required)").select_option(f"line-{line.pk}")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog.get_by_text("2 messages")).to_be_visible()
    dialog.get_by_role("button", name="Send now").click()
    expect(dialog.get_by_text("Keyyo took the text")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.browser
def test_connect_see_calls_change_take_back_block_and_export(
    visitor: Any, worker: Any, keyyo: SandboxServer, maud: Person, vellard: Tenant
) -> None:
    keyyo.provider("keyyo").allow_redirect(f"{visitor.base}/oauth/keyyo/callback/")  # type: ignore[attr-defined]
    seen: list[str] = []

    def look() -> None:
        seen.extend(visitor.serious())

    visitor(sign_in)
    look()
    visitor(connect)
    look()

    def count(model: Callable[..., Any]) -> int:
        with tenant_scope(vellard):
            return int(model().count())

    eventually(lambda: count(Entity.objects.lines), "lines arrive by themselves")
    eventually(lambda: count(Call.objects.all), "calls arrive by themselves")
    visitor.open("/t/vellard/calls/")
    visitor(lambda page: expect(page.locator("tr[data-row]").first).to_be_visible())
    look()
    eventually(
        lambda: count(lambda: Entity.objects.filter(kind="VoIPAccountProfile")),
        "profiles arrive by themselves",
    )

    visitor(edit_profile)
    look()
    visitor(write)
    look()
    with tenant_scope(vellard):
        change = Change.objects.get()
        assert change.state == Change.State.APPLIED
        assert change.after["forward_delay"] == 35
    assert _profile(keyyo, change)["forward_delay"] == 35

    visitor(lambda page: page.get_by_role("button", name="Take back").click())
    visitor(write)
    assert _profile(keyyo, change)["forward_delay"] == change.before["forward_delay"]

    visitor(find_number)
    look()
    visitor(block_number)
    look()
    visitor(review_block)
    assert "33199007399" in str(keyyo.provider("keyyo").store.data)
    visitor(unblock_number)
    assert "33199007399" not in str(keyyo.provider("keyyo").store.data)
    look()

    with tenant_scope(vellard):
        line = Entity.objects.lines().filter(kind="UCaaSVoIPAccount").order_by("pk")[0]
        password = keyyo.state("keyyo")["accounts"]["vellard"]["services"][line.remote_id]["password"]
        access.keep_line_secret(line.connection.credential_id, line.remote_id, Secret(password))
    visitor(lambda page: text_over_the_page(page, line))
    assert any("sendsms" in one.target and one.status == 200 for one in keyyo.requests)

    file = visitor(export_calls)
    look()
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert len(rows) > 10
    assert rows[0][0] == "Started (Europe/Paris)"
    assert seen == []
    assert leaks() == []


def _profile(keyyo: SandboxServer, change: Change) -> dict[str, Any]:
    """The profile of a change as the provider holds it now."""
    provider: Any = keyyo.provider("keyyo")
    return provider.profile(change.address["csi"], change.address["profile_identifier"])
