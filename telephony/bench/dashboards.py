"""The overview of the largest of fifty tenants beside the calls of all: its page, and its sums against those of the rows.

Both read the same database, which is kept between runs (kept.py, many_tenants.py). The sums are those that the page
makes; the other side asks the calls for each with one statement of plain SQL, and what it gives is compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from allauth.account.internal.flows.login import record_authentication
from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connection as database
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Person, Tenant
from accounts.scoping import current_tenant_id, tenant_scope
from portal.ui.links import tenant_url
from telephony.bench import many_tenants, world
from telephony.bench.kept import fingerprint, kept_database
from telephony.bench.listing import answered, client_of
from telephony.bench.measuring import Figure, medians, p95, seconds, seconds_of
from telephony.bench.world import DAYS, END
from telephony.models import Connection
from telephony.models.calls import REACHED, Direction
from telephony.services import rollup_counting, rollup_sql, rollups
from telephony.services.rollup_reading import ONLY, Sum, span_of, sums

CALLS = 10_000_000
# The page, and what it asks for apart when it comes into view.
PAGES = {
    "overview": "telephony:overview",
    "its lines": "telephony:overview_lines",
    "its queues": "telephony:overview_groups",
    "its destinations": "telephony:overview_destinations",
    "its waits": "telephony:overview_waits",
}
# The same over all tenants, for platform staff; nobody asked for a time.
STAFF_PAGES = {
    "all tenants": "telephony:staff_figures",
    "when people call": "telephony:staff_heat",
    "waits": "telephony:staff_waits",
    "lines": "telephony:staff_lines",
    "queues": "telephony:staff_groups",
    "destinations": "telephony:staff_destinations",
}
STAFF_LOOKS = 6
# Those that follow the calls of all one by one, counted from answer to answer until they are told.
STAFF_COUNTED = {
    "most at once": "telephony:staff_peaks",
    "what became of unanswered calls": "telephony:staff_fates",
    "callers": "telephony:staff_callers",
    "never called back": "telephony:staff_never",
}
SPANS = {"month": 30, "year": DAYS}
WARM, LOOKS, ROUNDS = 5, 40, 3
# What the page adds up, by what: see services/analytics.py. Where a key does not tell them, the sides of calls as well.
SUMS: dict[str, tuple[tuple[str, ...], str]] = {
    "in all": (("connection_id", "medium", "direction", "outcome"), ""),
    "by day": (("day", "medium", "direction", "outcome"), ""),
    "by line": (("line_id", "connection_id", "medium"), ""),
    "by queue": (("connection_id", "group_remote_id", "medium", "outcome"), "of groups"),
    "by destination": (("connection_id", "destination"), "dialled"),
}
_SIDES = f"""
    count(*) FILTER (WHERE direction = '{Direction.INBOUND}'),
    count(*) FILTER (WHERE direction = '{Direction.INBOUND}' AND outcome IN ('{"', '".join(REACHED)}')),
    count(*) FILTER (WHERE direction = '{Direction.OUTBOUND}'),
