"""Numbers: states, one at a time and many, search, classes."""

from __future__ import annotations

import pytest

ACCEPT = {"envelope": {"accept_charges": True}}
FREE = "+33199005501"


def quoted(number):
    return number.replace("+", "%2B")


@pytest.fixture
def numbers(fake_kazoo):
    return fake_kazoo.store.data["numbers"]


@pytest.fixture
def own(master, numbers):
    return next(one for one, entry in numbers.items() if entry["pvt"]["account"] == master.account_id)


def test_a_list_is_an_object_keyed_by_number(master, numbers):
    whole = master.get("~/phone_numbers", paginate="false")
    mine = {one for one, entry in numbers.items() if entry["pvt"]["account"] == master.account_id}

    assert set(whole["numbers"]) == mine
    assert whole["cascade_quantity"] == len(mine)
    row = next(iter(whole["numbers"].values()))
    assert set(row) >= {"state", "features", "assigned_to", "used_by", "created", "updated"}


def test_filters_look_at_the_state(master, numbers):
    found = master.get("~/phone_numbers", paginate="false", filter_state='["in_service","port_in"]')[
        "numbers"
    ]

    assert {row["state"] for row in found.values()} <= {"in_service", "port_in"}
    reserved = master.get("~/phone_numbers", paginate="false", filter_state="reserved")["numbers"]
    assert all(row["state"] == "reserved" for row in reserved.values())


def test_one_number_says_what_only_the_server_knows(master, own):
    document = master.get(f"~/phone_numbers/{quoted(own)}")

    assert document["id"] == own
    assert set(document["_read_only"]) >= {
        "state",
        "created",
        "modified",
        "features",
        "carrier_module",
        "assigned_to",
    }
    answer = master("GET", f"~/phone_numbers/{quoted('+33199000000')}")
    assert (answer.status_code, answer.json()["message"]) == (404, "not_found")


def test_update_replaces_and_patch_merges(master, own):
    path = f"~/phone_numbers/{quoted(own)}"
    assert master.ok("POST", path, {"cnam": {"display_name": "Accueil"}})["features"] == [
        "local",
        "outbound_cnam",
    ]
    patched = master.ok("PATCH", path, {"cnam": {"inbound_lookup": True}})
    assert patched["cnam"] == {"display_name": "Accueil", "inbound_lookup": True}
    refused = master("POST", path, {"e911": {"region": "California"}})
    assert set(refused.json()["data"]) == {
        "e911.region", "e911.street_address", "e911.locality", "e911.postal_code",
    }  # fmt: skip


def test_only_numbers_that_a_search_found_can_be_activated(master, numbers):
    found = master.get("~/phone_numbers", prefix="+3319900", quantity=3, offset=2)
    wanted = [row["number"] for row in found]
    assert len(wanted) == 3
    assert all(one.startswith("+3319900") for one in wanted)

    answer = master.ok(
        "PUT", "~/phone_numbers/collection/activate", {"numbers": [*wanted, "+33199008888"]}, **ACCEPT
    )
    assert set(answer["success"]) == set(wanted)
    assert answer["error"]["+33199008888"]["code"] == 404
    assert {numbers[one]["pvt"]["state"] for one in wanted} == {"in_service"}
    again = master.get("~/phone_numbers", prefix="+3319900", quantity=50)
    assert not {row["number"] for row in again} & set(wanted)


def test_when_all_go_well_there_are_no_errors(master):
    found = [row["number"] for row in master.get("~/phone_numbers", prefix="19900", quantity=2)]
    answer = master("PUT", "~/phone_numbers/collection/activate", {"numbers": found}, **ACCEPT)

    assert (answer.status_code, answer.json()["data"]["error"]) == (201, [])


def test_activating_costs_and_is_asked_first(master, numbers):
    found = [row["number"] for row in master.get("~/phone_numbers", prefix="19900", quantity=2)]
    priced = master("PUT", "~/phone_numbers/collection/activate", {"numbers": found})

    if priced.status_code == 402:
        assert priced.json()["message"] == "accept charges"
        assert {numbers[one]["pvt"]["state"] for one in found} == {"discovery"}


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ({}, "required"),
        ({"numbers": []}, "minimum"),
        ({"numbers": ["+33199005501", "+33199005501"]}, "uniqueItems"),
        ({"numbers": "+33199005501"}, "type"),
    ],
)
def test_a_collection_needs_numbers(master, document, rule):
    for method, path in (
        ("PUT", "collection"),
        ("POST", "collection"),
        ("DELETE", "collection"),
        ("PUT", "collection/activate"),
    ):
        answer = master(method, f"~/phone_numbers/{path}", document)
        assert list(answer.json()["data"]["numbers"]) == [rule]


