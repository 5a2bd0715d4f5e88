"""Keyyo's OAuth2: `scopes` in the plural and comma-joined, `state` mandatory, the secret in the body.

oauthlib builds addresses and bodies; its sessions are not used, because they refuse plain http addresses
(the sandbox has them) and take a scope other than the wish for an error. Requests go through our own gate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _
from oauthlib.common import add_params_to_uri
from oauthlib.oauth2 import WebApplicationClient

from portal.lib.errors import (
    AnswerLost,
    Forbidden,
    InvalidInput,
    NeedsReconnect,
    ProviderError,
    Unavailable,
    UnexpectedAnswer,
)
from portal.lib.secrets import Secret
from telephony.providers.oauth import Application, TokenAnswer
from telephony.providers.operations import Effect
from telephony.providers.transport import Request, Response, Transport

DEADLINE_S = 10.0
_CODES = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
        "access_denied",
    }
)


class KeyyoOAuth:
    """The authorization code grant. Addresses: "authorize" and "token"."""

    def authorization_url(
        self, application: Application, addresses: Mapping[str, str], scopes: tuple[str, ...], state: str
    ) -> str:
        """Where the person is sent. Without scopes Keyyo grants those of the application."""
        wanted = [
            ("client_id", application.client_id),
            ("response_type", "code"),
            ("state", state),
            ("redirect_uri", application.redirect_uri),
        ]
        if scopes:
            wanted.append(("scopes", ",".join(scopes)))
        return str(add_params_to_uri(addresses["authorize"], wanted))

    def exchange(
        self,
        transport: Transport,
        application: Application,
        addresses: Mapping[str, str],
        code: Secret,
        state: str,
    ) -> TokenAnswer:
        """Turn the code into tokens. Both `state` and `redirect_uri` are sent: the vendor's pages disagree on which.

        Raises InvalidInput when the code is no longer good, Forbidden when the application is refused.
        """
        body = WebApplicationClient(application.client_id).prepare_request_body(
            code=code.reveal(),
            redirect_uri=application.redirect_uri,
            client_secret=application.client_secret.reveal(),
            state=state,
        )
        document = self._ask(transport, addresses, body)
        if document.get("error") == "invalid_grant":
            raise InvalidInput(_("Keyyo's authorization has expired; please start again."))
        return _tokens(document)

    def refresh(
        self,
        transport: Transport,
        application: Application,
        addresses: Mapping[str, str],
        refresh_token: Secret,
    ) -> TokenAnswer:
        """A new pair. Raises NeedsReconnect when the grant is dead, AnswerLost when the new pair may be lost."""
        body = WebApplicationClient(application.client_id).prepare_refresh_body(
            refresh_token=refresh_token.reveal(),
            redirect_uri=application.redirect_uri,
            client_id=application.client_id,
            client_secret=application.client_secret.reveal(),
        )
        document = self._ask(transport, addresses, body)
        if document.get("error") == "invalid_grant":
            raise NeedsReconnect(_("Keyyo no longer accepts this connection; please connect again."))
        return _tokens(document)

    def _ask(self, transport: Transport, addresses: Mapping[str, str], body: str) -> dict[str, Any]:
        request = Request(
            method="POST",
            url=addresses["token"],
            headers={"Accept": "application/json"},
            form=tuple((name, Secret(value)) for name, value in parse_qsl(body, keep_blank_values=True)),
            operation="oauth.token",
        )
        response = transport.send(request, effect=Effect.NEVER_REPEAT, deadline_s=DEADLINE_S)
        return _document(response)


def _document(response: Response) -> dict[str, Any]:
    """The answer as an object; the `error` key is what tells, the status is not documented."""
    try:
        document = response.json()
    except UnexpectedAnswer:
        document = None
    is_object = isinstance(document, dict) and ("error" in document or response.status == 200)
    # A 5xx is a failure of some machine in between, unless it speaks OAuth.
    if is_object and (response.status < 500 or document.get("error") in _CODES):
        return document
    if response.status >= 500:
        raise Unavailable(_("Keyyo's authorization server is out of order."), status=response.status)
    if response.status == 200:
        raise AnswerLost(_("Keyyo's authorization server gave an unreadable answer."), status=200)
    raise UnexpectedAnswer(
        _("Keyyo's authorization server gave an unreadable answer."), status=response.status
    )


def _tokens(document: Mapping[str, Any]) -> TokenAnswer:
    if "error" in document:
        raise _error(str(document["error"]), str(document.get("error_description") or ""))
    try:
        return TokenAnswer.from_document(document)
    except (KeyError, ValueError, TypeError) as error:
        raise UnexpectedAnswer(_("Keyyo's authorization server gave no token.")) from error


def _error(code: str, description: str) -> ProviderError:
    text = f"{code}: {description}"[:300] if description else code[:300]
    if code in {"invalid_client", "unauthorized_client"}:
        return Forbidden(_("Keyyo refuses the application: %(reason)s") % {"reason": text})
    if code in {"temporarily_unavailable", "server_error"}:
        return Unavailable(text)
    return InvalidInput(_("Keyyo refused the authorization: %(reason)s") % {"reason": text})
