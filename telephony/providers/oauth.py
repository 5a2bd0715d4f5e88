"""OAuth2 as providers share it: what an application is, what a token answer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from portal.lib.secrets import Secret
from telephony.providers.operations import Text
from telephony.providers.transport import Transport


@dataclass(frozen=True, kw_only=True)
class Application:
    """What the provider knows us as."""

    client_id: str
    client_secret: Secret
    redirect_uri: str


@dataclass(frozen=True, kw_only=True)
class TokenAnswer:
    """What the token URL gave, or signing in did. `refresh_token` None means: keep the old one. `scopes` are those granted.

    expires_at  None: it lasts until it is refused
    facts       what else was said about the account, by name (`Provider.sign_in`)
    """

    access_token: Secret
    refresh_token: Secret | None = None
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_document(cls, document: Mapping[str, Any], now: datetime | None = None) -> TokenAnswer:
        """Read a token document; scopes are split on blanks and commas alike. Raises KeyError, ValueError."""
        refresh_token = document.get("refresh_token")
        expires_in_s = min(max(int(document.get("expires_in") or 3600), 0), 366 * 86_400)
        return cls(
            access_token=Secret(str(document["access_token"])),
            refresh_token=Secret(str(refresh_token)) if refresh_token else None,
            expires_at=(now or datetime.now(UTC)) + timedelta(seconds=expires_in_s),
            scopes=tuple(str(document.get("scope") or "").replace(",", " ").split()),
        )


@dataclass(frozen=True, kw_only=True)
class ScopeChoice:
    """One grant that a person may ask for, in words."""

    name: str
    label: Text
    allows: Text
    is_default: bool = False


@dataclass(frozen=True, kw_only=True)
class ScopeBundle:
    """Grants that are asked for together, as a person chooses: what it allows, and what it leaves alone."""

    name: str
    scopes: tuple[str, ...]
    label: Text
    allows: Text
    refuses: Text = ""
    is_default: bool = False


class OAuth(Protocol):
    """The authorization code grant of one provider; all requests go through the transport's gate."""

    def authorization_url(
        self, application: Application, addresses: Mapping[str, str], scopes: tuple[str, ...], state: str
    ) -> str: ...

    def exchange(
        self,
        transport: Transport,
        application: Application,
        addresses: Mapping[str, str],
        code: Secret,
        state: str,
    ) -> TokenAnswer: ...

    def refresh(
        self,
        transport: Transport,
        application: Application,
        addresses: Mapping[str, str],
        refresh_token: Secret,
    ) -> TokenAnswer: ...