"""
_OF_ROWS = {
    "day": "(started_at AT TIME ZONE %(zone)s)::date",
    "destination": rollup_counting.DESTINATION,
}


def measure(calls: int = CALLS) -> Iterable[Figure]:
    """Of a month and of a year, both with whole days only."""
    decides = [
        Path(str(module.__file__)) for module in (many_tenants, world, rollups, rollup_counting, rollup_sql)
    ]
    made: list[float] = []

    def fill() -> None:
        made.append(seconds(lambda: many_tenants.fill(calls)))

    with kept_database(f"portal_calls_{calls}", fingerprint(decides), fill):
        if made:
            name = f"{calls:,} calls of {many_tenants.TENANTS} tenants and their roll-ups, made once"
            yield Figure(name, made[0], None, "s")
        largest = Tenant.objects.get(slug=many_tenants.LARGEST)
        words = f"largest of {many_tenants.TENANTS} tenants, {calls:,} calls"
        for title, days in SPANS.items():
            for part, name in PAGES.items():
                yield _page(
                    f"{part} of a {title}, {words}, 95th percentile in the server", days, name, largest
                )
        cookies = _cookies_of_staff()
        for part, name in STAFF_PAGES.items():
            yield _staff_page(
                f"{part} of a month, {many_tenants.TENANTS} tenants, {calls:,} calls", name, cookies
            )
        for part, name in STAFF_COUNTED.items():
            title = f"{part} of a year, {many_tenants.TENANTS} tenants, {calls:,} calls, all its answers"
            yield _counted_page(title, name, cookies)
        with tenant_scope(largest):
            zone = ZoneInfo(largest.time_zone)
            for title, days in SPANS.items():
                yield _faster(f"figures of a {title}, {words}, against SQL over its calls", days, zone)


def _page(title: str, days: int, name: str, tenant: Tenant) -> Figure:
    application = get_internal_wsgi_application()
    with tenant_scope(tenant):
        cookies = client_of(Connection.objects.select_related("tenant").get()).cookies.values()
    requests = RequestFactory(headers={"cookie": "; ".join(f"{one.key}={one.value}" for one in cookies)})
    first, last = _days(days)
    span = {"period": "dates", "period_from": first.isoformat(), "period_to": last.isoformat()}
    address = f"{tenant_url(tenant, name)}?{urlencode(span)}"
    taken = [
        seconds_of(lambda: answered(application, requests.get(address).environ))[0]
        for _ in range(WARM + LOOKS)
    ][WARM:]
    detail = {"median_ms": round(median(taken) * 1000, 1), "pages": LOOKS}
    return Figure(title, p95(taken) * 1000, 150, "ms", is_floor=False, detail=detail)


def _cookies_of_staff() -> str:
    """Of a session that showed a second factor."""
    staff = Person.objects.filter(is_staff=True).first() or Person.objects.create_superuser(
        "staff@bench.example"
    )
    client = Client()
    client.force_login(staff)
    request = HttpRequest()
    request.session = client.session
    record_authentication(request, staff, method="mfa", type="totp")
    request.session.save()
    return "; ".join(f"{one.key}={one.value}" for one in client.cookies.values())


def _staff_page(title: str, name: str, cookies: str) -> Figure:
    taken = [_staff_answer(name, "month", cookies)[0] for _ in range(STAFF_LOOKS)]
    return Figure(title, median(taken) * 1000, None, "ms", is_floor=False, detail={"pages": STAFF_LOOKS})


def _counted_page(title: str, name: str, cookies: str) -> Figure:
    taken, is_told = [], False
    while not is_told:
        took_s, body = _staff_answer(name, "year", cookies)
        taken.append(took_s)
        is_told = b"data-counting" not in body
    detail = {"answers": len(taken), "median_s": round(median(taken), 2), "longest_s": round(max(taken), 2)}
    return Figure(title, sum(taken), None, "s", is_floor=False, detail=detail)


def _staff_answer(name: str, span: str, cookies: str) -> tuple[float, bytes]:
    """What a page of so many days took, and says."""
    application, requests = get_internal_wsgi_application(), RequestFactory(headers={"cookie": cookies})
    first, last = _days(SPANS[span])
    days = {"period": "dates", "period_from": first.isoformat(), "period_to": last.isoformat()}
    environ = requests.get(f"{reverse(name)}?{urlencode(days)}").environ
    return seconds_of(lambda: answered(application, environ))


def _days(many: int) -> tuple[date, date]:
    """The first and the last of so many whole days."""
    return (END - timedelta(days=many)).date(), (END - timedelta(days=1)).date()


def _faster(title: str, days: int, zone: ZoneInfo) -> Figure:
    """All sums of the page together against those of the rows; each by itself in the detail."""
    first, last = _days(days)
    detail: dict[str, Any] = {}
    quick_s = slow_s = 0.0
    for name, (by, only) in SUMS.items():

        def ours(by: Sequence[str] = by, only: str = only) -> list[tuple[Any, ...]]:
            found = sums(by, first, last, zone, only=only)
            return [
                (*one.key, one.calls, *_sides(one, by), one.talk_s, one.wait_s, one.cost_micros)
                for one in found
            ]

        def rows(by: Sequence[str] = by, only: str = only) -> list[tuple[Any, ...]]:
            return _of_rows(by, first, last, zone, only)

        if ours() != rows():
            raise RuntimeError(f"the sums {name} are not those of the calls")
        quick, slow = medians(ROUNDS, lambda ours=ours: seconds(ours), lambda rows=rows: seconds(rows))  # type: ignore[misc]
        detail[name] = {"ours_ms": round(quick * 1000, 1), "rows_ms": round(slow * 1000, 1)}
        quick_s, slow_s = quick_s + quick, slow_s + slow
    return Figure(title, slow_s / quick_s, 20, detail=detail)


def _sides(one: Sum, by: Sequence[str]) -> tuple[int, ...]:
    return (one.inbound, one.reached, one.outbound) if "line_id" in by else ()


def _of_rows(by: Sequence[str], first: date, last: date, zone: ZoneInfo, only: str) -> list[tuple[Any, ...]]:
    keys = ", ".join(_OF_ROWS.get(name, name) for name in by)
    places = ", ".join(str(place + 1) for place in range(len(by)))
    start_at, end_at = span_of(first, last, zone)
    values: dict[str, Any] = {
        "tenant": current_tenant_id(),
        "zone": zone.key,
        "start": start_at,
        "end": end_at,
    }
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT {keys}, count(*), {_SIDES if 'line_id' in by else ''}"
            " coalesce(sum(duration_s), 0), coalesce(sum(wait_s), 0), coalesce(sum(cost_micros), 0)::bigint"
            " FROM telephony_call WHERE tenant_id = %(tenant)s AND started_at >= %(start)s AND started_at < %(end)s"
            f" AND {ONLY[only][0]} GROUP BY {places} ORDER BY {places}",
            values,
        )
        return cursor.fetchall()
