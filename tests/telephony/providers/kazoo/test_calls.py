"""Worked examples: the legs of a call as a server lists them, and the call that a person counts."""

from __future__ import annotations

import random
from typing import Any

import pytest

from portal.lib.wire_rows import row_text
from telephony.providers.kazoo.legs import Legs
from telephony.services.folding import CallFields, fold
from tests.telephony.providers.kazoo.legs_of_calls import (
    ANNA,
    BEN,
    CLEO,
    DESK,
    LOBBY,
    MAIN,
    MOBILE,
    OUTSIDE,
    REALM,
    from_outside,
    from_phone,
    to_carrier,
    to_phone,
)

CELL = "+33698765432"
LINES = frozenset({ANNA, BEN, CLEO, DESK, MOBILE, LOBBY})


def call_of(*rows: dict[str, Any], realm: str = REALM) -> CallFields:
    """The folded call, whatever the order in which the legs come."""
    reader = Legs(LINES, realm)
    drafts = [reader.draft(row_text(row)) for row in rows]
    call = fold(drafts)
    random.Random(7).shuffle(drafts)
    assert fold(drafts) == call
    return call


def told(call: CallFields) -> tuple[str, str, str, str, str]:
    return call.direction, call.outcome, call.caller, call.callee, call.line_remote_id


# Without the account's SIP domain, the numbers must tell the same.
REALMS = pytest.mark.parametrize("realm", [REALM, ""])


@REALMS
def test_somebody_calls_a_user_with_several_devices(realm):
    call = call_of(
        from_outside(8, 60, other="b1@10.0.0.9"),
        to_phone("b1", 0.4, ANNA, 8, 60, "NORMAL_CLEARING"),
        to_phone("b2", 0.5, ANNA, 8, 0, "LOSE_RACE", authorizing_id=MOBILE),
        realm=realm,
    )

    assert told(call) == ("inbound", "answered", OUTSIDE, MAIN, ANNA)
    assert (call.duration_s, call.wait_s, call.record_count) == (60, 8, 3)


@REALMS
def test_nobody_answers(realm):
    call = call_of(
        from_outside(20, 0, "ORIGINATOR_CANCEL"),
        to_phone("b", 0.4, ANNA, 20, 0, "ORIGINATOR_CANCEL"),
        realm=realm,
    )

    assert told(call) == ("inbound", "missed", OUTSIDE, MAIN, ANNA)
    assert (call.duration_s, call.wait_s) == (0, 20)


@REALMS
def test_a_ring_group_answers_with_one_of_many(realm):
    call = call_of(
        from_outside(12, 45, other="b2@10.0.0.9"),
        to_phone("b1", 0.3, ANNA, 12, 0, "LOSE_RACE"),
        to_phone("b2", 0.3, BEN, 12, 45, "NORMAL_CLEARING"),
        to_phone("b3", 0.3, CLEO, 0, 0, "USER_BUSY"),
        realm=realm,
    )

    assert told(call) == ("inbound", "answered", OUTSIDE, MAIN, BEN)


def test_a_queue_counts_the_agent_s_talk_not_the_wait():
    call = call_of(
        from_outside(0, 200, other="b2@10.0.0.9"),
        to_phone("b1", 60, ANNA, 15, 0, "NO_ANSWER"),
        to_phone("b2", 90, BEN, 10, 100, "NORMAL_CLEARING"),
    )

    assert told(call) == ("inbound", "answered", OUTSIDE, MAIN, BEN)
    assert call.duration_s == 100


def test_a_mailbox_takes_the_call():
    call = call_of(from_outside(0, 35), to_phone("b", 0.4, ANNA, 20, 0, "NO_ANSWER"))

    assert told(call) == ("inbound", "voicemail", OUTSIDE, MAIN, ANNA)
    assert call.duration_s == 35


def test_a_menu_alone_takes_the_call():
    assert told(call_of(from_outside(0, 35))) == ("inbound", "voicemail", OUTSIDE, MAIN, "")


