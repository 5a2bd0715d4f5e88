"""Notes on steps, fields that nobody declared, and what a callflow says of itself, by the plain forms of the editor."""

from __future__ import annotations

import re
from typing import Any

import pytest

from accounts.models import Person
from telephony.models import CallflowDraft, Entity
from telephony.services.callflow_text import flow_of
from tests.people import signed_in

from .conftest import HOME, Editor, Store, identifier
from .step_form import Form


def root(editor: Editor) -> dict[str, Any]:
    editor.draft.refresh_from_db()
    return dict(flow_of(editor.draft.flow).root)


def test_a_note_is_kept_with_its_step_and_seen_everywhere(editor: Editor) -> None:
    before = dict(flow_of(editor.draft.flow)[3].data)
    form = Form(editor, 3)
    page = form.press(**{"ui_metadata.note": "On leave until June"})
    assert form.data == before | {"ui_metadata": {"note": "On leave until June"}}
    drawing, outline = page.partition('class="sb-flow"')[2], page.partition("data-outline")[2]
    assert "<title>On leave until June</title>" in drawing.partition("</svg>")[0]
    assert "On leave until June" in outline.partition("</ul>")[0]
    Form(editor, 3).press(**{"ui_metadata.note": ""})
    assert Form(editor, 3).data == before


def test_a_step_of_an_unknown_module_can_be_noted_too(editor: Editor) -> None:
    Form(editor, 5).press(**{"ui_metadata.note": "Ask Halden"})
    assert Form(editor, 5).data == {"x_site": 7, "ui_metadata": {"note": "Ask Halden"}}


def test_fields_that_nobody_declared_are_edited_as_json(editor: Editor) -> None:
    editor.act("set_json", step=3, document='{"x_a": {"y": 1.0}, "timeout": 20, "x_b": [1]}')
    form = Form(editor, 3)
    assert '"x_a"' in form.fields()["_others"][0]
    assert "timeout" not in form.fields()["_others"][0]
    form.press(_others='{"x_a": {"y": 1.0, "z": null}, "x_c": ""}', timeout="25")
    assert form.data == {"x_a": {"y": 1.0, "z": None}, "timeout": 25, "x_c": ""}
    for wrong, words in (
        ("[1]", "An object is needed"),
        ('{"timeout": 3}', "“timeout” is set elsewhere"),
        ("{", "This is not JSON"),
    ):
        assert words in form.press(_others=wrong, timeout="26")
        assert 'value="26"' in form.page  # what was typed beside it stays
    assert form.data["timeout"] == 25


def test_what_a_step_is_about_stands_first(editor: Editor) -> None:
    """The person who rings, then how long; what few steps have is folded."""
    page = editor.browser.get(f"{editor.path}?step=3")
    (shown,) = [[field.name for field in fields] for _heading, fields in page.context["groups"]]
    assert shown[0] == "id"
    assert "timeout" in shown
    folded = [field.name for group in page.context["folded"] for field in group.fields]
    assert {"custom_sip_headers", "can_call_self"} <= set(folded)


def test_a_callflow_says_whose_it_is_and_keeps_the_rest(editor: Editor, store: Store) -> None:
    form = Form(editor, "")
    assert "x_root" in form.fields()["_others"][0]
    form.press(**{"owner_id": identifier("a"), "contact_list.exclude": "true", "flags": "front\ndesk"})
    assert root(editor)["owner_id"] == identifier("a")
    assert root(editor)["contact_list"] == {"exclude": True}
    assert root(editor)["flags"] == ["front", "desk"]
    assert root(editor)["x_root"] == {"kept": True}
    assert root(editor)["id"] == identifier("f")


def test_a_number_is_given_by_a_button_and_nothing_typed_is_lost(editor: Editor, store: Store) -> None:
    store("phone_number", id="+33199001009", state="in_service")
    store("callflow", id=identifier("1"), name="Bess", numbers=["201", "202", "204"], flow={})
    form = Form(editor, "")
    assert re.findall(r'name="give" value="([^"]+)"', form.page) == ["203", "3001", "+33199001009"]
    page = form.press(give="203", name="Front")
    assert root(editor)["name"] == "Reception"
    assert "3000\n203" in form.fields()["numbers"][0]
    assert 'value="Front"' in page
    form.press()
    assert root(editor)["numbers"][-1] == "203"


@pytest.fixture
def patterns(store: Store, reception: Entity) -> None:
    store("callflow", id=identifier("1"), name="Park", patterns=["^\\*4([0-9]*)$"], numbers=[], flow={})
    store("callflow", id=identifier("2"), name="The rest", numbers=["no_match"], flow={})


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("3000", "It is a number of this callflow"),
        ("01 99 00 10 02", "It is a number of <b>Annexe</b>, which takes it"),
        ("*4123", "A pattern of <b>Park</b> fits."),
        ("77", "<b>The rest</b> takes what nothing else does"),
        ("8815", "The pattern <b>^8(8)([0-9]+)$</b> fits: it leads <b>here</b>."),
    ],
)
def test_a_number_is_tried(editor: Editor, patterns: None, number: str, words: str) -> None:
    editor.act("settings", step="", numbers="3000", patterns="^8(8)([0-9]+)$\n(")
    page = editor.browser.get(f"{HOME}{editor.draft.entity_id}/try/", {"number": number}).content.decode()
    assert words in page
    assert "no expression" in page  # of the second pattern
    if number == "8815":
        assert "1: 8" in page
        assert "2: 15" in page


def test_people_who_only_read_try_the_live_callflow(
    draft: CallflowDraft, reception: Entity, bess: Person
) -> None:
    page = signed_in(bess).get(f"{HOME}{reception.pk}/try/?number=3000").content.decode()
    assert "It is a number of this callflow" in page
