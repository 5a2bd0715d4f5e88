"""A company in a real browser: as System-Admin, and as the company's own administrator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Connection, Entity
from telephony.providers.sandbox.server import SandboxServer
from tests.telephony.providers.keevio.conftest import ADMIN, run

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def at_browser(visitor: Any, alice: Person) -> Any:
    visitor.sign_in(alice)
    return visitor


def page_of(connection: Connection) -> str:
    run("sync", connection.slug)
    with tenant_scope(connection.tenant_id):
        return f"/t/alder/companies/{Entity.objects.get(kind='company', remote_id='brackenfold').pk}/"


def problems_of(visitor: Any, path: str) -> list[str]:
    problems: list[str] = []
    for size in (DESK, PHONE):
        visitor(lambda page, size=size: page.set_viewport_size(size))
        visitor.open(path)
        problems += [f"{size['width']}: {found}" for found in visitor.serious()]
        if visitor.scrolls_sideways():
            problems.append(f"{size['width']}: scrolls sideways")
    visitor(lambda page: page.set_viewport_size(DESK))
    return problems


def test_a_system_admin_changes_settings_and_moves_a_company(
    at_browser: Any, connection: Connection, reachable: SandboxServer
) -> None:
    path = page_of(connection)
    assert not problems_of(at_browser, path)

    def steps(page: Page) -> None:
        page.goto(f"{at_browser.base}{path}")
        page.get_by_label("Rest after a call").fill("60")
        page.get_by_role("radiogroup", name="Messages kept in a mailbox").get_by_label("200").check()
        page.get_by_role("switch", name="Hide call recording").check()
        expect(page.locator("#setting-q_wraptime .sb-became")).to_have_text("45 s → 60 s")
        expect(page.locator("#setting-nocallrec .sb-became")).to_have_text("shown → hidden")
        page.get_by_role("link", name="Inherited").click()
        expect(page.locator("#setting-q_ringtime")).to_be_hidden()
        page.get_by_role("button", name="Review 3 changes").click()
        page.get_by_role("button", name="Write 3 fields to keevio").click()
        page.get_by_text("Written and read back").wait_for()
        page.goto(f"{at_browser.base}{path}")
        page.get_by_role("link", name="Move to another company").click()
        page.get_by_label("Together with").select_option(label="Labs")
        page.get_by_role("button", name="Review the change").click()
        assert "Labs" in (page.locator("figure svg").get_attribute("aria-label") or "")
        page.get_by_role("button", name="Write 1 field to keevio").click()
        page.get_by_text("Written and read back").wait_for()

    at_browser(steps)

    company = reachable.state("keevio")["companies"]["brackenfold"]
    assert company["container"] == "default"
    data = company["data"]
    assert (data["q_wraptime"], data["vm_maxmsgs"], data["nocallrec"]) == ("60", "200", True)


def test_a_company_administrator_is_told_why_switches_do_not_move(
    at_browser: Any, connect: Callable[..., Connection], reachable: SandboxServer
) -> None:
    path = page_of(connect(ADMIN))
    assert not problems_of(at_browser, path)

    def steps(page: Page) -> None:
        page.goto(f"{at_browser.base}{path}")
        expect(page.get_by_role("switch", name="Hide call recording")).to_be_disabled()
        expect(page.locator("#group-switches")).to_contain_text("Only a System-Admin can move these")
        page.get_by_label("Rest after a call").fill("300")
        page.get_by_role("button", name="Review 1 change").click()
        expect(page.locator("#setting-q_wraptime")).to_contain_text("Between 2 and 240")
        page.get_by_label("Rest after a call").fill("60")
        page.get_by_role("button", name="Review").click()
        page.get_by_role("button", name="Write 1 field to keevio").click()
        page.get_by_text("Written and read back").wait_for()

    at_browser(steps)

    assert reachable.state("keevio")["companies"]["brackenfold"]["data"]["q_wraptime"] == "60"
