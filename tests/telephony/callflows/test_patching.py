"""What a page is told after an act makes of it what the whole page would have been, and says no more than it must."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import signing
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import Person
from telephony.bench.callflows import large
from telephony.bench.html_forms import form_in
from telephony.callflow_board import Board, digests_of
from telephony.callflow_drawing import Links
from telephony.models import CallflowDraft, Entity
from telephony.providers.callflows import edits, lint
from telephony.providers.callflows.edits import Patch, Refused
from telephony.providers.callflows.surroundings import Around
from telephony.providers.callflows.tree import Flow, read
from telephony.providers.kazoo.callflows import CALLFLOWS
from telephony.services.callflow_drafts import differences
from telephony.services.callflow_scene import scene_of
from telephony.services.callflow_text import text_of
from tests.people import signed_in

LINKS = Links(step="?step={}".format, fold="?fold={}".format, open="?open={}".format)
PIECES = {
    "drawn": re.compile(r'<g class="step[^>]*data-step="([^"]*)".*?</g>(?=<g class="step|$)'),
    "rows": re.compile(r'<li role="none".*?data-step="([^"]*)".*?</li>', re.DOTALL),
}
DIGEST = re.compile(r'data-drawn="([^"]*)"')
PLACE = re.compile(r'transform="translate\([^)]*\)"')
LEVEL = re.compile(r'aria-level="[^"]*"')
MODULES = ("user", "menu", "voicemail", "play", "halden_callback")


class Page:
    """What callflow_patch.js makes of a page, in a few words: the pieces of each part by step, all in order."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, str]] = {name: {} for name in PIECES}
        self.size: Any = None

    def take(self, patch: Mapping[str, Any]) -> None:
        self.size = patch["size"]
        for name, pattern in PIECES.items():
            held = self.parts[name] | {found[1]: found[0] for found in pattern.finditer(patch[name])}
            self.parts[name] = {
                step: LEVEL.sub(
                    f'aria-level="{level}"', PLACE.sub(f'transform="translate({place})"', held[step])
                )
                for step, place, level in patch["places"]
                if step in held
            }

    @property
    def shown(self) -> dict[str, str]:
        rows = self.parts["rows"].items()
        return digests_of(" ".join(f"{step}:{DIGEST.findall(row)[0]}" for step, row in rows))


def board(flow: Flow, base: Flow) -> Board:
    problems = lint.problems(flow, CALLFLOWS.actions)
    marks = differences(base, flow).after
    return Board(scene_of(flow, CALLFLOWS, Around(), problems, marks=marks), LINKS, "Reception", "root")


def acts(flow: Flow, data: st.DataObject) -> Patch:
    """Any act on any step."""
    numbers = st.sampled_from(sorted(flow.nodes))
    one, other = data.draw(numbers), data.draw(numbers)
    key = data.draw(st.sampled_from("_123"))
    step = {"module": data.draw(st.sampled_from(MODULES)), "data": {}, "children": {}}
    return data.draw(
        st.sampled_from(
            [
                lambda: edits.insert(flow, step, to=one, key=key),
                lambda: edits.wrap(flow, one, step),
                lambda: edits.move(flow, one, to=other, key=key),
                lambda: edits.duplicate(flow, one, to=other, key=key),
                lambda: edits.remove(flow, one),
                lambda: edits.remove_branch(flow, one),
                lambda: edits.set_key(flow, one, key),
                lambda: edits.set_data(flow, one, {"timeout": 7}),
            ]
        )
    )()


@settings(max_examples=15)
@given(st.data())
def test_a_patched_page_is_the_page_drawn_anew(data: st.DataObject) -> None:
    base = flow = read(large(12))
    page = Page()
    page.take(board(flow, base).patch({}))
    taken_back: list[Patch] = []
    for _ in range(6):
        is_undo = taken_back and data.draw(st.booleans())
        try:
            flow, undo = edits.apply(flow, taken_back.pop() if is_undo else acts(flow, data))
        except Refused:
            continue
        if not flow.nodes:
            break
        taken_back += [] if is_undo else [undo]
        now, anew = board(flow, base), Page()
        page.take(now.patch(page.shown))
        anew.take(now.patch({}))
        assert page.parts == anew.parts
        assert [list(part) for part in page.parts.values()] == [list(part) for part in anew.parts.values()]
        assert page.size == anew.size
        assert "".join(page.parts["rows"].values()) == now.outline.replace('"true"', '"false"', 1)


def test_a_large_drawing_keeps_its_size_where_a_step_comes() -> None:
    flow = read(large(150))
    sizes = {board(flow, flow).patch({})["size"]}
    for at in (1, 9):
        after, _undo = edits.apply(flow, edits.wrap(flow, at, {"module": "play", "data": {}}))
        sizes.add(board(after, flow).patch({})["size"])
    assert len(sizes) == 1


@pytest.fixture
def draft(reception: Entity, maud: Person) -> CallflowDraft:
    text = json.dumps(reception.document, ensure_ascii=False)
    return CallflowDraft.objects.create(
        entity=reception, person=maud, base=text, flow=text_of(read(reception.document))
    )


def test_an_act_answers_what_differs_and_the_panel_of_the_new_step(
    draft: CallflowDraft, maud: Person
) -> None:
    browser, path = signed_in(maud), f"/t/corvane/callflows/{draft.entity_id}/edit/"
    before = browser.get(path).context["board"].digests
    shown = " ".join(f"{step}:{digest}" for step, digest in before.items())
    said = {"act": "add", "module": "voicemail", "to": 3, "revision": 0, "chosen": "3", "shown": shown}
    answer = browser.post(path, said).json()
    assert {step for step, *_at in answer["places"]} == {*before, "6"}
    assert set(PIECES["rows"].findall(answer["rows"])) == {"3", "6"}  # it may fold now, and the new one
    assert (answer["chosen"], answer["revision"]) == ("6", 1)
    assert 'value="6"' in answer["parts"]["flow-panel"][1]
    assert "max_message_length" in answer["parts"]["flow-panel"][1]  # a setting of a mailbox
    again = browser.post(path, {**said, "act": "undo", "revision": 0}).json()
    assert "moved on in another window" in again["parts"]["flow-trouble"][1]
    assert set(PIECES["rows"].findall(again["rows"])) == {"3", "6"}  # what its page does not show yet
    gone = browser.post(path, {**said, "act": "undo", "revision": 1, "chosen": "6"}).json()
    assert gone["chosen"] == "3"  # the step that the new one hung below


def test_a_part_that_the_page_shows_already_is_sent_only_where_something_was_typed_into_it(
    draft: CallflowDraft, maud: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser, path = signed_in(maud), f"/t/corvane/callflows/{draft.entity_id}/edit/"
    said = {"act": "undo", "revision": 0, "chosen": "root", "shown": ""}
    parts = browser.post(path, said).json()["parts"]
    said["shown"] = " ".join(f"{name}:{digest}" for name, (digest, _html) in parts.items())
    assert set(parts) == {"flow-draft", "flow-trouble", "flow-legend", "flow-lint", "flow-panel"}
    later = SimpleNamespace(time=lambda: time.time() + 5)
    monkeypatch.setattr(signing, "time", later)  # what a form was loaded from is signed with the time
    assert set(browser.post(path, said).json()["parts"]) <= {"flow-draft"}
    typed = form_in(browser.get(path).content.decode(), "sb-flow-settings") | {"name": "  Reception "}
    again = browser.post(path, {**typed, **said, "act": "settings"}).json()["parts"]
    assert again["flow-panel"][0] == parts["flow-panel"][0]
