"""One field of a document edited through the real form: what the provider would get, against what it had.

No network and no database: document -> form as it is loaded -> its data sent back with one control changed -> what is
wanted -> the body. The door between is measured by the races (editors.py).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from telephony.bench.documents import document, value_of
from telephony.forms.controls import CONTROLS
from telephony.forms.editing import EditForm
from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.flat import laid_over
from telephony.providers.schema_editing import SchemaEditor

TYPED_KINDS = frozenset(
    {"text", "integer", "duration_s", "choice", "boolean", "yes_no", "texts", "secret", "number"}
)
AROUND = Surroundings()


def sent_back(form: EditForm) -> dict[str, Any]:
    """A form's data as a browser sends it back untouched: lines end its own way, empty boxes are left out."""
    data: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if bound.field.disabled or value in (False, None) or value == []:
            continue
        if isinstance(value, list):
            data[bound.html_name] = value
        else:
            data[bound.html_name] = "on" if value is True else str(value).replace("\n", "\r\n")
    return data


def posted(data: Mapping[str, Any]) -> QueryDict:
    """The data as a request carries it."""
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query


def differs_elsewhere(editor: SchemaEditor, seed: int) -> str:
    """Edit one field of one generated document; "" where only that field differs, else what went wrong."""
    chance = random.Random(seed)
    before = document(editor.sort, chance)
    fields = editor.fields(AROUND)
    form = EditForm(fields, AROUND, seen=editor.read(before))
    data = sent_back(form)
    one = chance.choice([each for each in fields if each.kind in TYPED_KINDS and not each.is_fixed])
    value = _another(one, before, editor, chance)
    _type(data, one, value)
    again = EditForm(fields, AROUND, seen={}, data=posted(data))
    if not again.is_valid():
        return f"{seed} {one.name}: {again.errors.as_json()}"
    wanted = editor.clean(again.wanted(), AROUND)
    if set(wanted) != {one.name}:
        return f"{seed} {one.name}: wanted {sorted(wanted)}"
    body = editor.body(wanted, editor.read(before))
    expected = laid_over(editor.read(before), {one.name: value})
    return "" if body == expected and body != before else f"{seed} {one.name}: {body} for {expected}"


def _another(one: Field, before: dict[str, Any], editor: SchemaEditor, chance: random.Random) -> Any:
    """A value that differs from what is there, and from what the form shows for it."""
    assert one.declared is not None
    shown = CONTROLS[one.kind].show(one, editor.read(before).get(one.name))
    if one.kind == "boolean":
        return not shown
    choices = [name for name, _word in one.choices]
    for _ in range(50):
        value = chance.choice(choices) if one.kind == "choice" else value_of(one.declared, chance)
        if one.kind == "choice":
            value = next(item for item in (*one.declared.choices, *one.declared.usual) if str(item) == value)
        if CONTROLS[one.kind].show(one, value) != shown or one.kind == "secret":
            return value
    raise ValueError(f"no other value for {one.name}")


def _type(data: dict[str, Any], one: Field, value: Any) -> None:
    shown = value if one.kind == "secret" else CONTROLS[one.kind].show(one, value)
    if one.kind == "boolean" and not value:
        data.pop(one.name, None)
    else:
        data[one.name] = "on" if shown is True else shown
