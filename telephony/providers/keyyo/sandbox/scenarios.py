"""Calls acted out: notifications in their order, and the records that remain. From section 7.3 of Keyyo's facts.

Each scenario is a function that turns a cast (lines A and B, welcome number W, outsiders M and X) into a script.
"""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from telephony.providers.keyyo.sandbox.notifying import Event
from telephony.providers.keyyo.sandbox.rows import INCOMING, ONNET, OUTGOING, Row, price
from telephony.providers.sandbox.provider import UnknownScenario

if TYPE_CHECKING:
    from telephony.providers.keyyo.sandbox.app import KeyyoSandbox

RING_S, TALK_S = 6, 20
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


SCENARIOS: dict[str, Callable[[Cast], Script]] = {
    scenario.__name__: scenario
    for scenario in (
        incoming_answered, incoming_missed, outgoing, internal, forwarded, forwarded_unconditionally, intercepted,
        attended_transfer, blind_transfer, welcome_number,
    )
}  # fmt: skip


class Scenarios:
    """Plays scripts in threads of their own, and places the calls that CTI actions ask for."""

    def __init__(self, sandbox: "KeyyoSandbox") -> None:
        self._sandbox = sandbox
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def play(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """Begin a scenario and say what will be sent.

        options  account (customer, "corvane"), a, b, w, m, x (numbers), ring_s, talk_s, rate (above 0, default that of
                 the clock), wait (true: answer when all is sent, with the deliveries)
        Raises UnknownScenario for an unknown name, option or line.
        """
        if name not in SCENARIOS:
            raise UnknownScenario("scenarios: " + ", ".join(SCENARIOS))
        customer = str(options.pop("account", "corvane"))
        wait = bool(options.pop("wait", False))
        rate = float(options.pop("rate", None) or self._sandbox.clock.rate or 1.0)
        if rate <= 0:
            raise UnknownScenario("rate is above 0")
        script = SCENARIOS[name](self._cast(customer, options))
        thread, deliveries = self._run(customer, script, rate)
        if wait:
            thread.join()
        events = [
            {"at_s": event.at_s, "account": event.account, "type": event.kind, "dref": event.dref}
            for event in script.events
        ]
        return {"scenario": name, "events": events, "call_ids": sorted({row.call_id for row in script.rows}),
                "deliveries": deliveries if wait else []}  # fmt: skip

    def call(self, customer: str, line: str, callee: str, *, silent: bool = False) -> None:
        """A call by `makecall`: to a colleague or outside. `silent` (recorded calls) sends no notification."""
        inside = self._sandbox.line(callee)[0] == customer
        cast = Cast(line, callee, "", "", callee)
        script = internal(cast) if inside else outgoing(cast)
        self._run(customer, _silenced(script, silent), self._sandbox.clock.rate or 1.0)

    def connect(self, customer: str, line: str, caller: str, callee: str, *, silent: bool = False) -> None:
        """Connect two outsiders: the line pays for both calls and talks in none."""
        script = Script()
        for at_s, number in ((0, caller), (RING_S, callee)):
            call_id, end = new_id(), 2 * RING_S + TALK_S
            script.dialogue(
                line, line, number, (at_s, SETUP), (at_s + RING_S, CONNECT), (end, RELEASE), callref=call_id
            )
            script.placed(
                line,
                number,
                call_id,
                at_s,
                RING_S,
                end - at_s - RING_S,
                shown=line if number == caller else caller,
            )
        self._run(customer, _silenced(script, silent), self._sandbox.clock.rate or 1.0)

    def close(self) -> None:
        """Stop what is being played."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def _cast(self, customer: str, options: dict[str, Any]) -> Cast:
        account = self._sandbox.store.data["accounts"].get(customer)
        if account is None:
            raise UnknownScenario(f"no customer {customer!r}")
        lines = [csi for csi, service in account["services"].items() if service["type"] == "UCaaSVoIPAccount"]
        groups = [csi for csi, service in account["services"].items() if service["type"] == "ACDService"]
        chosen: dict[str, Any] = {
            "a": lines[0], "b": lines[1], "w": groups[0], "m": "33639980501", "x": "33199009999", **options,
        }  # fmt: skip
        unknown = set(chosen) - set(Cast.__dataclass_fields__)
        if unknown:
            raise UnknownScenario(f"unknown option {min(unknown)!r}")
        for name in ("a", "b", "w"):
            if chosen[name] not in account["services"]:
                raise UnknownScenario(f"{name}: no such line of {customer}")
        for name in ("ring_s", "talk_s"):
            if name in chosen:
                chosen[name] = int(chosen[name])
        return Cast(**chosen)

    def _run(
        self, customer: str, script: Script, rate: float
    ) -> tuple[threading.Thread, list[dict[str, Any]]]:
        """Store the records, seen when the clock has passed their end, and send the events at their times.

        The script ends when a clock of this rate says so; one that is played faster began that much earlier.
        """
        clock = self._sandbox.clock
        length_s = max(
            [event.at_s for event in script.events] + [row.ends_s for row in script.rows], default=0
        )
        start_s = (
            clock.timestamp() + length_s / rate * clock.rate - length_s
            if rate != clock.rate
            else clock.timestamp()
        )
        offset_s = int(start_s)
        for row in script.rows:
            self._sandbox.add_row(
                customer, row._replace(start_s=row.start_s + offset_s, ends_s=row.ends_s + offset_s)
            )
        deliveries: list[dict[str, Any]] = []
        thread = threading.Thread(
            target=self._send_all,
            args=(customer, script.events, start_s, rate, deliveries),
            name="keyyo-calls",
            daemon=True,
        )
        self._threads = [*(other for other in self._threads if other.is_alive()), thread]
        thread.start()
        return thread, deliveries

    def _send_all(
        self,
        customer: str,
        events: list[Event],
        start_s: float,
        rate: float,
        deliveries: list[dict[str, Any]],
    ) -> None:
        passed_s = 0.0
        for event in sorted(events, key=lambda event: event.at_s):
            if self._stopping.wait(max(0.0, event.at_s - passed_s) / rate):
                return
            passed_s = event.at_s
            template = self._address(customer, event.account)
            if template:
                deliveries.append(
                    self._sandbox.notifier.send(template, event, int((start_s + event.at_s) * 1000))
                )

    def _address(self, customer: str, csi: str) -> str:
        """The notification address of a line, "" when its plugin is off."""
        with self._sandbox.store.lock:
            service = self._sandbox.store.data["accounts"][customer]["services"].get(csi, {})
            plugin = service.get("plugins", {}).get("custom")
            return str(plugin["parameters"]["url"]) if plugin and plugin["enabled"] else ""


def _silenced(script: Script, silent: bool) -> Script:
    return Script([], script.rows) if silent else script
