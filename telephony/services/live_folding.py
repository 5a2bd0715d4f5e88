"""From the events of a call to its state: a pure function of the set of them.

The order in which they came, doubles, and events that are missing change nothing that the others tell. Which events
are of one call: `groups_of`. Storing: `live_calls.py`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

RINGING, TALKING, WAITING, ENDED = "ringing", "talking", "waiting", "ended"
_RANK = {"setup": 0, "connect": 1, "release": 2}


class CallStep(Protocol):
    """What folding reads of an event: of a `CallEvent`, or of a draft whose time is known."""

    line_remote_id: str
    kind: str
    direction: str
    other: str
    dialogue: str
    replaces: str
    call_ref: str
    session: str
    redirecting: str
    is_group: bool
    is_mailbox: bool
    happened_at: datetime


Step = TypeVar("Step", bound=CallStep)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One line's side of a call.

    how        it came to the line: "" it was called, "group", "picked_up", "forwarded", "transferred"
    answered_at   when the two began to talk, None where they did not
    ended_at   None while it goes on
    """

    line_remote_id: str
    direction: str
    other: str
    how: str
    is_mailbox: bool
    began_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallState:
    """A call as it stands.

    state           ringing, talking, waiting (the provider holds it: in a queue, a menu, an announcement), ended
    outcome         how it ended, "" while it goes on: answered, voicemail, missed, failed
    other           the number at the far end, "" is withheld; of an internal call the caller
    line_remote_id  where it is: the line that talks, else the first that rings, else where it ended; "" while it waits
    first_line_remote_id   the line that was called first, or that calls; "" where none was
    ringing         all lines that ring
    """

    state: str
    direction: str
    outcome: str
    other: str
    line_remote_id: str
    first_line_remote_id: str
    ringing: tuple[str, ...]
    is_group: bool
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    legs: tuple[Leg, ...]


# ---- which events are of one call ----


def keys_of(step: CallStep) -> frozenset[str]:
    """What ties an event to others of its call: events with a key in common are of one call."""
    named = (
        ("d", step.dialogue),
        ("d", step.replaces),
        ("r", step.call_ref),
        ("s", step.session),
    )
    return frozenset(f"{sort}:{value}" for sort, value in named if value)


def groups_of(steps: Iterable[Step]) -> list[list[Step]]:
    """The events call by call."""
    groups: list[tuple[set[str], list[Step]]] = []
    for step in steps:
        keys = set(keys_of(step))
        own: list[Step] = [step]
        apart = []
        for group in groups:
            if keys.isdisjoint(group[0]):
                apart.append(group)
            else:
                keys |= group[0]
                own = group[1] + own
        groups = [*apart, (keys, own)]
    return [own for _keys, own in groups]


# ---- one call ----


class _Side:
    """A leg while it is made up of its events."""

    def __init__(self, steps: Sequence[CallStep]) -> None:
        ordered = sorted(steps, key=lambda one: (_RANK[one.kind], one.happened_at, one.other, one.direction))
        first = ordered[0]
        self.line, self.dialogue = first.line_remote_id, first.dialogue
        self.direction = first.direction
        self.other = _first(one.other for one in ordered)
        self.replaces = _first(one.replaces for one in ordered)
        self.redirecting = _first(one.redirecting for one in ordered)
        self.is_group = any(one.is_group for one in ordered)
        self.is_mailbox = any(one.is_mailbox for one in ordered)
        self.began_at = min(one.happened_at for one in ordered)
        self.answered_at = _earliest(ordered, "connect")
        self.ended_at = _earliest(ordered, "release")
        # Whoever picks a call up stands as its caller, because the new dialogue is theirs.
        self.is_swapped = bool(self.replaces) and self.direction == "outbound"

    @property
    def is_first(self) -> bool:
        return not self.replaces and not self.redirecting

    @property
    def place(self) -> tuple[bool, datetime, bool, str, str]:
        return not self.is_first, self.began_at, self.direction != "outbound", self.line, self.dialogue


def fold(steps: Collection[CallStep], own: Collection[str] = ()) -> CallState:
    """The call that these events of one call tell about; `own` are remote ids of lines of the account, for internal calls.

    Lost events are made good by what others say: a side whose place another took is over once that one talks, lines
    of a welcome number stop ringing when one of them answers, and two own lines that talked to each other end together.
    """
    sides = _sides(steps)
    by_dialogue = {side.dialogue: side for side in sides}
    _put_roles_right(sides, by_dialogue)
    _make_good(sides, by_dialogue)
    sides.sort(key=lambda side: side.place)
    root = sides[0]
    is_internal = _is_internal(sides, own)
    direction = "internal" if is_internal else root.direction
    live = [side for side in sides if side.ended_at is None]
    talking = [side for side in live if side.answered_at]
    ringing = [side for side in live if side.line and not side.answered_at]
    if is_internal:  # the line that calls does not ring
        ringing = [side for side in ringing if side.direction == "inbound"] or ringing
    answered = [side for side in sides if side.answered_at]
    bearer = _bearer(talking or ringing[:1] or live or answered or [root], is_internal)
    return CallState(
        state=TALKING if talking else RINGING if ringing else WAITING if live else ENDED,
        direction=direction,
        outcome="" if live else _outcome(answered, direction),
        other=bearer.other if is_internal else _far_end(sides),
        line_remote_id=bearer.line,
        first_line_remote_id=_first(side.line for side in sides),
        ringing=tuple(dict.fromkeys(side.line for side in ringing)) if not talking else (),
        is_group=any(side.is_group for side in sides),
        started_at=min(side.began_at for side in sides),
        answered_at=min((side.answered_at for side in sides if side.answered_at), default=None),
        ended_at=None if live else max(side.ended_at for side in sides if side.ended_at),
        legs=tuple(_leg(side, sides, by_dialogue) for side in sides if side.line),
    )


