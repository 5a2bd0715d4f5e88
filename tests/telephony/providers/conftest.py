"""What the tests of every provider share: a grant in memory, and a transport through the real gate to its `sandbox`."""

from __future__ import annotations

import pytest

from portal.lib.outbound import OutboundPolicy
from portal.lib.secrets import Secret
from telephony.providers.sandbox.server import SandboxServer
from telephony.providers.transport import Exchange, Transport


class HeldGrant:
    """A grant that keeps its tokens in memory. `renewals` are the tokens that renewing gives, in order."""

    def __init__(self, token: str, renewals: tuple[str, ...] = ()) -> None:
        self._token = Secret(token)
        self._renewals = list(renewals)
        self.renewed = 0

    def token(self) -> Secret:
        return self._token

    def renew(self) -> Secret:
        self.renewed += 1
        self._token = Secret(self._renewals.pop(0)) if self._renewals else self._token
        return self._token


@pytest.fixture
def policy(sandbox: SandboxServer) -> OutboundPolicy:
    return OutboundPolicy.parse(f"127.0.0.1:{sandbox.port}")


@pytest.fixture
def exchanges() -> list[Exchange]:
    """What the observer of `transport` was told."""
    return []


@pytest.fixture
def transport(policy: OutboundPolicy, exchanges: list[Exchange]) -> Transport:
    """Through the real gate; waits between tries are not slept."""
    return Transport(policy, observer=exchanges.append, sleep=lambda seconds: None, chance=lambda: 0.1)
