"""Live panels: asked when somebody looks, with their age; a fault or a missing application is said on the panel."""

from __future__ import annotations

import pytest

from accounts.scoping import tenant_scope
from telephony.models import Entity
from telephony.providers.offers import Spot
from telephony.services import live_panels
from telephony.services.runs import request_run

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

    assert "12.34" in text and "asked" in text


def test_a_fault_is_said_on_the_panel_and_nowhere_else(reseller, kazoo, alice, client_of_person, panel_url):
    kazoo.faults.add("kazoo", "limits", status=500, times=None)
    answer = client_of_person(alice).get(panel_url("limits"))

    assert answer.status_code == 200 and answer.context["live"].error


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


def test_a_device_shows_who_is_registered_on_its_own_page(reseller, alice, client_of_person, work):
    with tenant_scope(reseller.tenant_id):
        run = work(request_run(reseller, "entities", kinds=["device"], is_hinted=False))
        device = Entity.objects.filter(kind="device").order_by("pk").first()
        assert run.state == "complete" and device is not None
        panels = live_panels.panels_of(reseller, Spot.OBJECT, "device")
    page = client_of_person(alice)
    for panel in panels:
        answer = page.get(f"/t/alder/entities/{device.pk}/live/{panel.name}/")
        assert answer.status_code == 200 and not answer.context["live"].error
    assert panels
