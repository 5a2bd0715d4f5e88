"""Whatever a client sends, the sandbox answers as a server does, and a refusal leaves no trace."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.kazoo.sandbox import KazooSandbox
from telephony.providers.kazoo.sandbox.routes import registered
from telephony.providers.kazoo.schema import FAMILIES
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.wire import WireRequest

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20)
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), TEXTS,
    st.sampled_from(["", "+33199001001", "submitted", "user", "hangup", "in_service", "tts", "[]", "1"]),
)  # fmt: skip
NAMES = st.sampled_from(
    sorted({field.parts[0] for family in FAMILIES.values() for field in family.fields})
    + ["numbers", "flow", "action", "messages", "folder", "source_id", "comments", "schedule_on", "amount", "data", "plans",
       "add", "reset_id", "payment_method_nonce", "credit_card", "target", "to", "re-enable", "endpoints", "username"]
)  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.one_of(NAMES, TEXTS), inner, max_size=4)
    ),
    max_leaves=10,
)
QUERIES = st.lists(
    st.tuples(
        st.sampled_from(
            ["page_size", "start_key", "paginate", "ascending", "filter_name", "filter_not_a.b", "has_key", "value_missing",
             "created_from", "created_to", "modified_to", "prefix", "quantity", "offset", "blocks", "city", "accept", "verb",
             "pretty_print", "folder", "utc_offset", "number_filter", "timeout", "by_number", "by_types", "domain", "hard",
             "filename", "country", "auth_token", "accept_charges", "_", "filter_numbers[]"]
        ),
        st.one_of(st.sampled_from(["1", "0", "-1", "50", "true", "false", "PUT", "text/csv", "[\"a\"]", "+331", ""]), TEXTS),
    ),
    max_size=4,
)  # fmt: skip
TYPES = st.sampled_from(
    ["application/json", "", "application/pdf", "application/x-base64", "text/html", "audio/wav", "text/plain",
     "multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded", "image/png"]
)  # fmt: skip
METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "HEAD")
FINE = {200, 201, 202, 206, 304}
REFUSED = {400, 401, 402, 403, 404, 405, 406, 409, 412, 413, 415, 416, 423}
OURS = {
    "unspecified_fault",
    "account_has_descendants",
    "quickcall initiation failed",
    "datastore_unreachable",
}


@pytest.fixture(scope="module")
def cluster():
    sandbox = KazooSandbox(SandboxClock(datetime(2026, 6, 17, 10, tzinfo=UTC), 0))
    sandbox.store.data["settings"] = {"bucket_size": 0}
    return sandbox, [
        sandbox.account_id(name) for name in ("Halvenor Cloud", "Telmarine Services", "Galdraine Nord")
    ]


@st.composite
def questions(draw):
    """A path of the sandbox with believable names in it, and any verb, query and body."""
    endpoint = draw(st.sampled_from(registered()))
    method = draw(st.one_of(st.just(endpoint.method), st.sampled_from(METHODS)))
    body = draw(
        st.one_of(
            st.builds(lambda data: json.dumps({"data": data}).encode(), JSON),
            st.builds(
                lambda data, more: json.dumps({**more, "data": data}).encode(),
                st.dictionaries(NAMES, LEAVES | JSON, max_size=6),
                st.dictionaries(
                    st.sampled_from(["accept_charges", "action", "verb", "auth_token"]), LEAVES, max_size=2
                ),
            ),
            st.binary(max_size=60),
            st.just(b""),
        )
    )
    return endpoint.path, method, draw(QUERIES), draw(TYPES), body, draw(st.integers(0, 1 << 30)), draw(TEXTS)


def _filled(sandbox, path, pick, anything):
    """The template with ids that exist, or with anything."""
    accounts = sandbox.store.data["accounts"]
    account_id = sorted(accounts)[pick % len(accounts)]
    segments = path.split("/")
    for index, segment in enumerate(segments):
        if segment != "{}":
            continue
        before = segments[index - 1]
        documents = accounts[account_id]["docs"].get(before) or sandbox.store.data["global"].get(before) or {}
        numbers = sandbox.store.data["numbers"] if before == "phone_numbers" else {}
        known = sorted(documents or numbers)
        segments[index] = account_id if before == "accounts" else anything or "x"
        if known and before != "accounts" and pick % 5:
            segments[index] = known[pick % len(known)]
    return "/".join(quote(segment, safe="") for segment in segments)


def _snapshot(sandbox):
    return orjson.dumps([sandbox.store.data[part] for part in ("accounts", "numbers", "global")])


@settings(max_examples=300, deadline=None)
@given(questions())
def test_every_question_gets_an_answer(cluster, question):
    cluster, logins = cluster
    path, method, query, content_type, body, pick, anything = question
    login = logins[pick % 3] if logins[pick % 3] in cluster.store.data["accounts"] else logins[0]
    token = cluster.grant({"account": login})["auth_token"] if pick % 7 else "stale"
    target = f"/kazoo/v2{_filled(cluster, path, pick, anything)}"
    target += "?" + urlencode(query) if query else ""
    headers = {"X-Auth-Token": token, "Host": "kazoo.test", "Content-Type": content_type}
    request = WireRequest.read(method, target, headers, body, "127.0.0.1")
    before = _snapshot(cluster)

    assert cluster.operation_of(request) is not None
    reply = cluster.answer(request)

    assert reply.status in FINE | REFUSED | {500, 503}
    assert b"Traceback" not in reply.body
    kind = dict(reply.headers).get("Content-Type")
    if reply.status in FINE:
        return
    document = json.loads(reply.body)
    assert kind == "application/json"
    assert document["status"] == "error"
    assert document["error"] == str(reply.status)
    assert reply.status < 500 or document["message"] in OURS
    assert _snapshot(cluster) == before
