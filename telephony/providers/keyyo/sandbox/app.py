"""The Keyyo stand-in as a whole: which part answers, what the parts share, and helpers for tests and set-up."""

import threading
from pathlib import Path
from typing import Any, ClassVar

from telephony.providers.keyyo.sandbox import (
    call_lists,
    directory,
    pages,
    plugins,
    profiles,
    screening,
    services,
    voicemail,
)
from telephony.providers.keyyo.sandbox.calls import CallBook
from telephony.providers.keyyo.sandbox.cti import PAGES, Cti
from telephony.providers.keyyo.sandbox.manager import BASE, Manager, refusal
from telephony.providers.keyyo.sandbox.notifying import Notifier
from telephony.providers.keyyo.sandbox.oauth import OAuth, OAuthError
from telephony.providers.keyyo.sandbox.rows import ONNET, OUTGOING, Row, price
from telephony.providers.keyyo.sandbox.scenarios import Scenarios
from telephony.providers.keyyo.sandbox.scripts import new_id
from telephony.providers.keyyo.sandbox.seed import CLIENT_ID, SCOPES, fixture, make_state
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.provider import SandboxProvider, UnknownScenario
from telephony.providers.sandbox.wire import Reply, WireRequest

ENDPOINTS = (
    services,
    profiles,
    plugins,
    screening,
    call_lists,
    voicemail,
    directory,
)  # importing registers them


class KeyyoSandbox(SandboxProvider):
    """Manager API, authorization server and CTI functions of one pretended Keyyo."""

    name: ClassVar[str] = "keyyo"

    def __init__(self, clock: SandboxClock, state_dir: Path | None = None) -> None:
        super().__init__(clock, state_dir)
        self.oauth = OAuth(self)
        self.manager = Manager(self)
        self.cti = Cti(self)
        self.notifier = Notifier()
        self.scenarios = Scenarios(self)
        self._books: dict[str, CallBook] = {}
        self._books_lock = threading.Lock()

    def seed(self) -> dict[str, Any]:
        return make_state(self.clock.now())

    def operation_of(self, request: WireRequest) -> str:
        if request.segments[:3] == BASE:
            return self.manager.operation_of(request)
        if len(request.segments) == 2 and request.segments[1] in PAGES:
            return self.cti.operation_of(request)
        return {"oauth2/authorize.php": "oauth.authorize", "oauth2/token.php": "oauth.token"}.get(
            "/".join(request.segments[1:]), ""
        )

    def answer(self, request: WireRequest) -> Reply:
        if request.segments[:3] == BASE:
            return self.manager.answer(request)
        if len(request.segments) == 2 and request.segments[1] in PAGES:
            return self.cti.answer(request)
        if request.segments[1:] == ("oauth2", "authorize.php"):
            return self.oauth.authorize(request)
        if request.segments[1:] == ("oauth2", "token.php"):
            return self.oauth.token(request)
        if len(request.segments) == 1 and request.method == "GET":
            return self._home(request)
        return Reply.text("Not Found", 404)

    def refuse(self, status: int, reason: str, headers: list[tuple[str, str]] | None = None) -> Reply:
        return refusal(status, reason, headers)

    def play(self, scenario: str, options: dict[str, Any]) -> dict[str, Any]:
        return self.scenarios.play(scenario, options)

    def grant(self, options: dict[str, Any]) -> dict[str, Any]:
        """A token pair without the browser: {"login": "corvane", "scopes": ["full_access"]}. Raises UnknownScenario."""
        login, scopes = str(options.get("login", "corvane")), list(options.get("scopes") or ["full_access"])
        client_id = str(options.get("client_id", CLIENT_ID))
        unknown = [scope for scope in scopes if scope not in SCOPES]
        with self.store.lock:
            application = self.store.data["applications"].get(client_id)
            if unknown or application is None:
                raise UnknownScenario(
                    f"unknown scope {unknown[0]!r}" if unknown else f"unknown client_id {client_id!r}"
                )
            try:
                answer = self.oauth.issue(login, scopes, client_id, application["redirect_uris"][0])
            except OAuthError:
                raise UnknownScenario(f"unknown login {login!r}") from None
            self.store.save()
            return answer

    def allow_redirect(self, redirect_uri: str, client_id: str = CLIENT_ID) -> None:
        """Register one more address to which the application may be sent back."""
        with self.store.lock:
            known = self.store.data["applications"][client_id]["redirect_uris"]
            if redirect_uri not in known:
                known.append(redirect_uri)
                self.store.touch()
                self.store.save()

    def book(self, customer: str) -> CallBook:
        """The computed calls of one customer."""
        with self._books_lock:
            if customer not in self._books:
                seed = self.store.data["seed"]
                self._books[customer] = CallBook(fixture(customer), fixture("partners"), seed)
            return self._books[customer]

    def line(self, csi: str) -> tuple[str, dict[str, Any] | None]:
        """The customer who holds a service, and the service; ("", None) when nobody does."""
        for customer, account in self.store.data["accounts"].items():
            if csi in account["services"]:
                return customer, account["services"][csi]
        return "", None

    def profile(self, csi: str, identifier: str) -> dict[str, Any]:
        """One profile as stored. Raises KeyError."""
        service = self.line(csi)[1] or {}
        found: dict[str, Any] = service["profiles"][identifier]
        return found

    def sip_password(self, csi: str) -> str:
        """The password of HTTP Digest for a line. Raises KeyError."""
        return str((self.line(csi)[1] or {})["password"])

    def add_record(
        self, customer: str, *, csi: str, direction: str, other: str, quantity: int, unit: str = "second"
    ) -> Row:
        """Add one record that ends now, as if the line had just hung up."""
        now_s, placed = int(self.clock.timestamp()), direction == OUTGOING
        length_s = quantity if unit == "second" else 0
        destination, cost = "", 0.0
        if placed:
            destination, cost = price(other, length_s)
            if unit == "sms":
                destination, cost = "SMS", 0.07
            elif self.line(other)[0] == customer:
                destination, cost = ONNET, 0.0
        caller, callee = (csi, other) if placed else (other, csi)
        row = Row(
            now_s - length_s,
            new_id(),
            csi,
            direction,
            now_s,
            caller,
            None,
            caller,
            callee,
            quantity,
            unit,
            destination,
            cost,
        )
        self.add_row(customer, row)
        return row

    def add_row(self, customer: str, row: Row) -> None:
        with self.store.lock:
            self.store.data["accounts"][customer]["calls"].append(row._asdict())
            self.store.touch()
            self.store.save()

    def reset(self) -> None:
        self.scenarios.stop()
        self.oauth.sign_everybody_out()
        super().reset()

    def close(self) -> None:
        self.scenarios.stop()
        super().close()

    def _home(self, request: WireRequest) -> Reply:
        base = f"{request.origin}/keyyo"
        return Reply.html(
            pages.home(
                [
                    ("Manager API", f"{base}/manager/1.0"),
                    ("Authorize", f"{base}/oauth2/authorize.php"),
                    ("Token", f"{base}/oauth2/token.php"),
                    ("CTI functions", f"{base}/makecall.html"),
                    ("Control", f"{request.origin}/_control/"),
                ]
            )
        )
