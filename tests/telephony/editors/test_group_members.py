"""Members of a group, each a row of the form: an object by identifier in the document, people and telephones here."""

from __future__ import annotations

import copy
from typing import Any

from django.test import Client

from telephony.bench.html_forms import Data, form_in
from telephony.models import Change, Entity
from telephony.services import access
from tests.reading import text_of

from .conftest import Account


def group_of(account: Account) -> Entity:
    """A group of two people, one of whom has an order and what we know nothing of."""
    people = sorted(account.docs("users"))
    members = {
        people[0]: {"type": "user", "weight": 3, "x_seat": {"row": 2}},
        people[1]: {"type": "user"},
    }
    document = {"name": "Reception", "endpoints": members}
    access.client_of(account.connection).call("group.create", document)
    account.cache("group", "user", "device")
    return account.entity("group")


def url(group: Entity) -> str:
    return f"/t/telmarine/entities/{group.pk}/edit/group.update/"


def loaded(page: Any) -> Data:
    return form_in(page.content.decode(), "sb-edit")


def sent(account: Account, browser: Client, group: Entity, data: Data) -> dict[str, Any]:
    """The members as the provider has them after this form was sent."""
    answer = browser.post(url(group), data)
    assert answer.status_code == 302, text_of(answer)
    change = Change.objects.get()
    browser.post(f"/t/telmarine/changes/{change.pk}/send/")
    change.refresh_from_db()
    assert change.state == Change.State.APPLIED, change.error
    return account.held("groups", group.remote_id)["endpoints"]


def test_a_telephone_is_added_by_the_button_and_all_others_stay(account: Account, browser: Client) -> None:
    group, phone = group_of(account), sorted(account.docs("devices"))[0]
    before = copy.deepcopy(account.held("groups", group.remote_id)["endpoints"])
    page = browser.get(url(group))
    assert "x_seat" not in page.content.decode()

    again = browser.post(
        url(group), loaded(page) | {"endpoints.new": [f"device:{phone}"], "rows": ["endpoints:add:"]}
    )
    assert not Change.objects.exists()
    members = sent(account, browser, group, loaded(again) | {"endpoints.2.weight": ["5"]})

    assert members == before | {phone: {"type": "device", "weight": 5}}


def test_one_is_taken_out(account: Account, browser: Client) -> None:
    group = group_of(account)
    first, second = account.held("groups", group.remote_id)["endpoints"]

    again = browser.post(url(group), loaded(browser.get(url(group))) | {"rows": ["endpoints:remove:0"]})
    members = sent(account, browser, group, loaded(again))

    assert list(members) == [second] and first not in members


def test_somebody_who_is_there_already_is_refused(account: Account, browser: Client) -> None:
    group = group_of(account)
    first = next(iter(account.held("groups", group.remote_id)["endpoints"]))

    answer = browser.post(url(group), loaded(browser.get(url(group))) | {"endpoints.new": [f"user:{first}"]})

    assert "is there twice" in text_of(answer)
    assert not Change.objects.exists()