@REALMS
@pytest.mark.parametrize("owner", [ANNA, ""])
def test_a_call_is_forwarded_outside(realm, owner):
    call = call_of(
        from_outside(9, 50, other="c@10.0.0.9"),
        to_phone("b", 0.3, ANNA, 9, 0, "LOSE_RACE"),
        to_carrier("c", 0.4, CELL, 9, 50, "NORMAL_CLEARING", OUTSIDE, owner_id=owner, cost="1250"),
        realm=realm,
    )

    assert told(call) == ("inbound", "forwarded", OUTSIDE, MAIN, ANNA)
    assert (call.cost_micros, call.duration_s) == (125_000, 50)


@REALMS
def test_a_call_is_forwarded_without_ringing(realm):
    call = call_of(
        from_outside(9, 50, other="c@10.0.0.9"),
        to_carrier("c", 0.4, CELL, 9, 50, "NORMAL_CLEARING", OUTSIDE, owner_id=ANNA),
        realm=realm,
    )

    assert told(call) == ("inbound", "forwarded", OUTSIDE, MAIN, ANNA)


@REALMS
@pytest.mark.parametrize("owner", [ANNA, ""])
def test_a_user_calls_out(realm, owner):
    call = call_of(
        from_phone(ANNA, CELL, 5, 70),
        to_carrier(
            "b", 0.4, CELL, 5, 70, "NORMAL_CLEARING", MAIN, owner_id=owner, cost="800", rate_name="FR-mobile"
        ),
        realm=realm,
    )

    assert told(call) == ("outbound", "answered", "200", CELL, ANNA)
    assert (call.cost_micros, call.duration_s, call.destination) == (80_000, 70, "FR-mobile")


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        ("USER_BUSY", "busy"),
        ("NO_ANSWER", "missed"),
        ("UNALLOCATED_NUMBER", "failed"),
        ("ORIGINATOR_CANCEL", "cancelled"),
    ],
)
def test_a_user_calls_out_in_vain(cause, outcome):
    call = call_of(from_phone(ANNA, CELL, 5, 0, cause), to_carrier("b", 0.4, CELL, 5, 0, cause, MAIN))

    assert told(call) == ("outbound", outcome, "200", CELL, ANNA)


@REALMS
def test_colleagues_talk(realm):
    call = call_of(
        from_phone(ANNA, "201", 4, 30),
        to_phone("b", 0.3, BEN, 4, 30, "NORMAL_CLEARING", caller="200"),
        realm=realm,
    )

    assert told(call) == ("internal", "answered", "200", "201", BEN)


def test_a_colleague_does_not_answer():
    call = call_of(
        from_phone(ANNA, "201", 20, 0, "ORIGINATOR_CANCEL"),
        to_phone("b", 0.3, BEN, 20, 0, "ORIGINATOR_CANCEL", caller="200"),
    )

    assert told(call) == ("internal", "missed", "200", "201", BEN)


def test_a_feature_code_is_a_call_inside():
    call = call_of(from_phone(ANNA, "*97", 0, 25, other_leg_call_id=""))

    assert told(call) == ("internal", "answered", "200", "*97", ANNA)


def test_a_call_is_transferred_to_a_colleague():
    call = call_of(
        from_outside(6, 120, other="d@10.0.0.9"),
        to_phone("b", 0.4, ANNA, 6, 40, "ATTENDED_TRANSFER"),
        to_phone("d", 46, BEN, 5, 75, "NORMAL_CLEARING"),
    )

    assert told(call) == ("inbound", "answered", OUTSIDE, MAIN, ANNA)
    assert call.duration_s == 75


def test_a_call_is_transferred_by_a_leg_of_ones_own():
    call = call_of(
        from_outside(6, 120, other="d@10.0.0.9"),
        to_phone("b", 0.4, ANNA, 6, 40, "ATTENDED_TRANSFER"),
        {**from_phone(ANNA, "201", 5, 4, "ATTENDED_TRANSFER"), "id": "202403-y", "unix_timestamp_micro": ""},
        to_phone("d", 46, BEN, 5, 75, "NORMAL_CLEARING", caller="200"),
    )

    assert (call.direction, call.outcome, call.caller) == ("inbound", "answered", OUTSIDE)


def test_a_phone_that_nobody_owns_is_a_line():
    call = call_of(
        from_outside(6, 20, other="b@10.0.0.9"),
        to_phone("b", 0.4, "", 6, 20, "NORMAL_CLEARING", authorizing_id=LOBBY),
    )

    assert told(call) == ("inbound", "answered", OUTSIDE, MAIN, LOBBY)
