"""The ways in: user, API key, shared token, PIN, impersonation, recovery, and the token itself (facts, section 2)."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call, check_open
from telephony.providers.kazoo.sandbox.documents import Entry, stored, touched
from telephony.providers.kazoo.sandbox.refusals import (
    Errors,
    Refused,
    bad_identifier,
    forbidden,
    invalid_credentials,
    wrong,
)
from telephony.providers.kazoo.sandbox.routes import answers
from telephony.providers.kazoo.sandbox.tokens import Restrictions
from telephony.providers.kazoo.sandbox.validation import check

_SEPARATORS = re.compile(r"[^a-z0-9]")


@answers("PUT POST", "/user_auth", public=True)
def user_auth(call: Call) -> Answer:
    """Name and password, hashed together. Wrong password, unknown account and disabled user answer alike."""
    wish = _judged(call, "user_auth")
    account_id = _account_of(call, wish)
    if account_id is None:
        raise invalid_credentials()
    check_open(call, account_id)
    user_id = _user_of(call, account_id, str(wish["credentials"]), str(wish.get("method", "md5")))
    user = call.state["accounts"][account_id]["docs"]["users"][user_id]
    _second_factor(call, user)
    return logged_in(call, account_id, user_id, "cb_user_auth", user["pvt"].get("restrictions"))


@answers("PUT POST", "/api_auth", public=True)
def api_auth(call: Call) -> Answer:
    wish = _judged(call, "api_auth")
    for account_id, account in call.state["accounts"].items():
        if account["pvt"].get("api_key") == wish["api_key"]:
            check_open(call, account_id)
            return logged_in(call, account_id, "", "cb_api_auth", account["pvt"].get("restrictions"))
    raise invalid_credentials()


@answers("PUT POST", "/shared_auth", public=True)
def shared_auth(call: Call) -> Answer:
    """A token of the partner cluster; the state lists those that it vouches for."""
    wish = _judged(call, "shared_auth")
    if not call.setting("shared_cluster"):
        raise Refused(503, "datastore_unreachable", {"message": "the other cluster cannot be reached"})
    return _vouched(call, "shared_tokens", str(wish["shared_token"]), "cb_shared_auth")


@answers("PUT POST", "/pin_auth", public=True)
def pin_auth(call: Call) -> Answer:
    wish = _judged(call, "pin_auth")
    named = str(wish.get("account_id") or "")
    account_id = named or _account_of(call, wish)
    found = call.state.get("pins", {}).get(str(wish["pin"]))
    if found is None or (account_id is not None and account_id != found["account"]):
        raise invalid_credentials()
    return _vouched(call, "pins", str(wish["pin"]), "cb_pin_auth")


@answers("PUT", "/accounts/{}/users/{}/user_auth")
def impersonate(call: Call, user_id: str) -> Answer:
    """The master's administrators may become anybody."""
    if call.message.envelope.get("action") != "impersonate_user":
        raise wrong("action", "required", "Field is required but missing")
    call.need_master()
    if user_id not in call.docs("users"):
        raise bad_identifier(user_id)
    return logged_in(call, call.account_id, user_id, "cb_user_auth")


@answers("PUT", "/accounts/{}/user_auth")
def impersonate_account(call: Call) -> Answer:
    call.need_master()
    return logged_in(call, call.account_id, "", "cb_user_auth")


@answers("PUT", "/user_auth/recovery", public=True)
def ask_recovery(call: Call) -> Answer:
    """Mails a link with a reset id; the sandbox keeps it in the state (`resets`)."""
    wish = dict(call.document)
    errors = Errors()
    if not isinstance(wish.get("username"), str) or not wish["username"]:
        errors.add("username", "required", "Field is required but missing", value=None)
    errors.refuse()
    account_id = _account_of(call, wish)
    if account_id is None:
        raise wrong("account_name", "not_found", "The provided account name could not be found")
    for user_id, user in call.state["accounts"][account_id]["docs"].get("users", {}).items():
        if str(user["doc"].get("username", "")).lower() == wish["username"].lower():
            if user["doc"].get("enabled", True) is False:
                raise wrong("username", "disabled", "The user is disabled", cause=wish["username"])
            reset_id = call.stable("reset", user_id, call.now_s)
            call.state.setdefault("resets", {})[reset_id] = {"account": account_id, "owner": user_id}
            return Answer(
                "Request for password reset handled, email sent to: " + str(user["doc"].get("email", ""))
            )
    raise wrong("username", "not_found", "The provided user name was not found", cause=wish["username"])


@answers("POST", "/user_auth/recovery", public=True)
def recover(call: Call) -> Answer:
    reset_id = call.text("reset_id")
    found = call.state.get("resets", {}).pop(reset_id, None)
    user = _user_at(call, found) if found else None
    if found is None or user is None:
        raise wrong(
            "reset_id", "not_found", "The provided reset_id did not resolve to any user", cause=reset_id
        )
    user["doc"]["require_password_update"] = True
    touched(user, call.now_g)
    return logged_in(call, found["account"], found["owner"], "cb_user_auth")


