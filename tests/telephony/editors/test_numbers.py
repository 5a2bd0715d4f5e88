"""Numbers and port requests in their forms: the emergency address, and refusals that speak of one number."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Person
from portal.lib.errors import InvalidInput
from telephony.models import Change, Entity
from telephony.services import access, editing
from tests.reading import text_of

from .conftest import Account

ADDRESS = {
    "street_address": "12 rue du Port",
    "locality": "Nantes",
    "region": "44",
    "postal_code": "44000",
    "status": "PROVISIONED",
    "latitude": "47.21",
}
Untouched = Callable[[str], dict[str, Any]]


@pytest.fixture
def held(account: Account) -> dict[str, Any]:
    """A number of the account as the sandbox holds it."""
    own = account.connection.remote_account
    return next(one for one in account.state["numbers"].values() if one["pvt"].get("account") == own)


@pytest.fixture
def number(account: Account, held: dict[str, Any]) -> Entity:
    held["doc"]["e911"] = dict(ADDRESS)
    held["pvt"]["state"] = "in_service"
    account.cache("phone_number")
    key = next(key for key, one in account.state["numbers"].items() if one is held)
    return account.entity("phone_number", key)


def form_of(entity: Entity) -> str:
    return f"/t/telmarine/entities/{entity.pk}/edit/numbers.update/"


def test_an_address_is_whole_or_not_there(number: Entity, browser: Client, untouched: Untouched) -> None:
    page = form_of(number)

    answer = browser.post(page, untouched(page) | {"e911.locality": ""})

    assert list(answer.context["form"].errors) == ["e911.locality"]
    assert not Change.objects.exists()


def test_an_emptied_address_goes_with_what_the_server_wrote_into_it(
    number: Entity, held: dict[str, Any], browser: Client, untouched: Untouched
) -> None:
    page = form_of(number)
    emptied = dict.fromkeys((name for name in untouched(page) if name.startswith("e911.")), "")

    browser.post(page, untouched(page) | emptied)
    change = Change.objects.get()
    browser.post(f"/t/telmarine/changes/{change.pk}/send/")

    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, (change.error, change.fields_refused)
    assert "e911" not in held["doc"]


def test_a_refused_number_of_a_port_request_stands_at_the_numbers(
    number: Entity, account: Account, browser: Client
) -> None:
    page = f"/t/telmarine/entities/{account.connection.slug}/port_request/new/"
    typed = {"name": "Old numbers", "numbers": f"{number.remote_id}\n+33 1 99 00 55 12"}
    browser.post(page, typed)

    answer = browser.post(f"/t/telmarine/changes/{Change.objects.get().pk}/send/", follow=True)

    form = answer.context["form"]
    assert list(form.errors) == ["numbers"]
    assert number.remote_id in str(form.errors["numbers"])
    assert "+33 1 99 00 55 12" in form["numbers"].value().replace("\u00a0", " ").replace("\u202f", " ")


def test_numbers_come_and_go_by_name(account: Account, browser: Client, untouched: Untouched) -> None:
    """What stands beside a number that stays is kept, and the preview names only what comes and goes."""
    blacklist = {"name": "Nuisance", "numbers": {"+33199005511": {"note": "often"}, "+33199005512": {}}}
    shelves = account.state["accounts"][account.connection.remote_account]["docs"]
    shelves.setdefault("blacklists", {})["b" * 32] = {
        "doc": blacklist,
        "pvt": {"created": 1, "modified": 1, "rev": 1},
    }
    account.cache("blacklist")
    entity = account.entity("blacklist", "b" * 32)
    page = f"/t/telmarine/entities/{entity.pk}/edit/blacklist.update/"

    answer = browser.post(page, untouched(page) | {"numbers": "+33 1 99 00 55 11\n+33199005513"}, follow=True)

    change = Change.objects.get()
    assert change.wanted == {"numbers": {"+33199005511": {"note": "often"}, "+33199005513": {}}}
    words = text_of(answer)
    assert "55 12" in words.replace("\u00a0", " ").replace("\u202f", " ")

    refused = browser.post(page, untouched(page) | {"numbers": "+33199005511\nnobody"})
    assert "is not a telephone number" in str(refused.context["form"].errors["numbers"])


def test_a_request_under_way_cannot_be_edited(account: Account, browser: Client) -> None:
    client = access.client_of(account.connection)
    made = client.call("port.create", data={"name": "Old numbers", "numbers": {"+33199005511": {}}}).document
    client.call("port.changeState", {"portRequestId": made["id"], "state": "submitted"})
    account.cache("port_request")
    entity = account.entity("port_request", made["id"])

    page = browser.get(f"/t/telmarine/entities/{entity.pk}/")

    assert "It is under way" in page.content.decode()
    assert f"/entities/{entity.pk}/edit/port.update/" not in page.content.decode()


def test_a_caller_is_blocked_for_the_whole_account_and_emergencies_never(
    account: Account, browser: Client, maud: Person
) -> None:
    shelves = account.state["accounts"][account.connection.remote_account]["docs"]
    held = {"name": "Nuisance", "numbers": {"+33199005511": {"note": "often"}}}
    shelves["blacklists"] = {"b" * 32: {"doc": held, "pvt": {"created": 1, "modified": 1, "rev": 1}}}
    account.cache("blacklist")
    entity = account.entity("blacklist", "b" * 32)
    page = "/t/telmarine/numbers/+33199005512/block/"
    assert "the whole account" in text_of(browser.get(page))

    browser.post(page, {"list": entity.pk})
    change = editing.send(Change.objects.get(), maud)

    assert change.state == Change.State.APPLIED, change.error
    assert shelves["blacklists"]["b" * 32]["doc"]["numbers"] == {
        "+33199005511": {"note": "often"},
        "+33199005512": {},
    }
    assert "the whole account" in text_of(browser.get("/t/telmarine/numbers/+33199005512/"))
    with pytest.raises(InvalidInput) as refused:
        editing.propose(
            account.connection,
            "blacklist.update",
            {"blacklistId": "b" * 32},
            {"numbers": {"112": {}}},
            person=maud,
            entity=entity,
        )
    assert "emergency" in refused.value.fields["numbers"]
