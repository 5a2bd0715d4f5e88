"""The VoIPcloud stand-in as a whole: who may ask, how often, what for, and how answers are wrapped."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.faults import Limit
from telephony.providers.sandbox.provider import SandboxProvider, UnknownScenario
from telephony.providers.sandbox.routing import NoRoute, Router
from telephony.providers.sandbox.wire import Reply, WireRequest
from telephony.providers.voipcloud.catalog import (
    CALL_TO_NUMBER,
    CATALOG,
    QUEUE_CALLS,
    RING_GROUP_CALLS,
    SYSTEM_STATUS,
    USER_CALLS,
)
from telephony.providers.voipcloud.sandbox.calls import CallBook
from telephony.providers.voipcloud.sandbox.lists import Lists
from telephony.providers.voipcloud.sandbox.refusals import Refused
from telephony.providers.voipcloud.sandbox.rows import QUEUE, RING_GROUP, USER
from telephony.providers.voipcloud.sandbox.scenarios import Scenarios
from telephony.providers.voipcloud.sandbox.seed import ZONE, make_state, plans

_STREAMS = {USER_CALLS: USER, QUEUE_CALLS: QUEUE, RING_GROUP_CALLS: RING_GROUP}


class VoipcloudSandbox(SandboxProvider):
    """The integration API of one pretended VoIPcloud region."""

    name: ClassVar[str] = "voipcloud"

    def __init__(self, clock: SandboxClock, state_dir: Path | None = None) -> None:
        super().__init__(clock, state_dir)
        self.scenarios = Scenarios(self)
        self._plans = plans()
        self._books: dict[str, CallBook] = {}
        self._books_lock = threading.Lock()
        self._limit: Limit | None = None
        self._router: Router[str] = Router()
        self._answers: dict[str, Callable[[WireRequest, str], Any]] = {
            **dict.fromkeys(_STREAMS, self._list),
            CALL_TO_NUMBER: self._call_to_number,
            SYSTEM_STATUS: lambda request, account: dict(self.store.data["system_status"]),
        }
        for operation in CATALOG:
            if operation.key not in self._answers:
                raise LookupError(f"the sandbox does not answer {operation.key}")
            self._router.add(operation.method, operation.path, operation.key)

    def seed(self) -> dict[str, Any]:
        return make_state(self.clock.now())

    def operation_of(self, request: WireRequest) -> str:
        try:
            return self._router.find(request.method, request.segments[1:])[0]
        except NoRoute:
            return ""

    def answer(self, request: WireRequest) -> Reply:
        """Route, then key and address, then quota, then values: the first that fails is the answer."""
        with self.store.lock:
            try:
                key = self.operation_of(request)
                if not key:
                    raise Refused(404, "No such operation")
                account = self._admit(request)
                if wait_s := self._wait_s(request):
                    return self._too_many(wait_s)
                self._unknown_error()
                self.scenarios.before_answer(account, key)
                data = self._answers[key](request, account)
            except Refused as refused:
                return self._refusal(refused.code, refused.message)
            finally:
                self.store.save()
        if self._settings.get("bare_list") and isinstance(data, list):
            return Reply.json(data)
        return Reply.json({"code": 200, "status": "success", "data": data})

    def refuse(self, status: int, reason: str, headers: list[tuple[str, str]] | None = None) -> Reply:
        return self._refusal(0 if status == 500 else status, reason, headers)

    def caller_of(self, request: WireRequest) -> str:
        return request.header("token")

    def play(self, scenario: str, options: dict[str, Any]) -> dict[str, Any]:
        with self.store.lock:
            played = self.scenarios.play(scenario, options)
            self.store.touch()
            self.store.save()
            return played

    def grant(self, options: dict[str, Any]) -> dict[str, Any]:
        """The API key of an account: {"account": "tallow-creek"}; `path` goes behind the sandbox's address."""
        account = str(options.get("account", "tallow-creek"))
        with self.store.lock:
            for key, owner in self.store.data["keys"].items():
                if owner == account:
                    return {"path": f"/{self.name}", "api_key": key, "account": account}
        raise UnknownScenario(f"unknown account {account!r}")

    def book(self, account: str) -> CallBook:
        """The computed calls of one account."""
        with self._books_lock:
            if account not in self._books:
                self._books[account] = CallBook(self._plans[account], self.store.data["seed"], ZONE)
            return self._books[account]

    def lists(self, account: str = "tallow-creek") -> Lists:
        """The lists as they stand now."""
        return Lists(self, account)

    def truth(
        self, stream: str, start_at: datetime, end_at: datetime, account: str = "tallow-creek"
    ) -> list[dict[str, Any]]:
        """The rows of an account that begin in a stretch, as its list writes them now."""
        with self.store.lock:
            lists = self.lists(account)
            start_s, end_s = start_at.timestamp(), end_at.timestamp()
            days = (at.astimezone(ZONE).date() for at in (start_at, end_at))
            return [lists.written(row) for row in lists.rows(stream, *days) if start_s <= row.start_s < end_s]

    def reset(self) -> None:
        self._limit = None
        self.scenarios.listeners.clear()
        super().reset()

    @property
    def _settings(self) -> dict[str, Any]:
        settings: dict[str, Any] = self.store.data["settings"]
        return settings

    # ---- who may ask, and how often ----
    def _admit(self, request: WireRequest) -> str:
        """The account of the key in the header; the retired parameter counts for nothing."""
        key = request.header("token")
        account: str | None = self.store.data["keys"].get(key)
        if account is None:
            retired = "api_key" in request.query or (
                isinstance(request.data, dict) and "api_key" in request.data
            )
            hint = ": the parameter api_key was retired, send the header token" if retired and not key else ""
            raise Refused(401, f"Authorization error{hint}")
        whitelist = self._settings.get("whitelist") or {}
        if whitelist.get("is_on") and request.client_address not in whitelist.get("applied", ()):
            raise Refused(401, f"Not authorised: {request.client_address} is not on the IP whitelist")
        return account

    def _wait_s(self, request: WireRequest) -> float:
        """Seconds until this key may ask again, 0 when it may now. Refused queries do not count."""
        settings = self._settings
        if settings.get("refuse_after") is not None:
            if settings["refuse_after"] <= 0:
                return float(settings.get("window_s") or 900)
            settings["refuse_after"] -= 1
            self.store.touch()
        quota, window_s = settings.get("quota"), float(settings.get("window_s") or 900)
        if quota is None:
            return 0.0
        if int(quota) <= 0:
            return window_s
        if self._limit is None or (self._limit.quota, self._limit.window_s) != (quota, window_s):
            self._limit = Limit(int(quota), window_s, self._limit.seen if self._limit else {})
        return self._limit.wait_s(request.header("token"), self.clock.timestamp())

    def _too_many(self, wait_s: float) -> Reply:
        tells = bool(self._settings.get("retry_after", True))
        return self._refusal(
            429, "Too many requests", [("Retry-After", str(int(wait_s) + 1))] if tells else None
        )

    def _unknown_error(self) -> None:
        if self._settings.get("unknown_errors", 0) > 0:
            self._settings["unknown_errors"] -= 1
            self.store.touch()
            raise Refused(0, "Unknown error")

    def _refusal(self, code: int, message: str, headers: list[tuple[str, str]] | None = None) -> Reply:
        """The status says what the code says, 500 for code 0; with the setting `always_200` only the body does."""
        status = 200 if self._settings.get("always_200") else code or 500
        return Reply.json({"code": code, "status": "error", "message": message}, status, headers)

    # ---- what for ----
    def _list(self, request: WireRequest, account: str) -> Any:
        return self.lists(account).answer(_STREAMS[self.operation_of(request)], request.query)

    def _call_to_number(self, request: WireRequest, account: str) -> dict[str, Any]:
        """Ring the user's telephone; who answers is connected. Form, multipart and JSON bodies are understood."""
        values = request.data if isinstance(request.data, dict) else {}
        given = {}
        for name in ("user_number", "number_to_call"):
            value = values.get(name)
            if not isinstance(value, str | int) or isinstance(value, bool) or not str(value).strip():
                raise Refused(400, f"{name} is required")
            given[name] = str(value).strip()
        user = self.scenarios.user_of(account, given["user_number"])
        if user is None:
            raise Refused(404, "user_number not found")
        self.scenarios.placed(account, user, given["number_to_call"])
        return {}
