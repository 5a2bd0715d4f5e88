"""Clients for what comes before a connection: the first look at an account, and the authorization server."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from portal.lib.errors import NeedsReconnect
from portal.lib.secrets import Secret
from telephony.providers.client import ClientContext, ProviderClient
from telephony.providers.oauth import TokenAnswer
from telephony.providers.registry import provider
from telephony.providers.transport import Transport
from telephony.services.access import RENEWAL_DEADLINE_S
from telephony.services.provider_addresses import outbound_policy
from telephony.services.quota import quota_before_credential


class _FreshGrant:
    """A token that was just issued and is not stored yet: good for a first look, and never renewed."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def token(self) -> Secret:
        return self._token

    def renew(self) -> Secret:
        raise NeedsReconnect(_("The provider refuses the key that it has just given."))


def probing_client(
    provider_id: str,
    addresses: Mapping[str, str],
    answer: TokenAnswer,
    *,
    account: str = "",
    login: Mapping[str, str | Secret] | None = None,
    key_hash: str = "",
) -> ProviderClient:
    """A client for the first look at an account, before its connection exists.

    key_hash   what the look is counted with, where the provider counts slowly
    """
    context = ClientContext(
        transport=first_transport(provider_id, key_hash),
        grant=_FreshGrant(answer.access_token),
        addresses=addresses,
        account=account,
        login=lambda: login or {},
    )
    return provider(provider_id).make_client(context)


def first_transport(provider_id: str, key_hash: str = "") -> Transport:
    """For a person who connects, before there is a credential: counted with those that hold the same key."""
    quota = quota_before_credential(provider_id, key_hash) if key_hash else None
    return Transport(outbound_policy(), quota=quota, priority="person")


def token_transport() -> Transport:
    """For the authorization server, before there is a credential to count with."""
    return Transport(outbound_policy(), deadline_s=RENEWAL_DEADLINE_S, priority="person")
