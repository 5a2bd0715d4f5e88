"""Rows of the three lists: times, keys that never change, outcomes, and what cannot be read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.providers.drafts import CallRecordDraft
from telephony.providers.voipcloud.rows import QUEUES, RING_GROUPS, USERS, instant, number, place_among_twins

SYDNEY = ZoneInfo("Australia/Sydney")
START = "2026-06-17T09:15:07+10:00"
USER_ROW: dict[str, Any] = {
    "from_number": "+61491570110",
    "to_number": "+61255500101",
    "user_name": "Beth Okonjo",
    "is_inbound": 1,
    "call_start_at": START,
    "call_duration": 75,
    "call_finished_at": "2026-06-17T09:16:22+10:00",
    "conversation_duration": 60,
}
QUEUE_ROW: dict[str, Any] = {
    "queue_name": "Bookings",
    "callerid": "+61491570110",
    "inbound_number": "+61255500101",
    "call_start_at": START,
    "call_answered_at": "2026-06-17T09:15:22+10:00",
    "call_finished_at": "2026-06-17T09:16:22+10:00",
    "answered_by_user_name": "Beth Okonjo",
    "status": "answered",
}
RING_ROW = {
    **{name: value for name, value in QUEUE_ROW.items() if name != "queue_name"},
    "ring_group_name": "Reception",
}


def user(**values: Any) -> CallRecordDraft:
    return USERS.read({**USER_ROW, **values}, SYDNEY)


def queue(**values: Any) -> CallRecordDraft:
    return QUEUES.read({**QUEUE_ROW, **values}, SYDNEY)


def test_a_user_row_is_a_record() -> None:
    draft = user()

    assert draft.started_at == datetime(2026, 6, 16, 23, 15, 7, tzinfo=UTC)
    assert (draft.stream, draft.direction, draft.outcome) == ("user", "inbound", "answered")
    assert (draft.caller, draft.callee, draft.line_remote_id) == (
        "+61491570110",
        "+61255500101",
        "Beth Okonjo",
    )
    assert (draft.duration_s, draft.wait_s, draft.is_open, draft.group_remote_id) == (60, 15, False, "")
    assert draft.raw == USER_ROW


def test_a_queue_row_is_a_record() -> None:
    draft = queue()

    assert (draft.stream, draft.direction, draft.outcome) == ("queue", "inbound", "answered")
    assert (draft.line_remote_id, draft.group_remote_id) == ("Beth Okonjo", "Bookings")
    assert (draft.duration_s, draft.wait_s) == (60, 15)
    assert RING_GROUPS.read(RING_ROW, SYDNEY).group_remote_id == "Reception"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("answered", "answered"),
        ("abandoned", "abandoned"),
        ("timedout", "timed_out"),
        ("overflowed", "unknown"),
        (None, "unknown"),
    ],
)
def test_results_of_a_queue_are_outcomes(status: str | None, outcome: str) -> None:
    draft = queue(status=status, call_answered_at=None, answered_by_user_name="")

    waited_s = None if outcome == "answered" else 75  # of an answered call, when is not known yet
    assert (draft.outcome, draft.wait_s, draft.duration_s) == (outcome, waited_s, 0)


@pytest.mark.parametrize(
    ("values", "outcome", "direction"),
    [
        ({"conversation_duration": 0}, "missed", "inbound"),
        ({"conversation_duration": 0, "is_inbound": 0}, "failed", "outbound"),
        ({"is_inbound": "0"}, "answered", "outbound"),
        ({"conversation_duration": 0, "call_finished_at": None}, "unknown", "inbound"),
        ({"call_finished_at": None}, "answered", "inbound"),
        ({"from_number": "201", "to_number": "218"}, "answered", "internal"),
        ({"from_number": "201", "to_number": "218", "is_inbound": 0}, "answered", "internal"),
        ({"from_number": "201"}, "answered", "inbound"),
    ],
)
def test_what_became_of_a_users_call(values: dict[str, Any], outcome: str, direction: str) -> None:
    draft = user(**values)

    assert (draft.outcome, draft.direction) == (outcome, direction)
    assert draft.is_open is (values.get("call_finished_at", "") is None)


CHANGING = {
    "user_name": ["", "Beth Okonjo", " Tom"],
    "call_duration": [0, 75, None],
    "call_finished_at": [None, START],
    "conversation_duration": [0, 9],
    "call_answered_at": [None, START],
    "answered_by_user_name": ["", "Beth Okonjo"],
    "status": ["answered", "abandoned", ""],
    "unique_call_id": ["one day"],
}


@given(
    st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in CHANGING.items()})
)
def test_keys_are_stable_under_whatever_changes_later(changes: dict[str, Any]) -> None:
    for read, row in ((user, USER_ROW), (queue, QUEUE_ROW)):
        known = {name: value for name, value in changes.items() if name in row or name == "unique_call_id"}
        before, after = read(), read(**known)
        assert (after.remote_key, after.fold_key, after.started_at) == (
            before.remote_key,
            before.fold_key,
            before.started_at,
        )


@pytest.mark.parametrize(
    "change",
    [
        {"call_start_at": "2026-06-17T09:15:08+10:00"},
        {"is_inbound": 0},
        {"from_number": "+61491570313"},
        {"to_number": "201"},
    ],
)
def test_calls_that_differ_in_what_never_changes_have_other_keys(change: dict[str, Any]) -> None:
    assert user(**change).remote_key != user().remote_key


def test_a_key_does_not_depend_on_how_a_second_or_a_number_is_written() -> None:
    assert user(call_start_at="2026-06-16T23:15:07Z").remote_key == user().remote_key
    assert user(call_start_at="2026-06-17T09:15:07.900+10:00").remote_key == user().remote_key
    assert user(call_start_at="2026-06-17T09:15:07").remote_key == user().remote_key
    assert user(from_number=" +61 491 570 110 ").remote_key == user().remote_key
    assert user(is_inbound=True).direction == "inbound"


def test_a_key_fits_its_column() -> None:
    assert len(user(from_number="x" * 500).remote_key) < 60
    assert len(queue(queue_name="x" * 500).group_remote_id) == 200


def test_rows_of_one_call_share_a_fold_key_in_every_list() -> None:
    ring = RING_GROUPS.read(RING_ROW, SYDNEY)

    assert user().fold_key == queue().fold_key == ring.fold_key
    assert user(is_inbound=0).fold_key == user().fold_key
    assert len({user().remote_key, queue().remote_key, ring.remote_key}) == 3


@pytest.mark.parametrize(
    ("text", "utc", "is_ambiguous"),
    [
        ("2026-06-17T09:15:07+10:00", "2026-06-16T23:15:07", False),
        ("2026-06-17T09:15:07", "2026-06-16T23:15:07", False),
        ("2026-06-17 09:15:07", "2026-06-16T23:15:07", False),
        ("2026-04-05T02:30:00", "2026-04-04T15:30:00", True),  # twice: the first pass
        ("2026-04-05T02:30:00+10:00", "2026-04-04T16:30:00", False),
        ("2026-10-04T02:30:00", "2026-10-03T16:30:00", True),  # never: counted on from before
        ("2026-10-04T03:00:00", "2026-10-03T16:00:00", False),
    ],
)
def test_times_with_and_without_an_offset(text: str, utc: str, is_ambiguous: bool) -> None:
    assert instant(text, SYDNEY) == (datetime.fromisoformat(utc).replace(tzinfo=UTC), is_ambiguous)


@given(
    st.integers(0, 10 * 365 * 86_400).map(
        lambda second: datetime.fromisoformat("2020-01-01") + timedelta(0, second)
    ),
    st.sampled_from(["Australia/Sydney", "Australia/Lord_Howe"]),
)
def test_a_time_without_offset_is_that_of_the_wall_or_flagged(wall: datetime, zone_name: str) -> None:
    zone = ZoneInfo(zone_name)
    moment, is_ambiguous = instant(wall.isoformat(), zone)

    seen = moment.astimezone(zone).replace(tzinfo=None)
    assert is_ambiguous or seen == wall.replace(microsecond=0)
    aware = instant(moment.astimezone(zone).isoformat(), ZoneInfo("UTC"))
    assert aware == (moment, False)


def test_a_queue_row_over_the_doubled_hour_lasts_as_long_as_it_did() -> None:
    draft = queue(
        call_start_at="2026-04-05T02:50:00",
        call_answered_at="2026-04-05T02:59:30",
        call_finished_at="2026-04-05T02:10:00",  # after the clock was put back
    )

    assert draft.is_time_ambiguous
    assert (draft.wait_s, draft.duration_s) == (570, 630)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("+61 2 5550 0101", "+61255500101"),
        ("0061255500101", "+61255500101"),
        ("(02) 5550 0101", "0255500101"),
        ("201", "201"),
        ("*98", "*98"),
        ("anonymous", ""),
        ("Private", ""),
        (None, ""),
        ("sip:dora@example.org", "sip:dora@example.org"),
        (61255500101, "61255500101"),
    ],
)
def test_numbers_are_kept_as_given_but_for_their_spacing(text: Any, kept: str) -> None:
    assert number(text) == kept


@pytest.mark.parametrize(
    "values",
    [
        {"call_start_at": None},
        {"call_start_at": "yesterday, at noon, or so"},
        {"call_start_at": "2026-06-17"},
        {"call_start_at": "0001-01-01T00:00:00+10:00"},
        {"call_start_at": 1781651707},
        {"is_inbound": "perhaps"},
        {"call_duration": -1},
        {"conversation_duration": "a while"},
        {"conversation_duration": 10**12},
        {"from_number": {"nested": 1}},
    ],
)
def test_what_cannot_be_read_says_so(values: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError, TypeError, OverflowError)):
        user(**values)


def test_a_group_row_without_a_group_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="queue_name"):
        queue(queue_name="  ")
    with pytest.raises(KeyError):
        QUEUES.read({name: value for name, value in QUEUE_ROW.items() if name != "callerid"}, SYDNEY)


@given(
    st.permutations(
        [("answered", "Zoe", 5), ("answered", "Ana", 9), ("abandoned", "", 0), ("timedout", "", 0)]
    )
)
def test_twins_have_an_order_of_their_own(rows: list[tuple[str, str, int]]) -> None:
    start = datetime.fromisoformat(START)
    drafts = [
        queue(
            status=status,
            answered_by_user_name=name,
            call_answered_at=start.isoformat() if name else None,
            call_finished_at=(start + timedelta(seconds=talk)).isoformat(),
        )
        for status, name, talk in rows
    ]
    ordered = sorted(drafts, key=place_among_twins)

    assert [draft.line_remote_id for draft in ordered] == ["Ana", "Zoe", "", ""]
