"""The VoIPcloud sandbox over loopback at a fixed instant, and clients that speak to it through the real gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from telephony.providers.client import ClientContext
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.transport import Transport
from telephony.providers.voipcloud import PROVIDER
from telephony.providers.voipcloud.client import VoipcloudClient
from telephony.providers.voipcloud.sandbox import VoipcloudSandbox
from tests.telephony.providers.conftest import HeldGrant

NOW = datetime(2026, 6, 17, 4, 0, tzinfo=UTC)  # a Wednesday, two in the afternoon in Sydney


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("voipcloud",)) as server:
        yield server


@pytest.fixture
def sandbox(_sandbox_server: SandboxServer) -> SandboxServer:
    """The VoIPcloud sandbox, as new, its clock stopped at NOW."""
    _sandbox_server.clock.set(NOW, 0)
    _sandbox_server.faults.clear()
    _sandbox_server.limits.clear()
    _sandbox_server.requests.clear()
    _sandbox_server.provider("voipcloud").reset()
    return _sandbox_server


@pytest.fixture
def pbx(sandbox: SandboxServer) -> VoipcloudSandbox:
    """The stand-in itself."""
    found: VoipcloudSandbox = sandbox.provider("voipcloud")
    return found


@pytest.fixture
def addresses(sandbox: SandboxServer) -> dict[str, str]:
    return PROVIDER.addresses({"base": f"{sandbox.url}/voipcloud/"})


@pytest.fixture
def api_key(pbx: VoipcloudSandbox) -> str:
    return str(pbx.grant({})["api_key"])


@pytest.fixture
def client_for(transport: Transport, addresses: dict[str, str]) -> Callable[..., VoipcloudClient]:
    """Makes a client that holds a key, or any grant."""

    def make(key: str = "", grant: Any = None) -> VoipcloudClient:
        return VoipcloudClient(
            ClientContext(transport=transport, grant=grant or HeldGrant(key), addresses=addresses)
        )

    return make


@pytest.fixture
def voipcloud(client_for: Callable[..., VoipcloudClient], api_key: str) -> VoipcloudClient:
    """Tallow Creek's account."""
    return client_for(api_key)
