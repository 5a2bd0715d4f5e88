"""Plays scripts of calls in threads of their own, and places the calls that CTI actions ask for."""

import threading
from typing import TYPE_CHECKING, Any

from telephony.providers.keyyo.sandbox.notifying import Event
from telephony.providers.keyyo.sandbox.rows import INCOMING, OUTGOING
from telephony.providers.keyyo.sandbox.rush import rush
from telephony.providers.keyyo.sandbox.scripts import (
    SCENARIOS,
    Cast,
    Script,
    internal,
    outgoing,
    two_outsiders,
)
from telephony.providers.keyyo.sandbox.times import day_of
from telephony.providers.keyyo.sandbox.told import told
from telephony.providers.sandbox.provider import UnknownScenario

if TYPE_CHECKING:
    from telephony.providers.keyyo.sandbox.app import KeyyoSandbox

RUSH, BOOK = "rush", "book"
LOOK_EVERY_S = 1.0


class Scenarios:
    """Plays scripts in threads of their own, and places the calls that CTI actions ask for."""

    def __init__(self, sandbox: "KeyyoSandbox") -> None:
        self._sandbox = sandbox
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    def play(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """Begin a scenario and say what will be sent.

        options  account (customer; that of line a, else "corvane"), a, b, w, m, x (numbers), ring_s, talk_s, rate
                 (above 0; without it as fast as the clock), wait (true: answer when all is sent, with the deliveries)
        of "rush", which is many calls: account, minutes (15), calls (60), seed (1), lines (all), rate, wait, and again
                 (true: when it is over, another begins, until the sandbox is reset)
        of "book", which notifies the computed calls as the clock reaches them, until the sandbox is reset: account
        Raises UnknownScenario for an unknown name, option or line.
        """
        if name == BOOK:
            return self._tell_book(str(options.get("account", "corvane")))
        if name not in SCENARIOS and name != RUSH:
            raise UnknownScenario("scenarios: " + ", ".join([*SCENARIOS, RUSH, BOOK]))
        own = self._sandbox.line(str(options.get("a", "")))[0]
        customer = str(options.pop("account", own or "corvane"))
        wait = bool(options.pop("wait", False))
        wished = options.pop("rate", None)
        rate = None if wished is None else float(wished)
        if rate is not None and rate <= 0:
            raise UnknownScenario("rate is above 0")
        is_again = bool(options.pop("again", False)) and name == RUSH
        script = (
            self._rush(customer, dict(options))
            if name == RUSH
            else SCENARIOS[name](self._cast(customer, options))
        )
        thread, deliveries = self._run(customer, script, rate)
        if is_again:
            self._go_on(customer, options, rate, thread)
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
        self._run(customer, _silenced(script, silent), None)

    def connect(self, customer: str, line: str, caller: str, callee: str, *, silent: bool = False) -> None:
        """Two outsiders connected by `makecall` with CALLER."""
        self._run(customer, _silenced(two_outsiders(line, caller, callee), silent), None)

    def stop(self) -> None:
        """Break off what is being played; new scripts may follow."""
        with self._lock:
            self._stopping.set()
            self._stopping = threading.Event()
            running, self._threads = self._threads, []
        for thread in running:
            thread.join()

    def _tell_book(self, customer: str) -> dict[str, Any]:
        """From now on the lines notify the calls whose records the sandbox computes."""
        _lines, groups = self._lines(customer)
        book, clock, stopping = self._sandbox.book(customer), self._sandbox.clock, self._stopping

        def tell() -> None:
            told_until_s, day, events = clock.timestamp(), None, []
            while not stopping.wait(LOOK_EVERY_S):
                now_s = clock.timestamp()
                if day_of(now_s) != day:
                    day = day_of(now_s)
                    rows = book.day(day)
                    events = told([*rows.of("", INCOMING), *rows.of("", OUTGOING)], groups)
                for event in events:
                    if told_until_s < event.at_s <= now_s:
                        self._send(customer, event, int(event.at_s * 1000))
                told_until_s = now_s

        threading.Thread(target=tell, name="keyyo-book", daemon=True).start()
        return {"scenario": BOOK, "events": [], "call_ids": [], "deliveries": []}

    def _go_on(
        self, customer: str, options: dict[str, Any], rate: float | None, before: threading.Thread
    ) -> None:
        """Another rush whenever one is over, until everything is stopped."""

        def repeat(thread: threading.Thread, stopping: threading.Event) -> None:
            seed = int(options.get("seed", 1))
            while True:
                thread.join()
                if stopping.is_set():
                    return
                seed += 1
                thread, _deliveries = self._run(
                    customer, self._rush(customer, {**options, "seed": seed}), rate
                )

        threading.Thread(target=repeat, args=(before, self._stopping), name="keyyo-rush", daemon=True).start()

    def _rush(self, customer: str, options: dict[str, Any]) -> Script:
        known = {"minutes": 15, "calls": 60, "seed": 1, "lines": None}
        if unknown := set(options) - set(known):
            raise UnknownScenario(f"unknown option {min(unknown)!r}")
        chosen = {**known, **options}
        lines, groups = self._lines(customer)
        wished = chosen["lines"] or lines
        if not set(wished) <= set(lines):
            raise UnknownScenario(f"lines: not all of them are of {customer}")
        outside = self._sandbox.book(customer).outside
        amounts = {
            "minutes": float(chosen["minutes"]),
            "calls": int(chosen["calls"]),
            "seed": int(chosen["seed"]),
        }
        return rush(wished, groups, outside, **amounts)  # type: ignore[arg-type]

    def _lines(self, customer: str) -> tuple[list[str], list[str]]:
        """Lines and welcome numbers of a customer. Raises UnknownScenario."""
        account = self._sandbox.store.data["accounts"].get(customer)
        if account is None:
            raise UnknownScenario(f"no customer {customer!r}")
        services = account["services"].items()
        lines = [csi for csi, service in services if service["type"] == "UCaaSVoIPAccount"]
        return lines, [csi for csi, service in services if service["type"] == "ACDService"]

    def _cast(self, customer: str, options: dict[str, Any]) -> Cast:
        lines, groups = self._lines(customer)
        chosen: dict[str, Any] = {
            "a": lines[0], "b": lines[1], "w": groups[0], "m": "33639980501", "x": "33199009999", **options,
        }  # fmt: skip
        unknown = set(chosen) - set(Cast.__dataclass_fields__)
        if unknown:
            raise UnknownScenario(f"unknown option {min(unknown)!r}")
        for name in ("a", "b", "w"):
            if chosen[name] not in self._sandbox.store.data["accounts"][customer]["services"]:
                raise UnknownScenario(f"{name}: no such line of {customer}")
        for name in ("ring_s", "talk_s"):
            if name in chosen:
                chosen[name] = int(chosen[name])
        return Cast(**chosen)

    def _run(
        self, customer: str, script: Script, rate: float | None
    ) -> tuple[threading.Thread, list[dict[str, Any]]]:
        """Store the records, seen when the clock has passed their end, and send the events at their times.

        Without a rate the call begins now and goes as the clock does. With one, its end is what falls in with
        the clock: a call played fast began that much earlier.
        """
        clock = self._sandbox.clock
        start_s = clock.timestamp()
        if rate is not None:
            ends = [event.at_s for event in script.events] + [float(row.ends_s) for row in script.rows]
            start_s -= max(ends, default=0.0) * (1 - clock.rate / rate)
        offset_s = int(start_s)
        for row in script.rows:
            self._sandbox.add_row(
                customer, row._replace(start_s=row.start_s + offset_s, ends_s=row.ends_s + offset_s)
            )
        deliveries: list[dict[str, Any]] = []
        with self._lock:
            work = (customer, script.events, start_s, rate or clock.rate or 1.0, deliveries, self._stopping)
            thread = threading.Thread(target=self._send_all, args=work, name="keyyo-calls", daemon=True)
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
        stopping: threading.Event,
    ) -> None:
        passed_s = 0.0
        for event in sorted(events, key=lambda event: event.at_s):
            if stopping.wait(max(0.0, event.at_s - passed_s) / rate):
                return
            passed_s = event.at_s
            deliveries += self._send(customer, event, int((start_s + event.at_s) * 1000))

    def _send(self, customer: str, event: Event, instant_ms: int) -> list[dict[str, Any]]:
        template = self._address(customer, event.account)
        return [self._sandbox.notifier.send(template, event, instant_ms)] if template else []

    def _address(self, customer: str, csi: str) -> str:
        """The notification address of a line, "" when its plugin is off."""
        with self._sandbox.store.lock:
            service = self._sandbox.store.data["accounts"][customer]["services"].get(csi, {})
            plugin = service.get("plugins", {}).get("custom")
            return str(plugin["parameters"]["url"]) if plugin and plugin["enabled"] else ""


def _silenced(script: Script, silent: bool) -> Script:
    return Script([], script.rows) if silent else script
