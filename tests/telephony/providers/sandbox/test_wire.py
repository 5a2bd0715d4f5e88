"""Bodies and queries as clients really send them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.sandbox.wire import WireRequest, nest


@pytest.mark.parametrize(
    ("query", "nested"),
    [
        ("a=1&b=", {"a": "1", "b": ""}),
        ("a=1&a=2", {"a": "2"}),
        ("n[0]=x&n[1]=y", {"n": ["x", "y"]}),
        ("n[1]=y&n[0]=x", {"n": ["x", "y"]}),
        ("n[]=x&n[]=y", {"n": ["x", "y"]}),
        ("n[3]=x&n[]=y", {"n": ["x", "y"]}),
        ("filters[type]=T&filters[name]=N", {"filters": {"type": "T", "name": "N"}}),
        ("filters%5Btype%5D=T", {"filters": {"type": "T"}}),
        ("n=", {"n": ""}),
    ],
)
def test_bracket_names(query, nested):
    assert nest(parse_qsl(query, keep_blank_values=True)) == nested


@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20), min_size=1, max_size=30
    )
)
def test_a_list_survives_either_notation(values):
    for names in ([f"n[{at}]" for at in range(len(values))], ["n[]"] * len(values)):
        encoded = urlencode(list(zip(names, values, strict=True)))
        assert nest(parse_qsl(encoded, keep_blank_values=True)) == {"n": values}


def posted(content_type: str, body: bytes) -> WireRequest:
    return WireRequest.read("POST", "/x", {"Content-Type": content_type}, body, "127.0.0.1")


def read(content_type: str, body: bytes):
    return posted(content_type, body).data


def test_a_multipart_form_is_read_like_an_urlencoded_one():
    prepared = requests.Request(
        "POST", "http://x.example", files={"code": (None, "a+b é"), "list[0]": (None, "1")}
    ).prepare()

    assert read(prepared.headers["Content-Type"], prepared.body) == {"code": "a+b é", "list": ["1"]}


def test_json_and_empty_bodies():
    assert read("application/json", b'{"a": [1]}') == {"a": [1]}
    assert read("application/x-www-form-urlencoded", b"") == {}
    assert read("", b"a=1") == {"a": "1"}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{"),
        pytest.param("application/json", b"[" * 100_000, id="deep"),
        ("multipart/form-data", b"--x"),
        ("application/x-www-form-urlencoded", b"a=\xff"),
    ],
)
def test_an_unreadable_body_is_said_so(content_type, body):
    request = posted(content_type, body)

    assert request.bad_body and request.data == {} and request.body == body


def test_a_file_is_left_as_it_came():
    request = posted("application/pdf", b"%PDF-1.7 \xff")

    assert (request.data, request.bad_body, request.body) == ({}, "", b"%PDF-1.7 \xff")


def test_an_encoded_slash_stays_in_its_segment():
    request = WireRequest.read("GET", "/a/b%2Fc/?x=1", {}, b"", "127.0.0.1")

    assert request.segments == ("a", "b/c")
