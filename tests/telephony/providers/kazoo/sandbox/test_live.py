"""What happens now: quickcalls, channels, registrations, scenarios; and the records they leave."""

from __future__ import annotations

import pytest
import requests


@pytest.fixture
def docs(master, fake_kazoo):
    return fake_kazoo.store.data["accounts"][master.account_id]["docs"]


@pytest.fixture
def device(docs, fake_kazoo, master):
    """A phone that is registered, with its owner."""
    ready = {row["device_id"] for row in master.get("~/devices/status")}
    return next(
        one for one in docs["devices"] if one in ready and docs["devices"][one]["doc"].get("owner_id")
    )


def test_a_quickcall_rings_and_leaves_records(sandbox, master, docs, device):
    before = len(master.get("~/channels"))
    answer = master(
        "GET", f"~/devices/{device}/quickcall/%2B33199009999", params={"cid-name": "Portal", "my_field": "7"}
    )
    told = answer.json()["data"]
    assert answer.status_code == 200
    assert (told["application_name"], told["application_data"]) == ("transfer", {"route": "+33199009999"})
    assert (told["outbound_caller_id_name"], told["timeout"], told["msg_id"] != "") == ("Portal", 30, True)
    assert told["custom_application_vars"] == {"my_field": "7"}
    ringing = master.get(f"~/devices/{device}/channels")
    assert [one["answered"] for one in ringing] == [False]

    sandbox.clock.advance(6)
    both = master.get("~/channels")
    assert len(both) >= before + 2
    own = next(one for one in both if one["authorizing_id"] == device)
    assert own["answered"]
    assert own["owner_id"] == docs["devices"][device]["doc"]["owner_id"]
    assert own["uuid"] in [one["other_leg"] for one in both]

    sandbox.clock.advance(120)
    assert own["uuid"] not in [one["uuid"] for one in master.get("~/channels")]
    legs = master.get(f"~/cdrs/legs/{own['interaction_id']}")
    assert {leg["call_direction"] for leg in legs} == {"inbound", "outbound"}
    assert own["uuid"] in [row["call_id"] for row in master.every("~/cdrs", page_size=500)]


def test_a_quickcall_to_a_user_rings_every_phone(sandbox, master, docs, device):
    user = docs["devices"][device]["doc"]["owner_id"]
    told = master.get(f"~/users/{user}/quickcall/201")

    assert device in [one["endpoint_id"] for one in told["endpoints"]]
    assert told["outbound_caller_id_name"] == "User QuickCall"


def test_a_quickcall_by_post_says_whether_it_began(master, docs):
    silent = master.ok("PUT", "~/devices", {"name": "New"}, envelope={"accept_charges": True})["id"]
    assert master("GET", f"~/devices/{silent}/quickcall/201").status_code == 200
    refused = master("POST", f"~/devices/{silent}/quickcall/201", {})
    assert (refused.status_code, refused.json()["message"]) == (500, "quickcall initiation failed")
    assert refused.json()["data"]["error_message"]


def test_quickcalls_that_cannot_be(master, docs):
    lonely = master.ok(
        "PUT", "~/users", {"first_name": "a", "last_name": "b"}, envelope={"accept_charges": True}
    )["id"]
    answer = master("GET", f"~/users/{lonely}/quickcall/201")

    assert (answer.status_code, answer.json()["message"]) == (500, "unspecified_fault")
    assert master("GET", "~/devices/none/quickcall/201").status_code == 404


@pytest.mark.parametrize(
    ("wish", "dialled"),
    [("true", "+33199009999"), ("false", "+33 1.99-00 99 99"), (r"[\s.\-]", "+33199009999")],
)
def test_numbers_are_filtered(master, device, wish, dialled):
    told = master.get(f"~/devices/{device}/quickcall/%2B33%201.99-00%2099%2099", number_filter=wish)

    assert told["application_data"]["route"] == dialled


# ---- scenarios ----


def play(sandbox, account, scenario, **options):
    wish = {"provider": "kazoo", "scenario": scenario, "account": account, **options}
    return requests.post(f"{sandbox.url}/_control/play", json=wish, timeout=10)


def test_an_incoming_call(sandbox, master, account):
    begun = play(sandbox, account, "incoming", caller="+33261910777", ring_s=5, talk_s=20).json()
    (tie,) = begun["interaction_ids"]

    def states():
        return {one["answered"] for one in master.get("~/channels") if one["interaction_id"] == tie}

    assert states() == {False}
    sandbox.clock.advance(5)
    assert states() == {True}
    sandbox.clock.advance(20)
    assert states() == set()
    row = next(
        row for row in master.every("~/cdrs/interaction", page_size=500) if row["interaction_id"] == tie
    )
    assert (row["caller_id_number"], row["duration_seconds"], row["billing_seconds"]) == (
        "+33261910777",
        25,
        20,
    )


