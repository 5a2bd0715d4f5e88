"""Whatever a document holds, its form changes nothing but the field that a person touched."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.bench.documents import document
from telephony.bench.editing_forms import AROUND, differs_elsewhere, posted, sent_back
from telephony.forms.editing import EditForm
from telephony.providers.flat import built, flat_of, laid_over
from telephony.providers.kazoo.editors import EDITORS
from telephony.providers.schema_editing import SchemaEditor

UPDATES = [
    editor
    for editor in EDITORS.values()
    if isinstance(editor, SchemaEditor) and not editor.makes and not editor.removes
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), JSON, max_size=4))
def test_a_document_taken_apart_is_put_together_again(found: dict[str, Any]) -> None:
    assert built(flat_of(found)) == found
    assert built(flat_of(found, {"a", "b.c"})) == found
    assert laid_over(flat_of(found), {}) == found


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**31))
def test_one_field_of_any_document_is_edited_and_only_that_one(seed: int) -> None:
    assert not differs_elsewhere(UPDATES[seed % len(UPDATES)], seed)


@pytest.mark.parametrize("editor", UPDATES, ids=lambda editor: editor.operation.key)
def test_an_untouched_form_wants_nothing(editor: SchemaEditor) -> None:
    for seed in range(5):
        fields = editor.fields(AROUND)
        seen = editor.read(document(editor.sort, random.Random(seed)))
        form = EditForm(fields, AROUND, seen={}, data=posted(sent_back(EditForm(fields, AROUND, seen=seen))))

        assert form.is_valid(), form.errors
        assert form.wanted() == {}
