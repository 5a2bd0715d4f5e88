"""Whatever is deleted in how large batches, and wherever a worker dies: what is older than it is kept is gone, and no more.

A day is one of the tenant's clocks, the nights on which they change included. Calls stay two days of UTC longer, for
what is counted of the days before (services/retention.py).
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import AuditEvent, Tenant
from accounts.scoping import tenant_scope
from portal.lib.days import midnight
from telephony.bench.world import make_connection
from telephony.models import Connection, Retention
from telephony.services import ledger, retention

from . import aged

# Days on which clocks change, also at midnight, on the first of a month, and on both sides of UTC.
CHANGES = [
    ("Europe/Paris", date(2026, 3, 29)),
    ("Europe/Paris", date(2026, 10, 25)),
    ("Africa/Cairo", date(2026, 4, 24)),  # has no midnight
    ("America/Havana", date(2026, 11, 1)),  # has it twice
    ("Pacific/Auckland", date(2026, 9, 27)),
]
SECONDS = st.sampled_from((-172_801, -3601, -3600, -1, 0, 1, 3599, 3600)) | st.integers(-400_000, 400_000)
AGES = st.lists(SECONDS, max_size=4, unique=True)
MONTHS = st.sampled_from((None, Retention.FOR_EVER, 1, 3))


class Killed(BaseException):
    """The worker is no more."""


class Clock:
    """Stands still. Who looks at it for the nth time dies, where that is said: before a commit, or after it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.looks_left: int | None = None

    def __call__(self) -> datetime:
        if self.looks_left is not None:
            self.looks_left -= 1
            if self.looks_left < 0:
                raise Killed
        return self.now


def first_kept(part: str, months: int | None, today: date) -> date | None:
    """What the form says: so many whole months beside the running one, or the usual days."""
    if months is None:
        usual = {"calls": None, "events": 35, "files": 400}[part]
        return today - timedelta(days=usual) if usual else None
    if months == Retention.FOR_EVER:
        return None
    day = today.replace(day=1)
    for _ in range(months):
        day = (day - timedelta(days=1)).replace(day=1)
    return day


def stays(part: str, at: datetime, first: date | None, zone: ZoneInfo) -> bool:
    if first is None:
        return True
    if part == "calls":
        return at.astimezone(UTC).date() >= first - timedelta(days=2)
    return at.astimezone(zone).date() >= first


def delete(connection: Connection, clock: Clock, deaths: Sequence[int]) -> None:
    """A night: workers that die at these looks at the clock, one after the other, and then two that live."""
    retention.open_nightly(clock.now)
    row = retention.of_tenant()
    for looks in [*deaths, None, None]:
        due = Retention.objects.exclude(due_at=None)
        due.update(due_at=clock.now, lease_until=None, lease_owner="")  # the dead one's lease is over by now
        clock.looks_left = looks
        with suppress(Killed, ledger.NotHeld), ledger.leased(Retention, connection.tenant_id, row.pk) as held:
            retention.advance(held)
        clock.looks_left = None


@pytest.fixture
def connection(db: None) -> Connection:
    return make_connection("alice", lines=())


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    change=st.sampled_from(CHANGES),
    clock_time=st.integers(0, 86_399),
    months=st.fixed_dictionaries(dict.fromkeys(Retention.PARTS, MONTHS)),
    ages=st.fixed_dictionaries(dict.fromkeys(Retention.PARTS, AGES)),
    batch=st.integers(1, 5),
    deaths=st.lists(st.integers(0, 12), max_size=3),
)
def test_exactly_what_is_too_old_is_gone(
    connection: Connection,
    change: tuple[str, date],
    clock_time: int,
    months: Mapping[str, int | None],
    ages: Mapping[str, Sequence[int]],
    batch: int,
    deaths: Sequence[int],
) -> None:
    """It is 35 days after the clocks changed: the usual limit of events is that night."""
    zone, today = ZoneInfo(change[0]), change[1] + timedelta(days=35)
    clock = Clock(midnight(today, zone) + timedelta(seconds=clock_time))
    first = {part: first_kept(part, months[part], today) for part in Retention.PARTS}
    made = {
        part: [midnight(first[part] or today, zone) + timedelta(seconds=age) for age in ages[part]]
        for part in Retention.PARTS
    }
    stay = {part: {at for at in made[part] if stays(part, at, first[part], zone)} for part in Retention.PARTS}
    gone = {part: (len(made[part]) - len(stay[part])) * aged.ROWS_OF[part] for part in Retention.PARTS}
    with (
        transaction.atomic(),
        tenant_scope(connection.tenant),
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(timezone, "now", clock)
        patch.setattr(retention, "BATCH", batch)
        patch.setattr(aged.settings, "DATA_DIR", folder)
        Tenant.objects.filter(pk=connection.tenant_id).update(time_zone=str(zone))
        aged.make(connection, made)
        retention.keep_for(months)
        delete(connection, clock, deaths)
        assert aged.kept() == stay
        assert aged.files_here() == aged.files_of_rows()
        told = [one.detail["gone"] for one in AuditEvent.objects.filter(verb=AuditEvent.Verb.FORGOT)]
        assert told == [some for some in [{part: rows for part, rows in gone.items() if rows}] if some]
        transaction.set_rollback(True)
