"""Tokens and what they allow: issue, find, drop, restrictions (facts, section 2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from telephony.providers.kazoo.sandbox.settings import setting

if TYPE_CHECKING:
    from telephony.providers.kazoo.sandbox.app import KazooSandbox

_KEY = b"the sandbox signs, and checks by its own list"
_KEPT = 5_000  # tokens; the oldest go first

Restrictions = Mapping[str, Any]


class Tokens:
    """The tokens of the state. Hold the store's lock."""

    def __init__(self, sandbox: KazooSandbox) -> None:
        self._sandbox = sandbox

    @property
    def _held(self) -> dict[str, dict[str, Any]]:
        held: dict[str, dict[str, Any]] = self._sandbox.store.data["tokens"]
        return held

    def issue(
        self, account_id: str, owner_id: str, method: str, restrictions: Restrictions | None = None
    ) -> str:
        """A new token: a JWT in form, so that clients that look inside find `exp`."""
        now_s = int(self._sandbox.clock.timestamp())
        expires_s = now_s + int(setting(self._sandbox.store.data, "token_life_s"))
        claims = {
            "iss": "kazoo", "account_id": account_id, "owner_id": owner_id, "method": method,
            "exp": expires_s, "iat": now_s, "identity_sig": secrets.token_urlsafe(16),
        }  # fmt: skip
        token = _signed(claims)
        self._forget(now_s)
        self._held[token] = {
            "account": account_id,
            "owner": owner_id,
            "expires_at": expires_s,
            "restrictions": dict(restrictions) if restrictions else None,
            "method": method,
        }
        self._sandbox.store.touch()
        return token

    def find(self, text: str) -> dict[str, Any] | None:
        """The record of a token that is known and has not expired."""
        record = self._held.get(text)
        if record is None or record["expires_at"] <= self._sandbox.clock.timestamp():
            return None
        return record if record["account"] in self._sandbox.store.data["accounts"] else None

    def drop(self, text: str) -> None:
        if self._held.pop(text, None):
            self._sandbox.store.touch()

    def _forget(self, now_s: int) -> None:
        held = self._held
        for text in [text for text, record in held.items() if record["expires_at"] <= now_s]:
            del held[text]
        for text in list(held)[: max(0, len(held) - _KEPT)]:
            del held[text]


def _signed(claims: Mapping[str, Any]) -> str:
    parts = [_coded({"typ": "JWT", "alg": "HS256", "kid": "sandbox"}), _coded(claims)]
    signature = hmac.new(_KEY, ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, base64.urlsafe_b64encode(signature).decode().rstrip("=")])


def _coded(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def allows(restrictions: Restrictions | None, method: str, segments: tuple[str, ...]) -> bool:
    """Whether restrictions let a request pass: `{"get": ["#"]}` reads only; `_` stands for any method."""
    if not restrictions:
        return True
    patterns = restrictions.get(method.lower(), restrictions.get("_", []))
    if not isinstance(patterns, list):
        return False
    return any(
        isinstance(pattern, str) and matches(tuple(pattern.split("/")), segments) for pattern in patterns
    )


def matches(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    """`*` one segment, `#` any number of them, also none."""
    if not pattern:
        return not segments
    head, rest = pattern[0], pattern[1:]
    if head == "#":
        return any(matches(rest, segments[at:]) for at in range(len(segments) + 1))
    return bool(segments) and head in ("*", segments[0]) and matches(rest, segments[1:])
