"""Keys of a telephone, and features during a call: entries of which a person says both what they are and their key."""

from __future__ import annotations

import copy
from typing import Any

from django.test import Client

from telephony.bench.html_forms import form_in
from telephony.models import Change
from telephony.providers.kazoo.editors.sorts import SORTS
from telephony.services import access, editing
from tests.reading import text_of

from .conftest import Account

COMBO = "provision.combo_keys"
HELD = {
    "1": {"type": "line"},
    "2": {"type": "speed_dial", "value": "+33199006210"},
    "3": {"type": "speed_dial", "value": {"value": "1012", "label": "Odile"}, "x_colour": "red"},
    "4": {"type": "speed_dial", "value": {"value": "1013"}},
    "5": {"type": "parking", "value": 3},
    "6": {"type": "unheard_of", "value": [1]},
}


def test_keys_and_features_are_added_edited_and_the_others_stay(account: Account, browser: Client) -> None:
    account.cache("user", "device")
    phone, person = account.entity("device"), account.entity("user")
    client = access.client_of(account.connection)
    document = client.call("device.get", {"deviceId": phone.remote_id}).document
    feature = {"module": "audio_level", "data": {"level": 3}, "children": {"_": {"module": "hangup"}}}
    own = {"provision": {"combo_keys": HELD}, "metaflows": {"numbers": {"9": feature}}}
    client.call("device.update", {"deviceId": phone.remote_id}, data={**document, **own})
    account.cache("device")
    url = f"/t/telmarine/entities/{phone.pk}/edit/device.update/"

    def pressed(page: Any, field: str, what: str, key: str) -> Any:
        typed = {f"{field}.new": [what], f"{field}.typed": [key], "rows": [f"{field}:add:"]}
        return browser.post(url, form_in(page.content.decode(), "sb-edit") | typed)

    before = copy.deepcopy(account.held("devices", phone.remote_id))
    page = pressed(browser.get(url), COMBO, "presence", "7")
    page = pressed(pressed(page, COMBO, "presence", "x"), "metaflows.numbers", "transfer", "2")
    page = pressed(page, COMBO, "line", "")
    data = form_in(page.content.decode(), "sb-edit")
    refused = browser.post(url, data)
    assert refused.context["form"].errors[COMBO] == [
        "Row 8: “x” is not of the expected form.",
        "Row 9: Key: A value is needed.",
    ]
    page = browser.post(url, data | {"rows": [f"{COMBO}:remove:7"]})
    page = browser.post(url, form_in(page.content.decode(), "sb-edit") | {"rows": [f"{COMBO}:remove:8"]})
    data = form_in(page.content.decode(), "sb-edit")
    data |= {
        f"{COMBO}.1.value.label": ["Reception"],
        f"{COMBO}.2.value.label": [""],
        f"{COMBO}.6.value.value": [person.remote_id],
        "metaflows.numbers.1.data.transfer_type": ["attended"],
    }
    answer = browser.post(url, data)
    assert answer.status_code == 302, answer.context["form"].errors
    change = Change.objects.get()
    shown = text_of(browser.get(answer["Location"]))
    assert f"Key 7: Lamp of a person (Person: {person})" in shown
    assert "Digits 2: Transfer the call (How: After talking to them)" in shown
    sent = editing.send(change, None)

    assert sent.state == Change.State.APPLIED, (sent.error, sent.fields_refused)
    held = account.held("devices", phone.remote_id)
    assert held["provision"]["combo_keys"] == HELD | {
        "2": {"type": "speed_dial", "value": {"value": "+33199006210", "label": "Reception"}},
        "3": {"type": "speed_dial", "value": "1012", "x_colour": "red"},
        "7": {"type": "presence", "value": person.remote_id},
    }
    assert held["metaflows"]["numbers"] == {
        "9": feature,
        "2": {"module": "transfer", "data": {"transfer_type": "attended"}},
    }
    assert editing.send(editing.revert(change, None), None).state == Change.State.APPLIED
    assert account.held("devices", phone.remote_id) == before


def test_no_field_of_a_form_is_json_but_those_that_no_source_describes() -> None:
    boxes = {
        f"{sort.kind}.{one.name}"
        for sort in SORTS
        for field in sort.fields
        for one in (field, *(field.rows.columns if field.rows else ()))
        if one.kind == "json"
    }

    assert boxes == {
        "callflow.flow.data",
        "callflow.flow.children",
        "conference.controls",
        "connectivity.options.sip_headers",
        *(
            f"{kind}.invite_parameters.dynamic"
            for kind in ("resource", "global_resource", "resource_template")
        ),
    }


def test_zones_months_and_events_are_chosen_from_lists() -> None:
    kinds = {f"{sort.kind}.{one.name}": one.kind for sort in SORTS for one in sort.fields}

    chosen = ("user.timezone", "vmbox.timezone", "temporal_rule.month", "webhook.hook", "media.tts.voice")
    assert {kinds[name] for name in chosen} == {"choice"}
    assert kinds["device.provision.endpoint_model"] == "text"
