"""Where a provider is reached: what the gate lets through, and the base addresses by surface."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from portal.lib.outbound import OutboundPolicy
from telephony.models import Credential, ProviderApplication


def outbound_policy() -> OutboundPolicy:
    """What the gate may reach besides the public internet: the operator's list."""
    return _policy(",".join(settings.OUTBOUND_ALLOW))


@lru_cache(maxsize=8)
def _policy(text: str) -> OutboundPolicy:
    return OutboundPolicy.parse(text)


def addresses_of(credential: Credential) -> dict[str, str]:
    """Base addresses by surface: the application's, or the credential's one under "base"."""
    if credential.application_id is None:
        return {"base": credential.base_url.rstrip("/")}
    return application_addresses(credential.application)  # type: ignore[arg-type]


def application_addresses(application: ProviderApplication) -> dict[str, str]:
    return {
        "manager": application.manager_base.rstrip("/"),
        "cti": application.cti_base.rstrip("/"),
        "authorize": application.authorize_url,
        "token": application.token_url,
    }