@answers("GET", "/token_auth")
def check_token(call: Call) -> Answer:
    return Answer(_login(call, call.token["account"], call.token.get("owner", "")))


@answers("DELETE", "/token_auth")
def drop_token(call: Call) -> Answer:
    call.sandbox.tokens.drop(call.token_text)
    return Answer({})


@answers("GET POST", "/auth/tokeninfo", public=True)
def token_info(call: Call) -> Answer:
    """What a token says of its bearer."""
    text = call.query.get("token") or call.text("token") or call.token_text
    record = call.sandbox.tokens.find(text)
    if record is None:
        raise invalid_credentials()
    login = _login(call, record["account"], record.get("owner", ""))
    return Answer({**login, "method": record.get("method", "cb_user_auth"), "id": call.stable("token", text)})


def logged_in(
    call: Call, account_id: str, owner_id: str, method: str, restrictions: Restrictions | None = None
) -> Answer:
    """A new token, at the top of the envelope, and who it belongs to."""
    token = call.sandbox.tokens.issue(account_id, owner_id, method, restrictions)
    return Answer(_login(call, account_id, owner_id), 201, token=token, location=call.stable("token", token))


def _login(call: Call, account_id: str, owner_id: str) -> dict[str, Any]:
    account = call.state["accounts"][account_id]
    owner = account["docs"].get("users", {}).get(owner_id)
    language = (owner["doc"].get("language") if owner else None) or account["doc"].get("language", "en-us")
    return {
        "account_id": account_id,
        "owner_id": owner_id,
        "account_name": account["doc"].get("name", ""),
        "language": language,
        "is_reseller": bool(account["pvt"].get("is_reseller")),
        "reseller_id": account["pvt"].get("reseller_id", ""),
        "cluster_id": call.stable("cluster"),
        "apps": [],
    }


def _judged(call: Call, family: str) -> dict[str, Any]:
    wish = stored(call.document)
    errors = Errors()
    check(family, wish, errors)
    errors.refuse()
    return wish


def _account_of(call: Call, wish: dict[str, Any]) -> str | None:
    """The account that is named, by name, realm or number; None when none fits."""
    name, realm = wish.get("account_name"), wish.get("account_realm") or wish.get("realm")
    if isinstance(number := wish.get("phone_number"), str) and number:
        found = call.state["numbers"].get(number) or call.state["numbers"].get(f"+{number.strip()}")
        account_id = found["pvt"].get("account", "") if found else ""
        return account_id if account_id in call.state["accounts"] else None
    for account_id, account in call.state["accounts"].items():
        if isinstance(realm, str) and realm and account["doc"].get("realm", "").lower() == realm.lower():
            return str(account_id)
        if isinstance(name, str) and name and plain_name(account["doc"].get("name", "")) == plain_name(name):
            return str(account_id)
    return None


def plain_name(name: str) -> str:
    """An account's name as logins compare it: small letters and digits only."""
    return _SEPARATORS.sub("", name.lower())


def _user_of(call: Call, account_id: str, credentials: str, method: str) -> str:
    field = "sha1" if method == "sha" else "md5"
    for user_id, user in call.state["accounts"][account_id]["docs"].get("users", {}).items():
        if user["pvt"].get(field) == credentials.lower():
            if user["doc"].get("enabled", True) is False:
                break
            return str(user_id)
    raise invalid_credentials()


def _second_factor(call: Call, user: Entry) -> None:
    """Users with a code in `pvt.multi_factor` must show it. Raises Refused 401."""
    code = user["pvt"].get("multi_factor")
    if not code:
        return
    given = call.message.envelope.get("multi_factor_response", call.document.get("multi_factor_response"))
    if str(given) != str(code):
        request = {"provider_name": "sandbox", "settings": {"digits": len(str(code))}}
        data = {
            "message": "client needs to perform second-factor authentication",
            "multi_factor_request": request,
        }
        raise Refused(401, "invalid_credentials", data)


def _vouched(call: Call, table: str, secret: str, method: str) -> Answer:
    found = call.state.get(table, {}).get(secret)
    if found is None or found["account"] not in call.state["accounts"]:
        raise invalid_credentials()
    check_open(call, found["account"])
    return logged_in(call, found["account"], found.get("owner", ""), method)


def _user_at(call: Call, place: dict[str, Any]) -> Entry | None:
    account = call.state["accounts"].get(place["account"], {})
    found: Entry | None = account["docs"].get("users", {}).get(place["owner"])
    return found


def hashes(username: str, password: str) -> dict[str, str]:
    """What of a password is kept: hashes of `username:password`, the name in small letters."""
    text = f"{username.lower()}:{password}".encode("utf-8", "replace")
    return {
        "md5": hashlib.md5(text, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(text, usedforsecurity=False).hexdigest(),
    }


def need_administrator(call: Call) -> None:
    """Raises Refused 403 for tokens of users who are no administrators."""
    owner = call.own_account["docs"].get("users", {}).get(call.token.get("owner", ""))
    if owner is not None and owner["doc"].get("priv_level", "user") != "admin":
        raise forbidden()