def _is_internal(sides: Sequence[_Side], own: Collection[str]) -> bool:
    """Whether one line of the account calls another: by the number at its end, or by what rings because of it."""
    root, lines = sides[0], {side.line for side in sides if side.line} | set(own)
    if root.other.removeprefix("+") in lines:
        return True
    return root.direction == "outbound" and any(
        side.is_first and side.direction == "inbound" for side in sides[1:]
    )


def _sides(steps: Iterable[CallStep]) -> list[_Side]:
    found: dict[tuple[str, str], list[CallStep]] = {}
    for step in steps:
        found.setdefault((step.line_remote_id, step.dialogue), []).append(step)
    return [_Side(found[key]) for key in sorted(found)]


def _put_roles_right(sides: Sequence[_Side], by_dialogue: dict[str, _Side]) -> None:
    """A side that took another's place has that one's direction; of one that is not known: calls are picked up that
    come in."""
    for side in sides:
        if not side.replaces:
            continue
        seen, before = {side.dialogue}, by_dialogue.get(side.replaces)
        while before is not None and before.replaces and before.dialogue not in seen:
            seen.add(before.dialogue)
            before = by_dialogue.get(before.replaces)
        if before is not None and not before.replaces:
            side.direction = before.direction
        elif side.is_swapped:
            side.direction = "inbound"


def _make_good(sides: Sequence[_Side], by_dialogue: dict[str, _Side]) -> None:
    told = {id(side): (side.answered_at, side.ended_at) for side in sides}
    by_line = {side.line: side for side in sides}
    for side in sides:
        mate = by_line.get(side.other.removeprefix("+"))
        if mate and mate.other.removeprefix("+") == side.line and not (side.is_mailbox or mate.is_mailbox):
            answered_at, ended_at = told[id(mate)]
            side.answered_at = side.answered_at or answered_at
            if answered_at:
                side.ended_at = side.ended_at or ended_at
    for side in sides:
        before = by_dialogue.get(side.replaces)
        if before is not None and before is not side:
            before.ended_at = before.ended_at or side.answered_at
    answers = [side.answered_at for side in sides if side.is_group and side.answered_at]
    for side in sides:
        if answers and side.is_group and not side.answered_at and side.began_at <= min(answers):
            side.ended_at = side.ended_at or min(answers)


def _bearer(candidates: Sequence[_Side], is_internal: bool) -> _Side:
    """The side where the call is: of an internal one the called side, else the last that began to talk."""
    if is_internal:
        candidates = [side for side in candidates if side.direction == "inbound"] or candidates
    return max(candidates, key=lambda side: (side.answered_at or side.began_at, side.line, side.dialogue))


def _outcome(answered: Sequence[_Side], direction: str) -> str:
    if any(not side.is_mailbox for side in answered):
        return "answered"
    if answered:
        return "voicemail"
    return "failed" if direction == "outbound" else "missed"


def _far_end(sides: Sequence[_Side]) -> str:
    """The first side that names it; whoever was asked before a call was handed over is not the far end."""
    return sides[0].other or _first(side.other for side in sides if side.replaces or side.redirecting)


def _leg(side: _Side, sides: Sequence[_Side], by_dialogue: dict[str, _Side]) -> Leg:
    return Leg(
        line_remote_id=side.line,
        direction=side.direction,
        other=side.other,
        how=_how(side, sides, by_dialogue),
        is_mailbox=side.is_mailbox,
        began_at=side.began_at,
        answered_at=side.answered_at,
        ended_at=side.ended_at,
    )


def _how(side: _Side, sides: Sequence[_Side], by_dialogue: dict[str, _Side]) -> str:
    if side.replaces:
        before = by_dialogue.get(side.replaces)
        is_talk = not side.is_swapped if before is None else _talked_before(before, side)
        return "transferred" if is_talk else "picked_up"
    if side.redirecting:
        senders = [one for one in sides if one.line == side.redirecting]
        return "transferred" if any(one.answered_at for one in senders) else "forwarded"
    return "group" if side.is_group else ""


def _talked_before(before: _Side, side: _Side) -> bool:
    return before.answered_at is not None and before.answered_at <= side.began_at


def _earliest(steps: Sequence[CallStep], kind: str) -> datetime | None:
    return min((one.happened_at for one in steps if one.kind == kind), default=None)


def _first(values: Iterable[str]) -> str:
    return next((value for value in values if value), "")
