"""Bad input at every field of the editors and acts that are written by hand: told at that field, and kept."""

from __future__ import annotations

from typing import Any

import pytest

from portal.lib.errors import InvalidInput
from telephony.bench.editing_forms import posted, sent_back
from telephony.forms.editing import EditForm
from telephony.providers.act_forms import AskingEditor
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor
from telephony.providers.generic_editing import GenericEditor
from telephony.providers.registry import PROVIDERS
from telephony.providers.schema_editing import SchemaEditor
from telephony.providers.values import checked

from .bad_by_hand import bad_by_hand, bad_files, good_file

AROUND = Surroundings(
    line_name="Syndic Paris",
    line_number="+33199001011",
    line_kind="UCaaSVoIPAccount",
    around={
        "CallBarringGroups": [{"groups": ["mobile", "premium"]}],
        "DirectoryBranch": [{"uid": "1", "name": "Corvane Habitat"}, {"uid": "2", "name": "Lyon"}],
        "resource": [],
        "global_resource": [],
        "company": [{"company": "harrowmere", "name": "Harrowmere"}],
    },
)
ADDRESS = "0" * 32
GOOD = {"number": "+33199006210", "email": "odile@corvane.example"}
WITHOUT_FORM = {"keevio company.ungroup"}  # its field is what the preview shows
WRITTEN = {
    f"{provider.id} {key}": editor
    for provider in PROVIDERS.values()
    for key, editor in provider.editors.items()
    if not isinstance(editor, SchemaEditor) and not editor.removes
}
EDITORS = {
    name: one
    for name, one in WRITTEN.items()
    if not one.is_act and not isinstance(one, GenericEditor) and name not in WITHOUT_FORM
}
ACTS = {name: one for name, one in WRITTEN.items() if isinstance(one, AskingEditor)}


def filled(fields: tuple[Field, ...]) -> dict[str, Any]:
    """A form's other controls, filled in so that nothing else is wrong."""
    return {
        one.name: one.choices[0][0] if one.choices else GOOD.get(one.kind, "12345678")
        for one in fields
        if one.required and not one.is_fixed
    }


def refused_by(editor: AskingEditor, wanted: Fields) -> dict[str, str]:
    """Reasons against an act, as its form and the client give them before anything is sent."""
    if found := editor.refused(wanted, AROUND):
        return found
    assert editor.asks is not None
    given = dict.fromkeys(editor.operation.path_names, ADDRESS)
    try:
        checked(editor.operation, {**given, **editor.asks.made(wanted, AROUND).values})
    except InvalidInput as error:
        return dict(error.fields)
    return {}


def judged(editor: Editor, fields: tuple[Field, ...], typed: dict[str, Any], files: Any = None) -> EditForm:
    """The form with these controls typed, and its errors, by the way that the page takes before anything is asked."""
    seen = {**editor.blank(AROUND), **{one.name: "" for one in fields if one.secret}}
    data = sent_back(EditForm(fields, AROUND, seen=seen)) | typed
    is_act = isinstance(editor, AskingEditor)

    def check(wanted: Fields) -> dict[str, str]:
        if is_act:
            return editor.refused(wanted, AROUND)
        return editor.check(editor.clean(wanted, AROUND), {}, AROUND)

    form = EditForm(fields, AROUND, seen=seen, data=posted(data), files=files, check=check)
    if form.is_valid():
        wanted = form.wanted()
        if found := refused_by(editor, wanted) if is_act else check(wanted):
            form.refuse(InvalidInput("", fields=found))
    return form


def missed(editor: Editor, fields: tuple[Field, ...]) -> list[str]:
    """Mistakes that are not told at their field, or not kept."""
    found: list[str] = []
    for one in fields:
        if one.is_fixed:
            continue
        around = filled(fields)
        if one.shown_for is not None:
            around |= {one.shown_for[0]: one.shown_for[1][0], "numbers": GOOD["number"]}
        for what, value in bad_by_hand(one):
            form = judged(editor, fields, around | {one.name: value})
            if one.name not in form.errors:
                found.append(f"{one.name}, {what}: {dict(form.errors)}")
            elif form[one.name].value() not in (value, [value]):
                found.append(f"{one.name}, {what}: not kept")
        for what, file in bad_files(one) if one.kind == "file" else ():
            form = judged(editor, fields, around, {one.name: file})
            if one.name not in form.errors:
                found.append(f"{one.name}, {what}: {dict(form.errors)}")
    return found


@pytest.mark.parametrize("name", EDITORS)
def test_every_mistake_in_an_editor_is_told_at_its_field_and_kept(name: str) -> None:
    editor = EDITORS[name]
    assert missed(editor, editor.fields(AROUND)) == []


@pytest.mark.parametrize("name", ACTS)
def test_every_mistake_in_an_act_is_told_at_its_field_and_kept(name: str) -> None:
    editor = ACTS[name]
    assert missed(editor, editor.asked(AROUND)) == []


def test_a_file_of_the_right_kind_and_size_is_taken() -> None:
    for name, editor in ACTS.items():
        fields = editor.asked(AROUND)
        files = {one.name: good_file(one) for one in fields if one.kind == "file"}
        errors = judged(editor, fields, filled(fields), files).errors
        assert not errors.keys() & files.keys(), f"{name}: {errors}"


def test_a_secret_that_an_act_needs_is_asked_for() -> None:
    """Left empty it is not touched; that it is missing is told all the same."""
    editor = ACTS["kazoo auth.pinAuth"]
    form = judged(editor, editor.asked(AROUND), {"account_name": "Halvenor Cloud"})
    assert set(form.errors) == {"pin"}
