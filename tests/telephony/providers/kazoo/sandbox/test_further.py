"""What other clients ask, beyond our catalog."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("path", ["apps_store", "servers", "faxes/inbox", "multi_factor", "websockets"])
def test_applications_without_data_are_empty(master, path):
    assert master.get(f"~/{path}") == []


def test_search_stays_below_the_own_account(caller_of):
    found = caller_of("Transports Galdraine").get("/search", t="account", q="name", v="g")

    assert {row["name"] for row in found} == {"Galdraine Nord", "Galdraine Sud-Ouest"}
    assert list(caller_of()("GET", "/search", params={"t": "rain"}).json()["data"]) == ["t"]


def test_callflows_are_found_by_number(master, fake_kazoo):
    flows = fake_kazoo.store.data["accounts"][master.account_id]["docs"]["callflows"]
    wanted, entry = next((one, entry) for one, entry in flows.items() if entry["doc"].get("numbers"))
    found = master.get("~/search", t="callflow", q="number", v=entry["doc"]["numbers"][0])

    assert wanted in [row["id"] for row in found]


def test_features_of_an_account_during_a_call(master):
    assert master.get("~/metaflows") == {}
    master.ok("POST", "~/metaflows", {"binding_digit": "#"})
    assert master.get("~/metaflows") == {"binding_digit": "#"}
    master.ok("DELETE", "~/metaflows", {})
    assert master.get("~/metaflows") == {}


def test_a_contact_list_has_internal_numbers(master):
    rows = master.get("~/contact_list")

    assert rows
    assert all(row["internal_number"].isdecimal() for row in rows)
