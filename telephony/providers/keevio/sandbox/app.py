"""The keevio stand-in as a whole: paths and bodies in, the one form of answers out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from telephony.providers.keevio.catalog import CATALOG, OPS
from telephony.providers.keevio.sandbox.companies import Companies, scope_of, values_of
from telephony.providers.keevio.sandbox.refusals import Refused, invalid
from telephony.providers.keevio.sandbox.seed import SYSTEM_ADMIN, make_state
from telephony.providers.keevio.sandbox.sessions import Sessions, cookie_of
from telephony.providers.sandbox.clock import SandboxClock
from telephony.providers.sandbox.provider import SandboxProvider, UnknownScenario
from telephony.providers.sandbox.wire import Reply, WireRequest

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
KEY_VERBS = ("create", "read", "update", "delete")
_KEY_OPERATIONS = frozenset(f"authinfo.{verb}" for verb in KEY_VERBS)


class KeevioSandbox(SandboxProvider):
    """One pretended keevio server below /keevio/rest/; a slash at the end of a path changes nothing."""

    name: ClassVar[str] = "keevio"

    def __init__(self, clock: SandboxClock, state_dir: Path | None = None) -> None:
        super().__init__(clock, state_dir)
        self.sessions = Sessions(self)
        self.companies = Companies(self)
        commands = {f"company.{verb}" for verb in self.companies.commands} | {"auth.login", "auth.logout"}
        if unanswered := {one.key for one in CATALOG} - commands:
            raise LookupError(f"the sandbox does not answer {sorted(unanswered)}")

    def seed(self) -> dict[str, Any]:
        return make_state()

    def operation_of(self, request: WireRequest) -> str:
        match request.segments[1:]:
            case ("rest", "auth"):
                return "auth.login"
            case ("rest", "auth", "logout"):
                return "auth.logout"
            case ("rest", section, verb, *kind) if section == OPS and len(kind) < 2:
                found = f"{kind[0] if kind else body_of(request).get('type')}.{verb}"
                return found if found in CATALOG or found in _KEY_OPERATIONS else ""
        return ""

    def answer(self, request: WireRequest) -> Reply:
        try:
            with self.store.lock:
                reply = self._act(request)
                if request.operation.partition(".")[2] not in ("read", "readContainer"):
                    self.store.save()
                return reply
        except Refused as refused:
            return self.refuse(refused.status, refused.message)

    def _act(self, request: WireRequest) -> Reply:
        segments = request.segments[1:]
        if segments[:1] != ("rest",) or not 2 <= len(segments) <= 4:
            raise Refused("Not found", 404)
        if request.method != "POST":
            raise Refused("Only POST is answered", 405)
        body = body_of(request)
        if segments[1:] == ("auth",):
            return self.sessions.sign_in(request, body)
        if segments[1:] == ("auth", "logout"):
            return self.sessions.sign_out(request)
        if segments[1] != OPS or len(segments) < 3:
            raise Refused("Not found", 404)
        return self._command(request, segments[2], segments[3:], body)

    def _command(
        self, request: WireRequest, verb: str, path_type: tuple[str, ...], body: Mapping[str, Any]
    ) -> Reply:
        user = self.sessions.user_of(request, body)
        kind = path_type[0] if path_type else body.get("type")
        if kind == "authinfo" and verb in KEY_VERBS:
            answer = self.sessions.manage_keys(verb, user, body)
        elif kind != "company":
            raise invalid("type")
        elif verb not in self.companies.commands:
            raise Refused("Not found", 404)
        else:
            answer = self.companies.commands[verb](user, scope_of(body), values_of(body))
        if verb not in ("read", "readContainer"):
            self.store.touch()
        return Reply.json({"result": "success", **answer})

    def refuse(self, status: int, reason: str, headers: list[tuple[str, str]] | None = None) -> Reply:
        return Reply.json({"result": "fail", "message": reason}, status, headers)

    def refuse_body(self, request: WireRequest) -> Reply | None:
        """None: a body that cannot be read counts as {}."""
        return None

    def caller_of(self, request: WireRequest) -> str:
        auth = body_of(request).get("auth")
        name = auth.get("username") if isinstance(auth, dict) else None
        return name if isinstance(name, str) else cookie_of(request)

    def next_id(self) -> int:
        """A number that no company, container or key has had."""
        number = int(self.store.data["next_id"])
        self.store.data["next_id"] = number + 1
        return number

    def grant(self, options: dict[str, Any]) -> dict[str, Any]:
        """Credentials and an open session: {"login": "brackenfold_admin"}; the System-Admin if left out.

        Raises UnknownScenario for a user that there is not.
        """
        login = str(options.get("login", SYSTEM_ADMIN))
        with self.store.lock:
            if login not in self.store.data["users"]:
                raise UnknownScenario(f"unknown login {login!r}")
            session = self.sessions.open(login)
            user = self.store.data["users"][login]
            self.store.save()
        return {
            "username": login,
            "password": user["password"],
            "company": user["company"],
            "session": session,
            "cookie": f"Red60urne={session}",
        }

    def play(self, scenario: str, options: dict[str, Any]) -> dict[str, Any]:
        """What happens beside a client. Raises UnknownScenario.

        sessions_end     every session is over
        somebody_edits   {"company", "values"}: another administrator changes a company meanwhile
        """
        with self.store.lock:
            if scenario == "sessions_end":
                ended = len(self.store.data["sessions"])
                self.store.data["sessions"].clear()
                done: dict[str, Any] = {"ended": ended}
            elif scenario == "somebody_edits":
                user = {"login": SYSTEM_ADMIN, **self.store.data["users"][SYSTEM_ADMIN]}
                try:
                    done = self.companies.commands["update"](
                        user, {"company": options.get("company")}, values_of(options)
                    )
                except Refused as refused:
                    raise UnknownScenario(refused.message) from None
            else:
                raise UnknownScenario(f"keevio has no scenario {scenario!r}: sessions_end, somebody_edits")
            self.store.touch()
            self.store.save()
        return done


def body_of(request: WireRequest) -> Mapping[str, Any]:
    """The body as JSON, whatever type it says it has, but for forms; {} for what is no object."""
    kind = request.header("Content-Type").partition(";")[0].strip().lower()
    if kind in FORMS or not request.body:
        return {}
    try:
        document = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
