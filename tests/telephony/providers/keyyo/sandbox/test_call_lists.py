"""The four call lists over the wire: bounds, limits, now, retention, and who sees which lines."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

PARIS = ZoneInfo("Europe/Paris")
LINE = "33199001001"


def seconds(items):
    return [int(item["start_time"]) for item in items]


@pytest.fixture
def yesterday_and_today(at_noon):
    return {"date_start": "2026-06-16", "date_end": "2026-06-18", "limit": "500"}


def test_without_bounds_the_current_month(corvane, at_noon):
    items = corvane.items(f"/services/{LINE}/incoming_call_detail", limit="500")
    first = datetime(2026, 6, 1, tzinfo=PARIS).timestamp()

    assert items
    assert all(first <= second <= at_noon.clock.timestamp() for second in seconds(items))


def test_a_date_without_a_time_ends_before_that_day(corvane, at_noon):
    query = {"date_start": "2026-06-15", "date_end": "2026-06-16", "limit": "500"}
    items = corvane.items(f"/services/{LINE}/incoming_call_detail", **query)

    assert {datetime.fromtimestamp(second, PARIS).date().isoformat() for second in seconds(items)} == {
        "2026-06-15"
    }


def test_nothing_of_the_future_is_told(corvane, yesterday_and_today, at_noon):
    for path in ("/incoming_call_detail", "/outgoing_call_detail"):
        for item in corvane.items(path, **yesterday_and_today):
            talked = int(item["quantity"]) if item["unit"] == "second" else 0
            assert int(item["start_time"]) + talked <= at_noon.clock.timestamp()


def test_as_time_passes_calls_arrive_and_the_older_ones_stay(corvane, yesterday_and_today, at_noon):
    path = "/incoming_call_detail"
    before = {item["call_id"] + item["csi"] for item in corvane.items(path, **yesterday_and_today)}
    at_noon.clock.advance(1800)
    after = {item["call_id"] + item["csi"] for item in corvane.items(path, **yesterday_and_today)}

    assert before < after or len(before) == 500


def test_records_may_be_shown_before_their_quantity_is_final(
    corvane, yesterday_and_today, at_noon, fake_keyyo
):
    def quantities():
        return {
            item["call_id"] + item["csi"]: int(item["quantity"])
            for item in corvane.items("/incoming_call_detail", **query)
        }

    query = {"date_start": "2026-06-17", "limit": "500"}
    ended = quantities()
    fake_keyyo.store.merge({"settings": {"early_records": True}})
    early = quantities()
    at_noon.clock.advance(7200)
    later = quantities()

    assert early.keys() > ended.keys()
    running = early.keys() - ended.keys()
    assert {early[key] for key in running} == {0}
    assert any(later[key] > 0 for key in running)
    assert {key: early[key] for key in ended} == ended


def test_calls_older_than_a_year_are_gone(corvane, at_noon):
    assert corvane.items("/incoming_call_detail", date_start="2025-05-01", date_end="2025-06-17") == []
    assert corvane.items("/incoming_call_detail", date_start="2025-06-16", date_end="2025-06-18")


def test_the_default_page_has_100_and_the_largest_500(corvane, at_noon):
    assert len(corvane.items("/incoming_call_detail")) == 100
    assert len(corvane.items("/incoming_call_detail", limit="9999")) == 500


def test_a_full_page_names_the_next_one(corvane, at_noon):
    first = corvane.get("/incoming_call_detail", limit="3", date_start="2026-06-01 08:00")
    following = corvane.session.get(first["_links"]["next"]["href"], timeout=5).json()
    six = corvane.items("/incoming_call_detail", limit="6", date_start="2026-06-01 08:00")

    rows = [*first["_embedded"]["CallDetailRecord"], *following["_embedded"]["CallDetailRecord"]]
    assert rows == six


def test_account_lists_say_which_line_and_equal_the_lines_lists(corvane, at_noon):
    query = {"date_start": "2026-06-17", "limit": "500"}
    whole = corvane.items("/outgoing_call_detail", **query)
    csis = {item["csi"] for item in whole}
    by_line = [row for csi in csis for row in corvane.items(f"/services/{csi}/outgoing_call_detail", **query)]

    assert len(csis) > 10
    assert sorted(row["call_id"] for row in whole) == sorted(row["call_id"] for row in by_line)


def test_a_contact_sees_the_calls_of_own_lines_only(maud, at_noon):
    items = maud.items("/incoming_call_detail", limit="500", date_start="2026-05-01")

    assert {item["csi"] for item in items} == {"33199001021", "33639980007", "33199001011"}
    assert maud("GET", f"/services/{LINE}/incoming_call_detail").status_code == 404
    assert seconds(items) == sorted(seconds(items), reverse=True)


def test_numbers_come_raw_and_formatted(corvane, at_noon):
    item = next(row for row in corvane.items("/outgoing_call_detail") if row["unit"] == "second")
    local = next(
        row
        for row in corvane.items("/outgoing_call_detail", localized_numbers="1")
        if row["call_id"] == item["call_id"]
    )

    assert item["caller"] == "+" + item["caller_raw"]
    assert local["caller_raw"] == item["caller_raw"]
    assert local["caller"].startswith("0")
    assert all(isinstance(item[name], str) for name in ("start_time", "quantity", "quantity_billed", "cost"))


def test_services_that_never_call_answer_empty(corvane, at_noon):
    assert corvane.items("/services/corvane-paris@kphone/incoming_call_detail") == []


def test_unknown_parameters_are_ignored(corvane, at_noon):
    assert corvane("GET", "/incoming_call_detail", params={"colour": "blue"}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        {"date_start": "yesterday"},
        {"date_start": "2026-02-30"},
        {"date_start": "2026-06-01T08:00"},
        {"date_end": "2026-06-01 08:00:00"},
        {"date_start": "2026-06-02", "date_end": "2026-06-01"},
        {"date_start": "0001-01-01"},
        {"date_start": "2026-06-0\u0663"},
        {"limit": "many"},
        {"limit": "0"},
        {"offset": "-1"},
    ],
)
def test_malformed_bounds_are_400(corvane, query):
    answer = corvane("GET", "/incoming_call_detail", params=query)

    assert answer.status_code == 400
    assert answer.headers["X-Status-Reason"]


def test_a_window_may_be_as_wide_as_it_likes(corvane, at_noon):
    assert len(corvane.items("/incoming_call_detail", date_start="1900-01-01", date_end="9999-12-31")) == 100


@pytest.mark.parametrize(
    ("login", "services", "lines"), [("corvane", 60, 20), ("morvanne", 8, 5), ("vellard", 12, 8)]
)
def test_each_customer_has_its_own_calls(caller_of, sandbox, login, services, lines):
    sandbox.clock.set(datetime(2026, 6, 17, 15, tzinfo=UTC), 0)
    caller = caller_of(login)

    own = {item["csi"] for item in caller.items("/services")}
    assert len(own) == services
    seen = {row["csi"] for row in caller.items("/incoming_call_detail", limit="500", date_start="2026-06-10")}
    assert seen <= own
    assert len(seen) >= lines
