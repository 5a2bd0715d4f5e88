"""A server that says what a test wants, and clients that speak to it through the real gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.lib.outbound import OutboundPolicy
from telephony.providers.client import ClientContext, ShortMemory
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.transport import Exchange, Transport
from tests.telephony.providers.conftest import HeldGrant
from tests.telephony.providers.kazoo.served import Served, serving, success

ACCOUNT = "5f2c0a" + "0" * 26


@pytest.fixture(scope="module")
def _server() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def served(_server: Served) -> Served:
    """The server, as new."""
    _server.seen.clear()
    _server.answer(success({}))
    return _server


@pytest.fixture
def wire(served: Served) -> tuple[Transport, list[Exchange], list[float]]:
    """A transport to the server, what its observer was told, and how long it would have slept."""
    exchanges: list[Exchange] = []
    slept: list[float] = []
    policy = OutboundPolicy.parse(f"127.0.0.1:{served.port}")
    transport = Transport(policy, observer=exchanges.append, sleep=slept.append, chance=lambda: 0.1)
    return transport, exchanges, slept


@pytest.fixture
def client_for(served: Served, wire: Any) -> Callable[..., KazooClient]:
    def make(account: str = ACCOUNT, grant: Any = None, memory: Any = None) -> KazooClient:
        return KazooClient(
            ClientContext(
                transport=wire[0],
                grant=grant or HeldGrant("token-1", ("token-2",)),
                addresses={"base": served.base},
                account=account,
                memory=memory or ShortMemory(),
            )
        )

    return make


@pytest.fixture
def kazoo(client_for: Callable[..., KazooClient]) -> KazooClient:
    return client_for()
