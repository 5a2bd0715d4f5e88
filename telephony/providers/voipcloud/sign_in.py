"""Signing in: the key is the token, for as long as VoIPcloud takes it. One cheap query proves it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from portal.lib.errors import InvalidInput, NeedsReconnect, NotFound, UnexpectedAnswer
from portal.lib.secrets import Secret
from telephony.providers.client import ClientContext
from telephony.providers.oauth import TokenAnswer
from telephony.providers.transport import Transport
from telephony.providers.voipcloud import envelope
from telephony.providers.voipcloud.catalog import BASE, CATALOG, USER_CALLS
from telephony.providers.voipcloud.client import VoipcloudClient, api_base, send


class _Entered:
    """A key that somebody has just entered."""

    def __init__(self, key: Secret) -> None:
        self._key = key

    def token(self) -> Secret:
        return self._key

    renew = token


def sign_in(
    transport: Transport, addresses: Mapping[str, str], login: Mapping[str, str | Secret]
) -> TokenAnswer:
    """The key as a token without end, once the newest call was asked for with it.

    facts: "account_name" is the host of the portal; VoIPcloud names no account, so that "account" is empty.

    Raises InvalidInput for a missing key or address, NeedsReconnect where key or address of ours are refused or the
    tenant is unknown, UnexpectedAnswer where something else than VoIPcloud answers.
    """
    entered = login.get("api_key", "")
    key = (entered.reveal() if isinstance(entered, Secret) else entered).strip()
    host = urlsplit(addresses.get(BASE, "")).netloc
    missing = {}
    if not key:
        missing["api_key"] = _("The API key is needed; it stands in the billing details of the portal.")
    if not host:
        missing["base"] = _("The address of the portal is needed, such as https://au.voipcloud.online.")
    if missing:
        raise InvalidInput(_("Something is missing."), fields=missing)
    _prove(transport, addresses, Secret(key), host)
    return TokenAnswer(access_token=Secret(key), facts={"account": "", "account_name": host})


def _prove(transport: Transport, addresses: Mapping[str, str], key: Secret, host: str) -> None:
    held = _Entered(key)
    client = VoipcloudClient(
        ClientContext(transport=transport, grant=held, addresses={BASE: api_base(addresses[BASE])})
    )
    operation = CATALOG[USER_CALLS]
    response = send(transport, client.prepare(USER_CALLS, {"limit": 1}), held.token, operation.effect)
    try:
        envelope.answer_of(operation, response)
    except NotFound as error:
        raise NeedsReconnect(
            _("No PBX is known at %(host)s: the address is not that of your VoIPcloud portal.")
            % {"host": host},
            status=error.status,
        ) from error
    except UnexpectedAnswer as error:
        raise UnexpectedAnswer(
            _("Something answers at %(host)s, but not as VoIPcloud does: check the address.")
            % {"host": host},
            status=error.status,
        ) from error
