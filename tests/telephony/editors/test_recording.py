"""What is recorded of whose calls: an entry for each far side, and what a form does not show of one stays."""

from __future__ import annotations

import copy
from typing import Any

from django.test import Client

from telephony.bench.html_forms import form_in
from telephony.models import Change
from telephony.services import access, editing
from tests.reading import text_of

from .conftest import Account

HELD = {
    "inbound": {
        "offnet": {"enabled": True, "format": "mp3", "x_kept": {"until": 7}},
        "x_elsewhere": {"enabled": False},
    },
    "x_way": {"any": {}},
}


def test_recording_is_set_by_far_side_and_nothing_else_changes(account: Account, browser: Client) -> None:
    account.cache("user")
    person = account.entity("user")
    client = access.client_of(account.connection)
    before = client.call("user.get", {"userId": person.remote_id}).document
    client.call("user.update", {"userId": person.remote_id}, data={**before, "call_recording": HELD})
    account.cache("user")
    url = f"/t/telmarine/entities/{person.pk}/edit/user.update/"

    def held() -> dict[str, Any]:
        return account.held("users", person.remote_id)

    def pressed(page: Any, **typed: str) -> Any:
        data = form_in(page.content.decode(), "sb-edit") | {name: [value] for name, value in typed.items()}
        return browser.post(url, data | {"rows": ["call_recording.inbound:add:"]})

    before = copy.deepcopy(held())
    page = browser.get(url)
    assert "Calls over the public network" in text_of(page) and "x_kept" not in text_of(page)
    twice = pressed(page, **{"call_recording.inbound.new": "offnet"})
    twice = browser.post(url, form_in(twice.content.decode(), "sb-edit"))
    assert "“Calls over the public network” is there twice." in text_of(twice)
    page = pressed(page, **{"call_recording.inbound.new": "onnet"})
    data = form_in(page.content.decode(), "sb-edit")
    bad = {"call_recording.inbound.0.time_limit": ["2"], "call_recording.inbound.2.url": ["not an address"]}
    refused = browser.post(url, data | bad)
    assert refused.context["form"].errors["call_recording.inbound"] == [
        "Row 1, Longest recording (s): This must be at least 5.",
        "Row 3, Send the file to: An address has no blanks in it.",
    ]

    good = {"call_recording.inbound.0.time_limit": ["900"], "call_recording.inbound.2.enabled": ["true"]}
    browser.post(url, data | good)
    change = Change.objects.get()
    sent = editing.send(change, None)

    assert sent.state == Change.State.APPLIED, (sent.error, sent.fields_refused)
    wanted = copy.deepcopy(HELD)
    wanted["inbound"]["offnet"]["time_limit"] = 900
    wanted["inbound"]["onnet"] = {"enabled": True}
    assert held()["call_recording"] == wanted
    assert {**held(), "call_recording": 0} == {**before, "call_recording": 0}
    assert editing.send(editing.revert(change, None), None).state == Change.State.APPLIED
    assert held() == before
