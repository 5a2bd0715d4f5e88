"""A whitelabel's logo goes up and is shown through us; what is no picture is neither taken nor handed on."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from telephony.models import Change, Entity
from telephony.providers.kazoo.sandbox.seed.assets import logo

from .conftest import Account


@pytest.fixture
def brand(account: Account) -> Entity:
    account.cache("whitelabel")
    return account.entity("whitelabel")


def held(account: Account) -> dict[str, Any]:
    return account.state["accounts"][account.connection.remote_account]["one"]["whitelabel"]


def test_a_logo_goes_up_and_is_shown(brand: Entity, account: Account, browser: Client) -> None:
    page = f"/t/telmarine/entities/{brand.pk}/"
    picture = logo(10, 98, 97)
    browser.post(
        f"{page}operations/whitelabel.uploadLogo/", {"data": SimpleUploadedFile("logo.png", picture)}
    )
    change = Change.objects.get()
    browser.post(f"/t/telmarine/changes/{change.pk}/send/")
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, change.error

    shown = browser.get(f"{page}picture/logo/")

    assert (shown.status_code, shown["Content-Type"], shown.content) == (200, "image/png", picture)
    assert "sandbox" in shown["Content-Security-Policy"] and shown["X-Content-Type-Options"] == "nosniff"
    assert f'src="{page}picture/logo/"' in browser.get(page).content.decode()


@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"\x89PNG" + bytes(2_000_001)])
def test_what_is_no_picture_or_too_big_is_not_handed_on(
    brand: Entity, account: Account, browser: Client, content: bytes
) -> None:
    files = held(account)["pvt"].setdefault("attachments", {})
    files["logo"] = {"type": "image/png", "data": base64.b64encode(content).decode()}

    answer = browser.get(f"/t/telmarine/entities/{brand.pk}/picture/logo/")

    assert answer.status_code == 424 and answer["Content-Type"].startswith("text/plain")


def test_only_pictures_are_taken_and_others_have_none(
    brand: Entity, account: Account, browser: Client
) -> None:
    page = f"/t/telmarine/entities/{brand.pk}/"
    file = SimpleUploadedFile("logo.png", b"%PDF-1.4 no picture")

    answer = browser.post(f"{page}operations/whitelabel.uploadLogo/", {"data": file})

    assert answer.status_code == 422 and answer.context["form"].errors["data"]
    assert not Change.objects.exists()
    account.cache("device")
    device = account.entity("device")
    assert browser.get(f"/t/telmarine/entities/{device.pk}/picture/logo/").status_code == 404


@pytest.mark.parametrize(("is_right", "words"), [(True, "as it must be"), (False, "not there yet")])
def test_dns_entries_are_told_in_words(
    brand: Entity, account: Account, browser: Client, is_right: bool, words: str
) -> None:
    account.state["dns"] = [held(account)["doc"]["domain"]] if is_right else []

    panel = browser.get(f"/t/telmarine/entities/{brand.pk}/live/dns/").content.decode()

    assert words in panel
