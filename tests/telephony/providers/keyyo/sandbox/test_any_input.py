"""Whatever a client sends, the sandbox answers as a server does, and a refusal leaves no trace."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from telephony.providers.keyyo.catalog import CATALOG
from telephony.providers.keyyo.sandbox import KeyyoSandbox
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.wire import WireRequest

WORDS = {
    "csi": ["33199001001", "33199001000", "33639980001", "accueil@corvane.example", "33100000000", "../x"],
    "profile_identifier": ["default", "1", "99", "é"],
    "plugin_name": ["custom", "delos", "none"],
    "parameter_name": ["url", "ip_regexp", "none"],
    "identifier": ["0", "x"],
    "branch_id": ["1", "2", "9999"],
    "uid": ["101", "9999"],
}
ANYTHING = st.one_of(
    st.sampled_from(
        ["", "1", "0", "-1", "120", "33199001002", "+33 1 99 00 10 02", "anonymous", "default", "premium"]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40),
)
METHODS = st.sampled_from(["GET", "POST", "PUT", "DELETE"])


@pytest.fixture(scope="module")
def sandbox_of_its_own():
    sandbox = KeyyoSandbox(SandboxClock(datetime(2026, 6, 17, 10, tzinfo=UTC), 0))
    tokens = [sandbox.grant({"login": login})["access_token"] for login in ("corvane", "maud.terrasson")]
    return sandbox, tokens


@st.composite
def questions(draw):
    """An operation of the catalog with believable names in its path, and fields it may or may not know."""
    operation = draw(st.sampled_from([one for one in CATALOG if one.surface == "manager"]))
    path = operation.path
    for name in operation.path_names:
        path = path.replace("{" + name + "}", quote(draw(st.sampled_from(WORDS[name])), safe=""))
    names = [param.name for param in operation.params if param.name not in operation.path_names] + [
        "surprise"
    ]
    brackets = st.sampled_from(["", "", "", "[]", "[0]", "[3]", "[a]", "["])
    fields = draw(st.lists(st.tuples(st.sampled_from(names), brackets, ANYTHING), max_size=6))
    form = urlencode([(name + bracket, value) for name, bracket, value in fields])
    method = draw(st.one_of(st.just(operation.method), METHODS))
    return method, path, form


@settings(max_examples=250, deadline=None)
@given(questions(), st.integers(0, 1), st.booleans())
@example(("GET", "/services", "type%5B%5D="), 0, True)
@example(("GET", "/services", "filters%5Btype%5D%5Ba%5D=1"), 0, True)
def test_every_question_gets_an_answer(sandbox_of_its_own, question, who, in_query):
    sandbox, tokens = sandbox_of_its_own
    method, path, form = question
    headers = {
        "Authorization": f"Bearer {tokens[who]}",
        "Host": "keyyo.test",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    target = f"/keyyo/manager/1.0{path}" + (f"?{form}" if in_query else "")
    request = WireRequest.read(method, target, headers, b"" if in_query else form.encode(), "127.0.0.1")
    before = json.dumps(sandbox.store.data["accounts"])
    reply = sandbox.answer(request)

    assert reply.status in (200, 400, 403, 404, 405)
    if reply.status != 200:
        assert dict(reply.headers)["X-Status-Reason"].isascii()
        assert json.dumps(sandbox.store.data["accounts"]) == before
    if method == "GET":
        assert json.dumps(sandbox.store.data["accounts"]) == before


@pytest.mark.parametrize("field", ["name", "forced", "forward_delay", "backup_number"])
def test_an_array_where_one_value_belongs_is_refused(corvane, field):
    answer = corvane("POST", "/services/33199001001/profiles/1", data={f"{field}[0]": "1"})

    assert answer.status_code == 400
    assert field in answer.headers["X-Status-Reason"]


def test_json_bodies_are_refused(corvane):
    answer = corvane("POST", "/services/33199001001/profiles/1", json={"forced": 1})

    assert (answer.status_code, answer.headers["X-Status-Reason"]) == (400, "The body must be a form")
