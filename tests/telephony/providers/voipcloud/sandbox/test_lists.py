"""The three lists over bare HTTP: order, windows, filters, paging, and rows that grow, close, come late and look alike."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.voipcloud.sandbox import VoipcloudSandbox
from telephony.providers.voipcloud.sandbox.calls import CallBook
from telephony.providers.voipcloud.sandbox.seed import fixture
from tests.telephony.providers.voipcloud.conftest import NOW
from tests.telephony.providers.voipcloud.sandbox.conftest import Caller

SYDNEY = ZoneInfo("Australia/Sydney")
LISTS = ("get-user-calls", "get-queue-calls", "get-ringgroup-calls")


def start(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["call_start_at"])


@pytest.mark.parametrize("path", LISTS)
def test_newest_first_a_hundred_unless_said_and_the_same_twice(caller: Caller, path: str) -> None:
    rows = caller.rows(path)

    assert len(rows) == 100
    assert [start(row) for row in rows] == sorted((start(row) for row in rows), reverse=True)
    assert start(rows[0]) <= NOW
    assert caller.rows(path) == rows
    assert caller.rows(path, limit=40, offset=60) == rows[60:]


@pytest.mark.parametrize("path", LISTS)
def test_dates_are_whole_days_of_the_pbx(caller: Caller, path: str) -> None:
    rows = caller.rows(path, from_date="2026-06-09", to_date="2026-06-10", limit=10_000)

    assert {row["call_start_at"][:10] for row in rows} == {"2026-06-09", "2026-06-10"}
    assert all(row["call_start_at"].endswith("+10:00") for row in rows)
    one = caller.rows(path, from_date="2026-06-10", to_date="2026-06-10", limit=10_000)
    assert one == [row for row in rows if row["call_start_at"].startswith("2026-06-10")]


def test_names_narrow_and_unknown_ones_are_not_found(caller: Caller) -> None:
    rows = caller.rows("get-queue-calls", queues_names="Bookings, Accounts", limit=500)
    assert {row["queue_name"] for row in rows} == {"Bookings", "Accounts"}
    users = caller.rows(users_names="Zoë Lindqvist", limit=50)
    assert {row["user_name"] for row in users} <= {"Zoë Lindqvist", ""}
    assert caller.refused("get-queue-calls", params={"queues_names": "Bookings,Dreams"})[:2] == (404, 404)
    assert (
        caller.refused("get-ringgroup-calls", params={"ringgroups_names": "Suppliers, trade desk"})[0] == 404
    )
    assert caller.rows(from_date="2031-01-01") == []


@pytest.mark.parametrize(
    "params",
    [{"limit": "0"}, {"limit": "10001"}, {"limit": "ten"}, {"limit": "-5"}, {"offset": "-1"}, {"from_date": "10/06/2026"},
     {"from_date": "2026-02-30"}, {"from_date": "2026-06-11", "to_date": "2026-06-10"}, {"users_names[]": "x"}],
)  # fmt: skip
def test_parameters_that_cannot_be_right(caller: Caller, params: dict[str, str]) -> None:
    assert caller.refused(params=params)[:2] == (400, 400)


def test_times_may_come_without_their_offset(caller: Caller) -> None:
    with_offset = caller.rows(limit=5)
    caller.settings(has_offset=False)
    assert [row["call_start_at"] for row in caller.rows(limit=5)] == [
        row["call_start_at"].removesuffix("+10:00") for row in with_offset
    ]


def test_an_open_call_grows_and_closes(caller: Caller, sandbox: SandboxServer) -> None:
    caller.play("call", caller="+61491570006", user="Priya Raman", ring_s=10, talk_s=50)
    seen = []
    for _ in range(4):
        row = next(row for row in caller.rows() if row["from_number"] == "+61491570006")
        seen.append(tuple(row[name] for name in ("user_name", "call_duration", "conversation_duration")))
        assert (row["call_finished_at"] is None) is (len(seen) < 4)
        sandbox.clock.advance(20)

    assert seen == [("", 0, 0), ("Priya Raman", 20, 10), ("Priya Raman", 40, 30), ("Priya Raman", 60, 50)]


def test_a_call_stays_open_for_so_many_readings(caller: Caller) -> None:
    caller.play("open_call", reads=2, user="Priya Raman")
    assert [caller.rows(limit=1)[0]["call_finished_at"] is None for _ in range(4)] == [
        True,
        True,
        False,
        False,
    ]


def test_group_calls_appear_once_they_have_ended(caller: Caller, sandbox: SandboxServer) -> None:
    before = len(caller.rows("get-queue-calls", from_date="2026-06-17", limit=10_000))
    caller.play("call", list="queue", group="Bookings", ring_s=10, talk_s=50)
    assert len(caller.rows("get-queue-calls", from_date="2026-06-17", limit=10_000)) == before
    sandbox.clock.advance(60)

    newest = caller.rows("get-queue-calls", limit=1)[0]
    assert (newest["queue_name"], newest["status"], newest["answered_by_user_name"]) == (
        "Bookings", "answered", "Adele Winslade",
    )  # fmt: skip


def test_names_fill_in_later(caller: Caller, sandbox: SandboxServer) -> None:
    caller.play("call", user="Priya Raman", talk_s=30, named_after_s=600, ago_s=120)
    assert caller.rows(limit=1, from_date="2026-06-17", users_names="Priya Raman")[0]["user_name"] == ""
    sandbox.clock.advance(600)
    rows = caller.rows(from_date="2026-06-17", limit=10_000, users_names="Priya Raman")
    assert "" not in {row["user_name"] for row in rows}


def test_twins_agree_in_all_that_never_changes(caller: Caller) -> None:
    caller.play("twins", list="user", talk_s=20, ago_s=60)
    one, two = caller.rows(limit=2, from_date="2026-06-17", users_names="Adele Winslade,Arjun Mehrotra")[:2]
    unchanging = ("from_number", "to_number", "is_inbound", "call_start_at")
    assert [one[name] for name in unchanging] == [two[name] for name in unchanging]
    assert one["user_name"] != two["user_name"]


def test_rows_move_while_a_client_pages(caller: Caller) -> None:
    first = caller.rows(limit=10)
    caller.play("call", user="Priya Raman")
    assert caller.rows(limit=10, offset=10)[0] == first[-1]  # moved down by one
    caller.play("remove", list="user", count=4)
    assert caller.rows(limit=7)[0] == first[3]  # moved up


def test_shifting_is_the_same_for_the_same_seed(caller: Caller, sandbox: SandboxServer) -> None:
    seen = []
    for _ in range(2):
        sandbox.provider("voipcloud").reset()
        caller.play("shifting", seed=8, times=6)
        seen.append([caller.rows(limit=50) for _ in range(8)])
    assert seen[0] == seen[1]
    assert seen[0][0] != seen[0][5] == seen[0][7]


def test_accounts_have_their_own_calls(caller: Caller, pbx: Any) -> None:
    other = Caller(caller.root, pbx.grant({"account": "pelican-point"})["api_key"])
    assert {row["user_name"] for row in other.rows()} <= {
        "",
        "Front desk",
        "Dr Amara Quist",
        "Dr Tobias Fenn",
    }
    assert other.rows("get-queue-calls") == []


@pytest.mark.parametrize("how", [{"data": True}, {"json": True}, {"files": True}])
def test_a_call_may_be_asked_for_in_any_form(caller: Caller, how: dict[str, bool]) -> None:
    values = {"user_number": "+61255500138", "number_to_call": "+61491570006"}
    sent: dict[str, Any] = {
        "data": {"data": values}, "json": {"json": values},
        "files": {"files": {name: (None, value) for name, value in values.items()}},
    }[next(iter(how))]  # fmt: skip
    answer = caller("POST", "call-to-number", **sent)

    assert answer.json() == {"code": 200, "status": "success", "data": {}}
    row = caller.rows(users_names="Priya Raman", limit=1)[0]
    assert (row["from_number"], row["to_number"], row["is_inbound"]) == (*values.values(), 0)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({"user_number": "201"}, 400),
        ({"number_to_call": "203"}, 400),
        ({"user_number": "999", "number_to_call": "1"}, 404),
        ({}, 400),
    ],
)
def test_a_call_that_cannot_be_placed(caller: Caller, data: dict[str, str], code: int) -> None:
    assert caller.refused("call-to-number", "POST", data=data)[:2] == (code, code)
    assert caller.refused("call-to-number", "POST", json=[1])[0] == 400
    broken = {"Content-Type": "application/json"}
    assert caller.refused("call-to-number", "POST", data="{", headers=broken)[0] == 400


# ---- the year ----
@pytest.fixture(scope="module")
def year() -> dict[date, dict[str, list[Any]]]:
    book = CallBook(fixture("tallow_creek"), 20_250_304, SYDNEY)
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    return {day: book.day(day) for day in days}


def test_a_year_has_150_000_rows(year: Any) -> None:
    counts = Counter(dict.fromkeys(("user", "queue", "ringgroup"), 0))
    for day in year.values():
        counts.update({stream: len(rows) for stream, rows in day.items()})
    assert 145_000 < counts.total() < 155_000
    assert counts["user"] > counts["queue"] > counts["ringgroup"] > 10_000


def test_the_year_has_twins_late_rows_and_names_that_come_later(year: Any) -> None:
    rows = [row for day in year.values() for one in day.values() for row in one]
    alike = Counter(
        (row.stream, row.group, row.start_s, row.is_inbound, row.caller, row.callee) for row in rows
    )
    assert sum(count > 1 for count in alike.values()) > 50
    assert sum(row.stream == "user" and row.listed_s > row.start_s for row in rows) > 1000
    assert sum(row.named_s > row.ends_s for row in rows) > 2000
    assert {row.status for row in rows} == {"", "answered", "abandoned", "timedout"}
    assert len({row.uid for row in rows}) == len(rows)
    quiet, busy = (sum(map(len, year[day].values())) for day in (date(2026, 12, 25), date(2026, 6, 15)))
    assert quiet * 3 < busy


def test_it_starts_at_once_and_computes_what_is_asked_for() -> None:
    sandbox = VoipcloudSandbox(SandboxClock(datetime(2026, 6, 17, 4, tzinfo=UTC), 0))
    assert not sandbox.book("tallow-creek")._days
    newest = next(sandbox.lists().rows("user"))
    assert len(sandbox.book("tallow-creek")._days) == 1
    assert newest.listed_s <= sandbox.lists().now_s


def test_nothing_is_older_than_the_account(caller: Caller) -> None:
    began = caller.session.get(f"{caller.root}/_control/state/voipcloud", timeout=10).json()["began"]
    assert caller.rows(to_date=began, limit=1)[0]["call_start_at"].startswith(began)
    before = (date.fromisoformat(began) - timedelta(days=1)).isoformat()
    assert caller.rows(to_date=before) == []
