"""The first document: the size that was promised, valid by the declared fields, whole in its references, always the same."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from telephony.providers.kazoo.sandbox import seed
from telephony.providers.kazoo.sandbox.modules import MODULES
from telephony.providers.kazoo.sandbox.refusals import Errors
from telephony.providers.kazoo.sandbox.seed.plans import account_id, plans
from telephony.providers.kazoo.sandbox.validation import check, check_part
from telephony.providers.kazoo.schema import FAMILIES
from telephony.providers.kazoo.times import from_gregorian, to_gregorian

NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
ID = re.compile(r"[0-9a-f]{32}")
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


def problems(family: str, rows: Iterable[dict[str, Any]]) -> list[Any]:
    """What the sandbox would say if these documents were sent to it, and the defaults that they lack."""
    found: list[Any] = []
    for row in rows:
        document, errors = copy.deepcopy(row["doc"]), Errors()
        check(family, document, errors)
        found += [(row["doc"].get("name"), dict(errors))] if errors else []
        found += [(row["doc"].get("name"), "defaults")] if document != row["doc"] else []
    return found


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


def test_two_states_share_nothing_that_could_be_changed(state):
    def containers(value: Any) -> Iterator[int]:
        if isinstance(value, dict | list):
            yield id(value)
            for inner in value.values() if isinstance(value, dict) else value:
                yield from containers(inner)

    other = seed.make_state(NOW)

    assert not set(containers(state)) & set(containers(other))


@pytest.mark.parametrize("collection", sorted(FAMILIES))
def test_documents_are_as_the_server_would_have_written_them(state, collection):
    assert not problems(collection, [row for _, _, row in documents(state, collection)])


@pytest.mark.parametrize("collection", ["resources", "resource_jobs"])
def test_the_platforms_documents_are_as_the_server_would_have_written_them(state, collection):
    assert not problems(collection, state["global"][collection].values())


def test_accounts_and_numbers_are_as_the_server_would_have_written_them(state):
    assert not problems("accounts", state["accounts"].values())
    assert not problems("phone_numbers", state["numbers"].values())


@pytest.mark.parametrize(("name", "family"), [("limits", "limits"), ("whitelabel", "whitelabels")])
def test_single_documents_are_as_the_server_would_have_written_them(state, name, family):
    rows = [account["one"][name] for account in state["accounts"].values() if name in account["one"]]

    assert rows
    assert not problems(family, rows)


def test_steps_of_callflows_hold_what_their_modules_allow(state):
    """But for the two modules that nobody knows, and a mailbox that the reference editor wrote as the text null."""
    known = MODULES
    found = []
    for _, _, row in documents(state, "callflows"):
        for node in nodes(row["doc"]["flow"]):
            errors = Errors()
            if node["module"] in known:
                check_part(known[node["module"]], copy.deepcopy(node["data"]), errors, "")
            found += [(row["doc"]["name"], path) for path in errors]

    assert found == [("Astreinte intendance", "id")]


def test_messages_hold_what_their_fields_allow(state):
    messages = [message for _, _, row in documents(state, "vmboxes") for message in row["pvt"]["messages"]]

    assert len(messages) > 150
    assert {message["folder"] for message in messages} == {"new", "saved", "deleted"}
    assert not problems("mailbox_message", [{"doc": message} for message in messages])
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
