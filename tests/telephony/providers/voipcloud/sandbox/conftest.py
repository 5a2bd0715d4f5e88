"""Bare HTTP callers of the VoIPcloud sandbox: these tests use no client of ours."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from telephony.providers.sandbox.server import SandboxServer


class Caller:
    """A requests session with a key in its header; paths are operation names."""

    def __init__(self, root: str, key: str) -> None:
        self.base = f"{root}/voipcloud/api/integration/v1/"
        self.root = root
        self.session = requests.Session()
        self.session.trust_env = False
        if key:
            self.session.headers["token"] = key

    def __call__(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return self.session.request(method, self.base + path, timeout=30, **kwargs)

    def rows(self, path: str = "get-user-calls", **params: Any) -> list[dict[str, Any]]:
        """The data of a GET that must succeed."""
        answer = self("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        assert answer.json()["code"] == 200
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    def refused(
        self, path: str = "get-user-calls", method: str = "GET", **kwargs: Any
    ) -> tuple[int, Any, str]:
        """Status, code and message of what must fail."""
        answer = self(method, path, **kwargs)
        document = answer.json()
        assert document["status"] == "error"
        assert set(document) == {"code", "status", "message"}
        return answer.status_code, document["code"], document["message"]

    def control(self, what: str, **wish: Any) -> Any:
        answer = self.session.post(
            f"{self.root}/_control/{what}", json={"provider": "voipcloud", **wish}, timeout=10
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    def play(self, scenario: str, **options: Any) -> Any:
        return self.control("play", scenario=scenario, **options)

    def settings(self, **values: Any) -> None:
        answer = self.session.post(
            f"{self.root}/_control/state/voipcloud", json={"settings": values}, timeout=10
        )
        assert answer.status_code == 200


@pytest.fixture
def caller(sandbox: SandboxServer, api_key: str) -> Caller:
    """Tallow Creek's key."""
    return Caller(sandbox.url, api_key)


@pytest.fixture
def stranger(sandbox: SandboxServer) -> Caller:
    """Without a key."""
    return Caller(sandbox.url, "")
