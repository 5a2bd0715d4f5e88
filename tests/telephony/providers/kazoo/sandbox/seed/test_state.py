"""The first document: the size that was promised, valid by the declared fields, whole in its references, always the same."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from telephony.providers.kazoo.sandbox import seed
from telephony.providers.kazoo.sandbox.seed.plans import account_id, plans
from telephony.providers.kazoo.schema import FAMILIES, Field
from telephony.providers.kazoo.times import from_gregorian, to_gregorian

NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
ID = re.compile(r"[0-9a-f]{32}")
JSON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,), "array": (list,), "object": (dict,),
}  # fmt: skip
# What the seed gets wrong on purpose, for pages that must point it out: module or target, by callflow.
WRONG_MODULES = {"Enquête de satisfaction": "survey_ivr", "File commerciale (ancienne)": "qubicle"}
MISSING_TARGETS = {"Standard": "user", "Astreinte intendance": "voicemail"}


@pytest.fixture(scope="module")
def state():
    return seed.make_state(NOW)


def documents(state, collection) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """Account, id and row of every document of a collection."""
    for account in state["accounts"].values():
        for identifier, row in account["docs"].get(collection, {}).items():
            yield account, identifier, row


def nodes(flow) -> Iterator[dict[str, Any]]:
    yield flow
    for child in flow["children"].values():
        yield from nodes(child)


def problems(fields: tuple[Field, ...], doc: dict[str, Any]) -> Iterator[str]:
    """What a document does against the declared fields of its family."""
    for field in fields:
        if not field.path:
            continue
        place: Any = doc
        for part in field.parts[:-1]:
            place = place.get(part) if isinstance(place, dict) else None
        if not isinstance(place, dict):
            continue
        if field.parts[-1] not in place:
            if field.required and not field.has_default:
                yield f"{field.path} is missing"
            continue
        yield from wrong_value(field, place[field.parts[-1]], field.path)


def wrong_value(field: Field, value: Any, path: str) -> Iterator[str]:
    allowed = tuple(kind for name in field.type for kind in JSON_TYPES[name])
    if not isinstance(value, allowed) or (isinstance(value, bool) and bool not in allowed):
        yield f"{path} is a {type(value).__name__}"
        return
    sized = {"array": field.count, "object": field.count}.get(field.type[0], field.length)
    if isinstance(value, (str, list, dict)):
        least, most = sized
        if (least is not None and len(value) < least) or (most is not None and len(value) > most):
            yield f"{path} has length {len(value)}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        low, high = field.bounds
        if (low is not None and value < low) or (high is not None and value > high):
            yield f"{path} is {value}"
    chosen = value if isinstance(value, list) else [value]
    if field.choices and not set(chosen) <= set(field.choices):
        yield f"{path} is {value!r}, not a choice"
    if field.pattern and isinstance(value, str) and not re.search(field.pattern, value):
        yield f"{path} does not match"
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for number, one in enumerate(inner):
        if len(field.entry) == 1 and not field.entry[0].path:
            yield from wrong_value(field.entry[0], one, f"{path}.{number}")
        elif field.entry and isinstance(one, dict):
            yield from (f"{path}.{number}.{text}" for text in problems(field.entry, one))


def test_it_is_as_large_as_promised(state):
    count = Counter(
        {name: sum(1 for _ in documents(state, name)) for name in ("users", "devices", "callflows")}
    )
    children = [one for one in plans() if one.data["parent"] == "telmarine"]
    kinds = Counter(row["doc"]["device_type"] for _, _, row in documents(state, "devices"))

    assert count == {"users": 300, "devices": 400, "callflows": 120}
    assert len(children) == 12
    assert len(state["accounts"]) == 16
    assert {"sip_device", "softphone", "cellphone", "mobile", "fax", "sip_uri", "ata"} <= set(kinds)
    assert any("owner_id" not in row["doc"] for _, _, row in documents(state, "devices"))
    json.dumps(state)


def test_it_is_the_same_each_time_but_for_its_dates(state):
    assert seed.make_state(NOW) == state

    later = seed.make_state(NOW + timedelta(days=400))
    for identifier, account in state["accounts"].items():
        assert later["accounts"][identifier]["doc"] == account["doc"]
        for collection in ("users", "devices", "callflows", "menus"):
            mine, theirs = (
                one["docs"].get(collection, {}) for one in (account, later["accounts"][identifier])
            )
            assert {key: row["doc"] for key, row in mine.items()} == {
                key: row["doc"] for key, row in theirs.items()
            }


@pytest.mark.parametrize("collection", sorted(set(FAMILIES) - {"callflows"}))
def test_documents_hold_what_their_fields_allow(state, collection):
    fields = FAMILIES[collection].fields
    found = {
        f"{row['doc'].get('name', identifier)}: {text}"
        for _, identifier, row in documents(state, collection)
        for text in problems(fields, row["doc"])
    }

    assert not found


@pytest.mark.parametrize(("name", "family"), [("limits", "limits"), ("whitelabel", "whitelabels")])
def test_single_documents_hold_what_their_fields_allow(state, name, family):
    docs = [account["one"][name]["doc"] for account in state["accounts"].values() if name in account["one"]]

    assert docs
    assert not [text for doc in docs for text in problems(FAMILIES[family].fields, doc)]


def test_accounts_and_numbers_hold_what_their_fields_allow(state):
    for family, rows in (
        ("accounts", state["accounts"]),
        ("phone_numbers", state["numbers"]),
        ("resources", state["global"]["resources"]),
        ("resource_jobs", state["global"]["resource_jobs"]),
    ):
        assert not [text for row in rows.values() for text in problems(FAMILIES[family].fields, row["doc"])]


def test_messages_hold_what_their_fields_allow(state):
    messages = [message for _, _, row in documents(state, "vmboxes") for message in row["pvt"]["messages"]]

    assert len(messages) > 150
    assert {message["folder"] for message in messages} == {"new", "saved", "deleted"}
    assert not [text for one in messages for text in problems(FAMILIES["mailbox_message"].fields, one)]
    for message in messages:
        assert from_gregorian(message["timestamp"]) < NOW


def test_every_reference_leads_somewhere_in_its_account(state):
    by_field = {"owner_id": "users", "media_id": "media", "user_id": "users"}
    for account in state["accounts"].values():
        for collection, rows in account["docs"].items():
            for row in rows.values():
                for key, value in row["doc"].items():
                    if key in by_field and value:
                        assert value in account["docs"][by_field[key]], (collection, row["doc"]["name"])
                for group in [row["doc"]] if collection == "groups" else []:
                    for member, what in group["endpoints"].items():
                        assert member in account["docs"][f"{what['type']}s"]
                for rule in row["doc"].get("temporal_rules", ()):
                    assert rule in account["docs"]["temporal_rules"]
                for directory, flow in row["doc"].get("directories", {}).items():
                    assert directory in account["docs"]["directories"]
                    assert flow in account["docs"]["callflows"]
                for queue in row["doc"].get("queues", ()):
                    assert queue in account["docs"]["queues"]


def test_callflows_are_trees_whose_targets_exist(state):
    targets = {
        "user": "users", "device": "devices", "voicemail": "vmboxes", "menu": "menus", "play": "media",
        "conference": "conferences", "directory": "directories", "callflow": "callflows", "acdc_member": "queues",
        "group": "groups", "faxbox": "faxboxes",
    }  # fmt: skip
    missing: Counter[tuple[str, str]] = Counter()
    for account, _, row in documents(state, "callflows"):
        for node in nodes(row["doc"]["flow"]):
            assert set(node) == {"module", "data", "children"}
            module, target = node["module"], node["data"].get("id")
            collection = targets.get(module)
            if collection and target and target not in account["docs"].get(collection, {}):
                missing[row["doc"]["name"], module] += 1
            for endpoint in node["data"].get("endpoints", ()):
                if isinstance(endpoint, dict):
                    assert endpoint["id"] in account["docs"][f"{endpoint['endpoint_type']}s"]
            if module == "temporal_route":
                known = account["docs"]["temporal_rules"]
                assert set(node["data"]["rules"]) <= set(known)
                assert set(node["children"]) <= {*known, "_", "rule_set"}

    assert set(missing) == {
        *MISSING_TARGETS.items(),
        ("Standard", "callflow"),
    }


def test_some_callflows_are_food_for_a_critical_reader(state):
    flows = [row["doc"] for _, _, row in documents(state, "callflows")]
    modules = Counter(node["module"] for flow in flows for node in nodes(flow["flow"]))
    wrong = {
        flow["name"]: node["module"]
        for flow in flows
        for node in nodes(flow["flow"])
        if node["module"] in WRONG_MODULES.values()
    }

    assert wrong == WRONG_MODULES
    assert any(node["data"].get("skip_module") for flow in flows for node in nodes(flow["flow"]))
    assert len(modules) > 40
    assert max(sum(1 for _ in nodes(flow["flow"])) for flow in flows) > 20


def test_rules_include_the_old_misspelling_a_night_and_a_past_holiday(state):
    rules = [row["doc"] for _, _, row in documents(state, "temporal_rules")]

    assert any("wensday" in rule.get("wdays", ()) for rule in rules)
    assert any(rule.get("time_window_start", 0) > rule.get("time_window_stop", 86400) for rule in rules)
    assert any(
        rule["cycle"] == "date" and from_gregorian(rule["start_date"]) < NOW - timedelta(days=365)
        for rule in rules
    )


@pytest.mark.parametrize(
    ("collection", "path"),
    [
        ("users", "username"),
        ("devices", "sip.username"),
        ("devices", "mac_address"),
        ("vmboxes", "mailbox"),
    ],
)
def test_what_must_be_unique_in_an_account_is(state, collection, path):
    for account in state["accounts"].values():
        values = []
        for row in account["docs"][collection].values():
            value: Any = row["doc"]
            for part in path.split("."):
                value = value.get(part, {})
            values += [value] if value else []
        assert len(set(values)) == len(values)


def test_a_number_leads_to_one_callflow_and_is_used_by_it(state):
    for identifier, account in state["accounts"].items():
        starts = [
            start
            for row in account["docs"]["callflows"].values()
            for start in (*row["doc"]["numbers"], *row["doc"]["patterns"])
        ]
        assert len(set(starts)) == len(starts)
        for number in starts:
            if number.startswith("+"):
                pvt = state["numbers"][number]["pvt"]
                assert (pvt["account"], pvt["used_by"], pvt["state"]) == (
                    identifier,
                    "callflow",
                    "in_service",
                )


def test_names_and_realms_of_accounts_are_unique(state):
    names = [re.sub(r"[^a-z0-9]", "", row["doc"]["name"].lower()) for row in state["accounts"].values()]
    realms = [row["doc"]["realm"] for row in state["accounts"].values()]

    assert len(set(names)) == len(set(realms)) == 16


def test_every_number_is_reserved_for_fiction(state):
    reserved = re.compile(
        r"\+(33(19900|26191|35301|46571|53649|63998)\d{4}|442079460\d{3}|447700900\d{3}|1\d{3}55501\d\d)"
    )

    for number in re.findall(r"\+\d{9,15}", json.dumps(state["accounts"]) + json.dumps(state["numbers"])):
        assert reserved.fullmatch(number), number


def test_numbers_and_ports_are_in_every_state(state):
    assert {row["pvt"]["state"] for row in state["numbers"].values()} == {
        "discovery", "available", "reserved", "in_service", "port_in", "port_out", "released", "aging", "deleted",
    }  # fmt: skip
    ports = [row for _, _, row in documents(state, "port_requests")]
    assert {row["pvt"]["state"] for row in ports} == {
        "unconfirmed", "submitted", "pending", "scheduled", "completed", "rejected", "canceled",
    }  # fmt: skip
    for row in ports:
        way = row["pvt"]["timeline"]
        assert way[-1]["transition"]["new"] == row["pvt"]["state"]
        for number in row["doc"]["numbers"]:
            assert row["pvt"]["state"] not in ("pending", "scheduled") or (
                state["numbers"][number]["pvt"]["state"] == "port_in"
            )


def test_attachments_are_real_files(state):
    starts = {"image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-1.4", "audio/wav": b"RIFF"}
    kinds = Counter()
    for account in state["accounts"].values():
        for rows in (*account["docs"].values(), account["one"]):
            for row in rows.values():
                for one in row["pvt"].get("attachments", {}).values():
                    kinds[one["type"]] += 1
                    assert base64.b64decode(one["data"]).startswith(starts.get(one["type"], b""))

    assert set(starts) <= set(kinds)


def test_accounts_hang_together_as_a_tree(state):
    accounts = state["accounts"]
    top = [identifier for identifier, one in accounts.items() if not one["pvt"]["parent"]]
    parents = Counter(one["pvt"]["parent"] for one in accounts.values())

    assert top == [account_id(seed.MASTER)]
    assert accounts[top[0]]["pvt"]["is_superduper"]
    assert set(parents) <= {"", *accounts}
    assert parents[account_id("galdraine")] == 2
    assert not accounts[account_id("quatrebrume")]["doc"]["enabled"]
    assert from_gregorian(accounts[account_id("jolivane")]["pvt"]["expires"]) < NOW
    for one in accounts.values():
        assert ZoneInfo(one["doc"]["timezone"])
        assert re.fullmatch("[0-9a-f]{64}", one["pvt"]["api_key"])


def test_the_login_opens_the_top_account(state):
    top = state["accounts"][account_id(seed.MASTER)]
    username, password = seed.LOGIN["username"], seed.LOGIN["password"]
    (user,) = [row for row in top["docs"]["users"].values() if row["doc"]["username"] == username]

    assert seed.LOGIN["account_name"] == top["doc"]["name"]
    assert top["pvt"]["api_key"] == seed.API_KEY
    assert user["doc"]["priv_level"] == "admin"
    text = f"{username}:{password}".encode()
    assert user["pvt"]["md5"] == hashlib.md5(text, usedforsecurity=False).hexdigest()
    assert user["pvt"]["sha1"] == hashlib.sha1(text, usedforsecurity=False).hexdigest()


def test_dates_lie_in_the_past_and_in_order(state):
    now_g = to_gregorian(NOW)
    for account in state["accounts"].values():
        for rows in (*account["docs"].values(), account["one"], {"": account}):
            for identifier, row in rows.items():
                assert row["pvt"]["created"] <= row["pvt"]["modified"] <= now_g, identifier
                assert row["pvt"]["rev"] >= 1


def test_ids_are_32_hexadecimal_characters(state):
    for identifier, account in state["accounts"].items():
        assert ID.fullmatch(identifier)
        for collection, rows in account["docs"].items():
            if collection not in ("notifications", "resource_jobs"):
                assert all(ID.fullmatch(one) for one in rows)
