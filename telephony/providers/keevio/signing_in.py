"""Signing in: user and password for a session cookie, and what the answer says about who that is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import Forbidden, InvalidInput, NeedsReconnect, NotFound, UnexpectedAnswer
from portal.lib.secrets import Secret
from telephony.providers.keevio import envelope
from telephony.providers.keevio.catalog import CATALOG, COMPANY_ADMIN, COMPANY_ID, SYSTEM_ADMIN
from telephony.providers.oauth import TokenAnswer
from telephony.providers.operations import Effect
from telephony.providers.transport import Request, Response, Transport

COOKIE = "Red60urne"
INLINE = "inline"  # stands for a session where signing in gives none: credentials travel with each call
EVERY = "*"  # the account of a login that reaches every company; no company can be called so
_COOKIE = re.compile(rf"(?:^|[\s,;]){COOKIE}=([^;,\s\"]{{1,512}})")
_LETTERS = re.compile(r"[^a-z]")
_LOGIN, _READ = CATALOG["auth.login"], CATALOG["company.read"]

Login = Mapping[str, str | Secret]


def base_of(addresses: Mapping[str, str]) -> str:
    """The address of the server, with or without the /rest that people copy along."""
    return addresses["base"].rstrip("/").removesuffix("/rest")


def auth_of(login: Mapping[str, Any]) -> dict[str, Any]:
    """The `auth` object of these credentials, as it stands in a body."""
    password = login.get("password") or ""
    return {
        "type": "auth",
        "username": str(login.get("username") or ""),
        "password": password if isinstance(password, Secret) else Secret(str(password)),
    }


def sign_in(transport: Transport, addresses: Mapping[str, str], login: Login) -> TokenAnswer:
    """A session for this login; see `SignIn`. Its scopes say whether it is a System-Admin's.

    facts   account, account_name, username, is_system_admin ("yes" or ""), perms, version, has_session
    """
    _refuse_bad(login)
    base = base_of(addresses)
    response = transport.send(
        Request(
            method="POST", url=base + _LOGIN.path, document={"auth": auth_of(login)}, operation=_LOGIN.key
        ),
        effect=Effect.READ,
    )
    if envelope.says_signed_out(response):
        raise NeedsReconnect(_("keevio does not accept this user name and password."))
    try:
        document = envelope.document_of(_LOGIN, response)
    except (Forbidden, InvalidInput, NotFound) as error:
        raise NeedsReconnect(_("keevio does not accept this user name and password.")) from error
    user = document.get("user")
    if not isinstance(user, dict):
        raise UnexpectedAnswer(_("keevio signed in and does not say whom."), status=response.status)
    session = _session_in(response)
    look = _Look(transport, base, login, session)
    return _answer(look, user, login)


def _answer(look: _Look, user: Mapping[str, Any], login: Login) -> TokenAnswer:
    given = user.get("perms")
    perms: Mapping[str, Any] = given if isinstance(given, dict) else {}
    asked, own = str(login.get("company") or ""), _text(user, "company")
    is_system_admin = says_system_admin(perms) or look.sees_all()
    account = (asked or EVERY) if is_system_admin else own
    if not is_system_admin and asked and asked != own:
        raise InvalidInput(
            _("This login is not the administrator of that company."),
            fields={"company": _("This login belongs to “%(company)s”.") % {"company": own}},
        )
    name = _("All companies") if account == EVERY else look.name_of(account)
    return TokenAnswer(
        access_token=Secret(look.session or INLINE),
        scopes=(SYSTEM_ADMIN, COMPANY_ADMIN) if is_system_admin else (COMPANY_ADMIN,),
        facts={
            "account": account,
            "account_name": name,
            "username": _text(user, "login") or str(login.get("username") or ""),
            "is_system_admin": "yes" if is_system_admin else "",
            "perms": ", ".join(f"{name}={value}" for name, value in sorted(perms.items()))[:500],
            "version": str(login.get("version") or ""),
            "has_session": "yes" if look.session else "",
        },
    )


def says_system_admin(perms: Mapping[str, Any]) -> bool:
    """Whether the permissions name a System-Admin. How they spell it is not documented; a reading settles a doubt."""
    return any(
        _LETTERS.sub("", str(name).lower()) in ("systemadmin", "sysadmin") and value == "yes"
        for name, value in perms.items()
    )


class _Look:
    """What a fresh session sees, for what the answer to a login does not say."""

    def __init__(self, transport: Transport, base: str, login: Login, session: str) -> None:
        self._transport = transport
        self._base = base
        self._login = login
        self.session = session

    def sees_all(self) -> bool:
        """Whether it may read without naming a company, which only a System-Admin may."""
        try:
            self._read({})
        except (Forbidden, InvalidInput, NotFound):
            return False
        return True

    def name_of(self, company: str) -> str:
        """The name of a company. Raises InvalidInput where it cannot be seen, NeedsReconnect where that was not asked."""
        try:
            row = self._read({"scope": {"company": company}}).get(company)
        except (Forbidden, InvalidInput, NotFound):
            row = None
        if row is not None:
            return str(row.get("name") or company)
        if self._login.get("company"):
            raise InvalidInput(
                _("There is no such company."), fields={"company": _("keevio does not have this company.")}
            )
        raise NeedsReconnect(
            _("This login is neither a System-Admin nor the administrator of a company: it can read nothing.")
        )

    def _read(self, scope: Mapping[str, Any]) -> dict[str, envelope.Row]:
        inline = {} if self.session else {"auth": auth_of(self._login)}
        request = Request(
            method="POST",
            url=self._base + _READ.path,
            document={"type": "company", **scope, **inline},
            operation=_READ.key,
        )
        if self.session:
            request = request.with_headers(Cookie=Secret(f"{COOKIE}={self.session}"))
        response = self._transport.send(request, effect=Effect.READ)
        if envelope.says_signed_out(response):
            raise Forbidden(_("keevio refuses a session that it has just opened."), status=response.status)
        return envelope.rows_of(envelope.document_of(_READ, response), "company")


def _refuse_bad(login: Login) -> None:
    """Raises InvalidInput for what can be told before anything is sent."""
    fields = {name: _("A value is needed.") for name in ("username", "password") if not login.get(name)}
    company, version = str(login.get("company") or ""), str(login.get("version") or "")
    if company and not re.fullmatch(COMPANY_ID, company):
        fields["company"] = _("1 to 32 letters, digits or underscores: the identifier, not the name.")
    if version and not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,6}){1,5}", version):
        fields["version"] = _("A version such as 6.3.23 is needed.")
    if fields:
        raise InvalidInput(_("Some values cannot be sent."), fields=fields)


def _session_in(response: Response) -> str:
    """The session's cookie, "" where the answer sets none."""
    found = _COOKIE.search(response.headers.get("Set-Cookie", ""))
    return found[1] if found else ""


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    return str(value) if isinstance(value, str | int) else ""
