"""The Kazoo stand-in as a whole: what its parts share, and helpers for tests and set-up."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from telephony.providers.kazoo.sandbox import groups
from telephony.providers.kazoo.sandbox.auth import plain_name
from telephony.providers.kazoo.sandbox.buckets import Buckets
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.cdrs import CdrBook
from telephony.providers.kazoo.sandbox.crossbar import BASES, Crossbar
from telephony.providers.kazoo.sandbox.envelope import failure
from telephony.providers.kazoo.sandbox.refusals import WORDS, Headers, Refused, no_such_path
from telephony.providers.kazoo.sandbox.scenarios import play
from telephony.providers.kazoo.sandbox.seed import LOGIN, first_accounts, make_state
from telephony.providers.kazoo.sandbox.tokens import Tokens
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.provider import SandboxProvider, UnknownScenario
from telephony.providers.sandbox.wire import Reply, WireRequest

_LIMITED = "Too many requests"  # what the server of the sandboxes says; Kazoo sends no Retry-After with it
_REGISTERS_AGAIN_S = 300


class KazooSandbox(SandboxProvider):
    """One pretended Kazoo cluster, with its Crossbar below `/kazoo/v2/`."""

    name: ClassVar[str] = "kazoo"

    def __init__(self, clock: SandboxClock, state_dir: Path | None = None) -> None:
        super().__init__(clock, state_dir)
        groups.load()
        self.tokens = Tokens(self)
        self.buckets = Buckets(clock)
        self.crossbar = Crossbar(self)
        self._book = CdrBook(first_accounts(), clock)

    def seed(self) -> dict[str, Any]:
        return make_state(self.clock.now())

    def operation_of(self, request: WireRequest) -> str:
        return self.crossbar.operation_of(request) if request.segments[:2] in BASES else ""

    def answer(self, request: WireRequest) -> Reply:
        if request.segments[:2] in BASES:
            return self.crossbar.answer(request)
        if len(request.segments) == 1 and request.method == "GET":
            return Reply.text(
                f"Kazoo sandbox\nAPI: {request.origin}/kazoo/v2/\nControl: {request.origin}/_control/\n"
            )
        return failure(None, no_such_path(), self.crossbar.stamp())

    def refuse(self, status: int, reason: str, headers: Headers | None = None) -> Reply:
        """An error in Crossbar's envelope. The quota of the sandbox server is told as Kazoo does: without Retry-After."""
        word = WORDS.get(status, "unspecified_fault")
        kept = [] if reason == _LIMITED else list(headers or [])
        return failure(None, Refused(status, word, {"message": reason}, kept), self.crossbar.stamp())

    def refuse_body(self, request: WireRequest) -> Reply | None:
        """Bodies are read, and refused, by `envelope.py`: only there it is known who asks."""
        return None

    def caller_of(self, request: WireRequest) -> str:
        """Client and account, as for Crossbar's own buckets."""
        account = (
            request.segments[3]
            if request.segments[2:3] == ("accounts",) and len(request.segments) > 3
            else ""
        )
        return f"{request.client_address}/{account}"

    def play(self, scenario: str, options: dict[str, Any]) -> dict[str, Any]:
        with self.store.lock:
            begun = play(self, scenario, options)
            self.store.touch()
            self.store.save()
            return begun

    def grant(self, options: dict[str, Any]) -> dict[str, Any]:
        """A token without a login: {"account": id or name, "username": ..., "restrictions": ...}; all may be left out.

        Gives {"auth_token", "account_id", "owner_id", "api_key"}. Raises UnknownScenario.
        """
        with self.store.lock:
            account_id = self.account_id(str(options.get("account") or LOGIN["account_name"]))
            account = self.store.data["accounts"][account_id]
            owner_id = self._owner(account, str(options.get("username") or ""))
            token = self.tokens.issue(account_id, owner_id, "cb_user_auth", options.get("restrictions"))
            self.store.save()
            return {
                "auth_token": token,
                "account_id": account_id,
                "owner_id": owner_id,
                "api_key": account["pvt"].get("api_key", ""),
            }

    def _owner(self, account: dict[str, Any], username: str) -> str:
        users = account["docs"].get("users", {})
        for user_id, user in users.items():
            if username and str(user["doc"].get("username", "")).lower() == username.lower():
                return str(user_id)
        if username:
            raise UnknownScenario(f"no user {username!r} in that account")
        administrators = [one for one, user in users.items() if user["doc"].get("priv_level") == "admin"]
        return str(next(iter(administrators), ""))

    def account_id(self, named: str) -> str:
        """The id of an account by its id or name. Raises UnknownScenario."""
        accounts = self.store.data["accounts"]
        if named in accounts:
            return named
        for identifier, account in accounts.items():
            if plain_name(str(account["doc"].get("name", ""))) == plain_name(named):
                return str(identifier)
        raise UnknownScenario(f"no account {named!r}")

    @property
    def book(self) -> CdrBook:
        """The computed calls: those of the seed's accounts, whatever becomes of these."""
        return self._book

    def ordinary_channels(self, call: Call) -> list[dict[str, Any]]:
        """The running legs of ordinary calls."""
        return list(self.book.channels(call.account_id, call.now_g))

    def registered(self, call: Call) -> set[str]:
        """Devices of the account that are registered now; one that was flushed comes back within its five minutes."""
        flushed = call.account["pvt"].get("flushed", {})
        devices = call.docs("devices")
        found = self.book.registered_devices(call.account_id, call.now_g)
        return {
            one
            for one in found
            if one in devices
            and devices[one]["doc"].get("enabled", True) is not False
            and call.now_g - int(flushed.get(one, 0)) >= _REGISTERS_AGAIN_S
        }

    def reset(self) -> None:
        super().reset()
        self.buckets.clear()
