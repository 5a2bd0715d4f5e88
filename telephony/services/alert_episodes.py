"""When an alert begins and ends: a pure step from what is known of a subject and what a look found.

An episode begins where the limit is passed, and ends where it is not any more by a margin; in between it stays what it is.
Where too little is here to tell, nothing begins and nothing ends. An episode that a person closed holds the place of the
next one until the limit was kept once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

from telephony.services.alert_kinds.base import Reading, Verdict


class Known(StrEnum):
    """What is there already of a rule and a subject."""

    NOTHING = "nothing"
    OPEN = "open"
    CLOSED_BY_PERSON = "closed_by_person"


class Step(StrEnum):
    NONE = "none"
    OPEN = "open"
    SEE = "see"  # it still holds
    END = "end"  # by itself
    CLEAR = "clear"  # what a person had closed holds no longer: the next one may begin


def step(known: Known, verdict: Verdict) -> Step:
    if verdict == Verdict.OVER:
        return {Known.NOTHING: Step.OPEN, Known.OPEN: Step.SEE}.get(known, Step.NONE)
    if verdict == Verdict.CLEAR:
        return {Known.OPEN: Step.END, Known.CLOSED_BY_PERSON: Step.CLEAR}.get(known, Step.NONE)
    return Step.NONE


def would_open(past: Iterable[tuple[date, Iterable[Reading]]]) -> list[tuple[date, Reading]]:
    """The alerts that these looks, oldest first, would have raised, if nobody had closed one."""
    known: dict[str, Known] = {}
    opened = []
    for day, readings in past:
        for reading in readings:
            key = reading.subject.key
            done = step(known.get(key, Known.NOTHING), reading.verdict)
            if done == Step.OPEN:
                opened.append((day, reading))
            known[key] = after(known.get(key, Known.NOTHING), done)
    return opened


def after(known: Known, done: Step) -> Known:
    """What is there once the step was made."""
    changed: Mapping[Step, Known] = {
        Step.OPEN: Known.OPEN,
        Step.END: Known.NOTHING,
        Step.CLEAR: Known.NOTHING,
    }
    return changed.get(done, known)
