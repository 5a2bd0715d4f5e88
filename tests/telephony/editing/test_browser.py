"""The editing pages in a real browser: accessible, without a console error, no wider than a phone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

from accounts.models import Person
from telephony.models import Entity
from telephony.services import editing

UPDATE = "services.profiles.update"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@pytest.fixture
def maud_at_browser(visitor: Any, maud: Person) -> Any:
    visitor.sign_in(maud)
    return visitor


def test_line_form_preview_conflict_and_outcome_are_fit_for_everybody(
    maud_at_browser: Any, line: Entity, maud: Person, at_keyyo: Any
) -> None:
    profile = Entity.objects.get(parent_remote_id=line.remote_id, kind="VoIPAccountProfile", name="")
    address = {"csi": line.remote_id, "profile_identifier": "default"}
    seen = line.connection.declaration.editor(UPDATE).read(profile.document)
    wanted = {"forward_delay": 15, "forward_on_no_answer_number": "+33639980001"}
    draft = editing.propose(line.connection, UPDATE, address, wanted, seen=seen, person=maud)
    done = editing.send(
        editing.propose(line.connection, UPDATE, address, {"forward_delay": 33}, person=maud), maud
    )
    torn = editing.propose(line.connection, UPDATE, address, {"forward_delay": 44}, seen=seen, person=maud)
    pages = [
        f"/t/corvane/lines/{line.pk}/",
        f"/t/corvane/entities/{profile.pk}/edit/{UPDATE}/",
        f"/t/corvane/entities/{line.pk}/edit/services.blacklist.replace/",
        *(f"/t/corvane/changes/{change.pk}/" for change in (draft, torn, done)),
        "/t/corvane/changes/",
        "/t/corvane/directory/",
    ]
    problems: list[str] = []
    for path in pages:
        for size in (DESK, PHONE):
            maud_at_browser(lambda page, size=size: page.set_viewport_size(size))
            maud_at_browser.open(path)
            problems += [f"{path} {size['width']}: {found}" for found in maud_at_browser.serious()]
            if maud_at_browser.scrolls_sideways():
                problems.append(f"{path} {size['width']}: scrolls sideways")

    assert not problems, "\n".join(problems)


def test_what_is_typed_reaches_the_provider(maud_at_browser: Any, line: Entity, at_keyyo: Any) -> None:
    def steps(page: Page) -> None:
        page.goto(f"{maud_at_browser.base}/t/corvane/lines/{line.pk}/")
        page.locator(".sb-profile", has_text="Default").get_by_role("link", name="Edit").click()
        page.get_by_label("After ringing for").fill("17")
        page.get_by_role("button", name="Review the change").click()
        page.get_by_text("Exact request and JSON").click()
        page.get_by_text("forward_delay=17").wait_for()
        page.get_by_role("button", name="Write 1 field to Keyyo").click()
        page.get_by_text("Written and read back").wait_for()

    maud_at_browser(steps)

    profile = at_keyyo("services.profiles.read", {"csi": line.remote_id, "profile_identifier": "default"})
    assert int(profile["forward_delay"]) == 17