def test_numbers_of_ones_own(master, numbers, own):
    made = master("PUT", f"~/phone_numbers/{quoted(FREE)}", {}, **ACCEPT)
    assert (made.status_code, made.headers["Location"]) == (201, FREE)
    again = master("PUT", f"~/phone_numbers/{quoted(own)}", {}, **ACCEPT)
    assert (again.status_code, again.json()["message"]) == (409, "number_exists")
    assert master("PUT", "~/phone_numbers/12", {}).status_code == 404
    odd = master("PUT", f"~/phone_numbers/{quoted('+33199005502')}", {"create_with_state": "lost"})
    assert list(odd.json()["data"]) == ["create_with_state"]


def test_a_number_of_somebody_else(master, numbers):
    foreign = next(
        one for one, entry in numbers.items() if entry["pvt"]["account"] not in ("", master.account_id)
    )

    assert master("GET", f"~/phone_numbers/{quoted(foreign)}").status_code == 404
    taken = master("PUT", f"~/phone_numbers/{quoted(foreign)}/activate", {}, **ACCEPT)
    assert (taken.status_code, taken.json()["message"]) == (403, "forbidden")
    identified = master.get(f"~/phone_numbers/{quoted(foreign)}/identify")
    assert identified == {"account_id": numbers[foreign]["pvt"]["account"], "number": foreign}
    assert master("GET", f"~/phone_numbers/{quoted('+33199000000')}/identify").status_code == 404


def test_releasing(master, numbers, own):
    answer = master.ok("DELETE", "~/phone_numbers/collection", {"numbers": [own]})
    assert list(answer["success"]) == [own]
    assert numbers[own]["pvt"]["account"] == ""
    assert master("GET", f"~/phone_numbers/{quoted(own)}").status_code == 404

    other = next(one for one, entry in numbers.items() if entry["pvt"]["account"] == master.account_id)
    master.ok("DELETE", f"~/phone_numbers/{quoted(other)}", {}, params={"hard": "true"})
    assert other not in numbers


def test_an_illegal_move(master, numbers):
    aging = next(one for one, entry in numbers.items() if entry["pvt"]["state"] == "aging")
    answer = master("PUT", f"~/phone_numbers/{quoted(aging)}/activate", {}, **ACCEPT)

    assert (answer.status_code, answer.json()["message"]) == (400, "invalid_state_transition")


def test_blocks_cities_and_classes(master):
    blocks = master.get("~/phone_numbers", prefix="26191", quantity=5, offset=0, blocks=2)
    assert [row["size"] for row in blocks] == [5, 5]
    assert int(blocks[0]["end_number"][1:]) - int(blocks[0]["start_number"][1:]) == 4
    assert master.get("~/phone_numbers/prefix", city="par")["Paris"]["prefixes"] == ["19900"]
    assert list(master("GET", "~/phone_numbers/prefix").json()["data"]) == ["city"]
    classes = master.get("~/phone_numbers/classifiers")
    assert {"did_us", "international", "tollfree_us", "toll_us", "emergency", "caribbean", "unknown"} <= set(
        classes
    )
    assert set(classes["did_us"]) >= {"friendly_name", "pretty_print", "regex"}


def test_an_american_prefix_finds_american_numbers(master):
    assert [row["number"][:5] for row in master.get("~/phone_numbers", prefix="415", quantity=2)] == [
        "+1415",
        "+1415",
    ]
    assert master.get("~/phone_numbers", prefix="999", quantity=2) == []


def test_every_number_on_offer_is_kept_for_fiction(master, fake_kazoo):
    before = set(fake_kazoo.store.data["numbers"])
    for prefix in ("", "1", "6", "+44", "212", "800"):
        master.get("~/phone_numbers", prefix=prefix, quantity=20)
    fiction = (
        "+3319900",
        "+3326191",
        "+3335301",
        "+3346571",
        "+3353649",
        "+3363998",
        "+441632960",
        "+447700900",
    )

    assert all(
        one.startswith(fiction) or one[5:].startswith("55501")
        for one in set(fake_kazoo.store.data["numbers"]) - before
    )


def test_a_city_is_searched_below_the_root_too(caller_of):
    assert caller_of().get("/phone_numbers/prefix", city="Paris") == {"Paris": {"prefixes": ["19900"]}}


def test_a_repair_finds_out_anew_what_numbers_are_used_by(master, account, fake_kazoo):
    number, entry = next(
        (number, entry)
        for number, entry in fake_kazoo.store.data["numbers"].items()
        if entry["pvt"].get("account") == account and entry["pvt"].get("used_by") == "callflow"
    )
    entry["pvt"]["used_by"] = ""

    repaired = master.ok("POST", "~/phone_numbers/fix?paginate=false", {})

    assert repaired["numbers"][number]["used_by"] == "callflow"
    assert master("POST", f"~/phone_numbers/fix/%2B{number[1:]}", {}).status_code == 200
    assert master("POST", "~/phone_numbers/fix/%2B33199001999", {}).status_code == 404
    assert "reserved" in master.get("~/phone_numbers/carriers_info")["usable_creation_states"]
