"""Bad input at every field of every editor: an error at that field, what was typed is kept, nothing is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.lib.errors import InvalidInput
from telephony.bench.editing_forms import AROUND, posted, sent_back
from telephony.forms.editing import EditForm
from telephony.models import Change, Entity
from telephony.providers.edit_fields import Field
from telephony.providers.kazoo.editors import EDITORS
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.schema_editing import SchemaEditor

from .bad_values import MARKUP, bad_values, is_kept, typed
from .conftest import Account

FORMS = [editor for editor in EDITORS.values() if isinstance(editor, SchemaEditor) and not editor.removes]
UPDATES = [editor for editor in FORMS if not editor.makes]
WITHOUT_MISTAKE = {"boolean"}  # a box is ticked or not


def judged(editor: SchemaEditor, typed: dict[str, Any]) -> EditForm:
    """The form with these controls typed, and its errors, by the way that the page takes before anything is asked."""
    fields = editor.fields(AROUND)
    data = sent_back(EditForm(fields, AROUND, seen={})) | typed
    form = EditForm(fields, AROUND, seen={}, data=posted(data))
    if form.is_valid():
        wanted = editor.clean(form.wanted(), AROUND)
        if refused := editor.check(wanted, {}, AROUND):
            form.refuse(InvalidInput("", fields=refused))
    return form


def controls(editor: SchemaEditor) -> list[Field]:
    return [one for one in editor.fields(AROUND) if not one.is_fixed and one.kind not in WITHOUT_MISTAKE]


@pytest.mark.parametrize("editor", FORMS, ids=lambda editor: editor.operation.key)
def test_every_mistake_is_told_at_its_field_and_kept(editor: SchemaEditor) -> None:
    for one in controls(editor):
        for what, value in bad_values(one):
            form = judged(editor, typed(one, value))

            told = f"{one.name}, {what}: {dict(form.errors)}"
            assert one.name in form.errors, told
            for at, _row in enumerate(value if one.rows is not None else (), start=1):
                assert any(error.startswith(f"Row {at}") for error in form.errors[one.name]), (at, told)
            assert is_kept(one, value, form[one.name].value()), told


def test_most_controls_have_a_mistake_to_make() -> None:
    """The generator above is not empty where it should not be."""
    for editor in UPDATES:
        for one in controls(editor):
            declared = one.declared
            assert declared is not None
            has_rule = declared.entry or one.kind != "texts"
            assert not has_rule or any(bad_values(one)), f"{editor.operation.key} {one.name} {one.kind}"


@pytest.mark.parametrize("kind", sorted({editor.kind for editor in UPDATES}))
def test_a_page_full_of_mistakes_tells_all_of_them_and_sends_nothing(
    kind: str,
    account: Account,
    browser: Client,
    sandbox: SandboxServer,
    untouched: Callable[[str], dict[str, Any]],
) -> None:
    editor = next(one for one in UPDATES if one.kind == kind)
    entity = Entity.objects.create(
        connection=account.connection,
        kind=kind,
        remote_id=kind if not editor.sort.own_name else "f" * 32,
        document={},
        fetched_at=timezone.now(),
    )
    page = f"/t/telmarine/entities/{entity.pk}/edit/{editor.operation.key}/"
    mistakes = [(one, [value for _what, value in bad_values(one)]) for one in controls(editor)]
    data = untouched(page)
    sandbox.requests.clear()

    for at in (0, -1):
        made = [(one, values[at]) for one, values in mistakes if values]
        answer = browser.post(
            page, data | {name: sent for one, value in made for name, sent in typed(one, value).items()}
        )

        form = answer.context["form"]
        assert set(form.errors) == {one.name for one, _value in made}
        for one, value in made:
            assert is_kept(one, value, form[one.name].value())
        assert MARKUP not in answer.content.decode()
    assert not Change.objects.exists()
    assert not [one for one in sandbox.requests if one.method not in ("GET",)]
