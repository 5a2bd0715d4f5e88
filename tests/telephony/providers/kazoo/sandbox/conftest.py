"""Bare HTTP callers of the Kazoo sandbox: these tests use no client of ours."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from telephony.providers.kazoo.sandbox import KazooSandbox
from telephony.providers.kazoo.sandbox.seed import LOGIN
from telephony.providers.kazoo.times import EPOCH_S
from telephony.providers.sandbox.server import SandboxServer

NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)  # a Wednesday
NOON_G = int(NOON.timestamp()) + EPOCH_S


class Caller:
    """A requests session with one token; paths are below `/v2`, "~" in them stands for the account."""

    def __init__(self, base: str, token: str = "", account_id: str = "") -> None:
        self.base, self.token, self.account_id = base, token, account_id
        self.session = requests.Session()
        self.session.trust_env = False

    def __call__(
        self, method: str, path: str, data: Any = None, *, headers: dict[str, str] | None = None, **more: Any
    ) -> requests.Response:
        """One request; `data` becomes the envelope's, `envelope=` adds members beside it, `raw=` is sent as it is."""
        sent = {"X-Auth-Token": self.token} if self.token else {}
        body = more.pop("raw", None)
        envelope = more.pop("envelope", {})
        if body is None and (data is not None or envelope):
            sent["Content-Type"] = "application/json"
            body = json.dumps({"data": data, **envelope} if data is not None else envelope)
        url = self.base + path.replace("~", f"/accounts/{self.account_id}")
        return self.session.request(
            method, url, data=body, headers={**sent, **(headers or {})}, timeout=10, **more
        )

    def ok(self, method: str, path: str, data: Any = None, **more: Any) -> Any:
        """`data` of an answer that must succeed."""
        answer = self(method, path, data, **more)
        assert answer.status_code in (200, 201, 202), answer.text
        return answer.json()["data"]

    def get(self, path: str, **params: Any) -> Any:
        return self.ok("GET", path, params=params)

    def every(self, path: str, **params: Any) -> list[Any]:
        """All rows of a list, page by page, each start key sent back as it came."""
        rows: list[Any] = []
        while True:
            answer = self("GET", path, params=params)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            rows += page["data"]
            key = page.get("next_start_key")
            if not key:
                return rows
            params["start_key"] = json.dumps(key) if isinstance(key, list) else key


@pytest.fixture(scope="session")
def _kazoo_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as server:
        yield server


@pytest.fixture
def sandbox(_kazoo_server: SandboxServer) -> SandboxServer:
    """As new, at noon of a working day, with its clock stopped and room for any number of requests."""
    _kazoo_server.clock.set(NOON, 0)
    _kazoo_server.faults.clear()
    _kazoo_server.limits.clear()
    _kazoo_server.provider("kazoo").reset()
    _kazoo_server.state("kazoo")["settings"] = {"bucket_size": 0}
    return _kazoo_server


@pytest.fixture
def fake_kazoo(sandbox: SandboxServer) -> KazooSandbox:
    found: KazooSandbox = sandbox.provider("kazoo")
    return found


@pytest.fixture
def base(sandbox: SandboxServer) -> str:
    return f"{sandbox.url}/kazoo/v2"


@pytest.fixture
def anybody(base: str) -> Caller:
    """No token."""
    return Caller(base)


@pytest.fixture
def caller_of(base: str, fake_kazoo: KazooSandbox) -> Callable[..., Caller]:
    """Makes a caller of an account by its name; `at` is the account that "~" stands for."""

    def make(account: str = LOGIN["account_name"], at: str = "", **options: Any) -> Caller:
        grant = fake_kazoo.grant({"account": account, **options})
        return Caller(base, grant["auth_token"], fake_kazoo.account_id(at) if at else grant["account_id"])

    return make


@pytest.fixture
def account(fake_kazoo: KazooSandbox) -> str:
    """A customer's account: the one with the most devices."""
    accounts = fake_kazoo.store.data["accounts"]
    return str(max(accounts, key=lambda one: len(accounts[one]["docs"]["devices"])))


@pytest.fixture
def master(caller_of: Callable[..., Caller], account: str) -> Caller:
    """The top account's administrator, at work in the customer's account."""
    return caller_of(at=account)


@pytest.fixture
def customer(caller_of: Callable[..., Caller], account: str) -> Caller:
    """The customer's own administrator."""
    return caller_of(account)


def credentials(username: str, password: str, method: str = "md5") -> str:
    return hashlib.new(
        "md5" if method == "md5" else "sha1", f"{username.lower()}:{password}".encode()
    ).hexdigest()


def advance(sandbox: SandboxServer, seconds: float) -> None:
    sandbox.clock.advance(seconds)
