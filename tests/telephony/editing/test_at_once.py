"""What Keyyo does at once: a new password, another offer, a token that is shown once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from telephony.models import Change, Connection, Entity
from telephony.services import access, entities

from .conftest import LINE

pytestmark = pytest.mark.django_db(transaction=True)
TOKEN = "services.csi_token.create"
UPGRADE = "services.upgrade.create"
RESET = "services.reset_password.create"


@pytest.fixture
def offers(connection: Connection, line: Entity) -> None:
    """The offers of the line, cached."""
    from django.utils import timezone

    client = access.client_of(connection)
    pages = connection.declaration.read_entities(client, kinds=["Offer"], parents={line.kind: [LINE]})
    for page in pages:
        entities.store(connection, page, timezone.now())


def reviewed(page: Client, answer: Any) -> tuple[str, str]:
    """The address of the preview, and its text without markup."""
    assert answer.status_code == 302, answer.context["form"].errors
    text = page.get(answer["Location"]).content.decode()
    return answer["Location"], re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def test_a_new_password_says_what_becomes_of_the_telephones(
    browser: Callable[..., Client], maud: Person, line: Entity, sandbox: Any
) -> None:
    page = browser(maud)
    services = sandbox.state("keyyo")["accounts"]["corvane"]["services"]
    before = services[LINE]["password"]
    at_line = page.get(f"/t/corvane/lines/{line.pk}/").content.decode()
    assert "Replace the SIP password" in at_line
    act = re.search(rf'act/{RESET}/">.*?name="act" value="([^"]+)"', at_line, re.S)
    assert act
    url, text = reviewed(page, page.post(f"/t/corvane/entities/{line.pk}/act/{RESET}/", {"act": act[1]}))
    assert "Its telephones are signed out" in text and "This cannot be taken back" in text
    assert "Replace the password at Keyyo" in text

    page.post(f"{url}send/")
    assert Change.objects.latest("pk").state == Change.State.APPLIED
    assert services[LINE]["password"] != before


def test_another_offer_is_chosen_among_those_there_are_and_takes_the_word_on_charges(
    browser: Callable[..., Client], maud: Person, idris: Person, line: Entity, offers: None
) -> None:
    edit = f"/t/corvane/entities/{line.pk}/edit/{UPGRADE}/"
    assert browser(idris).get(edit).status_code == 403
    page = browser(maud)
    choices = page.get(edit).context["form"].fields["target_offer_id"].choices
    assert choices
    bad = page.post(edit, {"target_offer_id": "nothing"})
    assert "target_offer_id" in bad.context["form"].errors

    offer, name = choices[0]
    url, text = reviewed(page, page.post(edit, {"target_offer_id": offer}))
    assert "A change of contract:" in text and str(name) in text and "No way back from here" in text
    page.post(f"{url}send/")
    assert Change.objects.latest("pk").state == Change.State.APPLIED


@pytest.mark.parametrize("bad", ["", " , ", "a b*", "http://site.example/", "<b>", "x" * 300, "\x00"])
def test_what_is_no_web_site_is_refused_at_its_field(
    browser: Callable[..., Client], maud: Person, line: Entity, bad: str
) -> None:
    answer = browser(maud).post(f"/t/corvane/entities/{line.pk}/edit/{TOKEN}/", {"domain_masks": bad})

    assert "domain_masks" in answer.context["form"].errors
    assert not Change.objects.exists()


def test_a_token_is_shown_once_and_kept_nowhere(
    browser: Callable[..., Client], maud: Person, line: Entity, sandbox: Any
) -> None:
    page = browser(maud)
    edit = f"/t/corvane/entities/{line.pk}/edit/{TOKEN}/"
    url, text = reviewed(page, page.post(edit, {"domain_masks": "*.example.org, crm.example.net"}))
    assert "*.example.org, crm.example.net" in text and "acts for this line" in text

    answer = page.post(f"{url}send/")
    found = re.search(r'id="secret"[^>]*>([^<]+)<', answer.content.decode())
    assert found and answer["Cache-Control"] == "no-store"
    token = found[1]
    assert token not in page.get(url).content.decode()
    assert token not in str(list(Change.objects.values()))
    again = page.post(f"{url}send/", follow=True)
    assert token not in again.content.decode() and "sent already" in again.content.decode()
