"""A record's document is written whole, and the same text for equal ones."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib.canonical import canonical_json
from telephony.services.copy_lines import DoesNotFit, record_content
from tests.telephony.sync.conftest import make_draft

PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    PLAIN | NUMBERS,
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text("abé\n", max_size=4), each, max_size=4),
    max_leaves=12,
)


def written(raw: dict[str, Any]) -> str:
    """The document's column, unescaped as PostgreSQL does."""
    text = record_content(make_draft(1, raw=raw)).text.decode().split("\t")[-1]
    assert "\n" not in text
    return (
        text.replace("\\\\", "\0")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace("\0", "\\")
    )


@settings(max_examples=60)
@given(raw=st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, max_size=5))
def test_a_document_is_written_whole_and_equal_ones_alike(raw: dict[str, Any]) -> None:
    text = written(raw)
    assert repr(json.loads(text)) == repr(json.loads(canonical_json(raw)))
    assert text == written(dict(reversed(raw.items())))


@pytest.mark.parametrize(
    "value", [[], ["a", 1, None, True], [[]], [1.5], [{"a": 1e22}], [2**64], "\ud800 é\\"]
)
def test_values_of_every_sort_are_written(value: Any) -> None:
    assert json.loads(written({"b": value})) == json.loads(
        canonical_json({"b": value}).replace("\ud800", "?")
    )


def test_what_no_column_holds_becomes_the_replacement_character() -> None:
    assert json.loads(written({"a": "x\0y"})) == {"a": "x\ufffdy"}


@pytest.mark.parametrize("value", [{(1, 2): 3}, {"a": {1, 2}}, [2**64, float("nan")]])
def test_what_is_no_json_is_set_aside(value: Any) -> None:
    with pytest.raises(DoesNotFit):
        record_content(make_draft(1, raw={"a": value}))
