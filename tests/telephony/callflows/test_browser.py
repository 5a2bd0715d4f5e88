"""The editor in a real browser: by keyboard alone, by mouse, at phone width, and fit for everybody."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import Person
from telephony.models import CallflowDraft
from telephony.providers.callflows.tree import read
from telephony.services.callflow_text import flow_of, text_of

from .conftest import Editor, Store, identifier
from .hands import Finger, Mouse

pytestmark = pytest.mark.django_db(transaction=True)
WIDE = {"width": 1900, "height": 1000}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def at_browser(visitor: Any, maud: Person) -> Any:
    visitor.sign_in(maud)
    return visitor


def box(page: Page, step: int) -> Locator:
    return page.locator(f".sb-flow .step[data-step='{step}'] .box")


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


def test_an_unknown_step_is_dragged_below_another_and_back_again(
    at_browser: Any, draft: CallflowDraft
) -> None:
    kept = flow_of(draft.flow).part(5)

    def drag(page: Page) -> None:
        page.set_viewport_size(WIDE)
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/")
        Mouse(page).drag(box(page, 5), box(page, 3))
        expect(page.locator(".sb-draftbar")).to_contain_text("1 step differs")

    def undo(page: Page) -> None:
        page.keyboard.press("Control+z")
        expect(page.locator(".sb-draftbar")).to_contain_text("Same as the live callflow")

    at_browser(drag)
    draft.refresh_from_db()
    flow = flow_of(draft.flow)
    assert (flow[5].parent, flow.part(5)) == (3, kept)
    at_browser(undo)
    draft.refresh_from_db()
    assert flow_of(draft.flow)[5].parent == 2


def test_a_module_is_dropped_between_two_steps(at_browser: Any, draft: CallflowDraft) -> None:
    def drop(page: Page) -> None:
        page.set_viewport_size(WIDE)
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/")
        page.locator("[data-find-module]").fill("tts")
        Mouse(page).drag(
            page.locator("[data-module='tts']"), page.locator(".sb-flow .step[data-step='3'] .branch rect")
        )
        expect(page.locator(".sb-draftbar")).to_contain_text("differ")

    at_browser(drop)
    draft.refresh_from_db()
    flow = flow_of(draft.flow)
    above = flow[3].parent
    assert above is not None
    assert (flow[above].module, flow[above].parent, flow[2].child("1")) == ("tts", 2, above)


def test_a_branch_is_folded_by_keys(at_browser: Any, draft: CallflowDraft) -> None:
    menu = "[data-outline] [data-step='2']"

    def fold(page: Page) -> None:
        page.set_viewport_size(WIDE)
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/?step=2")
        page.locator(menu).focus()
        page.keyboard.press("ArrowLeft")
        expect(page.locator(f"{menu}[aria-expanded='false']")).to_be_focused()
        expect(box(page, 3)).to_have_count(0)
        page.keyboard.press("ArrowRight")
        expect(page.locator(f"{menu}[aria-expanded='true']")).to_be_focused()
        expect(box(page, 3)).to_have_count(1)

    at_browser(fold)


def test_a_finger_moves_a_step_with_all_below_it(telephone: Any, draft: CallflowDraft, maud: Person) -> None:
    """It rests on the step first; a finger that moves at once scrolls, and moves nothing."""
    telephone.sign_in(maud)
    kept = flow_of(draft.flow).part(5)

    def drag(page: Page) -> None:
        page.goto(f"{telephone.base}/t/corvane/callflows/{draft.entity_id}/edit/?step=2")
        finger = Finger(page)
        finger.press(page.get_by_role("button", name="Fit"))
        page.locator("[data-canvas]").scroll_into_view_if_needed()
        finger.drag(box(page, 5), box(page, 3))
        expect(page.locator(".sb-draftbar")).to_contain_text("1 step differs")
        expect(page.locator(".sb-drag-ghost")).to_have_count(0)

    telephone(drag)
    draft.refresh_from_db()
    flow = flow_of(draft.flow)
    assert (flow[5].parent, flow.part(5)) == (3, kept)


def test_the_focus_stays_where_a_branch_was_unfolded_behind_a_panel(
    at_browser: Any, draft: CallflowDraft
) -> None:
    """The panel of the step is still on its way when the branch is unfolded, and arrives after it."""
    menu = "[data-outline] [data-step='2']"

    def unfold(page: Page) -> None:
        page.set_viewport_size(WIDE)
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/?step=0&fold=2")
        held: list[Route] = []

        def hold(route: Route) -> None:
            if route.request.headers.get("hx-target") == "flow-panel":
                held.append(route)
            else:
                route.continue_()

        page.route("**/edit/?*", hold)
        page.locator("[data-outline] [data-step='0']").focus()
        with page.expect_request("**/edit/?step=2*"):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        page.evaluate("new Promise((done) => setTimeout(done, 0))")  # the key was heard
        assert len(held) == 1
        held[0].continue_()
        expect(page.locator(f"{menu}[aria-expanded='true']")).to_be_focused()
        expect(box(page, 3)).to_have_count(1)

    at_browser(unfold)


def test_a_step_is_found_by_its_name(at_browser: Any, draft: CallflowDraft) -> None:
    """And nothing else is: filters of lists, which are sent a moment after the last key, have a hook of their own."""

    def find(page: Page) -> None:
        page.clock.install()
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/")
        page.get_by_placeholder("Find a step").fill("bess")
        expect(page.locator("[data-outline] li:not([hidden])")).to_have_count(1)
        expect(page.locator(".sb-flow .step.found")).to_have_count(1)
        page.clock.fast_forward(1000)
        page.keyboard.press("Enter")
        expect(page.locator("#flow-panel > header h2")).to_have_text("Bess Arkwell")

    at_browser(find)


def test_a_problem_leads_to_the_field_that_mends_it(at_browser: Any, draft: CallflowDraft) -> None:
    """Out of a folded branch, too."""

    def mend(page: Page) -> None:
        page.set_viewport_size(WIDE)
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/")
        page.locator("[data-problem='4']").click()
        expect(page.locator("#set_id-ts-control")).to_be_focused()
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/?fold=2")
        expect(box(page, 4)).to_have_count(0)
        page.locator("[data-problem='4']").click()
        expect(page.locator("[data-outline] [data-step='4'][aria-selected='true']")).to_be_visible()

    at_browser(mend)


def test_steps_are_found_and_marked(at_browser: Any, draft: CallflowDraft) -> None:
    def find(page: Page) -> None:
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/?step=2")
        rings = page.locator(".sb-flow .ring")
        expect(rings).to_have_count(1)  # of the chosen step
        page.locator("[data-find-step]").fill("bess")
        expect(page.locator(".sb-flow .step.found")).to_have_attribute("data-step", "3")
        expect(rings).to_have_count(2)
        page.locator("[data-find-step]").fill("")
        expect(rings).to_have_count(1)
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/?fold=2")
        expect(page.locator(".sb-flow .step[data-step='3']")).to_have_count(0)
        page.locator("[data-find-step]").fill("bess")
        expect(page.locator("[data-outline] [role=treeitem]:visible")).to_have_count(
            1
        )  # the branch that it is in
        page.locator("[data-find-step]").press("Enter")
        expect(page.locator(".sb-flow .step.sel.found")).to_have_attribute("data-step", "3")
        expect(page.locator("[data-find-step]")).to_have_value("bess")

    at_browser(find)


def test_a_part_is_pasted_into_another_callflow(
    at_browser: Any, draft: CallflowDraft, maud: Person, store: Store
) -> None:
    other = store("callflow", id=identifier("9"), name="Night", numbers=["4711"], patterns=[])
    text = json.dumps(other.document)
    night = CallflowDraft.objects.create(
        entity=other, person=maud, base=text, flow=text_of(read(other.document))
    )

    def paste(page: Page) -> None:
        page.goto(f"{at_browser.base}/t/corvane/callflows/{draft.entity_id}/edit/?step=2")
        page.locator("[role=treeitem][tabindex='0']").focus()
        with page.expect_response("**/edit/**"):
            page.keyboard.press("Control+c")
        page.goto(f"{at_browser.base}/t/corvane/callflows/{other.pk}/edit/")
        page.locator("[role=treeitem][tabindex='0']").focus()
        page.keyboard.press("Control+v")
        expect(page.locator(".sb-draftbar")).to_contain_text("4 steps differ")

    at_browser(paste)
    night.refresh_from_db()
    assert flow_of(night.flow).document()["flow"] == flow_of(draft.flow).part(2)


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


# Forms of a page name the draft's revision, where they lead and a token; a script says these itself, and keeps what came.
# How large the drawing is shown is what somebody chose, or what fitted when the page was opened.
OWN = "|".join(
    [
        'name="(csrfmiddlewaretoken|revision)" value="[^"]*"| action="[^"]*"',
        '(?<=id="flow-[^>]*) data-drawn="[^"]*"|(?<=<svg class="sb-flow") width="[^"]*" height="[^"]*"',
    ]
)


def test_acts_leave_the_page_that_a_fresh_visit_shows(at_browser: Any, draft: CallflowDraft) -> None:
    look = """() => [".sb-flow", "[data-outline]", "#flow-legend", "#flow-lint", "#flow-panel > header"].map(
        (place) => document.querySelector(place).outerHTML.replace(OWN, ""))""".replace("OWN", f"/{OWN}/g")

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
