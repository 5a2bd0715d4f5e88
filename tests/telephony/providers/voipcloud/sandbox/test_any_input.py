"""Whatever a client sends, the sandbox answers as a server does, and a refusal leaves no trace."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.wire import WireRequest
from telephony.providers.voipcloud.catalog import CATALOG
from telephony.providers.voipcloud.sandbox import VoipcloudSandbox

ANYTHING = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "0",
            "-1",
            "100",
            "99999999999",
            "2026-06-10",
            "2026-13-01",
            "201",
            "+61255500121",
            "Bookings",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40),
)
NAMES = sorted({param.name for one in CATALOG for param in one.params} | {"api_key", "surprise"})
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"])


@pytest.fixture(scope="module")
def own() -> tuple[VoipcloudSandbox, str]:
    sandbox = VoipcloudSandbox(SandboxClock(datetime(2026, 6, 17, 4, tzinfo=UTC), 0))
    sandbox.store.merge({"settings": {"quota": None}})
    return sandbox, sandbox.grant({})["api_key"]


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, str, str, str, bytes]:
    operation = draw(st.sampled_from(list(CATALOG)))
    method = draw(st.one_of(st.just(operation.method), st.just(operation.method), METHODS))
    brackets = st.sampled_from(["", "", "", "[]", "[0]", "[a]", "["])
    fields = draw(st.lists(st.tuples(st.sampled_from(NAMES), brackets, ANYTHING), max_size=5))
    form = urlencode([(name + bracket, value) for name, bracket, value in fields])
    kind, body = draw(
        st.sampled_from(
            [
                ("application/x-www-form-urlencoded", form.encode()),
                ("application/json", json.dumps({name: value for name, _, value in fields}).encode()),
                ("application/json", b"[1]"),
                ("application/json", b'"x"'),
                ("text/xml", b"<x/>"),
            ]
        )
    )
    return method, operation.path, form, kind, body


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(questions(), st.booleans())
def test_every_question_gets_an_answer(
    own: tuple[VoipcloudSandbox, str], question: tuple[str, str, str, str, bytes], has_key: bool
) -> None:
    sandbox, key = own
    method, path, form, kind, body = question
    headers = {"Content-Type": kind, **({"token": key} if has_key else {})}
    request = WireRequest.read(method, f"/voipcloud{path}?{form}", headers, body, "127.0.0.1")
    before = json.dumps(sandbox.store.data)
    reply = sandbox.answer(request)

    document = json.loads(reply.body)
    assert (reply.status, document["code"]) in {(code, code) for code in (200, 400, 401, 404)}
    assert has_key or reply.status in (401, 404)
    if reply.status != 200 or method != "POST":
        assert json.dumps(sandbox.store.data) == before
