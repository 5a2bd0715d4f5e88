"""Keyyo's authorization server: the page where a person allows an application, codes, tokens and their renewal.

As the real one it wants `state`, reads `scopes` (plural, comma separated), and takes secrets in the body only.
"""

import base64
import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from telephony.providers.keyyo.sandbox import pages
from telephony.providers.keyyo.sandbox.refusals import Refused
from telephony.providers.keyyo.sandbox.seed import SCOPES
from telephony.providers.sandbox.wire import Reply, WireRequest

if TYPE_CHECKING:
    from telephony.providers.keyyo.sandbox.app import KeyyoSandbox

COOKIE = "keyyo_sandbox_session"
SESSION_LIFE_S = 3600
PATH = "/keyyo/oauth2/authorize.php"


class OAuthError(Exception):
    """An answer `{"error", "error_description"}`."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(description)
        self.error, self.description, self.status = error, description, status

    def reply(self) -> Reply:
        return Reply.json({"error": self.error, "error_description": self.description}, self.status)


class OAuth:
    """Answers `authorize.php` and `token.php`; browser sessions are kept in memory only."""

    def __init__(self, sandbox: "KeyyoSandbox") -> None:
        self._sandbox = sandbox
        self._sessions: dict[str, dict[str, Any]] = {}

    @property
    def _data(self) -> dict[str, Any]:
        return self._sandbox.store.data

    @property
    def _now_s(self) -> float:
        return self._sandbox.clock.timestamp()

    def sign_everybody_out(self) -> None:
        self._sessions.clear()

    # The person's side

    def authorize(self, request: WireRequest) -> Reply:
        """GET shows the sign-in or the consent page; POST is one of their buttons. A wrong request is JSON, no redirect."""
        with self._sandbox.store.lock:
            try:
                wish = self._wish(request.query)
            except OAuthError as error:
                return error.reply()
            session_id, session = self._session(request)
            if request.method != "POST":
                return self._page(session_id, session, wish, request)
            form = request.data if isinstance(request.data, dict) else {}
            if not self._spend(session, str(form.get("csrf", ""))):
                message = "This form was sent already, or waited too long. Please try again."
                return self._page(session_id, session, wish, request, message, status=403)
            reply = self._press(session_id, session, wish, request, form)
            self._sandbox.store.save()
            return reply

    def _press(
        self,
        session_id: str,
        session: dict[str, Any],
        wish: dict[str, Any],
        request: WireRequest,
        form: dict[str, Any],
    ) -> Reply:
        action = form.get("action")
        if action == "login":
            name = str(form.get("login", "")).strip().lower()
            login = self._data["logins"].get(name)
            if login is None or not secrets.compare_digest(
                login["password"].encode(), str(form.get("password", "")).encode()
            ):
                message = "Unknown login or wrong password."
                return self._page(session_id, session, wish, request, message, status=403, typed=name)
            del self._sessions[session_id]
            session_id, session = self._new_session(name)
            return self._redirect(request.target, session_id)
        if action == "logout":
            del self._sessions[session_id]
            return self._redirect(request.target, self._new_session("")[0])
        if session["login"] not in self._data["logins"]:
            return self._page(session_id, session, wish, request, "Please sign in first.", status=403)
        if action == "allow":
            return self._back(wish, code=self._new_code(session["login"], wish))
        if action == "refuse":
            return self._back(wish, error="access_denied", error_description="The user refused")
        return self._page(session_id, session, wish, request, "Choose one of the buttons.", status=400)

    def _wish(self, query: dict[str, Any]) -> dict[str, Any]:
        """What the application asks for, checked as Keyyo does. Raises OAuthError."""
        for name in ("client_id", "response_type", "state", "redirect_uri"):
            if not query.get(name) or not isinstance(query[name], str):
                raise OAuthError("invalid_request", f"Missing parameter: {name}")
        if query["response_type"] != "code":
            raise OAuthError("invalid_request", "response_type must be code")
        application = self._data["applications"].get(query["client_id"])
        if application is None:
            raise OAuthError("invalid_client", "Unknown client_id")
        if query["redirect_uri"] not in application["redirect_uris"]:
            raise OAuthError("invalid_request", "redirect_uri is not the one registered for this application")
        asked = [scope.strip() for scope in str(query.get("scopes", "")).split(",") if scope.strip()]
        unknown = [scope for scope in asked if scope not in SCOPES]
        if unknown:
            raise OAuthError("invalid_scope", f"Unknown scope: {unknown[0]}")
        return {
            "client_id": query["client_id"], "application": application["name"], "state": query["state"],
            "redirect_uri": query["redirect_uri"], "scopes": list(dict.fromkeys(asked)) or list(application["scopes"]),
        }  # fmt: skip

    def _page(
        self, session_id: str, session: dict[str, Any], wish: dict[str, Any], request: WireRequest,
        message: str = "", status: int = 200, typed: str = "",
    ) -> Reply:  # fmt: skip
        csrf = secrets.token_urlsafe(24)
        session["csrf"] = [*session["csrf"][-9:], csrf]
        login = self._data["logins"].get(session["login"])
        if login is None:
            text = pages.sign_in(wish["application"], request.target, csrf, message, typed)
        else:
            customer = self._data["accounts"][login["account"]]["name"]
            count = (
                len(login["services"])
                if login["contact"]
                else len(self._data["accounts"][login["account"]]["services"])
            )
            text = pages.consent(wish, login, customer, count, request.target, csrf, message)
        return Reply.html(text, status, [*_PAGE_HEADERS, ("Set-Cookie", self._cookie(session_id))])

    def _session(self, request: WireRequest) -> tuple[str, dict[str, Any]]:
        match = re.search(rf"(?:^|;\s*){COOKIE}=([\w-]+)", request.header("Cookie"))
        session = self._sessions.get(match[1]) if match else None
        if match is None or session is None or session["ends_s"] < self._now_s:
            return self._new_session("")
        return match[1], session

    def _new_session(self, login: str) -> tuple[str, dict[str, Any]]:
        self._sessions = {key: held for key, held in self._sessions.items() if held["ends_s"] >= self._now_s}
        session_id = secrets.token_urlsafe(24)
        self._sessions[session_id] = {"login": login, "csrf": [], "ends_s": self._now_s + SESSION_LIFE_S}
        return session_id, self._sessions[session_id]

    def _spend(self, session: dict[str, Any], csrf: str) -> bool:
        if csrf not in session["csrf"]:
            return False
        session["csrf"].remove(csrf)
        return True

    def _cookie(self, session_id: str) -> str:
        return f"{COOKIE}={session_id}; Path={PATH}; HttpOnly; SameSite=Lax"

    def _redirect(self, target: str, session_id: str) -> Reply:
        return Reply(
            303, b"", [("Location", target), *_PAGE_HEADERS, ("Set-Cookie", self._cookie(session_id))]
        )

    def _back(self, wish: dict[str, Any], **answer: str) -> Reply:
        joint = "&" if "?" in wish["redirect_uri"] else "?"
        location = wish["redirect_uri"] + joint + urlencode({**answer, "state": wish["state"]})
        return Reply(302, b"", [("Location", location), *_PAGE_HEADERS])

    def _new_code(self, login: str, wish: dict[str, Any]) -> str:
        code = secrets.token_hex(20)
        ends_s = self._now_s + self._data["settings"]["code_life_s"]
        codes = self._data["codes"]
        for old in [key for key, held in codes.items() if held["ends_s"] < self._now_s - SESSION_LIFE_S]:
            del codes[old]
        codes[code] = {**wish, "login": login, "ends_s": ends_s}
        self._sandbox.store.touch()
        return code

    # The application's side

    def token(self, request: WireRequest) -> Reply:
        """Exchange a code or a refresh token; urlencoded and multipart bodies alike."""
        with self._sandbox.store.lock:
            try:
                if request.method != "POST":
                    raise OAuthError("invalid_request", "The token URL wants POST")
                answer = self._exchange(request.data if isinstance(request.data, dict) else {})
            except OAuthError as error:
                return error.reply()
            finally:
                self._sandbox.store.save()
            return Reply.json(answer, headers=[("Cache-Control", "no-store"), ("Pragma", "no-cache")])

    def _exchange(self, form: dict[str, Any]) -> dict[str, Any]:
        grant_type = form.get("grant_type")
        if not grant_type:
            raise OAuthError("invalid_request", "Missing parameter: grant_type")
        if grant_type not in ("authorization_code", "refresh_token"):
            raise OAuthError("unsupported_grant_type", "authorization_code and refresh_token are supported")
        needed = "code" if grant_type == "authorization_code" else "refresh_token"
        for name in ("client_id", "client_secret", needed):
            if not form.get(name) or not isinstance(form[name], str):
                raise OAuthError("invalid_request", f"Missing parameter: {name}")
        application = self._data["applications"].get(form["client_id"])
        if application is None or not secrets.compare_digest(
            application["secret"].encode(), form["client_secret"].encode()
        ):
            raise OAuthError("invalid_client", "Unknown client_id or wrong client_secret", 401)
        return self._by_code(form) if needed == "code" else self._by_refresh(form)

    def _by_code(self, form: dict[str, Any]) -> dict[str, Any]:
        code = self._data["codes"].pop(form["code"], None)
        self._sandbox.store.touch()
        if code is None or code["client_id"] != form["client_id"]:
            raise OAuthError("invalid_grant", "Unknown or used code")
        if code["ends_s"] < self._now_s:
            raise OAuthError("invalid_grant", "The code has expired")
        for name in ("redirect_uri", "state"):
            if form.get(name) and form[name] != code[name]:
                raise OAuthError("invalid_grant", f"{name} differs from the authorization request")
        return self.issue(code["login"], code["scopes"], code["client_id"], code["redirect_uri"])

    def _by_refresh(self, form: dict[str, Any]) -> dict[str, Any]:
        grant = self._data["refresh_tokens"].get(form["refresh_token"])
        if grant is None or grant["client_id"] != form["client_id"]:
            raise OAuthError("invalid_grant", "Unknown, used or withdrawn refresh_token")
        if form.get("redirect_uri") and form["redirect_uri"] != grant["redirect_uri"]:
            raise OAuthError("invalid_grant", "redirect_uri differs from the authorization request")
        kept = None if self._data["settings"]["rotation"] else form["refresh_token"]
        if kept is None:
            del self._data["refresh_tokens"][form["refresh_token"]]
        return self.issue(grant["login"], grant["scopes"], grant["client_id"], grant["redirect_uri"], kept)

    def issue(
        self,
        login: str,
        scopes: list[str],
        client_id: str,
        redirect_uri: str,
        refresh_token: str | None = None,
    ) -> dict[str, Any]:
        """Make a token pair for a login; a given refresh token stays as it is. Raises OAuthError for an unknown login."""
        person = self._data["logins"].get(login)
        if person is None:
            raise OAuthError("invalid_grant", "The login is gone")
        life_s = self._data["settings"]["token_life_s"]
        access_token = base64.b64encode(secrets.token_bytes(288)).decode()
        refresh_token = refresh_token or secrets.token_hex(20)
        grant = {"login": login, "scopes": scopes, "client_id": client_id, "redirect_uri": redirect_uri}
        tokens = self._data["tokens"]
        for old in [token for token, held in tokens.items() if held["ends_s"] < self._now_s - 86400]:
            del tokens[old]
        tokens[access_token] = {
            **grant, "account": person["account"], "contact": person["contact"], "services": person["services"],
            "ends_s": self._now_s + life_s,
        }  # fmt: skip
        self._data["refresh_tokens"][refresh_token] = grant
        self._sandbox.store.touch()
        return {
            "access_token": access_token, "expires_in": life_s, "token_type": "bearer",
            "scope": " ".join(scopes), "refresh_token": refresh_token,
        }  # fmt: skip

    def token_of(self, header: str) -> dict[str, Any]:
        """The living grant behind an Authorization header. Raises Refused 401."""
        kind, _, value = header.partition(" ")
        if kind.lower() != "bearer" or not value.strip():
            raise Refused(401, "Missing access token")
        held: dict[str, Any] | None = self._data["tokens"].get(value.strip())
        if held is None:
            raise Refused(401, "Unknown access token")
        if held["ends_s"] < self._now_s:
            raise Refused(401, "Expired access token")
        return held


_PAGE_HEADERS = [
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Frame-Options", "DENY"),
]
