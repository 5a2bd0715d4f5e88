"""Opening hours in a real browser: a week with a holiday, written to Kazoo, seen in the sandbox, taken back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person, Tenant
from telephony.models import Connection
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import request_log
from tests.links import link_kazoo

FLAG = "opening-hours"


@pytest.fixture
def linked(keyyo: SandboxServer, vellard: Tenant, maud: Person) -> Connection:
    """Vellard's connection to an account of Kazoo's stand-in."""
    made = link_kazoo(keyyo, vellard, maud)
    request_log.flush()
    return made


def add_hours(page: Page) -> None:
    page.goto("/t/vellard/opening-hours/")
    page.get_by_role("link", name="Add opening hours").first.click()
    page.get_by_role("textbox", name="Name").fill("Accueil")
    page.get_by_label("Public holidays of").select_option("FR")
    saturday = page.get_by_role("group", name="Saturday")
    saturday.get_by_label("Saturday 1, from").fill("09:00")
    saturday.get_by_label("Saturday 1, to").fill("12:00")
    expect(saturday.get_by_label("Saturday 2, from")).to_be_hidden()
    tuesday = page.get_by_role("group", name="Tuesday")
    tuesday.get_by_label("Tuesday 2, to").fill("20:00")
    page.get_by_role("group", name="Wednesday").get_by_role("button", name="As the day above").click()
    page.get_by_role("button", name="Add these hours").click()
    expect(page.locator(".sb-head")).to_contain_text("Tuesday and Wednesday 9:00–12:30 and 13:30–20:00")
    expect(page.locator(".sb-head")).to_contain_text("closed on 11 public holidays of France")


def ask(page: Page) -> None:
    page.get_by_label("Day and time").fill("2027-05-06T10:00")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_text("Ascension Day").first).to_be_visible()
    expect(page.get_by_text("opens Friday 7 May, 09:00")).to_be_visible()


def review(page: Page) -> None:
    page.goto("/t/vellard/opening-hours/")
    page.get_by_role("button", name="Review for Kazoo").click()
    expect(page.get_by_text("Accueil: 25 December all day")).to_be_visible()


def write(page: Page) -> None:
    page.locator(".sb-foot").get_by_role("button", name="Write").click()
    expect(page.get_by_role("button", name="Take all of it back")).to_be_visible(timeout=60_000)


def take_back(page: Page) -> None:
    page.get_by_role("button", name="Take all of it back").click()
    page.locator(".sb-foot").get_by_role("button", name="Write").click()
    page.get_by_role("link", name="Opening hours").first.wait_for()
    expect(page.locator(".sb-head").get_by_text("Written")).to_be_visible(timeout=60_000)


@pytest.mark.browser
def test_hours_with_a_holiday_are_written_seen_and_taken_back(
    visitor: Any, worker: Any, keyyo: SandboxServer, linked: Connection, maud: Person
) -> None:
    def ours(collection: str) -> list[dict[str, Any]]:
        docs = keyyo.state("kazoo")["accounts"][linked.remote_account]["docs"].get(collection, {})
        return [row["doc"] for row in docs.values() if FLAG in row["doc"].get("flags", ())]

    seen: list[str] = []
    visitor.sign_in(maud)
    for step in (add_hours, ask, review, write):
        visitor(step)
        seen.extend(visitor.serious())

    (rule_set,) = ours("temporal_rules_sets")
    rules = ours("temporal_rules")
    assert rule_set["name"] == "Accueil: closed" and len(rule_set["temporal_rules"]) == len(rules)
    assert any(rule["cycle"] == "yearly" and rule["month"] == 12 and rule["days"] == [25] for rule in rules)

    visitor(take_back)
    assert not ours("temporal_rules") and not ours("temporal_rules_sets")
    assert seen == []
