"""JSON of others: what Python's parser reads, but no deeper, and storable."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal.lib.errors import UnexpectedAnswer
from portal.lib.wire_json import decode_json

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(values)
@example(2**63)
@example([2**64, -(2**63) - 1, 10**40])
@example({"amount": 1e308})
@example({"text": "{[" * 60})
def test_it_reads_what_pythons_own_parser_reads(value):
    text = json.dumps(value)
    read = decode_json(text.encode())
    if "\\u0000" not in text:
        assert repr(read) == repr(json.loads(text))


@pytest.mark.parametrize(
    "digits", ["9007199254740993", "18446744073709551616", "-9223372036854775809", "1" * 60]
)
def test_a_long_number_keeps_every_digit(digits):
    for before in ('{"id":', '{"id": ', '{"id":\n', "[", "[1,", "[1,\t", "", " "):
        after = {"{": "}", "[": "]"}.get(before[:1], "")
        text = f"{before}{digits}{after}"
        assert repr(decode_json(text.encode())) == repr(json.loads(text)), text


def test_many_digits_inside_of_a_text_are_no_number():
    text = '{"id": "202601-7220243080566706020604505691929", "of": ["1111111111111111111111", "x-2222222222222222222"]}'
    assert decode_json(text.encode()) == json.loads(text)


@pytest.mark.parametrize("text", ["NaN", "-Infinity", "1e999", "-1.5e4000"])
def test_what_json_has_no_number_for_stays_the_text_that_was_sent(text):
    assert decode_json(b'{"cost": %b, "more": 1.5}' % text.encode()) == {"cost": text, "more": 1.5}


def test_brackets_in_text_hide_no_depth():
    deep = b"[" * 140 + b"]" * 140
    for text in (b'"]]]]]"', b'"[[[[["', b'"\\"[{"'):
        with pytest.raises(UnexpectedAnswer):
            decode_json(b'{"text": %b, "deep": %b}' % (text, deep))
        assert decode_json(b'{"text": %b, "deep": [[1]]}' % text)["deep"] == [[1]]


def test_json_is_read_128_levels_deep_and_no_deeper():
    assert decode_json(b"[" * 128 + b"]" * 128) is not None
    for depth in (130, 5_000, 200_000):
        with pytest.raises(UnexpectedAnswer):
            decode_json(b"[" * depth + b"]" * depth)
    with pytest.raises(UnexpectedAnswer):
        decode_json(b"<html>")


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(st.characters(exclude_categories=())), st.lists, max_leaves=8
    )
)
def test_whatever_was_read_can_be_stored(value):
    text = json.dumps(decode_json(json.dumps({"x": value}).encode()), ensure_ascii=False)
    assert "\\u0000" not in text
    text.encode()


def test_text_that_can_be_stored_is_left_alone():
    text = "é ☎ \U0001f600 \\u0000 \t"
    assert decode_json(json.dumps(text, ensure_ascii=False).encode()) == text
    assert decode_json(json.dumps("é \U0001f600").encode()) == "é \U0001f600"
    assert decode_json(b'"\xed\xa0\x80a\\u0000b\\ud800"') == "?ab?"
