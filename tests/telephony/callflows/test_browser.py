"""The editor in a real browser: by keyboard alone, by mouse, at phone width, and fit for everybody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Person
from telephony.models import CallflowDraft
from telephony.services.callflow_drafts import flow_of

from .conftest import Editor, Store, identifier

pytestmark = pytest.mark.django_db(transaction=True)
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def at_browser(visitor: Any, maud: Person) -> Any:
    visitor.sign_in(maud)
    return visitor


def modules(draft: CallflowDraft) -> list[str]:
    draft.refresh_from_db()
    return sorted(node.module for node in flow_of(draft.flow).nodes.values())


def test_a_step_is_added_and_taken_back_by_keyboard_alone(at_browser: Any, draft: CallflowDraft) -> None:
    before = modules(draft)

    def add(page: Page) -> None:
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/")
        page.locator("[role=treeitem][tabindex='0']").focus()
        page.keyboard.press("End")
        page.keyboard.press("Home")
        for _ in range(3):
            page.keyboard.press("ArrowDown")
        expect(page.locator("#flow-panel > header h2")).to_have_text("Bess Arkwell")
        page.keyboard.press("a")
        page.keyboard.type("mailbox check")
        page.locator("[data-find-module]").fill("voicemail")
        page.keyboard.press("Enter")
        expect(page.locator(".sb-draftbar")).to_contain_text("1 step differs")
        expect(page.locator("[role=treeitem]:focus")).to_contain_text("Voicemail")

    def undo(page: Page) -> None:
        page.keyboard.press("Control+z")
        expect(page.locator(".sb-draftbar")).to_contain_text("Same as the live callflow")

    at_browser(add)
    assert modules(draft) == sorted([*before, "voicemail"])
    at_browser(undo)
    assert modules(draft) == before


def test_a_branch_is_dragged_below_another_step(at_browser: Any, draft: CallflowDraft) -> None:
    def drag(page: Page) -> None:
        page.set_viewport_size({"width": 1900, "height": 1000})
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/")
        start = page.locator(".sb-flow .step[data-step='5'] .box").bounding_box()
        end = page.locator(".sb-flow .step[data-step='3'] .box").bounding_box()
        assert start
        assert end
        page.mouse.move(start["x"] + 60, start["y"] + 20)
        page.mouse.down()
        page.mouse.move(end["x"] + 60, end["y"] + 20, steps=4)
        page.mouse.up()
        expect(page.locator(".sb-draftbar")).to_contain_text("1 step differs")

    at_browser(drag)
    draft.refresh_from_db()
    assert flow_of(draft.flow)[5].parent == 3


def test_the_pages_are_fit_for_everybody(at_browser: Any, draft: CallflowDraft) -> None:
    problems: list[str] = []
    home = f"/t/corvane/callflows/{draft.entity_id}/"
    for path in ("/t/corvane/callflows/", home, f"{home}edit/?step=3", f"{home}edit/review/"):
        for size in (DESK, PHONE):
            at_browser(lambda page, size=size: page.set_viewport_size(size))
            at_browser.open(path)
            at_browser(lambda page: page.wait_for_load_state("load"))
            problems += [f"{path} {size['width']}: {found}" for found in at_browser.serious()]
            if at_browser.scrolls_sideways():
                problems.append(f"{path} {size['width']}: scrolls sideways")
    assert not problems, "\n".join(problems)


def test_acts_leave_the_page_that_a_fresh_visit_shows(at_browser: Any, draft: CallflowDraft) -> None:
    look = """() => [".sb-flow", "[data-outline]", "#flow-legend", "#flow-lint", "#flow-panel > header"].map(
        (place) => document.querySelector(place).outerHTML.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, ""))"""

    def edit(page: Page) -> None:
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/?step=3")
        page.locator("[role=treeitem][tabindex='0']").focus()
        for revision, keys in enumerate(
            ["Control+d", "Shift+Delete", "Control+z", "Control+z", "Control+y", "Control+x", "Control+v"], 1
        ):
            page.keyboard.press(keys)
            expect(page.locator("#flow-work")).to_have_attribute("data-revision", str(revision))
            expect(page.locator("#flow-work[aria-busy]")).to_have_count(0)
            patched = page.evaluate(look)
            page.reload()
            assert patched == page.evaluate(look), keys
            page.locator("[role=treeitem][tabindex='0']").focus()

    at_browser(edit)


def test_members_are_chosen_and_moved_by_keyboard_alone(
    at_browser: Any, draft: CallflowDraft, editor: Editor, store: Store
) -> None:
    store("device", id=identifier("7"), name="Lobby", sip={})
    editor.act("add", to=3, module="ring_group")
    step = flow_of(editor.draft.flow).fresh - 1
    path = f"/t/corvane/callflows/{draft.entity_id}/edit/?step={step}"

    def choose(page: Page, words: str) -> None:
        page.locator("#set_endpoints_new-ts-control").focus()
        page.keyboard.type(words)
        expect(page.locator(".ts-dropdown .active", has_text=words)).to_be_visible()
        page.keyboard.press("Enter")
        page.locator("[data-row-add]").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".sb-rows th[scope=row]", has_text=words)).to_be_visible()

    def members(page: Page) -> None:
        page.goto(f"{at_browser.base}{path}")
        choose(page, "Lobby")
        choose(page, "Bess")
        expect(page.locator(".sb-rows input:focus")).to_have_attribute("id", "set_endpoints_1_delay")
        page.locator("[aria-label^='Move up: Bess']").press("Enter")
        expect(page.locator(".sb-rows th[scope=row]").nth(1)).to_contain_text("Bess")
        expect(page.locator("[aria-label^='Move down: Bess']")).to_be_focused()
        page.get_by_role("button", name="Keep in the draft").first.press("Enter")
        expect(page.locator(".sb-draftbar")).to_contain_text("1 step differs")

    at_browser(members)
    problems = at_browser.serious()
    assert not problems, problems
    draft.refresh_from_db()
    kinds = [one["endpoint_type"] for one in flow_of(draft.flow)[step].data["endpoints"]]
    assert kinds == ["user", "device"]
