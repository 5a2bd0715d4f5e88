"""CDRs: rows and their types, windows, interactions, legs, summary, CSV."""

from __future__ import annotations

import csv
import io

import pytest

from telephony.providers.kazoo.sandbox.call_records import LONGEST_SPAN_S
from tests.telephony.providers.kazoo.sandbox.conftest import NOON_G

DAY_S = 86_400
WINDOW = {"created_from": NOON_G - DAY_S, "created_to": NOON_G}
TEXTS = [
    "id",
    "call_id",
    "caller_id_number",
    "caller_id_name",
    "callee_id_number",
    "callee_id_name",
    "timestamp",
    "unix_timestamp",
    "unix_timestamp_micro",
    "datetime",
    "rfc_1036",
    "iso_8601",
    "iso_8601_combined",
    "hangup_cause",
    "disposition",
    "other_leg_call_id",
    "bridge_id",
    "interaction_id",
    "owner_id",
    "authorizing_id",
    "direction",
    "to",
    "from",
    "request",
    "dialed_number",
    "calling_from",
    "cost",
    "rate",
    "rate_name",
    "call_type",
    "recording_url",
    "media_server",
    "call_priority",
]


@pytest.fixture
def rows(master):
    return master.every("~/cdrs", page_size=500, **WINDOW)


def test_a_row_has_every_column_in_its_type(rows):
    assert len(rows) > 50
    for row in rows:
        assert all(isinstance(row[name], str) for name in TEXTS)
        assert isinstance(row["duration_seconds"], int)
        assert isinstance(row["billing_seconds"], int)
        assert isinstance(row["media_recordings"], list)


def test_trailing_members_are_texts(master):
    page = master("GET", "~/cdrs", params={**WINDOW, "page_size": 10})
    document = page.json()

    assert document["page_size"] == "10"
    assert isinstance(document["next_start_key"], str)
    assert page.text.index('"data"') < page.text.index('"page_size"')


def test_moments_agree(rows):
    for row in rows:
        start_g = int(row["timestamp"])
        assert int(row["unix_timestamp"]) == start_g - 62_167_219_200
        assert row["unix_timestamp_micro"].startswith(row["unix_timestamp"])
        assert NOON_G - DAY_S <= start_g + row["duration_seconds"] <= NOON_G
        assert row["datetime"][10] == "_"
        assert row["iso_8601"] == row["datetime"][:10]


def test_newest_first_and_turned_around(master, rows):
    ends = [int(row["timestamp"]) + row["duration_seconds"] for row in rows]
    assert ends == sorted(ends, reverse=True)
    turned = master.every("~/cdrs", page_size=77, ascending="true", **WINDOW)
    assert [row["id"] for row in turned] == [row["id"] for row in rows][::-1]


@pytest.mark.parametrize("size", [1, 7, 50])
def test_pages_hold_every_leg_once(master, size):
    window = {"created_from": NOON_G - 7200, "created_to": NOON_G}
    whole = [row["id"] for row in master.get("~/cdrs", paginate="false", **window)]

    assert [row["id"] for row in master.every("~/cdrs", page_size=size, **window)] == whole
    assert len(set(whole)) == len(whole)


def test_windows(master):
    def ask(**bounds):
        return master("GET", "~/cdrs", params=bounds)

    widest = {"created_from": NOON_G - LONGEST_SPAN_S, "created_to": NOON_G}
    assert ask(**widest, page_size=1).status_code == 200
    for bounds in (
        {"created_from": NOON_G - LONGEST_SPAN_S - 1, "created_to": NOON_G},
        {"created_from": NOON_G, "created_to": NOON_G - 1},
        {"created_from": "yesterday"},
    ):
        answer = ask(**bounds)
        assert (answer.status_code, list(answer.json()["data"]["created_from"])) == (400, ["date_range"])
    default = master("GET", "~/cdrs", params={"page_size": 3}).json()["data"]
    assert [row["id"] for row in default] == [row["id"] for row in ask(**widest, page_size=3).json()["data"]]
    assert master("GET", "~/cdrs", params={"created_from": NOON_G - 3600, "page_size": 500}).json()["data"]


def test_offsets_move_the_wall_clock_only(master):
    window = {"created_from": NOON_G - 7200, "created_to": NOON_G, "page_size": 5}
    plain, moved = (master.get("~/cdrs", **window, **offset) for offset in ({}, {"utc_offset": "7200"}))

    assert [row["iso_8601_combined"] for row in plain] == [row["iso_8601_combined"] for row in moved]
    assert all(one["datetime"] != other["datetime"] for one, other in zip(plain, moved, strict=True))
    assert master("GET", "~/cdrs", params={"utc_offset": "noon"}).status_code == 404


def test_old_builds_write_a_space(sandbox, master):
    sandbox.state("kazoo")["generation"] = "3.22"

    assert master.get("~/cdrs", page_size=1)[0]["datetime"][10] == " "


