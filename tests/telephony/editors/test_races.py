"""Two people at one object, and the document as JSON: nobody overwrites without seeing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from telephony.bench import races
from telephony.models import Change, Entity
from tests.reading import text_of

from .conftest import Account

UPDATE = "device.update"


@pytest.fixture
def phone(account: Account) -> Entity:
    identifier, held = next((key, one) for key, one in account.docs("devices").items())
    held["doc"] |= {"x_lobby": {"floor": 3}, "x_gone": "soon"}
    held["doc"].setdefault("sip", {})["password"] = "a-secret-of-theirs"
    account.cache("device", "user")
    return account.entity("device", identifier)


def form_of(phone: Entity) -> str:
    return f"/t/telmarine/entities/{phone.pk}/edit/{UPDATE}/"


def send(browser: Client, change: Change) -> Change:
    browser.post(f"/t/telmarine/changes/{change.pk}/send/")
    change.refresh_from_db()
    return change


def test_the_second_sees_both_values(
    phone: Entity, account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    hers, his = untouched(form_of(phone)), untouched(form_of(phone))
    browser.post(form_of(phone), hers | {"name": "Lobby, east"})
    send(browser, Change.objects.latest("pk"))

    answer = browser.post(form_of(phone), his | {"name": "Lobby, west"}, follow=True)

    words = text_of(answer)
    assert "Lobby, east" in words and "Lobby, west" in words
    torn = Change.objects.latest("pk")
    assert torn.state == Change.State.CONFLICT
    assert send(browser, torn).state == Change.State.CONFLICT
    assert account.held("devices", phone.remote_id)["name"] == "Lobby, east"


def test_a_list_that_both_changed_is_picked_as_a_whole(
    phone: Entity, account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    hers, his = untouched(form_of(phone)), untouched(form_of(phone))
    browser.post(form_of(phone), hers | {"flags": "east"})
    send(browser, Change.objects.latest("pk"))
    browser.post(form_of(phone), his | {"flags": "west"})
    torn = Change.objects.latest("pk")

    words = text_of(browser.get(f"/t/telmarine/changes/{torn.pk}/"))
    browser.post(f"/t/telmarine/changes/{torn.pk}/send/", {"pick-flags": "mine"})

    assert "east" in words and "west" in words
    assert account.held("devices", phone.remote_id)["flags"] == ["west"]


def test_different_fields_of_two_people_add_up(
    phone: Entity, account: Account, browser: Client, untouched: Callable[[str], dict[str, Any]]
) -> None:
    hers, his = untouched(form_of(phone)), untouched(form_of(phone))
    browser.post(form_of(phone), hers | {"name": "Lobby, east"})
    send(browser, Change.objects.latest("pk"))
    browser.post(form_of(phone), his | {"caller_id.internal.name": "Lobby"})
    assert send(browser, Change.objects.latest("pk")).state == Change.State.APPLIED

    held = account.held("devices", phone.remote_id)
    assert (held["name"], held["caller_id"]["internal"]["name"]) == ("Lobby, east", "Lobby")


def test_json_changes_what_differs_and_keeps_secrets(
    phone: Entity, account: Account, browser: Client
) -> None:
    page = f"{form_of(phone)}json/"
    form = browser.get(page).context["form"]
    document = json.loads(form["document"].value())
    assert document["sip"]["password"] == "***"
    document["x_lobby"]["floor"] = 4
    document["x_new"] = [1, {"a": None}]
    document["sip"]["ip"] = "192.0.2.7"
    del document["x_gone"]

    browser.post(page, {"_seen": form["_seen"].value(), "document": json.dumps(document)})

    change = Change.objects.latest("pk")
    assert set(change.wanted) == {"x_lobby.floor", "x_new", "sip.ip", "x_gone"}
    assert send(browser, change).state == Change.State.APPLIED
    held = account.held("devices", phone.remote_id)
    assert held["sip"]["password"] == "a-secret-of-theirs"
    assert "x_gone" not in held
    assert (held["x_lobby"], held["x_new"]) == ({"floor": 4}, [1, {"a": None}])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"name": "a",\n "b": }', "line 2, column 7"),
        ("[]", "A document is an object"),
        ('{"name": "a", "name": "b"}', "“name” is there twice"),
        ('{"name": ' + '"' + "x" * 200 + '"}', "name: At most 128 characters"),
        ('{"name": "a", "sip": "b"}', "sip: This is of the wrong type"),
        (
            '{"name": "a", "media": {"audio": {"codecs": ["MP9"]}}}',
            "media.audio.codecs.0: This must be one of",
        ),
        ('{"name": "a", "x_other": "***"}', "there was no secret"),
        ("{" * 5000, "not JSON"),
        ("[" * 100_000, "too deep"),
    ],
)
def test_bad_json_is_told_with_its_place_and_kept(
    phone: Entity, browser: Client, text: str, told: str
) -> None:
    page = f"{form_of(phone)}json/"
    seen = browser.get(page).context["form"]["_seen"].value()

    answer = browser.post(page, {"_seen": seen, "document": text})

    assert told in " ".join(answer.context["form"].errors["document"])
    assert answer.context["form"]["document"].value() == text
    assert not Change.objects.exists()


def test_a_refusal_inside_a_list_stands_at_its_box(account: Account, browser: Client) -> None:
    """The provider's own reasons, by dotted names, find their field; so do those inside of a value."""
    page = f"/t/telmarine/entities/{account.connection.slug}/device/new/"
    taken = next(one["doc"]["sip"]["username"] for one in account.docs("devices").values())
    browser.post(page, {"name": "Second", "sip.username": taken})

    answer = browser.post(f"/t/telmarine/changes/{Change.objects.latest('pk').pk}/send/", follow=True)

    form = answer.context["form"]
    assert form.errors["sip.username"]
    assert form["name"].value() == "Second"


def test_two_who_send_at_the_same_moment_never_overwrite_unseen(
    phone: Entity, account: Account, maud: Any
) -> None:
    """Both previews were made before either was sent, and both are sent at once."""
    for number in range(3):
        assert not races.overwritten_unseen(phone, maud, number)
