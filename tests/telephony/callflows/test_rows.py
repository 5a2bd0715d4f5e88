"""Lists whose entries are edited one by one, by the plain forms of steps: what is typed stays, what is not shown too."""

from __future__ import annotations

import json
from typing import Any

import pytest

from telephony.models import Entity
from telephony.providers.kazoo.callflows.actions import ACTIONS
from telephony.services.callflow_text import flow_of

from .conftest import Editor, Store, identifier
from .step_form import Form

BESS, LOBBY, NIGHT = identifier("a"), identifier("7"), identifier("8")
BARE = {
    "config.controls"
}  # sets of keys by name, of which no source says the form: an example stands beside it


@pytest.fixture
def around(store: Store, reception: Entity) -> None:
    store("device", id=LOBBY, name="Lobby", sip={})
    store("group", id=NIGHT, name="Night", endpoints={})


def ring_group(editor: Editor, **data: Any) -> Form:
    editor.act("add", to=3, module="ring_group")
    step = flow_of(editor.draft.flow).fresh - 1
    editor.act("set_json", step=step, document=json.dumps(data))
    return Form(editor, step)


def test_members_are_chosen_moved_and_taken_out_by_buttons(editor: Editor, around: None) -> None:
    form = ring_group(editor)
    assert "Bess Arkwell" in form.page
    form.press(**{"endpoints.new": f"device:{LOBBY}", "rows": "endpoints:add:"})
    form.press(**{"endpoints.new": f"user:{BESS}", "rows": "endpoints:add:"})
    form.press(**{"endpoints.1.timeout": "25", "rows": "endpoints:up:1"})
    assert form.data == {}  # nothing is kept before it is said
    assert "autofocus" in form.page
    form.press(**{"endpoints.new": f"group:{NIGHT}"})  # chosen and kept at once
    assert [(one["endpoint_type"], one.get("timeout")) for one in form.data["endpoints"]] == [
        ("user", 25),
        ("device", None),
        ("group", None),
    ]
    form.press(rows="endpoints:remove:0")
    form.press()
    assert [one["id"] for one in form.data["endpoints"]] == [LOBBY, NIGHT]


def test_an_entry_keeps_what_its_row_does_not_show(editor: Editor, around: None) -> None:
    kept = {"x_site": [1.0], "endpoint_type": "user", "id": BESS, "delay": 5}
    strange = ["no", "member"]
    form = ring_group(editor, endpoints=[strange, kept], x_own=1)
    form.press(**{"endpoints.1.delay": "7", "timeout": "30"})
    assert form.data == {"endpoints": [strange, {**kept, "delay": 7}], "x_own": 1, "timeout": 30}
    assert list(form.data["endpoints"][1]) == list(kept)
    form.press(**{"endpoints.1.delay": ""})
    assert "delay" not in form.data["endpoints"][1]


def test_what_cannot_be_stands_at_its_row(editor: Editor, around: None) -> None:
    form = ring_group(editor, endpoints=[{"endpoint_type": "user", "id": BESS}])
    assert "Row 1, Weight: A whole number is needed." in form.press(**{"endpoints.0.weight": "much"})
    page = form.press(**{"endpoints.0.weight": "3", "endpoints.new": f"user:{identifier('0')}"})
    assert "There is no such object" in page
    assert form.data == {"endpoints": [{"endpoint_type": "user", "id": BESS}]}


def test_people_are_told_by_name_or_by_address(editor: Editor, around: None) -> None:
    editor.act("add", to=3, module="missed_call_alert")
    form = Form(editor, flow_of(editor.draft.flow).fresh - 1)
    form.press(**{"recipients.new": f"user:{BESS}", "rows": "recipients:add:"})
    form.press(**{"recipients.typed": "bess@morvanne.example"})
    assert form.data["recipients"] == [
        {"type": "user", "id": BESS},
        {"type": "email", "id": "bess@morvanne.example"},
    ]


def test_each_sound_of_a_sequence_has_the_settings_of_its_kind(editor: Editor, around: None) -> None:
    editor.act("add", to=3, module="audio_macro")
    form = Form(editor, flow_of(editor.draft.flow).fresh - 1)
    form.press(**{"macros.new": "tone", "rows": "macros:add:"})
    form.press(**{"macros.new": "tts", "rows": "macros:add:"})
    form.press(**{"macros.0.frequencies": "440 480", "macros.1.text": "Welcome"})
    assert form.data["macros"] == [
        {"macro": "tone", "frequencies": [440, 480]},
        {"macro": "tts", "text": "Welcome"},
    ]


def added(editor: Editor, module: str, **data: Any) -> Form:
    editor.act("add", to=3, module=module)
    step = flow_of(editor.draft.flow).fresh - 1
    editor.act("set_json", step=step, document=json.dumps(data))
    return Form(editor, step)


def test_names_and_texts_are_typed_as_lines(editor: Editor) -> None:
    form = added(editor, "set_variables", custom_application_vars={"site": "Paris: north"})
    assert form.fields()["custom_application_vars"] == ["site: Paris: north"]
    form.press(custom_application_vars="site: Lyon\n\n  shift:night ")
    assert form.data["custom_application_vars"] == {"site": "Lyon", "shift": "night"}
    for wrong, words in (
        ("site", "has no colon"),
        ("a b: c", "not of the expected form"),
        ("a: b\na: c", "twice"),
    ):
        assert words in form.press(custom_application_vars=wrong)
    assert form.data["custom_application_vars"] == {"site": "Lyon", "shift": "night"}


@pytest.mark.parametrize(
    "held", [{"in": {"X-Site": "Paris"}}, {"X-Site": 7}, {"X-Site": " Paris"}, {"a b": "c"}]
)
def test_what_is_more_than_names_and_texts_is_edited_as_json(editor: Editor, held: Any) -> None:
    form = added(editor, "user", custom_sip_headers=held)
    assert json.loads(form.fields()["custom_sip_headers"][0]) == held
    assert "An object is needed" in form.press(custom_sip_headers="[1]")
    form.press(custom_sip_headers='{"X-Site": "Lyon"}')
    assert form.fields()["custom_sip_headers"] == ["X-Site: Lyon"]


def test_slots_are_edited_one_by_one(editor: Editor) -> None:
    form = added(editor, "park", slots={"100": {"callback_timeout": 26000, "x_site": 1.0}})
    form.press(**{"slots.typed": "101", "rows": "slots:add:"})
    form.press(**{"slots.1.ringback_timeout": "5000", "slots.1.presence_type": "confirmed"})
    kept = {"callback_timeout": 26000, "x_site": 1.0}
    assert form.data["slots"] == {
        "100": kept,
        "101": {"ringback_timeout": 5000, "presence_type": "confirmed"},
    }
    assert "twice" in form.press(**{"slots.typed": "101"})
    form = Form(editor, form.step)
    form.press(rows="slots:remove:1")
    form.press()
    assert form.data["slots"] == {"100": kept}


def test_no_step_shows_json_for_what_is_declared() -> None:
    bare = {
        (name, one.name) for name, action in ACTIONS.items() for one in action.fields if one.kind == "json"
    }
    assert {name for _module, name in bare} == BARE
    assert all(
        str(words) for action in ACTIONS.values() for one in action.fields for _v, words in one.choices
    )