def test_filters_look_at_the_full_document(master, rows):
    owner = next(row["owner_id"] for row in rows if row["owner_id"])
    found = master.every("~/cdrs", page_size=500, **WINDOW, **{"filter_custom_channel_vars.owner_id": owner})
    assert {row["id"] for row in found} == {row["id"] for row in rows if row["owner_id"] == owner}
    inbound = master.every("~/cdrs", page_size=500, **WINDOW, filter_call_direction="inbound")
    assert {row["id"] for row in inbound} == {row["id"] for row in rows if row["direction"] == "inbound"}


def test_legs_of_a_user(master, rows):
    owner = next(row["owner_id"] for row in rows if row["owner_id"])
    found = master.every(f"~/users/{owner}/cdrs", page_size=500, **WINDOW)

    assert {row["id"] for row in found} == {row["id"] for row in rows if row["owner_id"] == owner}
    assert master("GET", "~/users/none/cdrs").status_code == 404


def test_one_row_a_call(master):
    calls = master.every("~/cdrs/interaction", page_size=100, **WINDOW)
    ties = [row["interaction_id"] for row in calls]

    assert len(set(ties)) == len(ties) > 20
    legs = master.get(f"~/cdrs/legs/{ties[0]}")
    assert calls[0]["id"] in [leg["id"] for leg in legs]
    assert {leg["interaction_id"] for leg in legs} == {ties[0]}
    assert master.get(f"~/cdrs/legs/{legs[-1]['id']}") == legs


def test_calls_of_a_user_are_those_with_a_leg_of_it(master, rows):
    owner = next(row["owner_id"] for row in rows if row["owner_id"])
    calls = {
        row["interaction_id"]
        for row in master.every(f"~/users/{owner}/cdrs/interaction", page_size=500, **WINDOW)
    }
    own = {row["interaction_id"] for row in rows if row["owner_id"] == owner}

    assert {tie for tie in own if int(tie[:11]) >= WINDOW["created_from"]} <= calls


def test_a_full_document_has_numbers(master, rows):
    row = rows[0]
    document = master.get(f"~/cdrs/{row['id']}")

    assert document["timestamp"] == int(row["timestamp"]) + row["duration_seconds"]
    assert document["call_direction"] == row["direction"]
    assert document["custom_channel_vars"]["account_id"] == master.account_id
    for odd in ("none", "202606-" + "0" * 32, "209912-" + "f" * 32):
        answer = master("GET", f"~/cdrs/{odd}")
        assert (answer.status_code, answer.json()["data"]["message"]) == (
            404,
            "could not find cdr with supplied id",
        )


def test_a_leg_appears_once_it_has_ended(sandbox, master):
    before = {row["id"] for row in master.every("~/cdrs", page_size=500, **WINDOW)}
    sandbox.clock.advance(1800)
    window = {"created_from": NOON_G + 1, "created_to": NOON_G + 1800}
    fresh = master.every("~/cdrs", page_size=500, **window)

    assert fresh
    assert not {row["id"] for row in fresh} & before


def test_a_summary_counts_by_class(master, rows):
    found = master.get("~/cdrs/summary", **WINDOW)

    assert sum(found.values()) == len(rows)
    assert "did_fr" in found


@pytest.mark.parametrize(
    "how", [{"headers": {"Accept": "text/csv"}}, {"accept": "csv"}, {"accept": "text/csv"}]
)
def test_csv(master, rows, how):
    how = dict(how)
    headers = {"X-File-Name": "june.csv", **how.pop("headers", {})}
    answer = master("GET", "~/cdrs", params={**WINDOW, **how}, headers=headers)
    lines = answer.content.decode().split("\r\n")
    table = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))

    assert answer.headers["Content-Type"] == "text/csv"
    assert "june.csv" in answer.headers["Content-Disposition"]
    assert "\n" not in lines[0]
    assert [row["id"] for row in table] == [row["id"] for row in rows]
    assert set(TEXTS) <= set(table[0])
    assert table[0]["billing_seconds"] == str(rows[0]["billing_seconds"])


def test_what_the_reseller_paid_is_the_resellers(master, customer):
    assert "reseller_cost" in master.get("~/cdrs", page_size=1)[0]
    assert "reseller_cost" not in customer.get("~/cdrs", page_size=1)[0]


def test_an_account_that_pays_by_the_minute_has_costs(caller_of, fake_kazoo):
    accounts = fake_kazoo.store.data["accounts"]
    payer = next(one for one, account in accounts.items() if account["pvt"]["billing_mode"] == "per_minute")
    rows = caller_of(at=payer).every(
        "~/cdrs", page_size=500, created_from=NOON_G - 7 * DAY_S, created_to=NOON_G
    )
    paid = [row for row in rows if row["cost"] != "0"]

    assert paid
    assert all(
        row["call_type"] == "per_minute" and float(row["rate"]) > 0 and row["billing_seconds"] > 0
        for row in paid
    )


def test_an_account_made_today_has_no_calls(caller_of):
    caller = caller_of("Telmarine Services")
    made = caller.ok("PUT", "~", {"name": "Quincaillerie Brévelay"})

    assert caller.every(f"/accounts/{made['id']}/cdrs") == []
    assert caller.get(f"/accounts/{made['id']}/channels") == []
