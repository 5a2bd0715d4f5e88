"""The life of documents: writes, defaults, errors by field, revisions, what must be unique, two writers at once."""

from __future__ import annotations

import threading

import pytest


def errors_of(answer):
    assert (answer.status_code, answer.json()["message"]) == (400, "validation error"), answer.text
    return {path: sorted(rules) for path, rules in answer.json()["data"].items()}


# ---- writes ----


def test_defaults_are_filled_in_and_come_back(master):
    made = master.ok("PUT", "~/menus", {"name": "Evening"})
    stored = master.get(f"~/menus/{made['id']}")

    assert (stored["retries"], stored["hunt"], stored["media"]) == (3, True, {})
    device = master.ok("PUT", "~/devices", {"name": "Desk"}, envelope={"accept_charges": True})
    assert device["sip"]["method"] == "password"
    assert device["sip"]["username"].startswith("user_")
    assert len(device["sip"]["password"]) >= 5
    assert device["device_type"] == "sip_device"


def test_post_replaces_and_patch_merges(master):
    made = master.ok(
        "PUT",
        "~/menus",
        {"name": "Evening", "hunt_allow": "2", "media": {"exit_media": True, "greeting": "abc"}},
    )
    path = f"~/menus/{made['id']}"

    merged = master.ok("PATCH", path, {"hunt_allow": None, "media": {"greeting": None}, "retries": 5})
    assert "hunt_allow" not in merged
    assert merged["media"] == {"exit_media": True}
    assert (merged["name"], merged["retries"]) == ("Evening", 5)
    replaced = master.ok("POST", path, {"name": "Night"})
    assert replaced["retries"] == 3
    assert replaced["media"] == {}


def test_a_merge_is_validated_as_a_whole(master):
    made = master.ok("PUT", "~/menus", {"name": "Evening"})

    assert errors_of(master("PATCH", f"~/menus/{made['id']}", {"name": None, "retries": 99})) == {
        "name": ["required"],
        "retries": ["maximum"],
    }
    assert master.get(f"~/menus/{made['id']}")["name"] == "Evening"


def test_private_fields_cannot_be_written_and_never_appear(master, fake_kazoo):
    made = master.ok(
        "PUT", "~/menus", {"name": "x", "pvt_secret": 1, "_rev": "9-z", "id": "mine", "own_key": {"a": 1}}
    )
    stored = fake_kazoo.store.data["accounts"][master.account_id]["docs"]["menus"][made["id"]]

    assert made["id"] != "mine"
    assert made["own_key"] == {"a": 1}
    assert not [name for name in stored["doc"] if name.startswith(("pvt_", "_")) or name == "id"]
    created = stored["pvt"]["created"]
    master.ok("POST", f"~/menus/{made['id']}", {"name": "y"})
    assert stored["pvt"]["created"] == created


# ---- errors ----


@pytest.mark.parametrize(
    ("path", "document", "errors"),
    [
        ("~/users", {}, {"first_name": ["required"], "last_name": ["required"]}),
        (
            "~/users",
            {"first_name": "", "last_name": "x" * 129},
            {"first_name": ["minLength"], "last_name": ["maxLength"]},
        ),
        (
            "~/users",
            {"first_name": "a", "last_name": "b", "username": "a b"},
            {"username": ["pattern"], "password": ["required"]},
        ),
        ("~/users", {"first_name": "a", "last_name": "b", "email": "nowhere"}, {"email": ["wrong_format"]}),
        ("~/users", {"first_name": "a", "last_name": "b", "priv_level": "root"}, {"priv_level": ["enum"]}),
        ("~/users", {"first_name": "a", "last_name": "b", "enabled": "yes"}, {"enabled": ["type"]}),
        (
            "~/users",
            {"first_name": "a", "last_name": "b", "hotdesk": {"pin": "1"}},
            {"hotdesk.pin": ["minLength"]},
        ),
        ("~/devices", {"name": "a", "sip": {"password": "abc"}}, {"sip.password": ["minLength"]}),
        ("~/devices", {"name": "a", "sip": []}, {"sip": ["type"]}),
        ("~/devices", {"name": "a", "device_type": "mobile"}, {"mobile.mdn": ["required"]}),
        ("~/devices", {"name": "a", "sip": {"method": "ip", "ip": "300.1.1.1"}}, {"sip.ip": ["type"]}),
        (
            "~/resources",
            {"name": "a", "gateways": [{"port": "x"}]},
            {"gateways.0.port": ["type"], "gateways.0.server": ["required"]},
        ),
        ("~/temporal_rules", {"name": "a", "cycle": "weekly", "wdays": ["lundi"]}, {"wdays.0": ["enum"]}),
        (
            "~/temporal_rules",
            {"name": "a", "cycle": "daily", "time_window_start": 86401},
            {"time_window_start": ["maximum"]},
        ),
        ("~/temporal_rules", {"name": "a", "cycle": "daily", "interval": 0}, {"interval": ["minimum"]}),
        ("~/temporal_rules_sets", {"name": "a", "temporal_rules": []}, {"temporal_rules": ["minItems"]}),
        ("~/vmboxes", {"name": "a", "mailbox": "9999", "pin": 1234}, {"pin": ["type"]}),
        ("~/webhooks", {"name": "a", "hook": "object", "uri": "ftp://a"}, {"uri": ["error"]}),
        (
            "~/callflows",
            {"numbers": ["1", "1"], "flow": {"module": "hangup", "data": {}}},
            {"numbers": ["uniqueItems"]},
        ),
    ],
)
def test_errors_stand_under_dotted_keys(master, path, document, errors):
    assert errors_of(master("PUT", path, document)) == errors


