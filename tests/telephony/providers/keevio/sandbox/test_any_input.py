"""Whatever a client sends, the sandbox answers in keevio's form, and a refusal leaves no trace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.keevio.sandbox import KeevioSandbox
from telephony.providers.keevio.settings import SETTINGS
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.wire import WireRequest

ROOT = Path(__file__).resolve().parents[5]
LOGINS = ("switchboard", "brackenfold_admin", "reception")
VERBS = ("create", "read", "update", "delete", "readContainer", "group", "ungroup", "paint")
words = st.sampled_from(
    ["brackenfold", "pellgrove", "default", "labs", "velmont", "new_one", "é", "", "\ud800", "x\n"]
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=5,
)
names = st.sampled_from(
    [one.name for one in SETTINGS] + ["company", "name", "description", "token", "contact_id", "id"]
)
parts = anything | st.dictionaries(names, anything | words, max_size=5)
bodies = anything | st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["company", "company", "company", "authinfo", "cdr"]) | anything,
        "scope": st.fixed_dictionaries({}, optional={"company": words, "container": words}) | parts,
        "values": parts,
        "auth": st.fixed_dictionaries({}, optional={"type": words, "subtype": st.just("key"), "token": anything}) | anything,
    },
)  # fmt: skip
types = st.sampled_from(
    ["application/json", "text/plain", "", "application/x-www-form-urlencoded", "multipart/form-data"]
)


@pytest.fixture(scope="module")
def sandbox_of_its_own():
    sandbox = KeevioSandbox(SandboxClock(datetime(2026, 6, 17, 10, tzinfo=UTC), 0))
    return sandbox, [sandbox.grant({"login": login})["cookie"] for login in LOGINS]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(["ops/{}/", "ops/{}", "ops/{}/company", "ops/{}/authinfo", "{}", "auth/{}", "call/{}"]),
    st.sampled_from(VERBS),
    bodies,
    types,
    st.integers(0, 2),
    st.sampled_from(["POST", "POST", "POST", "GET"]),
)
def test_every_question_gets_an_answer(sandbox_of_its_own, path, verb, body, content_type, who, method):
    sandbox, cookies = sandbox_of_its_own
    headers = {"Content-Type": content_type, "Cookie": cookies[who]}
    target = "/keevio/rest/" + path.format(verb)
    request = WireRequest.read(method, target, headers, json.dumps(body).encode(), "127.0.0.1")
    kept = ("companies", "containers", "keys", "users")
    before = json.dumps([sandbox.store.data[name] for name in kept])
    request.operation = sandbox.operation_of(request)
    reply = sandbox.answer(request)

    assert reply.status in (200, 401, 404, 405)
    answer = json.loads(reply.body)
    assert answer["result"] in ("success", "fail")
    if answer["result"] == "fail":
        assert answer["message"].isascii()
    if answer["result"] == "fail" or verb in ("read", "readContainer") or who == 2:
        after = json.dumps([sandbox.store.data[name] for name in kept])
        assert after == before or (who == 2 and '"keys"' not in after)
    json.dumps(sandbox.store.data, ensure_ascii=False).encode()  # it can be saved
    assert isinstance(sandbox.caller_of(request), str)


@pytest.mark.parametrize(
    "body", [b"", b"\x00", b"[" * 50_000, b"{" * 50_000, b'{"type": 1e999}', b"9" * 5000]
)
def test_bodies_that_are_no_json(sandbox_of_its_own, body):
    sandbox, cookies = sandbox_of_its_own
    headers = {"Content-Type": "application/json", "Cookie": cookies[0]}
    request = WireRequest.read("POST", "/keevio/rest/ops/read/company/", headers, body, "127.0.0.1")
    assert json.loads(sandbox.answer(request).body)["result"] == "success"


@pytest.mark.parametrize(
    "cookie", ["", ";", "Red60urne", "Red60urne=", "Red60urne=\x01", 'Red60urne="a;b', "a=1; =; Red60urne=x"]
)
def test_cookies_without_sense_are_nobody(sandbox_of_its_own, cookie):
    sandbox, _cookies = sandbox_of_its_own
    request = WireRequest.read("POST", "/keevio/rest/ops/read/company/", {"Cookie": cookie}, b"", "127.0.0.1")
    assert sandbox.answer(request).status == 401


def test_it_refuses_without_the_portals_settings(tmp_path):
    script = (
        "import json, urllib.request as u\n"
        "from telephony.providers.sandbox import SandboxServer\n"
        "with SandboxServer(providers=['keevio']) as server:\n"
        "    cookie = server.provider('keevio').grant({})['cookie']\n"
        "    for values in ({'q_ringtime': '31'}, {'noext': 'z'}, {'zone': 'Mars'}):\n"
        "        body = json.dumps({'scope': {'company': 'labs'}, 'values': values}).encode()\n"
        "        asked = u.Request(server.url + '/keevio/rest/ops/update/company/', body, {'Cookie': cookie})\n"
        "        asked.add_header('Content-Type', 'application/json')\n"
        "        print(u.build_opener(u.ProxyHandler({})).open(asked).read().decode())\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.count("Invalid value: ") == 3
