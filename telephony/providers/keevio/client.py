"""The keevio client: any operation of the catalog by key, with a session or, where none can be had, credentials inline.

What answers mean: envelope.py. How a session is opened: signing_in.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.errors import Forbidden, InvalidInput, NotFound, Unavailable
from portal.lib.secrets import Secret
from telephony.providers.client import Answer, CatalogClient, ClientContext
from telephony.providers.keevio import envelope
from telephony.providers.keevio.catalog import AUTH, CATALOG
from telephony.providers.keevio.envelope import Row
from telephony.providers.keevio.setting_values import Unfit
from telephony.providers.keevio.settings import BY_NAME
from telephony.providers.keevio.signing_in import COOKIE, EVERY, INLINE, auth_of, base_of
from telephony.providers.operations import Effect, Operation, Place
from telephony.providers.transport import Request, Response

_FOR_ONE_COMPANY = frozenset({"company.read", "company.update"})
_REMEMBERED = "inline"  # in the connection's memory: this server gives us no session that lasts


class KeevioClient(CatalogClient):
    """One connected keevio login: of the whole system, or bound to one company.

    company   the only company that this connection may see and change, "" for a login of the whole system
    """

    catalog = CATALOG

    def __init__(self, context: ClientContext) -> None:
        self._transport = context.transport
        self._grant = context.grant
        self._base = base_of(context.addresses)
        self._login = context.login
        self._memory = context.memory
        self.company = "" if context.account == EVERY else context.account

    def _completed(
        self, operation: Operation, given: dict[str, Any], filters: Mapping[str, str]
    ) -> dict[str, Any]:
        if filters:
            raise InvalidInput(_("keevio has no filters."))
        return self._bound(operation, given)

    def _written(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        loose: Mapping[str, Any],
        headers: Mapping[str, str],
    ) -> Request:
        fitting = _fit(operation, values)
        document = (
            self._auth(operation, fitting)
            if operation.surface == AUTH
            else _command(operation, fitting, loose)
        )
        request = Request(
            method=operation.method,
            url=self._base + operation.path,
            headers={"Accept": "application/json", **headers},
            document=document,
            operation=operation.key,
        )
        return request if operation.key == "auth.login" else self._standing(request)

    def _asked(
        self, operation: Operation, request: Request, given: Mapping[str, Any], deadline_s: float | None
    ) -> Answer:
        """`items` are the companies or containers that were meant. NotFound also where an answer lacks them."""
        if operation.key == "auth.login":
            response = self._transport.send(request, effect=operation.effect, deadline_s=deadline_s)
        else:
            response = self._authorized(request, operation.effect, deadline_s)
        document = envelope.document_of(operation, response)
        return Answer(
            document=document,
            items=_meant(operation, document, self._bound(operation, given)),
            status=response.status,
            headers=response.headers,
        )

    def pages(
        self,
        key: str,
        values: Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, str] | None = None,
        deadline_s: float | None = None,
    ) -> Iterator[Answer]:
        """Every list of keevio comes as one."""
        yield self.call(key, values, filters=filters, deadline_s=deadline_s)

    def companies(self) -> list[Row]:
        """Every company that this connection reaches, in the order of the answer."""
        return list(self.call("company.read").items)

    def read_company(self, company: str) -> Row:
        """One company with its settings. Raises NotFound."""
        return self.call("company.read", {"company": company}).items[0]

    def _bound(self, operation: Operation, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values with the connection's own company filled in. Raises Forbidden for another one.

        One login serves the connections of several customers, so that this is what keeps them apart.
        """
        bound = {
            name: value
            for name, value in given.items()
            if value not in (None, "") or name not in operation.scope_names
        }
        if not self.company or operation.surface == AUTH:
            return bound
        if operation.key not in _FOR_ONE_COMPANY:
            raise Forbidden(_("This connection is about one company; that is done for the whole system."))
        if bound.setdefault("company", self.company) != self.company:
            raise Forbidden(_("This connection is about another company."))
        return bound

    def _auth(self, operation: Operation, cleaned: Mapping[str, Any]) -> dict[str, Any]:
        """The body of login and logout. Only a login carries credentials: those given, or the connection's own."""
        if operation.key == "auth.logout":
            return {"auth": {"type": "auth"}}
        return {"auth": auth_of(cleaned or self._login())}

    def _standing(self, request: Request) -> Request:
        """The request as it goes out first, the session's cookie left blank."""
        inline = self._inline(request) if self._memory.get(_REMEMBERED) else None
        return inline or request.with_headers(Cookie=Secret(""))

    def _authorized(self, request: Request, effect: Effect, deadline_s: float | None) -> Response:
        """Send with the session; when nobody is signed in any more, sign in once and send once more.

        A session that is refused when it is new is none: the credentials then travel with each call, and the
        connection remembers that.
        """

        def send(with_who: Request) -> Response:
            return self._transport.send(with_who, effect=effect, deadline_s=deadline_s)

        inline = self._inline(request)
        if inline is not None and self._memory.get(_REMEMBERED):
            response = send(inline)
            if not envelope.says_signed_out(response):
                return response
            self._memory.keep(_REMEMBERED, False)
            inline = None  # refused as well: a new session will say why
        for token in (self._grant.token, self._grant.renew):
            signed = _with_session(request, token)
            if signed is None:
                break
            response = send(signed)
            if not envelope.says_signed_out(response):
                return response
        if inline is not None:
            response = send(inline)
            if not envelope.says_signed_out(response):
                self._memory.keep(_REMEMBERED, True)
                return response
        raise Unavailable(_("keevio refuses a session that it has just opened."), status=401)

    def _inline(self, request: Request) -> Request | None:
        """The request with user and password in its body; None where they are not known, or mean nothing."""
        login = self._login()
        if not login.get("username") or request.operation == "auth.logout":
            return None
        headers = {name: value for name, value in request.headers.items() if name != "Cookie"}
        return replace(request, headers=headers, document={**request.document, "auth": auth_of(login)})