def test_a_rule_says_what_it_wanted(master):
    answer = master(
        "PUT", "~/devices", {"name": "a", "sip": {"password": "abc", "invite_format": "x"}}
    ).json()

    assert answer["data"]["sip.password"]["minLength"] == {
        "message": "String must be at least 5 characters",
        "target": 5,
        "cause": "abc",
        "value": "abc",
    }
    assert "e164" in answer["data"]["sip.invite_format"]["enum"]["target"]


def test_a_refused_write_changes_nothing(master, fake_kazoo):
    shelf = fake_kazoo.store.data["accounts"][master.account_id]["docs"]["devices"]
    before = {identifier: dict(entry["pvt"]) for identifier, entry in shelf.items()}
    device = next(iter(shelf))

    assert master("POST", f"~/devices/{device}", {"name": ""}).status_code == 400
    assert {identifier: dict(entry["pvt"]) for identifier, entry in shelf.items()} == before


# ---- what must be unique ----


def test_what_must_be_unique(master, fake_kazoo):
    docs = fake_kazoo.store.data["accounts"][master.account_id]["docs"]
    user = next(entry["doc"] for entry in docs["users"].values() if entry["doc"].get("username"))
    phone = next(entry["doc"] for entry in docs["devices"].values() if entry["doc"].get("mac_address"))
    box = next(iter(docs["vmboxes"].values()))["doc"]
    room = next(iter(docs["conferences"].values()))["doc"]
    names = {"first_name": "a", "last_name": "b"}
    master.ok("PUT", "~/users", {**names, "hotdesk": {"id": "4711"}}, envelope={"accept_charges": True})
    wishes = [
        ("~/users", {**names, "username": user["username"].upper(), "password": "secret"}, "username"),
        ("~/users", {**names, "hotdesk": {"id": "4711"}}, "hotdesk.id"),
        ("~/devices", {"name": "x", "sip": {"username": phone["sip"]["username"]}}, "sip.username"),
        ("~/devices", {"name": "x", "mac_address": phone["mac_address"].upper()}, "mac_address"),
        ("~/vmboxes", {"name": "x", "mailbox": box["mailbox"]}, "mailbox"),
        ("~/conferences", {"name": "x", "member": {"numbers": room["member"]["numbers"]}}, "numbers"),
    ]
    for path, document, field in wishes:
        assert errors_of(master("PUT", path, document)) == {field: ["unique"]}, path


def test_a_document_is_not_its_own_rival(master, fake_kazoo):
    docs = fake_kazoo.store.data["accounts"][master.account_id]["docs"]
    for collection in ("users", "devices", "vmboxes", "conferences", "menus", "groups"):
        identifier = next(iter(docs[collection]))
        document = master.get(f"~/{collection}/{identifier}")
        assert master("POST", f"~/{collection}/{identifier}", document).status_code == 200, collection


def test_accounts_have_names_and_realms_of_their_own(caller_of, fake_kazoo):
    caller = caller_of("Telmarine Services")
    wish = {"name": "garage PONTAVRE", "realm": "sarvelle.halvenor.example"}

    assert errors_of(caller("PUT", "~", wish)) == {"name": ["unique"], "realm": ["unique"]}
    made = caller.ok("PUT", "~", {"name": "Quincaillerie Brévelay"})
    assert (made["reseller_id"], made["is_reseller"], made["enabled"]) == (caller.account_id, False, True)
    assert made["realm"]
    assert made["id"] in [row["id"] for row in caller.every("~/children")]
    assert caller("DELETE", f"/accounts/{made['id']}").status_code == 200
    assert caller("GET", f"/accounts/{made['id']}").status_code == 404


