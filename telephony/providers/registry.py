"""The providers that the portal knows. Everything outside a provider's folder goes through here."""

from __future__ import annotations

from telephony.providers.declaration import ConnectField, Pacing, Provider
from telephony.providers.kazoo import PROVIDER as KAZOO
from telephony.providers.keevio import PROVIDER as KEEVIO
from telephony.providers.keyyo import PROVIDER as KEYYO
from telephony.providers.voipcloud import PROVIDER as VOIPCLOUD

__all__ = ["PROVIDERS", "ConnectField", "Pacing", "Provider", "provider"]

PROVIDERS: dict[str, Provider] = {one.id: one for one in (KEYYO, KAZOO, VOIPCLOUD, KEEVIO)}


def provider(name: str) -> Provider:
    """The provider of that id. Raises KeyError for an unknown one."""
    return PROVIDERS[name]