def _with_session(request: Request, token: Callable[[], Secret]) -> Request | None:
    """The request with the session's cookie, None where signing in gives no session."""
    session = token().reveal()
    if session == INLINE:
        return None
    signed = request.with_headers(Cookie=Secret(f"{COOKIE}={session}"))
    if request.operation == "auth.logout":
        return signed
    return replace(signed, document={name: part for name, part in request.document.items() if name != "auth"})


def _fit(operation: Operation, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """The values with settings of their JSON type and PINs as secrets. Raises InvalidInput by name."""
    made = dict(cleaned)
    patterned = {param.name for param in operation.params if param.pattern}
    fields = {name: _("A value is needed.") for name in patterned if made.get(name) == ""}
    for name in made.keys() & BY_NAME.keys():
        try:
            value = BY_NAME[name].accept(made[name], is_strict=False)
        except Unfit as error:
            fields[name] = str(error)
        else:
            made[name] = Secret(str(value)) if BY_NAME[name].secret else value
    if fields:
        raise InvalidInput(_("Some values cannot be sent."), fields=fields)
    return made


def _command(operation: Operation, cleaned: Mapping[str, Any], loose: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a command on companies. Raises InvalidInput where it would name nothing."""
    wire_names = operation.extra.get("wire_names", {})
    placed: dict[Place, dict[str, Any]] = {Place.SCOPE: {}, Place.BODY: dict(loose)}
    for param in operation.params:
        if param.name in cleaned:
            placed[param.place][wire_names.get(param.name, param.name)] = cleaned[param.name]
    if operation.kind == "container" and not placed[Place.SCOPE]:
        raise InvalidInput(
            _("A company or a container must be named."), fields={"company": _("A value is needed.")}
        )
    document: dict[str, Any] = {"type": "company"}
    if placed[Place.SCOPE]:
        document["scope"] = placed[Place.SCOPE]
    if (
        not operation.is_read
        and operation.effect is not Effect.DESTROY
        and operation.key != "company.ungroup"
    ):
        document["values"] = placed[Place.BODY]
    return document


def _meant(operation: Operation, document: Mapping[str, Any], asked: Mapping[str, Any]) -> list[Row]:
    """Of the objects in an answer those that were asked for: more may have come.

    Raises NotFound for a read that lacks them; a write is read again anyhow.
    """
    if operation.surface == AUTH or operation.key in ("company.delete", "company.group", "company.ungroup"):
        return []
    company, container = str(asked.get("company") or ""), str(asked.get("container") or "")
    if operation.kind == "container":
        rows = envelope.rows_of(document, "container")
        found = [
            row
            for key, row in rows.items()
            if container in ("", key) and (not company or company in envelope.members_of(row))
        ]
    else:
        rows = envelope.rows_of(document, "company")
        found = [row for key, row in rows.items() if company in ("", key)]
    if not found and operation.is_read and (company or container):
        raise NotFound(_("keevio does not have this company or container."))
    return found
