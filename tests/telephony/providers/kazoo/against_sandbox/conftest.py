"""The Kazoo sandbox over loopback, and clients of ours that speak to it through the real gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from portal.lib.outbound import OutboundPolicy
from telephony.providers.client import ClientContext, ShortMemory
from telephony.providers.kazoo.catalog.ways import WAYS
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.transport import Transport
from tests.telephony.providers.conftest import HeldGrant

NOON = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="module")
def _server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("kazoo",)) as server:
        yield server


@pytest.fixture
def sandbox(_server: SandboxServer) -> SandboxServer:
    """As new, at noon of a working day, and with room for any number of requests."""
    _server.clock.set(NOON, 0)
    _server.faults.clear()
    _server.provider("kazoo").reset()
    _server.state("kazoo")["settings"] = {"bucket_size": 0}
    return _server


@pytest.fixture
def master(sandbox: SandboxServer) -> str:
    return str(sandbox.provider("kazoo").grant({})["account_id"])


@pytest.fixture
def account(sandbox: SandboxServer, master: str) -> str:
    """A customer's account: the one with the most devices."""
    accounts = sandbox.state("kazoo")["accounts"]
    return max(
        (one for one in accounts if one != master), key=lambda one: len(accounts[one]["docs"]["devices"])
    )


@pytest.fixture
def client_for(sandbox: SandboxServer, policy: OutboundPolicy) -> Callable[..., KazooClient]:
    """A client of the top account's administrator, at work in some account."""

    def make(account: str, *, is_old: bool = False) -> KazooClient:
        memory = ShortMemory()
        for ways in WAYS.values() if is_old else ():
            memory.keep(f"way:{ways.name}", len(ways.newer))
        return KazooClient(
            ClientContext(
                transport=Transport(policy, sleep=lambda seconds: None),
                grant=HeldGrant(sandbox.provider("kazoo").grant({})["auth_token"]),
                addresses={"base": f"{sandbox.url}/kazoo/v2"},
                account=account,
                memory=memory,
            )
        )

    return make
