"""Roll-ups: what keeping them costs a sync, whether they are what the calls give, and how much faster figures are."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connection as database
from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.test import RequestFactory

from accounts.models import Tenant
from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.bench import recorded, replaying
from telephony.bench.listing import answered, client_of, fill
from telephony.bench.measuring import Figure, medians, p95, seconds, seconds_of
from telephony.bench.rollup_schedules import run_schedule
from telephony.bench.world import DAYS, END, LINES
from telephony.models import Call, Connection, Entity
from telephony.services import rollups
from telephony.services.rollup_reading import span_of, sums

COUNT, ROUNDS = 100_000, 3
MANY = 2_000_000
SCHEDULES = 300
WARM, LOOKS = 5, 40


def cost(connection: Connection, count: int = COUNT, rounds: int = ROUNDS) -> list[Figure]:
    """Share of a sync from a replay server that goes into marks and counting; its pages are those of the suite `replay`."""
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        replaying.record(Path(name), count)
        with recorded.served(Path(name), replaying.PAGE_NAMES) as base, tenant_scope(connection.tenant_id):
            replaying.connect(connection, base)
            without, with_them = medians(
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


def faster(connection: Connection, many: int = MANY) -> list[Figure]:
    """Answer rate by day and cost by line of a year, against the same sums over the calls."""
    with tenant_scope(connection.tenant_id):
        fill(connection, list(Entity.objects.lines().order_by("pk")), 0, many)
        took = seconds(lambda: rollups.settle(connection.pk))
        with database.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE telephony_callday, telephony_callmonth, telephony_callquarter")
        zone = ZoneInfo(Tenant.objects.get(pk=connection.tenant_id).time_zone)
        last = END.astimezone(zone).date()
        first = last - timedelta(days=DAYS)
        figures = []
        for title, ours, plain in (
            ("by day", lambda: _by_day(first, last, zone), lambda: _rows_by_day(first, last, zone)),
            ("by line", lambda: _by_line(first, last, zone), lambda: _rows_by_line(first, last, zone)),
        ):
            if ours() != plain():
                raise RuntimeError(f"the sums {title} differ")
            quick, slow = medians(5, lambda ours=ours: seconds(ours), lambda plain=plain: seconds(plain))  # type: ignore[misc]
            detail = {"calls": many, "ours_ms": round(quick * 1000, 1), "rows_ms": round(slow * 1000, 1)}
            detail["count_all_s"] = round(took, 1)
            figures.append(
                Figure(f"a year {title}, against SQL over {many:,} calls", slow / quick, 20, detail=detail)
            )
    return figures


def pages(connection: Connection, many: int) -> list[Figure]:
    """The overview of a month and of a year in the server, over the calls that `faster` made."""
    application = get_internal_wsgi_application()
    cookies = client_of(connection).cookies.values()
    requests = RequestFactory(headers={"cookie": "; ".join(f"{one.key}={one.value}" for one in cookies)})
    figures = []
    for title, days in (("month", 30), ("year", DAYS)):
        span = {
            "period": "dates",
            "period_from": (END - timedelta(days=days)).date().isoformat(),
            "period_to": (END - timedelta(days=1)).date().isoformat(),
        }
        address = f"{tenant_url(connection.tenant, 'telephony:overview')}?{urlencode(span)}"
        taken = [
            seconds_of(lambda address=address: answered(application, requests.get(address).environ))[0]  # type: ignore[misc]
            for _ in range(WARM + LOOKS)
        ][WARM:]
        detail = {"calls": many, "median_ms": round(median(taken) * 1000, 1), "pages": LOOKS}
        words = f"overview of a {title}, {many:,} calls, 95th percentile in the server"
        figures.append(Figure(words, p95(taken) * 1000, 150, "ms", is_floor=False, detail=detail))
    return figures


def _by_day(first: Any, last: Any, zone: ZoneInfo) -> dict[Any, tuple[int, int]]:
    found: dict[Any, tuple[int, int]] = {}
    for row in sums(("day", "direction", "outcome"), first, last, zone):
        day, direction, outcome = row.key
        if direction == "inbound":
            inbound, reached = found.get(day, (0, 0))
            found[day] = inbound + row.calls, reached + (row.calls if outcome == "answered" else 0)
    return found


def _rows_by_day(first: Any, last: Any, zone: ZoneInfo) -> dict[Any, tuple[int, int]]:
    rows = (
        Call.objects.between(*span_of(first, last, zone))
        .filter(direction="inbound")
        .order_by()
        .annotate(day=TruncDate("started_at", tzinfo=zone))
        .values_list("day")
        .annotate(inbound=Count("pk"), reached=Count("pk", filter=Q(outcome="answered")))
    )
    return {day: (inbound, reached) for day, inbound, reached in rows}


def _by_line(first: Any, last: Any, zone: ZoneInfo) -> dict[Any, tuple[int, int]]:
    return {row.key[0]: (row.calls, row.cost_micros) for row in sums(("line_id",), first, last, zone)}


def _rows_by_line(first: Any, last: Any, zone: ZoneInfo) -> dict[Any, tuple[int, int]]:
    rows = (
        Call.objects.between(*span_of(first, last, zone))
        .order_by()
        .values_list("line_id")
        .annotate(calls=Count("pk"), cost=Sum("cost_micros"))
    )
    return {line: (count, cost or 0) for line, count, cost in rows}


def measure(
    make: Any, count: int = COUNT, rounds: int = ROUNDS, schedules: int = SCHEDULES, many: int = MANY
) -> Iterable[Figure]:
    """`make(slug)` gives each part a tenant of its own."""
    yield from equal(make("bench-rollups-equal"), schedules)
    yield from cost(make("bench-rollups-cost"), count, rounds)
    large = make("bench-rollups-faster")
    yield from faster(large, many)
    yield from pages(large, many)
