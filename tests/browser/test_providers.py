"""As a reseller: link each provider, import customers with one login, watch calls arrive, open a device from a call."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.isolation import leaks
from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from telephony.models import Call, Connection, Entity
from telephony.providers.kazoo.sandbox.seed import LOGIN
from telephony.providers.keevio.sandbox import seed as keevio
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.voipcloud.sandbox import seed as voipcloud

from .conftest import eventually

CUSTOMERS = ("Garage Pontavre", "Cabinet dentaire Ormélie", "Boulangeries Fournival")


def begin(page: Page, label: str) -> None:
    page.goto("/t/vellard/connections/new/")
    page.locator("a.sb-provider", has_text=label).click()


def link(page: Page) -> None:
    page.get_by_role("button", name="Try it and connect").click()


@pytest.mark.browser
def test_each_provider_is_linked_and_a_reseller_imports_customers(
    visitor: Any, worker: Any, keyyo: SandboxServer, maud: Person, vellard: Tenant
) -> None:
    seen: list[str] = []

    def look() -> None:
        seen.extend(visitor.serious())

    def link_kazoo(page: Page) -> None:
        begin(page, "Kazoo")
        page.get_by_label("Address of the API").fill(f"{keyyo.url}/kazoo/v2/")
        expect(page.get_by_label("API key")).to_be_hidden()
        page.get_by_label("Account", exact=True).fill("Telmarine Services")
        page.get_by_label("User name").fill("direction")
        page.locator("input[name=password]").fill(LOGIN["password"])
        link(page)
        expect(page.get_by_role("heading", name="Customers of this login")).to_be_visible()

    def choose(page: Page) -> None:
        for name in CUSTOMERS:
            page.get_by_label(name, exact=True).check()
        page.get_by_role("button", name="Review the import").click()
        expect(page.get_by_text("the new customer Garage Pontavre")).to_be_visible()

    def import_them(page: Page) -> None:
        page.get_by_role("button", name="Import 3 customers").click()
        expect(page.get_by_text("3 customers are imported")).to_be_visible()

    def link_voipcloud(page: Page) -> None:
        begin(page, "VoIPcloud")
        page.get_by_label("Address of the portal").fill(f"{keyyo.url}/voipcloud")
        page.locator("input[name=api_key]").fill(str(voipcloud.fixture("pelican_point")["api_key"]))
        link(page)
        expect(page.get_by_text("is connected.")).to_be_visible()

    def link_keevio(page: Page) -> None:
        begin(page, "keevio")
        page.get_by_label("Address of the PBX").fill(f"{keyyo.url}/keevio")
        page.get_by_label("User name").fill("harrowmere_admin")
        page.locator("input[name=password]").fill(keevio.PASSWORD)
        page.get_by_label("Company").fill("harrowmere")
        link(page)
        expect(page.get_by_text("is connected.")).to_be_visible()

    visitor.sign_in(maud)
    visitor(link_kazoo)
    look()
    visitor(choose)
    look()
    visitor(import_them)
    look()
    visitor(link_voipcloud)
    visitor(link_keevio)
    look()

    garage = Tenant.objects.get(slug="garage-pontavre")

    def call_of_a_line() -> tuple[int, int] | None:
        with tenant_scope(garage):
            calls = Call.objects.filter(line__isnull=False, outcome="answered").order_by("-started_at", "-pk")
            return calls.values_list("pk", "line").first()

    pk, line = eventually(call_of_a_line, "calls of an imported customer arrive by themselves")

    def from_call_to_line(page: Page) -> None:
        page.goto("/t/garage-pontavre/calls/")
        expect(page.locator("tr[data-row]").first).to_be_visible()
        page.goto(f"/t/garage-pontavre/calls/{pk}/")
        page.locator(f"a[href$='/lines/{line}/']").first.click()
        expect(page.get_by_role("heading", name="Recent calls")).to_be_visible()

    visitor(from_call_to_line)
    look()
    with tenant_scope(garage):
        device = eventually(lambda: Entity.objects.filter(kind="device").first(), "devices arrive")

    def open_device(page: Page) -> None:
        page.goto(f"/t/garage-pontavre/entities/{device.pk}/")
        page.locator("section.sb-live").first.scroll_into_view_if_needed()
        expect(page.locator("section.sb-live").first).to_contain_text("asked", timeout=15_000)

    visitor(open_device)
    look()

    def companies() -> int:
        with tenant_scope(vellard):
            return Entity.objects.filter(kind="company").count()

    eventually(companies, "the company of keevio arrives")
    with tenant_scope(vellard):
        assert set(Connection.objects.values_list("provider", flat=True)) == {"kazoo", "voipcloud", "keevio"}
    assert seen == []
    assert leaks() == []
