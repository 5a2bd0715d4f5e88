"""Lists: pages, keys, order and filters, whatever happens between two pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.providers.kazoo.sandbox import KazooSandbox
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.wire import WireRequest

COLLECTIONS = (
    "users",
    "devices",
    "menus",
    "temporal_rules",
    "vmboxes",
    "phone_numbers",
    "callflows",
    "groups",
)


def rows_of(data):
    """The rows of a page; numbers come as an object."""
    return (
        [{"id": number, **row} for number, row in data["numbers"].items()] if isinstance(data, dict) else data
    )


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_pages_hold_every_row_once(master, collection):
    whole = rows_of(master("GET", f"~/{collection}", params={"paginate": "false"}).json()["data"])
    found, params = [], {"page_size": 3}
    while True:
        page = master("GET", f"~/{collection}", params=params).json()
        found += rows_of(page["data"])
        key = page.get("next_start_key")
        if not key:
            break
        assert page["page_size"] == 3
        params["start_key"] = json.dumps(key) if isinstance(key, list) else key

    assert [row["id"] for row in found] == [row["id"] for row in whole]


def test_keys_come_in_three_types(master):
    kinds = {
        name: type(master("GET", f"~/{name}", params={"page_size": 1}).json()["next_start_key"])
        for name in ("users", "devices", "temporal_rules")
    }
    assert kinds == {"users": str, "devices": list, "temporal_rules": int}


@pytest.mark.parametrize("turned", [{"ascending": "true"}, {"descending": "false"}])
def test_the_order_can_be_turned(master, turned):
    usual = [row["id"] for row in master.every("~/users")]

    assert [row["id"] for row in master.every("~/users", **turned)] == usual[::-1]
    names = [f"{row['last_name']} {row['first_name']}".lower() for row in master.every("~/users", **turned)]
    assert names == sorted(names)


def test_everything_at_once_until_it_is_too_much(sandbox, master):
    sandbox.state("kazoo")["settings"]["unpaged_limit"] = 5
    answer = master("GET", "~/users", params={"paginate": "false"})

    assert (answer.status_code, answer.json()["message"]) == (416, "range not satisfiable")


@pytest.mark.parametrize("size", ["0", "-1", "x", "1.5"])
def test_a_page_has_a_row_at_least(master, size):
    answer = master("GET", "~/users", params={"page_size": size})

    assert (answer.status_code, list(answer.json()["data"])) == (400, ["page_size"])


def test_a_key_that_was_never_given_is_refused(master):
    for collection in ("users", "devices", "temporal_rules"):
        answer = master("GET", f"~/{collection}", params={"start_key": "%%"})
        assert answer.json()["data"]["start_key"]["invalid"]["cause"] == "%%"


def test_a_filtered_page_may_be_empty_and_go_on(master):
    names = [row["username"] for row in master.every("~/users")]
    page = master("GET", "~/users", params={"page_size": 5, "filter_username": names[-1]}).json()

    assert page["data"] == []
    assert page["next_start_key"]
    assert [row["username"] for row in master.every("~/users", page_size=5, filter_username=names[-1])] == [
        names[-1]
    ]


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ({"filter_device_type": "fax"}, lambda doc: doc["device_type"] == "fax"),
        ({"filter_device_type": '["fax","ata"]'}, lambda doc: doc["device_type"] in ("fax", "ata")),
        ({"filter_not_device_type": "sip_device"}, lambda doc: doc["device_type"] != "sip_device"),
        ({"filter_enabled": "false"}, lambda doc: doc["enabled"] is False),
        ({"filter_sip.expire_seconds": "300"}, lambda doc: doc.get("sip", {}).get("expire_seconds") == 300),
        ({"has_key": "owner_id"}, lambda doc: "owner_id" in doc),
        ({"key_missing": "owner_id"}, lambda doc: "owner_id" not in doc),
        ({"has_value": "caller_id"}, lambda doc: doc.get("caller_id") not in (None, {}, "")),
        ({"value_missing": "caller_id"}, lambda doc: doc.get("caller_id") in (None, {}, "")),
        ({"missing_value": "caller_id"}, lambda doc: True),
        (
            {"has_key": "owner_id", "filter_device_type": "softphone"},
            lambda doc: "owner_id" in doc and doc["device_type"] == "softphone",
        ),
        ({"nonsense": "1", "filter_": "x"}, lambda doc: False),
    ],
)
def test_filters_look_at_the_whole_document(master, fake_kazoo, query, kept):
    devices = fake_kazoo.store.data["accounts"][master.account_id]["docs"]["devices"]
    expected = {identifier for identifier, entry in devices.items() if kept(entry["doc"])}

    assert {row["id"] for row in master.every("~/devices", **query)} == expected


def test_moments_are_compared_inclusively(sandbox, master):
    before = master.ok("PUT", "~/menus", {"name": "first"})
    sandbox.clock.advance(10)
    master.ok("PUT", "~/menus", {"name": "second"})
    created_g = sandbox.state("kazoo")["accounts"][master.account_id]["docs"]["menus"][before["id"]]["pvt"][
        "created"
    ]

    assert [row["name"] for row in master.every("~/menus", created_from=created_g, created_to=created_g)] == [
        "first"
    ]
    assert [row["name"] for row in master.every("~/menus", modified_from=created_g + 1)] == ["second"]


@pytest.fixture(scope="module")
def cluster():
    sandbox = KazooSandbox(SandboxClock(datetime(2026, 6, 17, 10, tzinfo=UTC), 0))
    sandbox.store.data["settings"] = {"bucket_size": 0}
    account_id = sandbox.account_id("Garage Pontavre")
    return sandbox, account_id, sandbox.grant({})["auth_token"]


CHANGES = st.lists(
    st.tuples(st.sampled_from(["insert", "remove", "change"]), st.integers(0, 10**6)), max_size=4
)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["users", "temporal_rules", "menus"]),
    st.integers(1, 4),
    st.booleans(),
    st.integers(0, 12),
    st.lists(CHANGES, max_size=8),
)
def test_what_stays_is_read_once_whatever_comes_and_goes(
    cluster, collection, size, ascending, count, schedule
):
    sandbox, account_id, token = cluster
    shelf = sandbox.store.data["accounts"][account_id]["docs"].setdefault(collection, {})
    shelf.clear()
    for index in range(count):
        _insert(shelf, index)
    start, seen, gone = set(shelf), [], set()
    query = {"page_size": size, "ascending": str(ascending).lower()}
    for changes in [*schedule, *([[]] * 40)]:
        page = json.loads(_ask(sandbox, token, f"/accounts/{account_id}/{collection}", query))
        seen += [row["id"] for row in page["data"]]
        key = page.get("next_start_key")
        if not key:
            break
        query["start_key"] = json.dumps(key) if isinstance(key, list) else str(key)
        for kind, pick in changes:
            gone |= _change(shelf, kind, pick)

    assert not key
    assert len(seen) == len(set(seen))
    assert start - gone <= set(seen)


def _insert(shelf, number):
    identifier = f"{number * 2654435761 % 2**128:032x}"
    name = f"name {number % 7}"
    doc = {"name": name, "first_name": name, "last_name": name}
    shelf[identifier] = {
        "doc": doc,
        "pvt": {"created": 63_000_000_000 + number % 5, "modified": 63_000_000_000, "rev": 1},
    }


def _change(shelf, kind, pick):
    if kind == "insert":
        _insert(shelf, pick + 100)
    elif shelf and kind == "remove":
        identifier = sorted(shelf)[pick % len(shelf)]
        del shelf[identifier]
        return {identifier}
    elif shelf:
        shelf[sorted(shelf)[pick % len(shelf)]]["doc"]["note"] = str(pick)
    return set()


def _ask(sandbox, token, path, query):
    target = f"/kazoo/v2{path}?{urlencode(query)}"
    return sandbox.answer(WireRequest.read("GET", target, {"X-Auth-Token": token}, b"", "127.0.0.1")).body


@pytest.mark.parametrize(
    ("prefix", "kept"),
    [
        ("filter_any_", {"one", "both"}),
        ("filter_none_", {"neither"}),
        ("filter_array_intersect_all_", {"both"}),
    ],
)
def test_newer_filters_take_a_list(master, prefix, kept):
    for name, flags in (("one", ["a"]), ("both", ["a", "b"]), ("neither", ["c"])):
        master.ok("PUT", "~/menus", {"name": name, "flags": flags})

    rows = master.get("~/menus", filter_name='["one","both","neither"]', **{prefix + "flags": '["a","b"]'})

    assert {row["name"] for row in rows} == kept
