"""The lines notify the calls whose records are read afterwards: same call, same line, same seconds."""

from __future__ import annotations

from datetime import date

from telephony.providers.keyyo.sandbox.calls import CallBook
from telephony.providers.keyyo.sandbox.rows import INCOMING, OUTGOING, Row
from telephony.providers.keyyo.sandbox.seed import SEED, fixture
from telephony.providers.keyyo.sandbox.told import told

A, B, W, M = "33199001001", "33199001002", "33199001000", "33639980501"


def row(csi: str, direction: str, talk_s: int, *, caller: str | None = M, callee: str = A) -> Row:
    return Row(100, "c1", csi, direction, 110 + talk_s, caller, None, caller, callee, talk_s)


def test_a_days_records_are_told_as_they_are():
    day = CallBook(fixture("corvane"), fixture("partners"), SEED).day(date(2026, 11, 19))
    rows = [*day.of("", INCOMING), *day.of("", OUTGOING)]
    events = told(rows, {W})
    answered = {(event.callref, event.account) for event in events if event.kind == "CONNECT"}

    assert len(events) > 200 and [event.at_s for event in events] == sorted(event.at_s for event in events)
    assert answered <= {(one.call_id, one.csi) for one in rows if one.quantity > 0}
    assert {event.kind for event in events if event.session} == {"SETUP", "CONNECT", "RELEASE"}


def test_a_forwarded_call_is_told_by_both_lines_but_not_its_onward_leg():
    rows = [row(A, INCOMING, 0), row(A, OUTGOING, 20, caller=A, callee=B), row(B, INCOMING, 20)]
    events = told(rows, {W})

    assert [(event.account, event.kind, event.redirecting) for event in events] == [
        (A, "SETUP", ""), (B, "SETUP", A), (A, "RELEASE", ""), (B, "CONNECT", A), (B, "RELEASE", A),
    ]  # fmt: skip


def test_a_welcome_number_is_told_by_its_agent_and_a_hidden_caller_as_hidden():
    events = told([row(W, INCOMING, 20, caller=None), row(B, INCOMING, 20, caller=None)], {W})

    assert {(event.account, event.caller, event.is_acd, bool(event.session)) for event in events} == {
        (B, "anonymous", 1, True)
    }
