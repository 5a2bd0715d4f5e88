"""Scripts of calls: notifications in their order, and the records that remain. From section 7.3 of Keyyo's facts.

Each scenario is a function that turns a cast (lines A and B, welcome number W, outsiders M and X) into a script.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from telephony.providers.keyyo.sandbox.notifying import Event
from telephony.providers.keyyo.sandbox.rows import INCOMING, ONNET, OUTGOING, Row, price

RING_S, TALK_S = 6, 20
MAILBOX_DIGITS = 22
SETUP, CONNECT, RELEASE = "SETUP", "CONNECT", "RELEASE"


@dataclass(frozen=True)
class Cast:
    """Who takes part; times in seconds."""

    a: str
    b: str
    w: str
    m: str
    x: str
    ring_s: int = RING_S
    talk_s: int = TALK_S


@dataclass
class Script:
    """Events in the order they are sent, and rows whose `start_s` counts from the start of the script."""

    events: list[Event] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def dialogue(
        self, account: str, caller: str, callee: str, *moments: tuple[float, str], **more: Any
    ) -> str:
        """Add the notifications of one dialogue; gives its identifier."""
        dref = more.pop("dref", None) or secrets.token_hex(16)
        callref = more.pop("callref", None) or new_id()
        for at_s, kind in moments:
            self.events.append(
                Event(
                    at_s=at_s,
                    account=account,
                    caller=caller,
                    callee=callee,
                    kind=kind,
                    dref=dref,
                    callref=callref,
                    **more,
                )
            )
        return dref

    def received(self, csi: str, caller: str, call_id: str, at_s: int, wait_s: int, talk_s: int) -> None:
        number = None if caller == "anonymous" else caller
        self.rows.append(
            Row(at_s, call_id, csi, INCOMING, at_s + wait_s + talk_s, number, None, number, csi, talk_s)
        )

    def placed(
        self,
        csi: str,
        callee: str,
        call_id: str,
        at_s: int,
        wait_s: int,
        talk_s: int,
        *,
        inside: bool = False,
        shown: str = "",
    ) -> None:
        destination, cost = (ONNET, 0.0) if inside else price(callee, talk_s)
        actual = None if shown in ("", csi) else shown
        self.rows.append(
            Row(
                at_s,
                call_id,
                csi,
                OUTGOING,
                at_s + wait_s + talk_s,
                csi,
                actual,
                shown or csi,
                callee,
                talk_s,
                "second",
                destination,
                cost,
            )
        )


def new_id() -> str:
    return secrets.token_hex(8)


def incoming_answered(cast: Cast) -> Script:
    script, call_id, end = Script(), new_id(), cast.ring_s + cast.talk_s
    script.dialogue(
        cast.a, cast.m, cast.a, (0, SETUP), (cast.ring_s, CONNECT), (end, RELEASE), callref=call_id
    )
    script.received(cast.a, cast.m, call_id, 0, cast.ring_s, cast.talk_s)
    return script


def incoming_missed(cast: Cast) -> Script:
    script, call_id = Script(), new_id()
    script.dialogue(cast.a, cast.m, cast.a, (0, SETUP), (cast.ring_s, RELEASE), callref=call_id)
    script.received(cast.a, cast.m, call_id, 0, cast.ring_s, 0)
    return script


def incoming_anonymous(cast: Cast) -> Script:
    return incoming_answered(replace(cast, m="anonymous"))


def release_lost(cast: Cast) -> Script:
    """Answered, and its end is never told."""
    script = incoming_answered(cast)
    script.events = [event for event in script.events if event.kind != RELEASE]
    return script


def outgoing(cast: Cast) -> Script:
    script, call_id, end = Script(), new_id(), cast.ring_s + cast.talk_s
    script.dialogue(
        cast.a, cast.a, cast.x, (0, SETUP), (cast.ring_s, CONNECT), (end, RELEASE), callref=call_id
    )
    script.placed(cast.a, cast.x, call_id, 0, cast.ring_s, cast.talk_s)
    return script


def internal(cast: Cast) -> Script:
    """A calls B: each line notifies its own side."""
    script, call_id, end = Script(), new_id(), cast.ring_s + cast.talk_s
    moments = ((0, SETUP), (cast.ring_s, CONNECT), (end, RELEASE))
    script.dialogue(cast.a, cast.a, cast.b, *moments, callref=call_id)
    script.dialogue(cast.b, cast.a, cast.b, *moments, callref=call_id)
    script.placed(cast.a, cast.b, call_id, 0, cast.ring_s, cast.talk_s, inside=True)
    script.received(cast.b, cast.a, call_id, 0, cast.ring_s, cast.talk_s)
    return script


def forwarded(cast: Cast) -> Script:
    """A does not answer and forwards to B."""
    script, call_id, turn = Script(), new_id(), cast.ring_s
    script.dialogue(cast.a, cast.m, cast.a, (0, SETUP), (turn, RELEASE), callref=call_id)
    script.received(cast.a, cast.m, call_id, 0, turn, 0)
    _forward_leg(script, cast, call_id, turn)
    return script


def forwarded_unconditionally(cast: Cast) -> Script:
    """A forwards every call to B and notifies nothing itself."""
    script, call_id = Script(), new_id()
    script.received(cast.a, cast.m, call_id, 0, 0, 0)
    _forward_leg(script, cast, call_id, 0)
    return script


def _forward_leg(script: Script, cast: Cast, call_id: str, at_s: int) -> None:
    answer, end = at_s + cast.ring_s, at_s + cast.ring_s + cast.talk_s
    script.dialogue(
        cast.b,
        cast.m,
        cast.b,
        (at_s, SETUP),
        (answer, CONNECT),
        (end, RELEASE),
        callref=call_id,
        redirecting=cast.a,
    )
    script.placed(cast.a, cast.b, call_id, at_s, cast.ring_s, cast.talk_s, inside=True, shown=cast.m)
    script.received(cast.b, cast.m, call_id, at_s, cast.ring_s, cast.talk_s)


def intercepted(cast: Cast) -> Script:
    """A rings, B picks the call up by supervision: on B the roles are swapped."""
    script, call_id, turn = Script(), new_id(), cast.ring_s
    end = turn + 1 + cast.talk_s
    replaced = script.dialogue(cast.a, cast.m, cast.a, (0, SETUP), callref=call_id)
    taken = script.dialogue(cast.b, cast.b, cast.m, (turn, SETUP), callref=call_id, replaces=replaced)
    script.dialogue(cast.a, cast.m, cast.a, (turn, RELEASE), callref=call_id, dref=replaced)
    script.dialogue(
        cast.b,
        cast.b,
        cast.m,
        (turn + 1, CONNECT),
        (end, RELEASE),
        callref=call_id,
        dref=taken,
        replaces=replaced,
    )
    script.received(cast.a, cast.m, call_id, 0, turn, 0)
    script.received(cast.b, cast.m, call_id, turn, 1, cast.talk_s)
    return script


def attended_transfer(cast: Cast) -> Script:
    """A talks to M, calls B, and hands M over."""
    script, first, second = Script(), new_id(), new_id()
    ask, agree = cast.ring_s + cast.talk_s, 2 * cast.ring_s + cast.talk_s
    over = agree + 5
    end = over + cast.talk_s
    talking = script.dialogue(cast.a, cast.m, cast.a, (0, SETUP), (cast.ring_s, CONNECT), callref=first)
    asking = script.dialogue(cast.a, cast.a, cast.b, (ask, SETUP), (agree, CONNECT), callref=second)
    asked = script.dialogue(cast.b, cast.a, cast.b, (ask, SETUP), (agree, CONNECT), callref=second)
    handed = script.dialogue(
        cast.b, cast.m, cast.b, (over, SETUP), (over, CONNECT), callref=first, replaces=talking
    )
    script.dialogue(cast.a, cast.m, cast.a, (over, RELEASE), callref=first, dref=talking)
    script.dialogue(cast.a, cast.a, cast.b, (over, RELEASE), callref=second, dref=asking)
    script.dialogue(cast.b, cast.a, cast.b, (over, RELEASE), callref=second, dref=asked)
    script.dialogue(cast.b, cast.m, cast.b, (end, RELEASE), callref=first, dref=handed, replaces=talking)
    script.received(cast.a, cast.m, first, 0, cast.ring_s, over - cast.ring_s)
    script.placed(cast.a, cast.b, second, ask, cast.ring_s, 5, inside=True)
    script.received(cast.b, cast.a, second, ask, cast.ring_s, 5)
    script.received(cast.b, cast.m, first, over, 0, cast.talk_s)
    return script


def blind_transfer(cast: Cast) -> Script:
    """A talks to M and sends M on to B without asking: looks like a forward."""
    script, call_id = Script(), new_id()
    turn = cast.ring_s + cast.talk_s
    script.dialogue(
        cast.a, cast.m, cast.a, (0, SETUP), (cast.ring_s, CONNECT), (turn, RELEASE), callref=call_id
    )
    script.received(cast.a, cast.m, call_id, 0, cast.ring_s, cast.talk_s)
    _forward_leg(script, cast, call_id, turn)
    return script


def welcome_number(cast: Cast) -> Script:
    """W rings A and B, B answers: one session."""
    script, call_id, session = Script(), new_id(), secrets.token_hex(16)
    end = cast.ring_s + cast.talk_s
    more = {"callref": call_id, "session": session, "is_acd": 1}
    ringing = script.dialogue(cast.a, cast.m, cast.a, (0, SETUP), **more)
    script.dialogue(cast.b, cast.m, cast.b, (0, SETUP), (cast.ring_s, CONNECT), (end, RELEASE), **more)
    script.dialogue(cast.a, cast.m, cast.a, (cast.ring_s, RELEASE), **more, dref=ringing)
    script.received(cast.w, cast.m, call_id, 0, cast.ring_s, cast.talk_s)
    script.received(cast.b, cast.m, call_id, 0, cast.ring_s, cast.talk_s)
    return script


def voicemail(cast: Cast) -> Script:
    """A calls B, who does not answer; B's mailbox does, under a number of 22 digits."""
    script, call_id, turn = Script(), new_id(), cast.ring_s
    end = turn + cast.talk_s
    dialogue = script.dialogue(cast.a, cast.a, cast.b, (0, SETUP), callref=call_id)
    script.dialogue(cast.b, cast.a, cast.b, (0, SETUP), (turn, RELEASE), callref=call_id)
    answering = f"{cast.b}{cast.b}"[:MAILBOX_DIGITS].ljust(MAILBOX_DIGITS, "0")
    script.dialogue(
        cast.a, cast.a, answering, (turn, CONNECT), (end, RELEASE), callref=call_id, dref=dialogue
    )
    script.placed(cast.a, cast.b, call_id, 0, turn, cast.talk_s, inside=True)
    script.received(cast.b, cast.a, call_id, 0, turn, 0)
    return script


SCENARIOS: dict[str, Callable[[Cast], Script]] = {
    scenario.__name__: scenario
    for scenario in (
        incoming_answered, incoming_missed, outgoing, internal, forwarded, forwarded_unconditionally, intercepted,
        attended_transfer, blind_transfer, welcome_number, incoming_anonymous, voicemail, release_lost,
    )
}  # fmt: skip


def two_outsiders(line: str, caller: str, callee: str) -> Script:
    """Connect two outsiders: the line pays for both calls and talks in none."""
    script = Script()
    for at_s, number in ((0, caller), (RING_S, callee)):
        call_id, end = new_id(), 2 * RING_S + TALK_S
        moments = ((at_s, SETUP), (at_s + RING_S, CONNECT), (end, RELEASE))
        script.dialogue(line, line, number, *moments, callref=call_id)
        shown = line if number == caller else caller
        script.placed(line, number, call_id, at_s, RING_S, end - at_s - RING_S, shown=shown)
    return script
