"""One episode at a time, whatever looks find and people do, in any order."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from telephony.services.alert_episodes import Known, Step, after, step, would_open
from telephony.services.alert_kinds.base import Reading, Subject, Verdict

SUBJECTS = st.sampled_from(["", "place-1", "place-2"])
LOOKS = st.tuples(st.just("look"), SUBJECTS, st.sampled_from(Verdict))
CLOSES = st.tuples(st.just("close"), SUBJECTS, st.none())


@given(st.lists(LOOKS | CLOSES, max_size=60))
def test_an_episode_begins_over_the_limit_and_no_other_before_it_was_kept(events):
    known: dict[str, Known] = {}
    since: dict[str, list[Verdict]] = {}  # verdicts since the latest episode of a subject began
    for what, subject, verdict in events:
        state = known.get(subject, Known.NOTHING)
        if what == "close":
            known[subject] = Known.CLOSED_BY_PERSON if state == Known.OPEN else state
            continue
        done = step(state, verdict)
        if done == Step.OPEN:
            assert verdict == Verdict.OVER and state == Known.NOTHING
            assert subject not in since or Verdict.CLEAR in since[subject]
            since[subject] = []
        if done in (Step.END, Step.CLEAR):
            assert verdict == Verdict.CLEAR
        if verdict in (Verdict.BETWEEN, Verdict.UNKNOWN):
            assert done == Step.NONE
        if subject in since:
            since[subject].append(verdict)
        known[subject] = after(state, done)


@given(st.lists(st.sampled_from(Verdict), max_size=40))
def test_a_preview_opens_as_often_as_looks_would(verdicts):
    past = [(date(2026, 1, 1), [Reading(subject=Subject(), verdict=one)]) for one in verdicts]
    told = [one for one in verdicts if one in (Verdict.OVER, Verdict.CLEAR)]
    rises = sum(
        one == Verdict.OVER and (not at or told[at - 1] == Verdict.CLEAR) for at, one in enumerate(told)
    )
    assert len(would_open(past)) == rises