def test_an_account_with_children_stays(master, fake_kazoo):
    parent = fake_kazoo.account_id("Transports Galdraine")
    answer = master("DELETE", f"/accounts/{parent}", {})

    assert (answer.status_code, answer.json()["message"]) == (500, "account_has_descendants")


# ---- users ----


def test_a_new_user_can_log_in_and_the_password_is_never_shown(master, anybody, account, fake_kazoo):
    from tests.telephony.providers.kazoo.sandbox.conftest import credentials

    wish = {"first_name": "Ada", "last_name": "Brulis", "username": "Ada.Brulis", "password": "secret-1"}
    made = master.ok("PUT", "~/users", wish, envelope={"accept_charges": True})
    name = fake_kazoo.store.data["accounts"][account]["doc"]["name"]

    def can_log_in(password):
        data = {"credentials": credentials("ada.brulis", password), "account_name": name}
        return anybody("PUT", "/user_auth", data).status_code == 201

    assert "password" not in made
    assert "secret-1" not in master("GET", f"~/users/{made['id']}").text
    assert can_log_in("secret-1")
    assert errors_of(master("PATCH", f"~/users/{made['id']}", {"username": "ada.b"})) == {
        "password": ["required"]
    }
    master.ok("PATCH", f"~/users/{made['id']}", {"password": "secret-2"})
    assert can_log_in("secret-2")
    assert not can_log_in("secret-1")


def test_a_user_joins_a_directory_by_its_own_document(master, fake_kazoo):
    docs = fake_kazoo.store.data["accounts"][master.account_id]["docs"]
    directory, flow = next(iter(docs["directories"])), next(iter(docs["callflows"]))
    user = next(one for one, entry in docs["users"].items() if not entry["doc"].get("directories"))
    master.ok("PATCH", f"~/users/{user}", {"directories": {directory: flow}})

    assert {"user_id": user, "callflow_id": flow} in master.get(f"~/directories/{directory}")["users"]


# ---- revisions ----


def test_revisions(master):
    made = master("PUT", "~/menus", {"name": "x"})
    path, tag = f"~/menus/{made.json()['data']['id']}", made.headers["ETag"]

    same = master("GET", path, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    changed = master("POST", path, {"name": "y"}, headers={"If-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"].strip('"').startswith("2-")
    stale = master("POST", path, {"name": "z"}, headers={"If-Match": tag})
    assert (stale.status_code, stale.json()["message"]) == (412, "precondition_failed")
    assert master("POST", path, {"name": "z"}).status_code == 200
    assert master("GET", path, headers={"If-None-Match": tag}).status_code == 200


def test_a_list_has_a_digest(master):
    first = master("GET", "~/menus")
    assert master("GET", "~/menus", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    master.ok("PUT", "~/menus", {"name": "x"})
    assert master("GET", "~/menus", headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_race_that_the_data_store_lost(sandbox, master):
    made = master.ok("PUT", "~/menus", {"name": "x"})
    sandbox.faults.add("kazoo", "menu.update", status=409)
    answer = master("POST", f"~/menus/{made['id']}", {"name": "y"})

    assert (answer.status_code, answer.json()["message"]) == (409, "datastore_conflict")
    assert master.get(f"~/menus/{made['id']}")["name"] == "x"


def test_two_writers_with_if_match_lose_no_update(caller_of, account):
    first = caller_of(at=account)
    made = first.ok("PUT", "~/menus", {"name": "counter", "count": 0})
    path, each = f"~/menus/{made['id']}", 15

    def add(caller):
        done = 0
        while done < each:
            seen = caller("GET", path)
            wish = {"count": seen.json()["data"]["count"] + 1}
            done += caller("PATCH", path, wish, headers={"If-Match": seen.headers["ETag"]}).status_code == 200

    threads = [threading.Thread(target=add, args=(caller_of(at=account),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert first.get(path)["count"] == 2 * each


def test_two_writers_cannot_take_one_mailbox(caller_of, account):
    callers, codes = [caller_of(at=account) for _ in range(4)], []

    def take(caller):
        codes.append(caller("PUT", "~/vmboxes", {"name": "x", "mailbox": "8888"}).status_code)

    threads = [threading.Thread(target=take, args=(caller,)) for caller in callers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(codes) == [201, 400, 400, 400]
