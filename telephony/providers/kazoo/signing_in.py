"""The five ways into Kazoo, each ending in a token: facts section 2.

    user    user name and password, hashed with MD5 (or SHA-1), and the account by name, SIP domain or number
    shared  the token of another cluster (releases up to 4.3)
    pin     a PIN (in no open release)
    key     the account's API key
    token   a token that somebody has already

There is no refresh: whoever is refused signs in again in the same way.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

import orjson
from django.utils.translation import gettext as _

from portal.lib.errors import Forbidden, InvalidInput, NeedsReconnect, Unavailable, UnexpectedAnswer
from portal.lib.secrets import Secret
from telephony.providers.kazoo.asking import JSON, TOKEN
from telephony.providers.kazoo.catalog.common import BASE
from telephony.providers.kazoo.patience import Patience
from telephony.providers.kazoo.refusals import envelope_of, invalid_fields, lock_words, words_of
from telephony.providers.oauth import TokenAnswer
from telephony.providers.operations import Effect
from telephony.providers.transport import Request, Response, Transport

USER, SHARED, PIN, KEY, TOKEN_WAY = "user", "shared", "pin", "key", "token"
WAYS_IN = (USER, SHARED, PIN, KEY, TOKEN_WAY)
# What a way in cannot do without, and by what it is known where nobody says which it is.
_NEEDED = {USER: "password", SHARED: "shared_token", PIN: "pin", KEY: "api_key", TOKEN_WAY: "token"}
_DERIVED = (TOKEN_WAY, KEY, SHARED, PIN)
_HASHES = {"md5": hashlib.md5, "sha": hashlib.sha1}
_REALM = re.compile(r"[\w-]+(\.[\w-]+)+")
_E164 = re.compile(r"\+[0-9]{6,15}")
_FACTS = ("account_id", "account_name", "owner_id", "reseller_id", "is_reseller", "language")

Login = Mapping[str, str | Secret]


def sign_in(transport: Transport, addresses: Mapping[str, str], login: Login) -> TokenAnswer:
    """A token by the way that the login names, or the one that its secret belongs to.

    Facts: "account" (remote id), "account_name", "owner", "reseller", "is_reseller", "language", "version".

    Raises InvalidInput (fields by name) for what is missing or is no Kazoo address; NeedsReconnect, in words that name
    the one thing wrong, where the login is refused; Unavailable where the partner of a shared login cannot be reached;
    and what the transport raises.
    """
    way = way_of(login)
    _refuse_missing(way, login)
    door = _Door(transport, addresses[BASE].rstrip("/"))
    if way == TOKEN_WAY:
        return door.look(Secret(_text(login, "token")))
    if way == USER:
        return door.enter_as_user(login)
    name = _NEEDED[way]
    data: dict[str, Any] = {name: Secret(_text(login, name))}
    if way == PIN and (account := _text(login, "account_name")):
        data["account_name"] = account
    path = {SHARED: "/shared_auth", PIN: "/pin_auth", KEY: "/api_auth"}[way]
    return door.enter(
        path, f"auth.{ {SHARED: 'sharedAuth', PIN: 'pinAuth', KEY: 'apiAuth'}[way] }", data, way
    )


def way_of(login: Login) -> str:
    """The way in that a login means: the one it names, else the one whose secret it has."""
    named = _text(login, "way")
    if named:
        if named not in WAYS_IN:
            raise InvalidInput(
                _("This is no way to sign in."),
                fields={"way": _("This must be one of: %(choices)s.") % {"choices": ", ".join(WAYS_IN)}},
            )
        return named
    return next((way for way in _DERIVED if _text(login, _NEEDED[way])), USER)


def credentials(username: str, password: str, method: str = "md5") -> str:
    """What Kazoo keeps of a login: the hash of "username:password", the user name in lower case."""
    text = f"{username.lower()}:{password}".encode()
    return _HASHES[method](text, usedforsecurity=False).hexdigest()


def expiry_of(token: str) -> datetime | None:
    """When a signed token (JWT) ends, by its own `exp`; None where it does not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = orjson.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(int(claims["exp"]), UTC)
    except (binascii.Error, ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _text(login: Login, name: str) -> str:
    value = login.get(name) or ""
    return (value.reveal() if isinstance(value, Secret) else value).strip()


def _refuse_missing(way: str, login: Login) -> None:
    needed = [_NEEDED[way], *(("account_name", "username") if way == USER else ())]
    missing = {name: _("A value is needed.") for name in needed if not _text(login, name)}
    if missing:
        raise InvalidInput(_("Something is missing to sign in."), fields=missing)


class _Door:
    """Sends the requests of signing in, and says in words why nobody was let in."""

    def __init__(self, transport: Transport, base: str) -> None:
        self._transport = transport
        self._base = base

    def enter_as_user(self, login: Login) -> TokenAnswer:
        """With the account by name, by SIP domain or by one of its numbers, whatever was typed."""
        method = _text(login, "hash") or "md5"
        data = {
            "credentials": Secret(credentials(_text(login, "username"), _text(login, "password"), method)),
            "method": method,
        }
        account = _text(login, "account_name")
        if _E164.fullmatch(account):
            return self.enter("/user_auth", "auth.userAuth", {**data, "phone_number": account}, USER)
        if _REALM.fullmatch(account):
            try:
                return self.enter("/user_auth", "auth.userAuth", {**data, "account_realm": account}, USER)
            except NeedsReconnect as error:
                if error.status != 401:  # a name may look like a domain
                    raise
        return self.enter("/user_auth", "auth.userAuth", {**data, "account_name": account}, USER)

    def enter(self, path: str, key: str, data: Mapping[str, Any], way: str) -> TokenAnswer:
        response = self._send(
            Request(
                method="PUT",
                url=self._base + path,
                headers={"Accept": JSON},
                document={"data": dict(data)},
                operation=key,
            )
        )
        envelope = envelope_of(response)
        token = envelope.get("auth_token")
        if response.status not in (200, 201) or not isinstance(token, str) or not token:
            _refuse(response, envelope, way)
        return _token_answer(token, envelope)

    def look(self, token: Secret) -> TokenAnswer:
        """Whether a token that somebody gave is good, and whose it is."""
        response = self._send(
            Request(
                method="GET",
                url=f"{self._base}/token_auth",
                headers={"Accept": JSON, TOKEN: token},
                operation="auth.check",
            )
        )
        envelope = envelope_of(response)
        if response.status != 200:
            _refuse(response, envelope, TOKEN_WAY)
        return _token_answer(token.reveal(), envelope)

    def _send(self, request: Request) -> Response:
        """Signing in twice does no harm, so that it is tried again like a read."""
        return self._transport.send(request, effect=Effect.READ, too_many=Patience())


def _token_answer(token: str, envelope: Mapping[str, Any]) -> TokenAnswer:
    data = envelope.get("data")
    said = data if isinstance(data, Mapping) else {}
    facts = {name.removesuffix("_id"): said[name] for name in _FACTS if said.get(name) not in (None, "")}
    facts["version"] = envelope.get("version") or ""
    return TokenAnswer(
        access_token=Secret(token),
        expires_at=expiry_of(token),
        facts={
            name: str(value).lower() if isinstance(value, bool) else str(value)[:200]
            for name, value in facts.items()
            if value != ""
        },
    )


def _refuse(response: Response, envelope: Mapping[str, Any], way: str) -> NoReturn:
    """Raise what a refused sign-in means, naming the one thing wrong."""
    status = response.status
    if status == 401:
        data = envelope.get("data")
        if isinstance(data, Mapping) and "multi_factor_request" in data:
            raise NeedsReconnect(
                _(
                    "Kazoo asks for a second factor, which a portal cannot give: use the account's API key, or a user "
                    "without a second factor."
                ),
                status=status,
            )
        raise NeedsReconnect(_REFUSED[way](), status=status)
    if status == 423:
        raise NeedsReconnect(lock_words(envelope), status=status)
    if status == 403:
        raise Forbidden(words_of(envelope) or _("This login may not do anything here."), status=status)
    if status in (404, 405, 501):
        _refuse_way(status, envelope, way)
    if status in (400, 413):
        named = {_OWN_NAMES.get(path, path): text for path, text in invalid_fields(envelope.get("data"))}
        raise InvalidInput(
            words_of(envelope) if not named else _("Kazoo refused a value."), fields=named, status=status
        )
    if status == 503 and way == SHARED:
        raise Unavailable(
            _("Kazoo cannot reach the other cluster that this token is from; try again later."), status=status
        )
    if status >= 500 or status == 408:
        raise Unavailable(_("Kazoo reports a failure of its own."), status=status)
    raise UnexpectedAnswer(
        _("What answered at this address is no Kazoo server, or of an unknown kind."), status=status
    )


def _refuse_way(status: int, envelope: Mapping[str, Any], way: str) -> NoReturn:
    if not envelope:
        raise InvalidInput(
            _("There is no Kazoo server at this address."),
            fields={"api_root": _("The address of the API ends with “/v2/”, as a rule.")},
            status=status,
        )
    if way == SHARED:
        raise NeedsReconnect(_("This server does not take tokens of other clusters."), status=status)
    if way == PIN:
        raise NeedsReconnect(_("This server has no sign-in with a PIN."), status=status)
    if way == USER:
        raise NeedsReconnect(_("Kazoo does not know this account."), status=status)
    raise NeedsReconnect(_("This server does not have this way to sign in."), status=status)


_OWN_NAMES = {"credentials": "password", "account_realm": "account_name", "phone_number": "account_name"}
_REFUSED = {
    USER: lambda: _("Kazoo refuses the login: the account, the user name or the password is wrong."),
    SHARED: lambda: _("Kazoo refuses the token of the other cluster."),
    PIN: lambda: _("Kazoo refuses the PIN."),
    KEY: lambda: _("Kazoo refuses the API key."),
    TOKEN_WAY: lambda: _(
        "Kazoo refuses the token: it is wrong, or has ended. Give a new one, or an API key."
    ),
}
