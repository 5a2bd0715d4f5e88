"""Bare HTTP callers of the Keyyo sandbox: these tests use no client of ours."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from telephony.providers.keyyo.sandbox import KeyyoSandbox
from telephony.providers.sandbox.server import SandboxServer

NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)  # a Wednesday, noon in Paris


class Caller:
    """A requests session that bears one grant; paths are below the Manager's base."""

    def __init__(self, base: str, token: str = "") -> None:
        self.base = base
        self.session = requests.Session()
        self.session.trust_env = False
        if token:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return self.session.request(method, self.base + path, timeout=10, **kwargs)

    def get(self, path: str, **params: Any) -> Any:
        """The document of a GET that must succeed."""
        answer = self("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, **data: Any) -> Any:
        answer = self("POST", path, data=data)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def items(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """All embedded documents of a list, whatever their type."""
        return [item for items in self.get(path, **params)["_embedded"].values() for item in items]


@pytest.fixture
def fake_keyyo(sandbox: SandboxServer) -> KeyyoSandbox:
    return sandbox.provider("keyyo")


@pytest.fixture
def at_noon(sandbox: SandboxServer) -> SandboxServer:
    """The sandbox on a working day at noon, with its clock stopped."""
    sandbox.clock.set(NOON, 0)
    return sandbox


@pytest.fixture
def caller_of(sandbox: SandboxServer, fake_keyyo: KeyyoSandbox) -> Callable[..., Caller]:
    def make(login: str = "corvane", *scopes: str) -> Caller:
        grant = fake_keyyo.grant({"login": login, "scopes": list(scopes) or ["full_access"]})
        return Caller(f"{sandbox.url}/keyyo/manager/1.0", grant["access_token"])

    return make


@pytest.fixture
def corvane(caller_of: Callable[..., Caller]) -> Caller:
    """The customer's grant with every right."""
    return caller_of("corvane")


@pytest.fixture
def maud(caller_of: Callable[..., Caller]) -> Caller:
    """Maud's grant as a contact of corvane."""
    return caller_of("maud.terrasson")