def test_a_missed_call(sandbox, master, account):
    (tie,) = play(sandbox, account, "missed", ring_s=15).json()["interaction_ids"]
    sandbox.clock.advance(16)
    legs = master.get(f"~/cdrs/legs/{tie}")

    assert {leg["hangup_cause"] for leg in legs} == {"NO_ANSWER"}
    assert {leg["billing_seconds"] for leg in legs} == {0}


def test_a_transfer_keeps_the_caller_and_changes_the_phone(sandbox, master, account):
    begun = play(sandbox, account, "transfer", ring_s=5, talk_s=20).json()
    outer, first, second = begun["call_ids"]
    sandbox.clock.advance(10)
    assert {outer, first} <= {one["uuid"] for one in master.get("~/channels")}
    sandbox.clock.advance(20)
    assert {outer, second} <= (uuids := {one["uuid"] for one in master.get("~/channels")})
    assert first not in uuids
    sandbox.clock.advance(60)
    assert len(master.get(f"~/cdrs/legs/{begun['interaction_ids'][0]}")) == 3


def test_a_busy_quarter(sandbox, master, account):
    begun = play(sandbox, account, "busy_quarter", calls=30).json()
    assert len(begun["interaction_ids"]) == 30
    sandbox.clock.advance(begun["ends_in_s"])
    rows = master.every("~/cdrs/interaction", page_size=500)
    found = [row for row in rows if row["interaction_id"] in begun["interaction_ids"]]

    assert len(found) == 30
    assert sum(1 for row in found if row["billing_seconds"] == 0) == 6


@pytest.mark.parametrize(
    "wish",
    [
        {"scenario": "nothing"},
        {"scenario": "incoming", "x": 1},
        {"scenario": "incoming", "talk_s": 0},
        {"scenario": "incoming", "account": "Nobody"},
    ],
)
def test_scenarios_that_cannot_be(sandbox, wish):
    assert (
        requests.post(
            f"{sandbox.url}/_control/play", json={"provider": "kazoo", **wish}, timeout=10
        ).status_code
        == 400
    )


# ---- what may be done with a channel ----


def test_hanging_up_ends_both_legs(sandbox, master, account):
    begun = play(sandbox, account, "incoming", ring_s=5, talk_s=600).json()
    sandbox.clock.advance(30)
    uuid = begun["call_ids"][0]
    assert master("POST", f"~/channels/{uuid}", {"action": "hangup"}).status_code == 202
    assert master("GET", f"~/channels/{uuid}").status_code == 404
    legs = master.get(f"~/cdrs/legs/{begun['interaction_ids'][0]}")
    assert {leg["duration_seconds"] for leg in legs} == {30}


def test_a_channel_is_transferred(sandbox, master, account):
    begun = play(sandbox, account, "incoming", ring_s=5, talk_s=600).json()
    sandbox.clock.advance(30)
    uuid = begun["call_ids"][1]
    assert master("POST", f"~/channels/{uuid}", {"action": "transfer"}).status_code == 400
    assert master("POST", f"~/channels/{uuid}", {"action": "transfer", "target": "201"}).status_code == 202
    assert "201" in [
        one["destination"]
        for one in master.get("~/channels")
        if one["interaction_id"] == begun["interaction_ids"][0]
    ]
    assert master("POST", f"~/channels/{uuid}", {"action": "dance"}).status_code == 404


def test_channels_of_others_are_unknown(master):
    assert master("GET", "~/channels/none").status_code == 404
    assert master("POST", "~/channels/none", {"action": "hangup"}).status_code == 404


# ---- registrations ----


def test_only_registered_devices_are_listed(master, docs):
    status = master.get("~/devices/status")
    assert status
    assert all(row["registered"] is True and row["device_id"] in docs["devices"] for row in status)
    rows = {row["id"]: row["registered"] for row in master.every("~/devices")}
    assert {one for one, registered in rows.items() if registered} == {row["device_id"] for row in status}
    assert master.get("~/registrations/count")["count"] == len(status)


def test_a_registration_names_its_device(master, docs, device):
    row = next(row for row in master.get("~/registrations") if row["authorizing_id"] == device)

    assert row["username"] == docs["devices"][device]["doc"]["sip"]["username"]
    assert set(row) >= {
        "realm",
        "contact",
        "contact_ip",
        "contact_port",
        "user_agent",
        "expires",
        "event_timestamp",
        "proxy_ip",
    }


def test_a_flushed_phone_comes_back(sandbox, master, docs, device):
    username = docs["devices"][device]["doc"]["sip"]["username"]
    assert master("DELETE", f"~/registrations/{username}").status_code == 200
    assert device not in [row["device_id"] for row in master.get("~/devices/status")]
    assert master("DELETE", f"~/registrations/{username}").status_code == 404
    sandbox.clock.advance(300)
    assert device in [row["device_id"] for row in master.get("~/devices/status")]


def test_a_phone_reloads(master, device):
    assert master("POST", f"~/devices/{device}/sync", {}).status_code == 202
    assert master("POST", "~/devices/none/sync", {}).status_code == 404
