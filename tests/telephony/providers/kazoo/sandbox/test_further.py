"""What other clients ask, beyond our catalog."""

from __future__ import annotations

import pytest

EMPTY = ["servers", "faxes/inbox", "websockets", "alerts", "recordings", "notifications/smtplog"]


@pytest.mark.parametrize("path", EMPTY)
def test_applications_without_data_are_empty(master, path):
    assert master.get(f"~/{path}") == []
    missing = master("GET", f"~/{path}/none")
    assert (missing.status_code, missing.json()["message"]) == (404, "bad_identifier")


def test_what_is_said_of_a_cluster_without_subscribers(master, account, fake_kazoo):
    user = next(iter(fake_kazoo.store.data["accounts"][account]["docs"]["users"]))

    assert master.get("~/presence") == {"subscriptions": {}}
    assert master.get("~/dialplans") == {}
    assert "CHANNEL_CREATE" in master.get("/websockets")["call"]
    assert master("POST", f"~/users/{user}/presence", {"state": "early"}).status_code == 200
    assert master("POST", "~/users/none/presence", {}).status_code == 404


def test_a_search_by_several_fields_answers_by_field(caller_of):
    caller = caller_of()
    found = caller.get("/search/multi", t="account", by_name="garage", by_realm="no such", by_id="")

    assert [row["name"] for row in found["name"]] == ["Garage Pontavre"]
    assert found["realm"] == []
    assert len(found["id"]) > 1
    assert set(found["name"][0]) == {"id", "name", "realm", "descendants_count"}
    assert caller("GET", "/search/multi", params={"t": "fridge"}).status_code == 400


def test_hot_desks_of_one_person_and_of_one_telephone(master, account, fake_kazoo):
    docs = fake_kazoo.store.data["accounts"][account]["docs"]
    (user, other), device = list(docs["users"])[:2], next(iter(docs["devices"]))
    docs["devices"][device]["doc"]["hotdesk"] = {"users": {user: {}}}

    assert [row["device_id"] for row in master.get(f"~/users/{user}/hotdesks")] == [device]
    assert master.get(f"~/users/{other}/hotdesks") == []
    assert [row["owner_id"] for row in master.get(f"~/devices/{device}/hotdesks")] == [user]


def test_an_application_is_given_to_some_and_taken_away(master):
    app = next(one for one in master.get("~/apps_store") if one["name"] == "voip")
    path = f"~/apps_store/{app['id']}"

    assert "allowed_users" not in app
    assert master("PUT", path, {"allowed_users": "admins", "users": []}).status_code == 201
    assert master.get(path)["allowed_users"] == "admins"
    assert master("POST", path, {"allowed_users": "nobody"}).status_code == 400
    assert master("GET", f"{path}/icon").headers["Content-Type"] == "image/png"
    assert master.ok("DELETE", path)["name"] == "voip"
    assert "allowed_users" not in master.get(path)
    assert master("GET", "~/apps_store/none").status_code == 404


def test_a_hidden_application_is_not_listed(master, customer):
    app = master.get("~/apps_store")[0]["id"]

    assert customer("POST", "~/apps_store/blacklist", {"blacklist": [app]}).status_code == 403
    assert master.ok("POST", "~/apps_store/blacklist", {"blacklist": [app]}) == {"blacklist": [app]}
    assert app not in [one["id"] for one in customer.get("~/apps_store")]


def test_addresses_are_assigned_once(master, caller_of):
    other = caller_of(at="Garage Pontavre")
    free = master.get("~/ips", zone="paris", quantity=2)

    assert [row["zone"] for row in free] == ["paris", "paris"]
    address = free[0]["ip"]
    assert master.ok("POST", f"~/ips/{address}", {})["assigned_to"] == master.account_id
    assert [row["ip"] for row in master.get("~/ips/assigned")] == [address]
    assert address not in [row["ip"] for row in other.get("~/ips")]
    refused = other("POST", "~/ips", [free[1]["ip"], address])
    assert refused.status_code == 409
    assert other.get("~/ips/assigned") == []
    assert master.ok("DELETE", f"~/ips/{address}", {})["status"] == "available"
    assert master("DELETE", f"~/ips/{address}", {}).status_code == 404
    assert master.get("~/ips/zones") == ["london", "paris"]


