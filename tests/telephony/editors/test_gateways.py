"""Gateways of a carrier, each a row of the form: what is not shown of one stays, and its password stays with it."""

from __future__ import annotations

import copy
import re
from typing import Any

from django.test import Client

from telephony.bench.html_forms import form_in
from telephony.models import Change, Entity
from telephony.services import access, editing
from tests.reading import text_of

from .conftest import Account

PASSWORDS = ("the-first-of-theirs", "the-second-of-theirs")


def carrier_of(account: Account) -> Entity:
    """A carrier of two gateways, with passwords and with what we know nothing of."""
    gateways = [
        {
            "server": "192.0.2.20",
            "password": PASSWORDS[0],
            "x_rack": {"unit": 4},
            "media": {"rtcp_mux": True},
        },
        {"server": "192.0.2.21", "username": "telmarine", "password": PASSWORDS[1]},
    ]
    access.client_of(account.connection).call(
        "localResources.create", {"name": "Ancre", "gateways": gateways}
    )
    account.cache("resource")
    return Entity.objects.get(kind="resource", name="Ancre")


def test_gateways_are_moved_edited_added_and_keep_their_passwords(account: Account, browser: Client) -> None:
    carrier = carrier_of(account)
    url = f"/t/telmarine/entities/{carrier.pk}/edit/localResources.update/"

    def held() -> list[dict[str, Any]]:
        return account.held("resources", carrier.remote_id)["gateways"]

    def pressed(page: Any, at: str, act: str, **typed: str) -> Any:
        data = form_in(page.content.decode(), "sb-edit") | {name: [value] for name, value in typed.items()}
        return browser.post(at, data | {"rows": [f"gateways:{act}"]})

    before = copy.deepcopy(held())
    page = browser.get(url)
    page = pressed(pressed(page, url, "down:0"), url, "add:entry")
    data = form_in(page.content.decode(), "sb-edit") | {
        "gateways.0.port": ["5080"],
        "gateways.2.server": ["192.0.2.22"],
        "gateways.2.password": ["a-new-one"],
        "gateways.2.media.fax_option": ["true"],
    }
    bad = {"gateways.1.port": ["5o60"], "gateways.1.realm": ["x" * 70], "gateways.2.server": [""]}
    refused = browser.post(url, data | bad)
    assert refused.context["form"].errors["gateways"] == [
        "Row 1, Port: A whole number is needed.",
        "Row 1, SIP domain: At most 64 characters; these are 70.",
        "Row 3, Server: A value is needed.",
    ]
    html = refused.content.decode()
    assert re.findall(r'<[^>]*name="([^"]+)"[^>]*aria-invalid="true"', html) == list(bad)
    assert re.findall(r'id="id_gateways_(\w+)_error">.*?<span>(.*?)</span>', html) == [
        ("1_port", "A whole number is needed."),
        ("1_realm", "At most 64 characters; these are 70."),
        ("2_server", "A value is needed."),
    ]

    first = browser.post(url, data)
    again = f"{url}?change={Change.objects.get().pk}"
    page = pressed(browser.get(again), again, "remove:0")
    answer = browser.post(again, form_in(page.content.decode(), "sb-edit"))

    change = Change.objects.latest("pk")
    review = browser.get(answer["Location"])
    assert "192.0.2.22" in text_of(review)
    shown = "".join(one.content.decode() for one in (page, refused, browser.get(first["Location"]), review))
    assert not [one for one in (*PASSWORDS, "a-new-one") if one in shown.replace('value="a-new-one"', "")]
    sent = editing.send(change, None)
    assert sent.state == Change.State.APPLIED, (sent.error, sent.fields_refused)
    added = {"server": "192.0.2.22", "password": "a-new-one", "media": {"fax_option": True}}
    assert [
        {name: one[name] for name in one if name in wish}
        for one, wish in zip(held(), (before[0] | {"port": 5080}, added), strict=True)
    ] == [before[0] | {"port": 5080}, added]

    assert editing.send(editing.revert(change, None), None).state == Change.State.APPLIED
    assert held() == before
