"""The state of a call out of its events: every worked sequence of Keyyo's facts, in any order, doubled, with losses."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from telephony.providers.drafts import CallEventDraft
from telephony.services.live_folding import CallState, fold, groups_of

A, B, C, W = "33199001001", "33199001002", "33199001003", "33199001000"
M, X = "+33639980001", "+33199009999"
OWN = {A, B, C, W}
BEGAN = datetime(2026, 11, 19, 14, 42, tzinfo=UTC)
SHUFFLES = 1000


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def side(line: str, direction: str, other: str, dialogue: str, *moments: float | None, **more: object):
    """The events of one side: seconds of its setup, connect and release; None leaves one out."""
    kinds = ("setup", "connect", "release")
    return [
        CallEventDraft(
            line_remote_id=line,
            direction=direction,
            other=other,
            dialogue=dialogue,
            kind=kind,
            happened_at=at(seconds),
            **more,  # type: ignore[arg-type]
        )
        for kind, seconds in zip(kinds, moments, strict=True)
        if seconds is not None
    ]


def told(state: CallState) -> tuple[object, ...]:
    """What a person is told of a call."""
    return (
        state.state,
        state.direction,
        state.outcome,
        state.other,
        state.line_remote_id,
        tuple((leg.line_remote_id, leg.how, leg.answered_at is not None) for leg in state.legs),
    )


INBOUND = ("ended", "inbound")
SEQUENCES = {
    "incoming, answered": (
        side(A, "inbound", M, "d1", 0, 6, 26),
        (*INBOUND, "answered", M, A, ((A, "", True),)),
    ),
    "incoming, missed": (
        side(A, "inbound", M, "d1", 0, None, 6),
        (*INBOUND, "missed", M, A, ((A, "", False),)),
    ),
    "outgoing, or by makecall": (
        side(A, "outbound", X, "d2", 0, 6, 26),
        ("ended", "outbound", "answered", X, A, ((A, "", True),)),
    ),
    "internal": (
        [
            *side(A, "outbound", f"+{B}", "d2", 0, 6, 26, call_ref="c1"),
            *side(B, "inbound", f"+{A}", "d2b", 0, 6, 26, call_ref="c1"),
        ],
        ("ended", "internal", "answered", f"+{A}", B, ((A, "", True), (B, "", True))),
    ),
    "forwarded": (
        [
            *side(A, "inbound", M, "d3", 0, None, 6, call_ref="c1"),
            *side(B, "inbound", M, "d4", 6, 12, 32, call_ref="c1", redirecting=A),
        ],
        (*INBOUND, "answered", M, B, ((A, "", False), (B, "forwarded", True))),
    ),
    "forwarded unconditionally": (
        side(B, "inbound", M, "d4", 0, 6, 26, redirecting=A),
        (*INBOUND, "answered", M, B, ((B, "forwarded", True),)),
    ),
    "intercepted": (
        [
            *side(A, "inbound", M, "d5", 0, None, 6),
            *side(B, "outbound", M, "d6", 5, 7, 27, replaces="d5"),
        ],
        (*INBOUND, "answered", M, B, ((A, "", False), (B, "picked_up", True))),
    ),
    "attended transfer": (
        [
            *side(A, "inbound", M, "d7", 0, 6, 43, call_ref="c1"),
            *side(B, "inbound", M, "d9", 42, 42, 62, call_ref="c1", replaces="d7"),
        ],
        (*INBOUND, "answered", M, B, ((A, "", True), (B, "transferred", True))),
    ),
    "the question before an attended transfer": (
        [
            *side(A, "outbound", f"+{B}", "d8", 26, 32, 43, call_ref="c2"),
            *side(B, "inbound", f"+{A}", "d8b", 26, 32, 43, call_ref="c2"),
        ],
        ("ended", "internal", "answered", f"+{A}", B, ((A, "", True), (B, "", True))),
    ),
    "attended transfer of an outgoing call": (
        [
            *side(A, "outbound", X, "d7", 0, 6, 43),
            *side(B, "inbound", X, "d9", 42, 42, 62, replaces="d7"),
        ],
        ("ended", "outbound", "answered", X, B, ((A, "", True), (B, "transferred", True))),
    ),
    "blind transfer": (
        [
            *side(A, "inbound", M, "d3", 0, 6, 26, call_ref="c1"),
            *side(B, "inbound", M, "d4", 26, 32, 52, call_ref="c1", redirecting=A),
        ],
        (*INBOUND, "answered", M, B, ((A, "", True), (B, "transferred", True))),
    ),
    "welcome number": (
        [
            *side(A, "inbound", M, "d10", 0, None, 6, session="s1", is_group=True),
            *side(B, "inbound", M, "d11", 0, 6, 26, session="s1", is_group=True),
            *side(C, "inbound", M, "d12", 0, None, 6, session="s1", is_group=True),
        ],
        (*INBOUND, "answered", M, B, ((A, "group", False), (B, "group", True), (C, "group", False))),
    ),
    "welcome number that nobody answers": (
        [
            *side(A, "inbound", M, "d10", 0, None, 30, session="s1", is_group=True),
            *side(B, "inbound", M, "d11", 0, None, 30, session="s1", is_group=True),
        ],
        (*INBOUND, "missed", M, A, ((A, "group", False), (B, "group", False))),
    ),
    "a mailbox of 22 digits": (
        [
            *side(A, "outbound", f"+{B}", "d2", 0, None, None, call_ref="c1"),
            *side(A, "outbound", "", "d2", None, 20, 35, call_ref="c1", is_mailbox=True),
            *side(B, "inbound", f"+{A}", "d2b", 0, None, 20, call_ref="c1"),
        ],
        ("ended", "internal", "voicemail", f"+{B}", A, ((A, "", True), (B, "", False))),
    ),
    "anonymous": (
        side(A, "inbound", "", "d1", 0, 6, 26),
        (*INBOUND, "answered", "", A, ((A, "", True),)),
    ),
    "no release": (
        side(A, "inbound", M, "d1", 0, 6, None),
        ("talking", "inbound", "", M, A, ((A, "", True),)),
    ),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_any_order_with_doubles_gives_the_one_right_state(name):
    events, expected = SEQUENCES[name]
    chance = random.Random(name)
    straight = fold(events, OWN)
    assert told(straight) == expected
    for _ in range(SHUFFLES):
        mixed = [*events, *chance.choices(events, k=3)]
        chance.shuffle(mixed)
        assert fold(mixed, OWN) == straight


def test_calls_at_the_same_time_are_told_apart_in_any_order():
    """Each sequence with identifiers of its own, all of their events in one heap."""
    calls: list[CallState] = []
    events_of_all: list[CallEventDraft] = []
    for number, (events, _expected) in enumerate(SEQUENCES.values()):
        names = ("dialogue", "replaces", "call_ref", "session")
        own = [
            replace(
                event, **{name: f"{number}/{getattr(event, name)}" for name in names if getattr(event, name)}
            )
            for event in events
        ]
        calls.append(fold(own, OWN))
        events_of_all += own
    chance = random.Random(1)
    for _ in range(5):
        heap = [*events_of_all, *chance.choices(events_of_all, k=20)]
        chance.shuffle(heap)
        found = [fold(group, OWN) for group in groups_of(heap)]
        assert sorted(found, key=repr) == sorted(calls, key=repr)


# ---- losses ----


def of(name: str, *, without: tuple[tuple[str, str], ...]) -> CallState:
    """The state without some events, each named by its dialogue and kind."""
    return fold([one for one in SEQUENCES[name][0] if (one.dialogue, one.kind) not in without], OWN)


@pytest.mark.parametrize("kind", ["setup", "connect"])
def test_a_call_that_ended_is_not_opened_by_what_is_missing(kind):
    state = of("incoming, answered", without=(("d1", kind),))

    assert (state.state, state.direction, state.other) == ("ended", "inbound", M)


def test_roles_are_put_right_although_the_first_line_told_nothing():
    state = of("intercepted", without=(("d5", "setup"), ("d5", "release")))

    assert told(state) == (*INBOUND, "answered", M, B, ((B, "picked_up", True),))


def test_a_side_whose_place_was_taken_is_over_without_its_release():
    state = of("attended transfer", without=(("d7", "release"),))

    assert (state.state, state.line_remote_id, state.ended_at) == ("ended", B, at(62))


def test_a_line_of_a_welcome_number_stops_ringing_when_another_answers():
    lost = (("d10", "release"), ("d12", "release"))
    state = of("welcome number", without=(*lost, ("d11", "release")))

    assert (state.state, state.line_remote_id, state.ringing) == ("talking", B, ())
    assert of("welcome number", without=lost).state == "ended"


def test_two_own_lines_end_together():
    assert of("internal", without=(("d2", "release"),)).state == "ended"


def test_all_lines_of_a_welcome_number_ring_until_one_answers():
    events = [one for one in SEQUENCES["welcome number"][0] if one.kind == "setup"]
    state = fold(events, OWN)

    assert (state.state, state.ringing, state.is_group) == ("ringing", (A, B, C), True)


def test_of_an_internal_call_only_the_called_line_rings():
    events = [one for one in SEQUENCES["internal"][0] if one.kind == "setup"]
    state = fold(events, OWN)

    assert (state.ringing, state.line_remote_id, state.other) == ((B,), B, f"+{A}")