def test_a_click_calls_with_a_token_or_without_as_it_was_set_up(master, anybody):
    made = master.ok("PUT", "~/clicktocall", {"name": "Call us", "extension": "201"})
    path = f"~/clicktocall/{made['id']}"
    public = f"/accounts/{master.account_id}/clicktocall/{made['id']}/connect"

    assert master("PUT", "~/clicktocall", {"name": "Call us"}).status_code == 400
    assert master("POST", f"{path}/connect", {}).status_code == 400
    assert anybody("POST", public, {"contact": "+33612345678"}).status_code == 401
    master.ok("PATCH", path, {"auth_required": False})
    assert anybody("POST", public, {"contact": "+33612345678"}).status_code == 200
    assert [row["contact"] for row in master.get(f"{path}/history")] == ["+33612345678"]


def test_a_task_is_added_started_and_read_as_a_table(master):
    assert "dump" in master.get("/tasks")["tasks"]["number_management"]
    made = master.ok("PUT", "~/tasks?category=number_management&action=dump")["_read_only"]
    path = f"~/tasks/{made['id']}"

    assert made["status"] == "pending"
    assert master("GET", f"{path}/output").status_code == 404
    assert master.ok("PATCH", path)["_read_only"]["status"] == "success"
    assert master("PATCH", path).status_code == 404
    table = master("GET", f"{path}/output", headers={"Accept": "text/csv"})
    assert table.headers["Content-Type"] == "text/csv"
    assert table.text.startswith("e164,account,state,used_by,carrier_module\r\n+33")
    assert [row["id"] for row in master.get("~/tasks")] == [made["id"]]
    assert master("DELETE", path).status_code == 200
    assert master.get("~/tasks") == []


def test_a_task_takes_its_rows_as_a_table(master):
    path = "~/tasks?category=number_management&action=find"

    assert master("PUT", path, {}).status_code == 400
    assert master("PUT", path.replace("find", "buy"), {}).status_code == 404
    sent = master("PUT", path, raw="e164\n+33199009999\n", headers={"Content-Type": "text/csv"})
    task = sent.json()["data"]["_read_only"]
    assert (sent.status_code, task["total_count"]) == (201, 1)
    assert "+33199009999" in master("GET", f"~/tasks/{task['id']}/input").text


def test_second_factors_and_ways_in_are_set_up(master):
    made = master.ok("PUT", "~/multi_factor", {"provider_name": "duo", "enabled": True, "settings": {}})
    listed = master.get("~/multi_factor")

    assert [row["id"] for row in listed["configured"]] == [made["id"]]
    assert listed["available_system_provider"] == ["duo"]
    assert master("PUT", "~/multi_factor", {"provider_name": "fax"}).status_code == 400

    settings = {"auth_modules": {"cb_user_auth": {"enabled": True}}}
    assert "cb_user_auth" in master.get("/security")["available_auth_modules"]
    assert master("PUT", "~/security", settings).status_code == 201
    assert master.get("~/security")["auth_modules"] == settings["auth_modules"]
    assert master("POST", "~/security", {"auth_modules": {"cb_fax": {}}}).status_code == 400
    assert master("DELETE", "~/security").status_code == 200
    assert master.get("~/security")["auth_modules"] == {}
    assert master.get("~/security/attempts") == []


@pytest.mark.parametrize("thing", ["users", "devices", "callflows"])
def test_a_document_has_its_codes_during_a_call(master, account, fake_kazoo, thing):
    identifier = next(iter(fake_kazoo.store.data["accounts"][account]["docs"][thing]))
    path = f"~/{thing}/{identifier}/metaflows"
    codes = {"binding_digit": "*", "numbers": {"1": {"module": "hangup", "data": {}}}}

    assert master.get(path) == {}
    assert master.ok("POST", path, codes) == codes
    assert master.get(f"~/{thing}/{identifier}")["metaflows"] == codes
    assert master("DELETE", path, {}).status_code == 200
    assert "metaflows" not in master.get(f"~/{thing}/{identifier}")
    assert master("GET", f"~/{thing}/none/metaflows").status_code == 404
