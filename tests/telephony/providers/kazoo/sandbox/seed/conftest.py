"""The calls that the seed makes, on a working day with a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from telephony.providers.kazoo.sandbox.cdrs import CdrBook
from telephony.providers.kazoo.sandbox.seed import first_accounts
from telephony.providers.sandbox.clock import SandboxClock

NOW = datetime(2026, 6, 17, 10, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def accounts():
    """The accounts of the first state; nobody changes them."""
    return first_accounts()


@pytest.fixture(scope="session")
def cdr_book(accounts):
    return CdrBook(accounts, SandboxClock(NOW, 0))
