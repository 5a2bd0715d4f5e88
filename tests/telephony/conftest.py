"""What tests of several parts of telephony need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from accounts.scoping import carrying_scope, tenant_scope
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


@pytest.fixture
def meanwhile() -> Iterator[Callable[..., Future]]:
    """Runs something in another thread, in the scope of now, and with its own database connection."""
    pool = ThreadPoolExecutor(4)

    def start(function: Callable[..., Any], *arguments: Any) -> Future:
        def run() -> Any:
            try:
                return function(*arguments)
            finally:
                connections.close_all()

        return pool.submit(carrying_scope(run))

    yield start
    pool.shutdown()


def until(condition: Callable[[], Any]) -> None:
    """Wait for something that another thread does."""
    ends_at = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.02)


@pytest.fixture(autouse=True)
def _nothing_asked_yet() -> None:
    """Each test has a provider's whole pace for itself: sandboxes take the same logins in all of them."""
    quota.pace_of.cache_clear()
