"""Who is asking: sessions by cookie, credentials inside the body, keys; and signing in and out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any

from telephony.providers.keevio.sandbox.refusals import Refused, denied, invalid, missing, nobody
from telephony.providers.sandbox.wire import Reply, WireRequest

if TYPE_CHECKING:
    from telephony.providers.keevio.sandbox.app import KeevioSandbox

COOKIE = "Red60urne"
_TOKEN = re.compile(r"[A-Za-z0-9_\-]{16,200}")
_WRONG = "Login failed"
Body = Mapping[str, Any]
User = dict[str, Any]


class Sessions:
    """The sessions and keys of one sandbox; they live in its state."""

    def __init__(self, sandbox: KeevioSandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> dict[str, Any]:
        return self._sandbox.store.data

    def user_of(self, request: WireRequest, body: Body) -> User:
        """Who asks. What stands in the body goes before the cookie. Raises Refused 401 where that is nobody."""
        auth = body.get("auth")
        if isinstance(auth, dict):
            login = (
                self._login_of_key(auth) if auth.get("subtype") == "key" else self._login_of_password(auth)
            )
            if login is None:
                raise nobody()
            return self._user(login)
        session = self._session(cookie_of(request))
        if session is None:
            raise nobody()
        session["seen_s"] = self._sandbox.clock.timestamp()
        self._sandbox.store.touch()
        return self._user(session["login"])

    def sign_in(self, request: WireRequest, body: Body) -> Reply:
        """A new session, or the one of the cookie changed to this user. Raises Refused."""
        auth = body.get("auth")
        login = self._login_of_password(auth) if isinstance(auth, dict) else None
        if login is None:
            raise Refused(_WRONG)
        cookie = cookie_of(request)
        if self._session(cookie) is None:
            cookie = secrets.token_hex(16)
        user = self._user(login)
        answer = {
            "result": "success",
            "user": {
                **{name: user[name] for name in ("id", "login", "name", "company", "perms")},
                "home": f"/{user['company']}/",
                "session": cookie[:8],
            },
        }
        if not self._state["settings"]["sessions"]:
            return Reply.json(answer)
        self._state["sessions"][cookie] = {"login": login, "seen_s": self._sandbox.clock.timestamp()}
        self._sandbox.store.touch()
        return Reply.json(answer, headers=[("Set-Cookie", f"{COOKIE}={cookie}; path=/; HttpOnly")])

    def sign_out(self, request: WireRequest) -> Reply:
        """Close the session of the cookie. Raises Refused 401 where there is none."""
        cookie = cookie_of(request)
        if self._session(cookie) is None:
            raise nobody()
        del self._state["sessions"][cookie]
        self._sandbox.store.touch()
        expired = f"{COOKIE}=deleted; expires=Thu, 01 Jan 1970 00:00:00 GMT; path=/"
        return Reply.json({"result": "success"}, headers=[("Set-Cookie", expired)])

    def open(self, login: str) -> str:
        """A session without a password, for `grant`; its cookie."""
        cookie = secrets.token_hex(16)
        self._state["sessions"][cookie] = {"login": login, "seen_s": self._sandbox.clock.timestamp()}
        self._sandbox.store.touch()
        return cookie

    # ---- keys ----

    def manage_keys(self, verb: str, user: User, body: Body) -> dict[str, Any]:
        """`authinfo`: create, read, update, delete keys of one's own; a System-Admin those of anybody."""
        values, scope = _object(body, "values"), _object(body, "scope")
        if verb == "create":
            return {"values": [self._create_key(user, values)]}
        found = {
            key: row
            for key, row in self._state["keys"].items()
            if (is_system_admin(user) or row["contact_id"] == user["id"])
            and all(
                str(scope[name]) == str({"id": key, **row}[name])
                for name in ("id", "contact_id")
                if name in scope
            )
        }
        if verb == "read":
            return {"values": [_key_row(key, row) for key, row in found.items()]}
        if verb not in ("update", "delete"):
            raise invalid("verb")
        if "id" not in scope or not found:
            raise missing()
        (key,) = found
        if verb == "delete":
            del self._state["keys"][key]
            return {}
        self._state["keys"][key]["token"] = self._token(values.get("token"))
        return {"values": [_key_row(key, self._state["keys"][key])]}

    def _create_key(self, user: User, values: Mapping[str, Any]) -> dict[str, Any]:
        if values.get("type", "auth") != "auth" or values.get("subtype", "key") != "key":
            raise invalid("subtype")
        contact = values.get("contact_id", user["id"])
        owner = next((one["id"] for one in self._state["users"].values() if one["id"] == str(contact)), None)
        if owner is None:
            raise invalid("contact_id")
        if owner != user["id"] and not is_system_admin(user):
            raise denied()
        key = str(self._sandbox.next_id())
        self._state["keys"][key] = {"contact_id": owner, "token": self._token(values.get("token"))}
        return _key_row(key, self._state["keys"][key])

    def _token(self, wish: Any) -> str:
        """A wished token, or one of ours. Raises Refused for a bad or taken one."""
        if wish in (None, ""):
            return secrets.token_urlsafe(36)
        if not isinstance(wish, str) or not _TOKEN.fullmatch(wish):
            raise invalid("token")
        if any(row["token"] == wish for row in self._state["keys"].values()):
            raise Refused("Already exists")
        return wish

    # ---- looking up ----

    def _user(self, login: str) -> User:
        return {"login": login, **self._state["users"][login]}

    def _login_of_password(self, auth: Mapping[str, Any]) -> str | None:
        login = auth.get("username")
        user = self._state["users"].get(login) if isinstance(login, str) else None
        is_right = (
            auth.get("type") == "auth" and user is not None and user["password"] == auth.get("password")
        )
        return str(login) if is_right else None

    def _login_of_key(self, auth: Mapping[str, Any]) -> str | None:
        owner = next(
            (row["contact_id"] for row in self._state["keys"].values() if row["token"] == auth.get("token")),
            "",
        )
        return next((login for login, user in self._state["users"].items() if user["id"] == owner), None)

    def _session(self, cookie: str) -> dict[str, Any] | None:
        """A session that is not over; one that is gets forgotten."""
        session: dict[str, Any] | None = self._state["sessions"].get(cookie)
        if session is None:
            return None
        idle_s = self._sandbox.clock.timestamp() - session["seen_s"]
        if idle_s > self._state["settings"]["session_life_s"] or session["login"] not in self._state["users"]:
            del self._state["sessions"][cookie]
            self._sandbox.store.touch()
            return None
        return session


def is_system_admin(user: User) -> bool:
    return user["perms"].get("System-Admin") == "yes"


def company_of_admin(user: User) -> str:
    """The company that this user administers, "" for none."""
    return str(user["perms"].get("Company-Admin", ""))


def cookie_of(request: WireRequest) -> str:
    """The session named by the request, "" for none."""
    try:
        found = SimpleCookie(request.header("Cookie")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _key_row(key: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": key, "type": "auth", "subtype": "key", **row}


def _object(body: Body, name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}
