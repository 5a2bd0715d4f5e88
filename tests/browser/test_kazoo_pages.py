"""Kazoo in a real browser: a sound goes up and plays, a port request moves and is refused, a number is bought."""

from __future__ import annotations

import io
import math
import struct
import wave
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from telephony.models import Change, Connection, Entity
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import access
from tests.links import link_kazoo
from tests.telephony.connections.objects import stored

PLAY = """player => new Promise((resolve, reject) => {
  player.muted = true;
  player.onended = () => resolve(player.duration);
  player.onerror = () => reject(player.error);
  player.play().catch(reject);
})"""


@pytest.fixture
def link(keyyo: SandboxServer, vellard: Tenant, maud: Person) -> Connection:
    """Vellard's connection to the account at the top of the sandbox's Kazoo."""
    keyyo.state("kazoo")["settings"] = {"bucket_size": 0, "charges": False}
    return link_kazoo(keyyo, vellard, maud, "Halvenor Cloud", "admin")


def tone() -> bytes:
    """Half a second of a tone, as WAV."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(
            b"".join(struct.pack("<h", int(9000 * math.sin(n * 2 * math.pi / 20))) for n in range(4000))
        )
    return file.getvalue()


def write(page: Page) -> None:
    """From the preview to what came of it."""
    expect(page.get_by_text("Nothing has been sent yet.")).to_be_visible()
    page.locator(".sb-foot button.btn-primary").click()


def test_a_sound_goes_up_and_plays_in_the_page(
    visitor: Any, link: Connection, maud: Person, vellard: Tenant
) -> None:
    with tenant_scope(vellard):
        recording = stored(link, "media", "media.create", {"name": "Greeting"})
    seen: list[str] = []

    def upload(page: Page) -> None:
        page.goto(f"/t/vellard/entities/{recording.pk}/")
        page.get_by_role("link", name="Upload a sound").click()
        page.set_input_files(
            "input[type=file]", {"name": "bill.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"}
        )
        page.get_by_role("button", name="Review the change").click()
        expect(page.get_by_text("This must be a file of the kind")).to_be_visible()

    def again(page: Page) -> None:
        page.set_input_files("input[type=file]", {"name": "a.wav", "mimeType": "audio/wav", "buffer": tone()})
        page.get_by_role("button", name="Review the change").click()
        write(page)
        expect(page.locator(".sb-head")).to_contain_text("Written")

    def play(page: Page) -> float:
        page.goto(f"/t/vellard/entities/{recording.pk}/")
        return float(page.locator("audio").evaluate(PLAY))

    visitor.sign_in(maud)
    visitor(upload)
    visitor.problems.clear()  # the refused form is answered with 422, which the console reports
    visitor(again)
    assert visitor(play) == pytest.approx(0.5, abs=0.05)
    seen += visitor.serious()
    assert seen == []


def test_a_port_request_moves_and_is_refused(
    visitor: Any, link: Connection, maud: Person, vellard: Tenant
) -> None:
    with tenant_scope(vellard):
        document = {"name": "Old numbers", "numbers": {"+33199005511": {}}}
        request = stored(link, "port_request", "port.create", document)
        client = access.client_of(link, is_person=True)

    def submit(page: Page) -> None:
        page.goto("/t/vellard/ports/")
        page.get_by_role("button", name="Send it").click()
        write(page)
        page.goto("/t/vellard/ports/")
        lane = page.locator(".sb-lane", has=page.get_by_role("heading", name="Submitted"))
        expect(lane.get_by_text("Old numbers")).to_be_visible()

    def refused(page: Page) -> None:
        page.goto("/t/vellard/ports/")
        page.get_by_role("button", name="Hand to the carrier").click()
        write(page)
        expect(page.get_by_text("invalid state transition from rejected to pending").first).to_be_visible()

    visitor.sign_in(maud)
    visitor(submit)
    visitor.open("/t/vellard/ports/")
    assert visitor.serious() == []
    assert not visitor.scrolls_sideways()
    client.call("port.changeState", {"portRequestId": request.remote_id, "state": "rejected"})
    visitor(refused)
    with tenant_scope(vellard):
        assert Change.objects.latest("pk").state == Change.State.REFUSED


def test_a_number_is_bought_with_charges_asked(
    visitor: Any, keyyo: SandboxServer, link: Connection, maud: Person, vellard: Tenant
) -> None:
    accounts = keyyo.state("kazoo")["accounts"]
    account = accounts[link.remote_account]
    seller = accounts.get(account["pvt"].get("reseller_id", ""), account)
    with tenant_scope(vellard):
        client = access.client_of(link, is_person=True)
        plan = client.call("services.listAvailable").items[0]["id"]
        price = {"_all": {"rate": 1.0, "activation_charge": 5.0}}
        seller["docs"]["service_plans"][plan]["doc"]["plan"] = {"phone_numbers": price}
        client.call("servicePlan.add", {"planId": plan})
    keyyo.state("kazoo")["settings"] = {"bucket_size": 0, "charges": True}

    def search(page: Page) -> None:
        page.goto("/t/vellard/numbers/order/")
        page.get_by_label("First digits, or the town").fill("+33 1 99")
        page.get_by_role("button", name="Search").last.click()
        page.locator("input[name=number]").first.check()

    def buy(page: Page) -> None:
        page.get_by_role("button", name="Review the order").click()
        write(page)
        expect(page.get_by_text("asks for money before it does this")).to_be_visible()
        page.get_by_role("button", name="Accept the charges and write").click()
        expect(page.locator(".sb-head")).to_contain_text("Written")

    visitor.sign_in(maud)
    visitor(search)
    assert visitor.serious() == []
    visitor(buy)
    with tenant_scope(vellard):
        assert Entity.objects.filter(kind="phone_number").count() == 1
