"""A person makes a rule, sees what it would have raised, and looks after the alert that it raises."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from .conftest import NOW


def test_a_rule_is_made_and_its_alert_acknowledged(visitor, alder, carol, call, look):
    for back in (0, 2, 5):
        call(NOW.replace(day=NOW.day - back), 30, outcome="missed")
    look(NOW)
    visitor.sign_in(carol)

    def make(page: Page) -> None:
        page.goto("/t/alder/alerts/")
        page.get_by_role("link", name="Rules").click()
        page.get_by_role("link", name="Answer rate too low").click()
        page.get_by_label("Answered at least, in percent").fill("90")
        page.get_by_role("button", name="What would it have raised?").click()
        expect(page.get_by_role("heading", name="1 alert in the last 30 days")).to_be_visible()
        expect(page.get_by_label("Answered at least, in percent")).to_have_value("90")

    visitor(make)
    assert visitor.serious() == []
    visitor(lambda page: page.get_by_role("button", name="Keep this rule").click())
    look(NOW)

    def follow(page: Page) -> None:
        page.goto("/t/alder/alerts/")
        expect(page.get_by_text("0.0 % answered")).to_be_visible()

    visitor(follow)
    assert visitor.serious() == []

    def acknowledge(page: Page) -> None:
        page.get_by_role("link", name="Answer rate too low").click()
        expect(page.get_by_role("link", name="30 calls")).to_be_visible()
        page.get_by_label("Note").fill("The trunk was down")

    visitor(acknowledge)
    assert visitor.serious() == [] and not visitor.scrolls_sideways()

    def done(page: Page) -> None:
        page.get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_text("no mail tells of it any more")).to_be_visible()
        expect(page.get_by_label("Note")).to_have_value("The trunk was down")

    visitor(done)
