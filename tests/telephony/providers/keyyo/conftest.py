"""The Keyyo sandbox over loopback, and clients that speak to it through the real gate."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from portal.lib.secrets import Secret
from telephony.providers.client import ClientContext
from telephony.providers.keyyo.client import KeyyoClient
from telephony.providers.oauth import Application
from telephony.providers.registry import provider
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.transport import Transport
from tests.telephony.providers.conftest import HeldGrant

LINE = "33199001001"
REDIRECT_URI = "http://localhost:8000/oauth/keyyo/callback/"


@pytest.fixture(scope="session")
def _sandbox_server() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keyyo",)) as server:
        yield server


@pytest.fixture
def sandbox(_sandbox_server: SandboxServer) -> SandboxServer:
    """The Keyyo sandbox, as new: its own state, no faults, no limits, the real clock."""
    _sandbox_server.reset()
    return _sandbox_server


@pytest.fixture
def addresses(sandbox: SandboxServer) -> dict[str, str]:
    base = f"{sandbox.url}/keyyo"
    return provider("keyyo").addresses(
        {
            "manager_base": f"{base}/manager/1.0",
            "authorize_url": f"{base}/oauth2/authorize.php",
            "token_url": f"{base}/oauth2/token.php",
            "cti_base": base,
        }
    )


@pytest.fixture
def application() -> Application:
    return Application(
        client_id="5f1c0a7be2d94", client_secret=Secret("keyyo-demo-secret"), redirect_uri=REDIRECT_URI
    )


@pytest.fixture
def client_for(
    sandbox: SandboxServer, transport: Transport, addresses: dict[str, str]
) -> Callable[..., KeyyoClient]:
    """Makes a client of one login with some scopes; `lines` are SIP passwords by CSI."""

    def make(
        login: str = "corvane",
        scopes: tuple[str, ...] = ("full_access",),
        lines: dict[str, str] | None = None,
        grant: Any = None,
    ) -> KeyyoClient:
        token = sandbox.provider("keyyo").grant({"login": login, "scopes": list(scopes)})["access_token"]
        known = {csi: Secret(password) for csi, password in (lines or {}).items()}
        return KeyyoClient(
            ClientContext(
                transport=transport,
                grant=grant or HeldGrant(token),
                addresses=addresses,
                line_secret=known.get,
            )
        )

    return make


@pytest.fixture
def keyyo(client_for: Callable[..., KeyyoClient]) -> KeyyoClient:
    """Corvane's account, everything allowed."""
    return client_for()
