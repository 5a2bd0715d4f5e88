"""Live panels: asked when somebody looks, with their age; a fault or a missing application is said on the panel."""

from __future__ import annotations

import json
from datetime import datetime

import pytest

from accounts.scoping import tenant_scope
from telephony.models import Entity
from telephony.providers.offers import Spot
from telephony.services import live_panels
from tests.exported import asked, exported, rows_of

from .cached_lines import keep_listed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def panel_url(reseller):
    return lambda name: f"/t/alder/connections/{reseller.pk}/live/{name}/"


def test_every_panel_of_the_connection_is_on_its_page_and_answers(
    reseller, alice, client_of_person, panel_url
):
    page = client_of_person(alice)
    own = f"/t/alder/connections/{reseller.pk}/"
    text = page.get(own).content.decode() + page.get(f"{own}account/").content.decode()
    spots = (Spot.CONNECTION, Spot.ACCOUNT)
    names = [panel.name for spot in spots for panel in live_panels.panels_of(reseller, spot)]

    assert {"registrations", "channels", "balance", "limits", "plans"} <= set(names)
    for name in names:
        assert f'hx-get="{panel_url(name)}"' in text
        fragment = page.get(panel_url(name), headers={"HX-Request": "true"})
        whole = page.get(panel_url(name))
        assert (fragment.status_code, whole.status_code) == (200, 200)
        assert "<html" not in fragment.content.decode() and "<html" in whole.content.decode()
        assert not fragment.context["live"].error, (name, fragment.context["live"].error)


def test_what_it_shows_is_what_the_provider_has_now(reseller, kazoo, alice, client_of_person, panel_url):
    account = kazoo.state("kazoo")["accounts"][reseller.remote_account]
    account["pvt"]["balance_units"] = 123_400
    text = client_of_person(alice).get(panel_url("balance")).content.decode()

    assert "12.34\N{NO-BREAK SPACE}€" in text and "asked" in text


def test_a_panel_is_a_file_of_what_the_provider_has_then(reseller, kazoo, alice, client_of_person, panel_url):
    page = client_of_person(alice)
    shown = page.get(panel_url("registrations")).context["live"].rows
    rows = json.loads(exported(page, panel_url("registrations"), figure="list"))["rows"]
    at = [datetime.fromisoformat(row["event_timestamp"]) for row in rows]
    assert len(rows) == len(shown) > 0 and all(one.tzinfo for one in at)
    assert [row["username"] for row in rows] == [facts[2].value for facts in shown]
    [limit, *_others] = rows_of(page, panel_url("limits"))
    assert limit["what"] == "Two-way trunks"
    kazoo.state("kazoo")["accounts"][reseller.remote_account]["pvt"]["balance_units"] = 123_400
    page.get(f"{panel_url('balance')}?now=1")
    assert [row["value"] for row in rows_of(page, panel_url("balance"))] == ["12.34\N{NO-BREAK SPACE}€"]


def test_telephones_are_named_as_we_know_them(reseller, alice, client_of_person, panel_url):
    with tenant_scope(reseller.tenant_id):
        assert keep_listed(reseller, "device", "device.list")
    page = client_of_person(alice)
    for name in ("registrations", "device_status"):
        answer = page.get(panel_url(name))
        with tenant_scope(reseller.tenant_id):
            devices = {one.remote_id: one for one in Entity.objects.filter(kind="device")}
        cells, _acts = answer.context["rows"][0]
        first, _under = cells[0]
        device = devices[first.value]

        assert f"/{device.pk}/" in answer.content.decode() and str(device) in answer.content.decode()
        assert device.remote_id not in answer.content.decode()


@pytest.mark.parametrize("generation", ["3.22", "4.3"])
def test_what_the_plans_count_is_read_from_either_sort_of_server(
    reseller, kazoo, alice, client_of_person, panel_url, generation
):
    kazoo.state("kazoo")["generation"] = generation
    accounts = kazoo.state("kazoo")["accounts"]
    account = accounts[reseller.remote_account]
    offers = accounts[account["pvt"]["reseller_id"]]["docs"]["service_plans"]
    plans = {one: {} for one, offer in offers.items() if "devices" in offer["doc"]["plan"]}
    account["one"]["services"] = {"doc": {"plans": plans}, "pvt": {"created": 0, "modified": 0, "rev": 1}}
    answer = client_of_person(alice).get(panel_url("counted"))
    rows = [[fact.value for fact, _under in row] for row, _acts in answer.context["rows"]]

    assert ["devices", "Desk phone"] in [row[1:3] for row in rows]


def test_a_fault_is_said_on_the_panel_and_nowhere_else(reseller, kazoo, alice, client_of_person, panel_url):
    kazoo.faults.add("kazoo", "limits", status=500, times=None)
    answer = client_of_person(alice).get(panel_url("limits"))

    assert answer.status_code == 200 and answer.context["live"].error
    assert 'name="figure"' not in answer.content.decode()
    job = asked(client_of_person(alice), panel_url("limits"), figure="list")
    assert job.state == "failed" and "has not answered" in job.error


def test_an_application_that_the_server_lacks_is_no_fault(
    reseller, kazoo, alice, client_of_person, panel_url
):
    for path in ("current_balance", "ledgers"):
        kazoo.faults.add("kazoo", path, status=404, times=None)

    assert "keeps no balance" in client_of_person(alice).get(panel_url("balance")).content.decode()


def test_an_unknown_panel_and_a_foreign_connection_are_not_found(
    reseller, alice, dora, client_of_person, panel_url
):
    assert client_of_person(alice).get(panel_url("nonsense")).status_code == 404
    assert client_of_person(dora).get(panel_url("balance")).status_code == 404


def test_a_device_shows_who_is_registered_on_its_own_page(reseller, alice, client_of_person):
    with tenant_scope(reseller.tenant_id):
        device = keep_listed(reseller, "device", "device.list")[0]
        panels = live_panels.panels_of(reseller, Spot.OBJECT, "device")
    page = client_of_person(alice)
    for panel in panels:
        answer = page.get(f"/t/alder/entities/{device.pk}/live/{panel.name}/")
        assert answer.status_code == 200 and not answer.context["live"].error
    assert panels


def test_messages_are_for_who_may_read_them(reseller, alice, carol, client_of_person):
    with tenant_scope(reseller.tenant_id):
        box = keep_listed(reseller, "vmbox", "voicemail.list")[0]
    page = f"/t/alder/entities/{box.pk}/"
    for person, may in ((alice, True), (carol, False)):
        client = client_of_person(person)
        assert (f"{page}live/messages/" in client.get(page).content.decode()) is may
        assert client.get(f"{page}live/messages/").status_code == (200 if may else 403)
    told = {"path": f"{page}live/messages/", "query": "", "figure": "list", "format": "csv"}
    assert client_of_person(alice).post("/t/alder/exports/page/", told).status_code == 404
