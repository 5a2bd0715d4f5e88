"""What tests of several parts of telephony need."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.scoping import tenant_scope
from telephony.models import SyncRun
from telephony.services import ledger, quota, scheduling

ROUNDS = 50  # more than any run of a test takes
Work = Callable[[SyncRun], SyncRun]


def _work(run: SyncRun) -> SyncRun:
    for _ in range(ROUNDS):
        try:
            with ledger.leased(SyncRun, run.tenant_id, run.pk) as held:
                scheduling.advance(held)
        except ledger.NotHeld:
            break
        with tenant_scope(run.tenant_id):
            run.refresh_from_db()
        if run.waits_for:
            break
    return run


@pytest.fixture
def work() -> Work:
    """Advances a run as the worker does, until it has ended, waits for another, or is not due."""
    return _work


@pytest.fixture(autouse=True)
def _nothing_asked_yet() -> None:
    """Each test has a provider's whole pace for itself: sandboxes take the same logins in all of them."""
    quota.pace_of.cache_clear()
