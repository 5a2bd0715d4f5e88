"""Folding does not depend on order, doubling or when a record came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from telephony.providers.drafts import CallRecordDraft
from telephony.services.folding import OUTCOME_RANK, fold
from tests.telephony.sync.conftest import LINE, NOON, OTHER_LINE, make_draft

records = st.builds(
    lambda stream, line, start, direction, outcome, caller, duration, cost: make_draft(
        1,
        stream=stream,
        remote_key=f"{line}:c1",
        started_at=NOON + timedelta(seconds=start),
        direction=direction,
        outcome=outcome,
        caller=caller,
        line_remote_id=line,
        duration_s=duration,
        cost_micros=cost,
    ),
    st.sampled_from(["incoming", "outgoing"]),
    st.sampled_from([LINE, OTHER_LINE, ""]),
    st.integers(0, 3),
    st.sampled_from(["inbound", "outbound", "internal"]),
    st.sampled_from(OUTCOME_RANK),
    st.sampled_from(["", "+33261910001", "+33639980001"]),
    st.none() | st.integers(0, 100),
    st.none() | st.integers(0, 10_000),
)
groups = st.lists(
    records, min_size=1, max_size=6, unique_by=lambda record: (record.stream, record.remote_key)
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(groups, st.sets(st.sampled_from([LINE, OTHER_LINE])), st.randoms(use_true_random=False))
def test_order_and_doubling_change_nothing(
    group: list[CallRecordDraft], relays: set[str], random: object
) -> None:
    mixed = group + group
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert fold(mixed, relays) == fold(group, relays)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(groups, st.sets(st.sampled_from([LINE, OTHER_LINE])))
def test_what_was_offered_to_a_group_is_its_call_whether_anybody_took_it(
    group: list[CallRecordDraft], relays: set[str]
) -> None:
    offered = {one.line_remote_id for one in group if one.direction == "inbound"} & relays
    found = fold(group, relays).group_remote_id
    assert found in relays if offered else found in {"", *relays}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(groups)
def test_every_call_counts_its_records_and_their_cost(group: list[CallRecordDraft]) -> None:
    call = fold(group)
    assert call.record_count == len(group)
    costs = [record.cost_micros for record in group if record.cost_micros is not None]
    assert call.cost_micros == (sum(costs) if costs else None)
    assert call.started_at == min(record.started_at for record in group)
    assert call.outcome in {*(record.outcome for record in group), "forwarded"}
    assert call.direction in ("inbound", "outbound", "internal")


def test_internal_when_both_sides_are_own_lines() -> None:
    placed = make_draft(stream="outgoing", direction="outbound", line_remote_id=LINE, callee=f"+{OTHER_LINE}")
    received = make_draft(remote_key="b", line_remote_id=OTHER_LINE, caller=f"+{LINE}", outcome="missed")

    call = fold([received, placed])

    assert (call.direction, call.line_remote_id, call.callee) == ("internal", OTHER_LINE, f"+{OTHER_LINE}")


def test_who_passes_a_withheld_call_on_is_not_its_caller() -> None:
    received = make_draft(caller="", callee=f"+{LINE}", outcome="missed")
    onward = make_draft(stream="outgoing", direction="outbound", caller=f"+{LINE}", callee="+33639980001")

    call = fold([received, onward])

    assert (call.direction, call.caller, call.callee) == ("inbound", "", f"+{LINE}")


def test_a_line_that_passes_a_call_on_forwards_it() -> None:
    received = make_draft(outcome="missed", duration_s=0)
    onward = make_draft(stream="outgoing", direction="outbound", callee="+33639980001", duration_s=42)

    call = fold([onward, received])

    assert (call.direction, call.outcome, call.duration_s) == ("inbound", "forwarded", 42)
    assert call.caller == received.caller


def test_of_several_lines_that_rang_the_answering_one_has_the_call() -> None:
    rang = make_draft(outcome="missed", duration_s=0)
    answered = make_draft(remote_key="b", line_remote_id=OTHER_LINE)

    call = fold([rang, answered])

    assert (call.direction, call.outcome, call.line_remote_id) == ("inbound", "answered", OTHER_LINE)


def test_a_group_and_its_agent_are_one_call_of_the_agent() -> None:
    group, agent = "33199001000", make_draft(remote_key="agent", callee=f"+{LINE}")
    welcome = make_draft(remote_key="zzz", line_remote_id=group, callee=f"+{group}")

    call = fold([agent, welcome], relays={group})

    assert (call.line_remote_id, call.group_remote_id, call.callee) == (LINE, group, f"+{group}")


def test_a_call_passed_on_to_a_colleague_stays_inbound() -> None:
    received = make_draft(outcome="missed", duration_s=0)
    onward = make_draft(
        stream="outgoing", direction="internal", caller=f"+{LINE}", callee=f"+{OTHER_LINE}",
        started_at=NOON + timedelta(seconds=20),
    )  # fmt: skip
    answered = make_draft(
        remote_key="b", line_remote_id=OTHER_LINE, callee=f"+{OTHER_LINE}",
        started_at=NOON + timedelta(seconds=20),
    )  # fmt: skip

    call = fold([onward, answered, received])

    assert (call.direction, call.outcome, call.line_remote_id) == ("inbound", "answered", OTHER_LINE)
    assert call.callee == f"+{LINE}"


def test_an_internal_call_that_nobody_took_is_missed() -> None:
    placed = make_draft(
        stream="outgoing", direction="internal", caller=f"+{LINE}", callee=f"+{OTHER_LINE}", outcome="failed"
    )
    received = make_draft(
        remote_key="b", line_remote_id=OTHER_LINE, direction="internal", caller=f"+{LINE}", outcome="missed"
    )

    call = fold([placed, received])

    assert (call.direction, call.outcome, call.caller) == ("internal", "missed", f"+{LINE}")


# ---- records of a switch: one for each leg, lines not known by their numbers ----

USER, COLLEAGUE = "9d17" * 8, "5f2c" * 8


def _leg(key: str, direction: str, outcome: str, **more: Any) -> CallRecordDraft:
    more.setdefault("caller", "+33639980001")
    more.setdefault("started_at", NOON)
    return make_draft(
        1,
        stream="cdrs",
        remote_key=key,
        direction=direction,
        outcome=outcome,
        **{"line_remote_id": "", **more},
    )


def test_the_outside_partys_own_leg_does_not_say_that_a_line_answered():
    outside = _leg("a", "inbound", "answered", duration_s=90)
    rang = _leg("b", "inbound", "missed", line_remote_id=USER, duration_s=0)
    onward = _leg("c", "outbound", "answered", line_remote_id=USER, duration_s=60)

    call = fold([outside, rang, onward])

    assert (call.direction, call.outcome, call.line_remote_id) == ("inbound", "forwarded", USER)
    assert call.duration_s == 60
    assert fold([outside, onward])[:5] == call[:5]  # also where nothing rang before
    assert fold([outside, rang]).outcome == "answered"  # nobody else can have


def test_the_line_that_talked_longest_says_how_long():
    waiting = _leg("a", "inbound", "answered", duration_s=300)
    agent = _leg("b", "inbound", "answered", line_remote_id=USER, duration_s=40)

    assert fold([waiting, agent]).duration_s == 40
    assert fold([waiting, agent]).line_remote_id == USER


def test_a_forwarded_call_belongs_to_the_line_that_passed_it_on():
    outside = _leg("a", "inbound", "answered", duration_s=90)
    rang = _leg("b", "inbound", "missed", line_remote_id=COLLEAGUE, duration_s=0)
    onward = _leg("c", "outbound", "answered", line_remote_id=USER, duration_s=60, wait_s=9)

    call = fold([outside, rang, onward])

    assert (call.outcome, call.line_remote_id, call.wait_s) == ("forwarded", USER, 9)


def test_the_outside_party_says_what_was_dialled():
    outside = _leg("z", "inbound", "answered", callee="+33155500100")
    rang = _leg(
        "a", "inbound", "answered", line_remote_id=USER, callee="201", started_at=NOON - timedelta(seconds=1)
    )

    assert fold([outside, rang]).callee == "+33155500100"


def test_of_internal_legs_the_earliest_is_the_callers():
    placed = _leg("z", "internal", "missed", caller="200", line_remote_id=USER)
    rang = _leg(
        "a",
        "internal",
        "missed",
        caller="200",
        line_remote_id=COLLEAGUE,
        started_at=NOON + timedelta(seconds=1),
    )

    call = fold([rang, placed])

    assert (call.direction, call.line_remote_id, call.caller) == ("internal", COLLEAGUE, "200")

    rang.started_at, placed.wait_s, rang.wait_s = NOON, 20, 19  # in one second, the caller's lasted longer
    assert fold([rang, placed]).line_remote_id == COLLEAGUE
