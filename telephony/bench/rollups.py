"""Roll-ups: what keeping them costs a sync, and whether they are what the calls give. What they save: dashboards.py."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.db import connection as database

from accounts.scoping import tenant_scope
from telephony.bench import recorded, replaying
from telephony.bench.measuring import Figure, least, seconds
from telephony.bench.rollup_schedules import run_schedule
from telephony.bench.world import LINES
from telephony.models import Call, Connection
from telephony.services import rollups

COUNT, ROUNDS = 100_000, 5
SCHEDULES = 300


def cost(connection: Connection, count: int = COUNT, rounds: int = ROUNDS) -> list[Figure]:
    """Share of a sync from a replay server that goes into marks and counting; its pages are those of the suite `replay`."""
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        replaying.record(Path(name), count)
        with recorded.served(Path(name), replaying.PAGE_NAMES) as base, tenant_scope(connection.tenant_id):
            replaying.connect(connection, base)
            without, with_them = least(
                rounds,
                lambda: _sync(connection, count, is_kept=False),
                lambda: _sync(connection, count, is_kept=True),
            )
            differences = rollups.compare(connection.tenant).differences
    detail = {"calls": count, "without_s": round(without, 3), "with_s": round(with_them, 3)}
    return [
        Figure(
            f"share of a sync of {count:,} records that keeps the roll-ups",
            100 * (with_them - without) / with_them,
            15,
            "%",
            is_floor=False,
            detail=detail,
        ),
        Figure("cells that are not what the calls give then", len(differences), 0, "", is_floor=False),
    ]


def _sync(connection: Connection, count: int, *, is_kept: bool) -> float:
    """Seconds of a sync into empty tables and of counting after it; without the triggers nothing is marked."""
    with database.cursor() as cursor:
        cursor.execute(
            "TRUNCATE telephony_callday, telephony_callmonth, telephony_callquarter, telephony_rollupmark"
        )
        cursor.execute(f"ALTER TABLE telephony_call {'ENABLE' if is_kept else 'DISABLE'} TRIGGER USER")
    try:
        synced = recorded.first_sync(connection, replaying.WINDOW, count)
        return synced + (seconds(lambda: rollups.settle(connection.pk)) if is_kept else 0)
    finally:
        with database.cursor() as cursor:
            cursor.execute("ALTER TABLE telephony_call ENABLE TRIGGER USER")


def equal(connection: Connection, schedules: int = SCHEDULES) -> list[Figure]:
    """Random schedules of inserts, changes, deletions, folds, lines that go and tenants that move."""
    wrong: list[str] = []
    with tenant_scope(connection.tenant_id):
        for seed in range(schedules):
            Call.objects.all().delete()
            wrong += run_schedule(connection, LINES[:3], seed)
    detail = {"wrong": wrong[:10]}
    title = f"of {schedules} random schedules, roll-ups that are not what the calls give"
    return [Figure(title, len(wrong), 0, "", is_floor=False, detail=detail)]


def measure(
    make: Any, count: int = COUNT, rounds: int = ROUNDS, schedules: int = SCHEDULES
) -> Iterable[Figure]:
    """`make(slug)` gives each part a tenant of its own."""
    yield from equal(make("bench-rollups-equal"), schedules)
    yield from cost(make("bench-rollups-cost"), count, rounds)
