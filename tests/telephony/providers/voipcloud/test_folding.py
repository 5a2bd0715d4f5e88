"""Worked examples: which rows of the three lists are one call, and what a person reads of it. Folding is the shared one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from telephony.providers.drafts import CallRecordDraft
from telephony.providers.voipcloud.rows import QUEUES, RING_GROUPS, USERS
from telephony.services.folding import CallFields, fold

SYDNEY = ZoneInfo("Australia/Sydney")
CALLER, MAIN = "+61491570110", "+61255500100"
AT = "2026-06-17T09:15:07+10:00"


def at(second: int) -> str:
    return f"2026-06-17T09:{15 + (7 + second) // 60:02d}:{(7 + second) % 60:02d}+10:00"


def user_row(name: str, rings: int, talk: int, **values: Any) -> CallRecordDraft:
    row = {
        "from_number": CALLER, "to_number": MAIN, "user_name": name, "is_inbound": 1, "call_start_at": AT,
        "call_duration": rings + talk, "call_finished_at": at(rings + talk), "conversation_duration": talk,
    }  # fmt: skip
    return USERS.read({**row, **values}, SYDNEY)


def group_row(
    status: str, name: str, waits: int, talk: int, group: str = "", **values: Any
) -> CallRecordDraft:
    source = RING_GROUPS if group else QUEUES
    row = {
        source.unchanging[0]: group or "Bookings", "callerid": CALLER, "inbound_number": MAIN, "call_start_at": AT,
        "call_answered_at": at(waits) if name else None, "call_finished_at": at(waits + talk),
        "answered_by_user_name": name, "status": status,
    }  # fmt: skip
    return source.read({**row, **values}, SYDNEY)


def one_call(*records: CallRecordDraft) -> CallFields:
    """The call of records that share a fold key, the same in any order and when one comes twice."""
    assert len({record.fold_key for record in records}) == 1
    call = fold(records)
    assert fold(records[::-1]) == call == fold([*records, *records])
    return call


def told(call: CallFields) -> Sequence[Any]:
    return (
        call.outcome, call.direction, call.line_remote_id, call.group_remote_id, call.wait_s, call.duration_s,
        call.record_count,
    )  # fmt: skip


def test_a_queue_call_that_a_user_answered_is_one_call() -> None:
    call = one_call(group_row("answered", "Beth", 20, 60), user_row("Beth", 20, 60))

    assert told(call) == ("answered", "inbound", "Beth", "Bookings", 20, 60, 2)
    assert (call.caller, call.callee) == (CALLER, MAIN)


def test_a_queue_call_that_nobody_waited_for_is_abandoned() -> None:
    assert told(one_call(group_row("abandoned", "", 35, 0))) == (
        "abandoned", "inbound", "", "Bookings", 35, 0, 1,
    )  # fmt: skip


def test_a_queue_that_ran_out_of_time_but_was_answered_elsewhere_is_answered() -> None:
    call = one_call(group_row("timedout", "", 90, 0), user_row("Tom", 95, 40))

    assert told(call) == ("answered", "inbound", "Tom", "Bookings", 95, 40, 2)


def test_a_ring_group_and_then_voicemail_ran_out_of_time() -> None:
    """VoIPcloud names no mailbox: the group's word stands, beside a row of nobody."""
    call = one_call(group_row("timedout", "", 30, 0, "Reception"), user_row("", 30, 0))

    assert told(call) == ("timed_out", "inbound", "", "Reception", 30, 0, 2)


def test_a_ring_group_that_passes_on_to_a_queue_is_one_call() -> None:
    call = one_call(
        group_row("timedout", "", 30, 0, "Reception"),
        group_row("answered", "Beth", 50, 60),
        user_row("Beth", 50, 60),
    )

    assert told(call) == ("answered", "inbound", "Beth", "Bookings", 50, 60, 3)


def test_a_call_from_user_to_user_is_internal_and_belongs_to_who_answered() -> None:
    numbers = {"from_number": "201", "to_number": "218"}
    placed = user_row("Adele", 5, 60, is_inbound=0, **numbers)
    call = one_call(placed, user_row("Priya", 5, 60, **numbers))

    assert told(call) == ("answered", "internal", "Priya", "", 5, 60, 2)
    unanswered = one_call(
        user_row("Adele", 20, 0, is_inbound=0, **numbers), user_row("Priya", 20, 0, **numbers)
    )
    assert told(unanswered) == ("missed", "internal", "Priya", "", 20, 0, 2)


def test_a_users_row_that_comes_before_that_of_its_queue_is_the_same_call_later() -> None:
    ringing = user_row("", 20, 0, call_finished_at=None)
    talking = user_row("Beth", 20, 15, call_finished_at=None)
    queue = group_row("answered", "", 20, 60, call_answered_at=at(20))  # its name is filled in later

    assert told(one_call(ringing))[:3] == ("unknown", "inbound", "")
    assert told(one_call(talking))[:3] == ("answered", "inbound", "Beth")
    assert told(one_call(user_row("Beth", 20, 60), queue)) == (
        "answered", "inbound", "Beth", "Bookings", 20, 60, 2,
    )  # fmt: skip


def test_other_numbers_or_another_second_are_other_calls() -> None:
    keys = {
        user_row("Beth", 5, 60).fold_key,
        user_row("Beth", 5, 60, from_number="+61491570313").fold_key,
        user_row("Beth", 5, 60, call_start_at=at(1)).fold_key,
        group_row("answered", "Beth", 5, 60, inbound_number="+61255500101").fold_key,
    }
    assert len(keys) == 4


def test_an_outgoing_call_is_one() -> None:
    call = one_call(user_row("Beth", 9, 60, is_inbound=0, from_number="+61255500123", to_number=CALLER))

    assert told(call) == ("answered", "outbound", "Beth", "", 9, 60, 1)
