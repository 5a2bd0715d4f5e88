"""Rows as they were sent: the same as when they are taken apart, or none at all."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal.lib.wire_json import decode_json
from portal.lib.wire_rows import MOST_BRACKETS, row_text, sent_rows

TEXTS = st.text(st.characters(exclude_categories=()), max_size=6) | st.sampled_from(["[{", "]}", "\0", "é\\"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
BLANKS = st.sampled_from([(",", ":"), (", ", ": "), (",\n", ":\t")])


@settings(max_examples=80, deadline=None)
@given(st.lists(VALUES, max_size=4), VALUES, BLANKS, st.booleans())
@example([{"id": 2**70}], 2**70, (",", ":"), True)
def test_they_say_what_a_parser_reads(rows, key, blanks, is_ascii):
    text = json.dumps(
        {"data": rows, "next": key, "status": "success"}, separators=blanks, ensure_ascii=is_ascii
    )
    body = text.encode("utf-8", "surrogatepass")

    sent = sent_rows(body, "data", ("next", "status", "missing"))

    if sent is not None:
        read = decode_json(body)
        assert repr([decode_json(row) for row in sent.rows]) == repr(read["data"])
        assert sent.members == {name: value for name, value in read.items() if name != "data"}
        assert not any(control in row for row in sent.rows for control in (b"\n", b"\t", b"\r", b"\\u0000"))


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": [{"a": NaN}]}',
        b'{"data": [{"a": "\xff"}]}',
        b'{"data": [{"a": "\\u0000"}]}',
        b'{"data": [{"a": "\\ud800"}]}',
        b'{"data": [\n{"a": 1}]}',
        b'{"data": [1,]}',
        b'{"data": [1]} 2',
        b'{"data": {"a": 1}}',
        b'{"rows": []}',
        b"[1]",
        b"",
        b'{"data": [%b]}' % (b"[" * (MOST_BRACKETS + 1) + b"]" * (MOST_BRACKETS + 1)),
        b'{"data": [%b]}' % (b"[" * 100_000 + b"]" * 100_000),
    ],
)
def test_what_asks_for_care_is_left_to_the_parser(body):
    assert sent_rows(body, "data") is None


def test_rows_of_any_other_shape_are_kept_too():
    assert sent_rows(b'{"data":[{"a": 1}, [2],"x"],"n":[3],"m":4}', "data", ("n",)) == (
        {"n": [3]},
        [b'{"a": 1}', b"[2]", b'"x"'],
    )


@pytest.mark.parametrize("row", [{"é": "\\\n"}, [2**80], "x", {"a": 1e22}])
def test_a_row_becomes_such_a_text(row):
    text = row_text(row)
    assert json.loads(text) == row
    assert b"\n" not in text
