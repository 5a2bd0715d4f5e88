"""The computed calls: the same whenever they are read, whole under any paging, and like those of an office."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.providers.keyyo.sandbox import KeyyoSandbox
from telephony.providers.keyyo.sandbox.calls import CallBook
from telephony.providers.keyyo.sandbox.people import outside_numbers
from telephony.providers.keyyo.sandbox.rows import INCOMING, OUTGOING
from telephony.providers.keyyo.sandbox.seed import CUSTOMERS, SEED, fixture
from telephony.providers.keyyo.sandbox.times import day_length_s, midnight_s, months_before
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.traffic import is_holiday
from telephony.providers.sandbox.wire import WireRequest

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)
MONTH = [date(2026, 3, 1) + timedelta(days=number) for number in range(31)]


def book(name="corvane"):
    return CallBook(fixture(name), fixture("partners"), SEED)


@pytest.fixture(scope="module")
def corvane_book():
    return book()


@pytest.fixture(scope="module")
def march(corvane_book):
    """Every record of corvane in March 2026."""
    return [
        row
        for day in MONTH
        for direction in (INCOMING, OUTGOING)
        for row in corvane_book.day(day).of("", direction)
    ]


@pytest.fixture(scope="module")
def read():
    """Asks a sandbox whose clock stands still, without a wire; gives rows and whether a next page is named."""
    sandbox = KeyyoSandbox(SandboxClock(NOW, 0))
    token = sandbox.grant({"login": "morvanne"})["access_token"]

    def page(path, query):
        headers = {"Authorization": f"Bearer {token}", "Host": "keyyo.test"}
        target = f"/keyyo/manager/1.0{path}?{query}"
        reply = sandbox.answer(WireRequest.read("GET", target, headers, b"", "127.0.0.1"))
        assert reply.status == 200, reply.body
        document = json.loads(reply.body)
        return document["_embedded"].get("CallDetailRecord", []), document["_links"].get("next", {}).get(
            "href"
        )

    return page


def test_a_day_is_the_same_in_any_book_and_any_order(corvane_book):
    other = book()
    other.day(date(2026, 3, 5))

    for day in (date(2026, 3, 4), date(2026, 3, 5)):
        assert corvane_book.day(day).rows == other.day(day).rows


def test_a_changed_directory_does_not_change_history(fake_keyyo, corvane, at_noon):
    before = corvane.items("/incoming_call_detail", limit="500")
    corvane("DELETE", "/directory_contacts/101")
    corvane("PUT", "/directory_contacts/103", data={"work_number": "33199009123"})
    fake_keyyo._books.clear()

    assert corvane.items("/incoming_call_detail", limit="500") == before


def test_every_number_is_reserved_for_fiction(march):
    allowed = ("3319900", "3326191", "3335301", "3346571", "3353649", "3363998", "442079460", "447700900")
    for row in march:
        for number in (row.caller, row.actual_caller, row.presented, row.callee, row.translation):
            if number is not None and not (number.startswith("1") and number[4:9] == "55501"):
                assert number.startswith(allowed), number
            elif number is not None:
                assert len(number) == 11


@pytest.mark.parametrize("name", CUSTOMERS)
def test_outsiders_hold_none_of_the_customers_numbers(name):
    own = {row["csi"] for row in fixture(name)["services"]}

    assert not set(outside_numbers(fixture(name), fixture("partners"), SEED)) & own


def test_call_ids_are_shared_by_the_sides_of_a_call_only(march):
    keys = Counter((row.call_id, row.csi, row.direction) for row in march)

    assert max(keys.values()) == 1
    sides = defaultdict(set)
    for row in march:
        sides[row.call_id].add((row.csi, row.direction))
    assert max(len(found) for found in sides.values()) <= 3


def test_an_internal_call_is_seen_once_from_each_side(march):
    own = {row["csi"] for row in fixture("corvane")["services"]}
    placed = {
        row.call_id: row
        for row in march
        if row.direction == OUTGOING and row.callee in own and not row.actual_caller
    }
    got = {(row.call_id, row.csi): row for row in march if row.direction == INCOMING}
    internal = [row for row in placed.values() if (row.call_id, row.callee) in got]

    assert len(internal) > 300
    for row in internal:
        twin = got[row.call_id, row.callee]
        assert (twin.caller, twin.quantity, twin.start_s) == (row.csi, row.quantity, row.start_s)


def test_the_office_is_busy_by_day_and_rests_at_lunch_on_sundays_and_on_holidays(march, corvane_book):
    hours = Counter(
        datetime.fromtimestamp(row.start_s, PARIS).hour
        for row in march
        if row.csi == "33199001011" and row.unit == "second"
    )
    days = Counter(datetime.fromtimestamp(row.start_s, PARIS).weekday() for row in march)

    assert hours[10] > 4 * hours[13]
    assert hours[22] == hours[3] == 0
    assert days[0] > 10 * days[6]
    assert is_holiday(date(2026, 5, 1))
    assert len(corvane_book.day(date(2026, 5, 1)).of("", INCOMING)) < 100


def test_there_is_something_of_everything(march):
    units = Counter((row.unit, row.direction) for row in march)
    voice = [row for row in march if row.unit == "second"]

    assert {
        ("sms", OUTGOING),
        ("sms", INCOMING),
        ("ko", OUTGOING),
        ("Mo", OUTGOING),
        ("mms", OUTGOING),
    } <= set(units)
    assert any(row.caller is None and row.actual_caller for row in voice)
    assert any(row.caller is None and row.presented is None for row in voice if row.direction == INCOMING)
    assert 0.1 < sum(row.quantity == 0 for row in voice) / len(voice) < 0.35
    assert {"France mobile", "France fixe", "Keyyo vers Keyyo"} <= {row.destination for row in voice}
    assert any(row.direction == OUTGOING and row.actual_caller for row in voice), "no forwarded call"
    assert any(row.translation for row in voice)
    assert any(row.roaming for row in march)


def test_mobile_data_has_no_other_party(march):
    assert {row.callee for row in march if row.unit in ("ko", "Mo")} == {None}


@pytest.mark.parametrize(("night", "hours"), [(date(2026, 3, 29), 23), (date(2025, 10, 26), 25)])
def test_on_the_nights_of_the_clock_change_calls_stay_in_their_day(corvane_book, night, hours):
    assert day_length_s(night) == hours * 3600
    begins = midnight_s(night)
    rows = [row for direction in (INCOMING, OUTGOING) for row in corvane_book.day(night).of("", direction)]

    assert rows
    for row in rows:
        assert begins <= row.start_s < begins + hours * 3600


def test_twelve_months_have_about_200_000_records(record_property):
    started = time.process_time()
    whole = book()
    first = months_before(NOW.date(), 12)
    days = [whole.day(first + timedelta(days=number)) for number in range(365)]
    count = sum(len(day.of("", direction)) for day in days for direction in (INCOMING, OUTGOING))
    record_property("records", count)
    record_property("seconds", round(time.process_time() - started, 2))

    assert 185_000 < count < 225_000


WINDOWS = st.tuples(
    st.integers(0, 400 * 24 * 60),
    st.integers(0, 40 * 24 * 60),
    st.integers(1, 500),
    st.sampled_from([INCOMING, OUTGOING]),
)


def bound(minute: int) -> str:
    """A minute after 1 May 2025 on the wall in Paris, as the query wants it."""
    return (datetime(2025, 5, 1) + timedelta(minutes=minute)).strftime("%Y-%m-%d %H:%M")  # noqa: DTZ001


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WINDOWS)
def test_paging_gives_every_record_once(read, window):
    start, length, limit, direction = window
    query = f"date_start={bound(start)}&date_end={bound(start + length)}".replace(" ", "%20")
    path = f"/{direction}_call_detail"
    whole, following = read(path, f"{query}&limit=500")
    while following:
        more, following = read(path, following.partition("?")[2])
        whole += more
    pages, offset = [], 0
    while page := read(path, f"{query}&limit={limit}&offset={offset}")[0]:
        pages += page
        offset += limit

    assert pages == whole
    starts = [int(row["start_time"]) for row in whole]
    assert starts == sorted(starts, reverse=True)
    low = datetime.strptime(bound(start), "%Y-%m-%d %H:%M").replace(tzinfo=PARIS).timestamp()
    high = datetime.strptime(bound(start + length), "%Y-%m-%d %H:%M").replace(tzinfo=PARIS).timestamp()
    assert all(low <= second < high for second in starts)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(300 * 24 * 60, 400 * 24 * 60), st.lists(st.integers(1, 5 * 24 * 60), min_size=1, max_size=5)
)
def test_a_window_is_the_sum_of_its_parts(read, start, lengths):
    edges = [start]
    for length in lengths:
        edges.append(edges[-1] + length)

    def ids(begin, end):
        query = f"date_start={bound(begin)}&date_end={bound(end)}&limit=500".replace(" ", "%20")
        found, following = read("/incoming_call_detail", query)
        while following:
            more, following = read("/incoming_call_detail", following.partition("?")[2])
            found += more
        return [(row["call_id"], row["csi"]) for row in found]

    parts = [key for begin, end in zip(edges, edges[1:], strict=False) for key in ids(begin, end)]
    assert sorted(parts) == sorted(ids(edges[0], edges[-1]))


@pytest.mark.parametrize("night", ["2025-10-26", "2026-03-29"])
def test_windows_cut_on_the_nights_of_the_clock_change_lose_nothing(read, night):
    following = (date.fromisoformat(night) + timedelta(days=1)).isoformat()
    edges = [
        f"{night} 00:00",
        f"{night} 02:00",
        f"{night} 02:30",
        f"{night} 03:00",
        f"{night} 12:00",
        following,
    ]
    whole = read("/incoming_call_detail", f"date_start={night}&date_end={following}&limit=500")[0]
    parts = []
    for begin, end in zip(edges, edges[1:], strict=False):
        query = f"date_start={begin}&date_end={end}&limit=500".replace(" ", "%20")
        parts += read("/incoming_call_detail", query)[0]

    assert sorted(map(str, parts)) == sorted(map(str, whole))
