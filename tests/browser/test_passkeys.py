"""Passkeys in a real browser, by Chromium's virtual authenticator; recovery codes; signing out everywhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from accounts.models import Person, Tenant
from accounts.rights import Role
from tests.people import PASSWORD, TOTP_SECRET, person

EMAIL = "noe@corvane.example"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def noe(vellard: Tenant) -> Person:
    return person(EMAIL, "Noé Castelbrun", {vellard: Role.OPERATOR})


def sign_in(page: Page, code: str = "") -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if code:
        page.locator("input[name=code]").fill(code)
        page.locator("form:has(input[name=code])").locator("button[type=submit]").first.click()
    expect(page.get_by_role("link", name="Overview").first).to_be_visible()


def sign_out(page: Page) -> None:
    page.locator("summary.sb-avatar").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/accounts/login/**")


def with_authenticator(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def add_passkey(page: Page) -> None:
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Add a key").click()
    if page.get_by_label("Password").count():  # it asks again before something so weighty
        page.get_by_label("Password").fill(PASSWORD)
        page.locator("main button[type=submit]").first.click()
    page.locator("input[name=name]").fill("Telephone")
    page.locator("input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()


@pytest.mark.browser
def test_a_passkey_is_added_and_signs_in_without_a_password(visitor: Any, noe: Person) -> None:
    visitor(with_authenticator)
    visitor(sign_in)
    visitor(add_passkey)
    visitor(lambda page: expect(page.locator("body")).to_contain_text(re.compile("[Rr]ecovery")))
    assert noe.authenticator_set.filter(type="webauthn").count() == 1
    assert visitor.serious() == []
    visitor(sign_out)

    def use_passkey(page: Page) -> None:
        page.goto("/accounts/login/?next=/t/vellard/people/")
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url("**/t/vellard/people/")
        expect(page.get_by_role("heading", name="People")).to_be_visible()

    visitor(use_passkey)


@pytest.mark.browser
def test_a_recovery_code_opens_the_account_once(visitor: Any, noe: Person) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(noe, TOTP_SECRET)
    first, *others = RecoveryCodes.activate(noe).get_unused_codes()
    visitor(lambda page: sign_in(page, first))

    def look_at_codes(page: Page) -> str:
        page.goto("/accounts/2fa/recovery-codes/")
        if page.get_by_label("Password").count():
            page.get_by_label("Password").fill(PASSWORD)
            page.locator("main button[type=submit]").first.click()
        return page.locator("body").inner_text() + page.locator("body").inner_html()

    shown = visitor(look_at_codes)
    assert first not in shown
    assert all(code in shown for code in others)
    visitor(sign_out)

    def refused(page: Page) -> None:
        page.goto("/accounts/login/")
        page.get_by_label("E-mail address").fill(EMAIL)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.locator("input[name=code]").fill(first)
        page.locator("form:has(input[name=code])").locator("button[type=submit]").first.click()
        expect(page.locator("input[name=code]")).to_be_visible()

    visitor(refused)


@pytest.mark.browser
def test_signing_out_everywhere_else_ends_the_other_browser(
    visitor: Any, client: Any, noe: Person, live_server: Any
) -> None:
    client.post("/accounts/login/", {"login": EMAIL, "password": PASSWORD})
    assert client.get("/t/vellard/people/").status_code == 200
    visitor(sign_in)

    def end_the_others(page: Page) -> None:
        page.goto("/accounts/sessions/")
        expect(page.get_by_text("You are signed in at 2 places.")).to_be_visible()
        page.get_by_role("button", name="Sign out everywhere else").click()
        expect(page.get_by_text("You are signed in at 1 place.")).to_be_visible()

    visitor(end_the_others)
    assert visitor.serious() == []
    assert client.get("/t/vellard/people/").status_code == 302
    assert Session.objects.count() == 1
    visitor.open("/t/vellard/people/")
    visitor(lambda page: expect(page.get_by_role("heading", name="People")).to_be_visible())
