"""A document of many fields through its form: only what was touched goes out, all else stays exactly as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.test import Client

from telephony.models import Change, Entity
from telephony.services import editing
from telephony.views.barring import barred_by
from tests.reading import text_of

from .conftest import Account

UPDATE = "device.update"


def url(entity: Entity, operation: str = UPDATE) -> str:
    return f"/t/telmarine/entities/{entity.pk}/edit/{operation}/"


def phone_of(account: Account) -> Entity:
    """A desk phone with an owner, a password, and what we know nothing of."""
    identifier, held = next(
        (key, one) for key, one in account.docs("devices").items() if one["doc"].get("owner_id")
    )
    held["doc"]["x_lobby"] = {"floor": 3, "half.way": None, "seats": [1, 2.5, "c"], "none": {}}
    held["doc"]["sip"]["password"] = "a-secret-of-theirs"
    account.cache("device", "user", "media")
    return account.entity("device", identifier)


def test_one_field_is_edited_and_all_else_stays(
    account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    phone = phone_of(account)
    before = copy.deepcopy(account.held("devices", phone.remote_id))
    page = browser.get(url(phone))
    assert "a-secret-of-theirs" not in page.content.decode()

    answer = browser.post(url(phone), untouched(url(phone)) | {"name": "Lobby, east"})

    change = Change.objects.get()
    assert change.wanted == {"name": "Lobby, east"}
    review = text_of(browser.get(answer["Location"]))
    assert "Lobby, east" in review and "Write 1 field to Kazoo" in review
    browser.post(f"/t/telmarine/changes/{change.pk}/send/")
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, change.error
    after = account.held("devices", phone.remote_id)
    assert after == before | {"name": "Lobby, east"}


def test_a_form_that_nobody_touched_wants_nothing(
    account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    phone = phone_of(account)

    answer = browser.post(url(phone), untouched(url(phone)))

    assert "Nothing differs from what Kazoo has" in text_of(answer)
    assert not Change.objects.exists()


def test_inside_of_json_only_what_differs_is_shown(
    account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    phone = phone_of(account)
    held = account.held("devices", phone.remote_id)
    held["formatters"] = {"to": [{"direction": "inbound"}], "from": [{"direction": "inbound"}]}
    account.cache("device")
    text = '{"to": [{"direction": "inbound"}], "from": [{"direction": "outbound"}]}'

    answer = browser.post(url(phone), untouched(url(phone)) | {"formatters": text}, follow=True)

    words = text_of(answer)
    assert "Rewriting rules: from" in words
    assert "Rewriting rules: to" not in words


def test_a_line_leads_to_its_editor(account: Account, browser: Client) -> None:
    account.cache("user")
    user = account.entity("user")

    page = browser.get(f"/t/telmarine/lines/{user.pk}/")

    assert f"/t/telmarine/entities/{user.pk}/edit/user.update/" in page.content.decode()


def test_calls_abroad_are_barred_of_a_person_whom_the_review_names_once(
    account: Account, browser: Client
) -> None:
    account.cache("user")
    user = account.entity("user")

    review = browser.post(f"/t/telmarine/lines/{user.pk}/bar/", follow=True)

    change = Change.objects.get()
    assert change.object_label == str(user)
    assert change.summary == "Call restrictions: not set → international (Calls to it: Refused)"
    assert f"Review: {user}" in text_of(review) and f"{user} of {user}" not in text_of(review)
    assert editing.send(change, None).state == Change.State.APPLIED
    assert account.held("users", user.remote_id)["call_restriction"] == {"international": {"action": "deny"}}
    assert barred_by([user]) == {user.pk: change}
