"""Drafts of callflows: what acts make of them, what undo takes back, and that nothing is lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings

from accounts.models import Person
from portal.lib.canonical import canonical_json
from telephony.models import CallflowDraft, Entity
from telephony.providers.callflows import edits
from telephony.providers.callflows.tree import read
from telephony.services import callflow_drafts
from telephony.services.callflow_drafts import Stale, differences
from telephony.services.callflow_text import flow_of, text_of
from tests.people import signed_in
from tests.telephony.providers.callflows.shapes import DOCUMENTS

from .conftest import HOME, Editor, identifier


@settings(max_examples=60)
@given(DOCUMENTS)
def test_a_draft_without_an_act_is_the_same_document(document: dict[str, Any]) -> None:
    flow = read(document)
    text = text_of(flow)
    kept = flow_of(text)
    assert json.dumps(kept.document()) == json.dumps(document)
    assert not differences(flow, kept)
    assert all(flow_of(text)[number] is node for number, node in kept.nodes.items())


def test_acts_by_plain_forms_and_all_of_them_taken_back(editor: Editor) -> None:
    before = canonical_json(editor.document)
    editor.act("add", to=3, module="voicemail")
    editor.act("add", to=2, key="9", module="play")
    editor.act("wrap", step=2, module="play")
    editor.act("move", step=5, to=8, key="_")
    editor.act("duplicate", step=4, key="7")
    editor.act("copy", step=2)
    editor.act("paste", to=1)
    editor.act("set_key", step=3, key="3")
    editor.act("remove", step=7)
    editor.act("cut", step=4)
    editor.act("set_json", step=3, document='{"id": "x", "new": 1.0}')
    editor.act("settings", step=3, timeout="25")
    editor.act("settings", step="", name="Welcome desk")
    editor.act("replace", document='{"name": "Other", "flow": {"module": "hangup", "data": {}}}')
    count = editor.draft.position
    assert count >= 12
    after = canonical_json(editor.document)
    for _ in range(count):
        editor.act("undo")
    assert canonical_json(editor.document) == before
    assert editor.draft.position == 0
    for _ in range(count):
        editor.act("redo")
    assert canonical_json(editor.document) == after
    text = editor.draft.flow
    steps = [[number, one.own, one.branches, one.parent] for number, one in flow_of(text).nodes.items()]
    assert [json.dumps(one, ensure_ascii=False) for one in steps] == text.split("\n")[
        1:
    ]  # nobody wrote into them


def test_two_children_never_get_one_key(editor: Editor) -> None:
    page = editor.act("set_key", step=3, key="2")
    assert "two steps never share one" in page
    assert editor.draft.position == 0


def test_where_nothing_was_copied_nothing_is_pasted(editor: Editor) -> None:
    assert "Nothing was copied yet" in editor.act("paste", to=2)
    assert editor.draft.position == 0


def test_an_unknown_step_moves_with_all_it_says(editor: Editor) -> None:
    editor.act("move", step=5, to=3, key="_")
    step = flow_of(editor.draft.flow).part(5)
    assert step == {"module": "halden_callback", "data": {"x_site": 7}, "children": {}}


def test_a_second_window_does_not_write_over_the_first(draft: CallflowDraft, editor: Editor) -> None:
    editor.act("add", to=3, module="voicemail")
    with pytest.raises(Stale):
        callflow_drafts.act(draft, 0, "remove", lambda flow: edits.remove(flow, 3))
    page = editor.browser.post(editor.path, {"act": "remove", "revision": 0, "step": 3}, follow=True)
    assert "moved on in another window" in page.content.decode()


def test_settings_of_a_step_keep_what_the_form_does_not_know(editor: Editor) -> None:
    editor.act(
        "set_json", step=3, document=json.dumps({"id": identifier("a"), "timeout": 20, "x_own": [1.0]})
    )
    editor.act("settings", step=3, id=identifier("a"), timeout="25")
    data = flow_of(editor.draft.flow)[3].data
    assert data == {"id": identifier("a"), "timeout": 25, "x_own": [1.0]}


def test_the_lint_is_mended_by_its_own_proposal(editor: Editor) -> None:
    editor.act("remove_branch", step=5)
    page = editor.browser.get(editor.path).content.decode()
    assert "no way on for a wrong key" in page
    at = page.split("Add a step for any other key")[0].rpartition('name="step" value="')[2].split('"')[0]
    editor.act("fix", step=at)
    assert flow_of(editor.draft.flow)[2].child("_") is not None


def test_what_is_added_below_a_folded_step_is_shown(editor: Editor) -> None:
    data = {"act": "add", "revision": 0, "to": 3, "key": "_", "module": "voicemail"}
    page = editor.browser.post(f"{editor.path}?fold=3,2&step=2", data, follow=True)
    assert page.context["board"].chosen == str(flow_of(CallflowDraft.objects.get().flow)[3].child("_"))
    assert page.context["act_url"].endswith("?step=6")


def test_who_is_not_answered_gets_a_mailbox_to_choose(editor: Editor) -> None:
    page = editor.browser.get(editor.path).content.decode()
    at = page.split("Add a mailbox for no answer")[0].rpartition('name="step" value="')[2].split('"')[0]
    page = editor.act("fix", step=at)
    flow = flow_of(editor.draft.flow)
    added = flow[3].child("_")
    assert added is not None
    assert flow[added].module == "voicemail"
    assert f'name="to" value="{added}"' in page  # it is chosen, to be filled in


def test_a_problem_that_has_no_remedy_is_not_mended(editor: Editor) -> None:
    page = editor.browser.get(editor.path).content.decode()
    assert "not in the account any more" in page
    at = page.count("<li><svg", 0, page.index("not in the account any more"))
    for place in (*range(at + 1), 99):
        editor.act("fix", step=place)
    assert editor.draft.position < 99


def test_drafts_of_others_are_seen_and_not_touched(
    draft: CallflowDraft, editor: Editor, bess: Person, reception: Entity
) -> None:
    page = signed_in(bess).get(f"{HOME}{reception.pk}/").content.decode()
    assert "Maud Terrasson has a draft" in page
    assert signed_in(bess).get(editor.path).status_code == 403
    editor.browser.post(editor.path, {"act": "discard"})
    assert not CallflowDraft.objects.exists()


def test_what_differs_is_told_in_words_and_drawn_twice(editor: Editor) -> None:
    editor.act("add", to=3, module="voicemail")
    editor.act("remove_branch", step=4)
    page = editor.browser.get(f"{editor.path}review/").content.decode()
    assert page.count('<svg class="sb-flow"') == 2
    assert "new, no answer" in page
    assert "<del>Voicemail" in page
