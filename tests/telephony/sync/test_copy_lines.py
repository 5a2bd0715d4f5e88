"""A record's document is written fast where two encoders agree, and as Python's encoder says everywhere else."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.canonical import canonical_json
from telephony.services.copy_lines import DoesNotFit, record_content
from tests.telephony.sync.conftest import make_draft

PLAIN = (
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.text(st.characters(exclude_characters="\0"))
)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(PLAIN | NUMBERS, lambda each: st.lists(each) | st.dictionaries(st.text("abé\n"), each))


def written(raw: dict[str, Any]) -> str:
    """The document's column, unescaped as PostgreSQL does."""
    text = record_content(make_draft(1, raw=raw), {}).line.split("\t")[-2]
    assert "\n" not in text
    return (
        text.replace("\\\\", "\0")
        .replace("\\n", "\n")
        .replace("\\t", "\t")
        .replace("\\r", "\r")
        .replace("\0", "\\")
    )


@given(raw=st.dictionaries(st.text("abc", min_size=1), VALUES))
def test_a_document_is_written_as_canonical_json(raw: dict[str, Any]) -> None:
    assert written(raw) == canonical_json(raw)


@pytest.mark.parametrize("value", [[], ["a", 1, None, True], [[]], [1.5], [{"a": 1e22}], [2**64]])
def test_lists_are_written_as_canonical_json(value: list[Any]) -> None:
    assert written({"b": value, "a": "text"}) == canonical_json({"b": value, "a": "text"})


@pytest.mark.parametrize("value", [math.nan, math.inf, [math.nan], {"a": [-math.inf]}])
def test_what_is_no_json_is_set_aside(value: Any) -> None:
    with pytest.raises(DoesNotFit):
        record_content(make_draft(1, raw={"a": value}), {})
