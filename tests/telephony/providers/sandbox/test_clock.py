"""The settable clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from telephony.providers.sandbox import SandboxClock

INSTANT = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)


def test_a_stopped_clock_stands_still_and_can_be_moved():
    clock = SandboxClock(INSTANT, 0)
    time.sleep(0.01)
    assert clock.now() == INSTANT
    clock.advance(90)

    assert (clock.now() - INSTANT).total_seconds() == 90


def test_a_fast_clock_runs_fast():
    clock = SandboxClock(INSTANT, 3600)
    time.sleep(0.05)

    assert 150 < (clock.now() - INSTANT).total_seconds() < 3600


def test_without_an_instant_it_is_now():
    assert abs(SandboxClock().timestamp() - time.time()) < 1


def test_an_instant_needs_a_zone_and_time_goes_forward():
    with pytest.raises(ValueError, match="zone"):
        SandboxClock(datetime(2026, 3, 29))  # noqa: DTZ001
    with pytest.raises(ValueError, match="backwards"):
        SandboxClock(INSTANT, -1)
