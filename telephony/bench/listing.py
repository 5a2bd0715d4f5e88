"""The first page of calls filtered by line and month: a million calls against ten thousand.

Both show a full page of fifty, or the larger table would be blamed for the longer page: the ten thousand are those of
a few of the sixty lines, and the million are of all; what is looked at are those few lines, a month after another.
A time is that of the server: from the call of the WSGI application (portal/wsgi.py) to the last byte of the body, in
one process.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from datetime import timedelta
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connection as database
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.bench.measuring import Figure, p95, seconds_of
from telephony.bench.world import DAYS, END
from telephony.models import Connection, Entity, NumberName
from telephony.services import number_names

FEW, MANY = 10_000, 1_000_000
FEW_LINES = 10
OUTSIDE_NAMES = 2_000
WARM, LOOKS = 20, 200
PAGE_ROWS = 50
LISTS = (
    "telephony:call_list",
    "telephony:line_list",
    "telephony:number_list",
    "telephony:connection_list",
    "telephony:change_list",
    "telephony:job_list",
)
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


def measure(connection: Connection, many: int = MANY) -> list[Figure]:
    """How much longer the page takes when the table has grown, and its 95th percentile in the server."""
    with tenant_scope(connection.tenant_id):
        lines = list(Entity.objects.lines().order_by("pk"))
        name_callers(connection)
        fill(connection, lines[:FEW_LINES], 0, FEW)
    few, few_queries = _look(connection, lines[:FEW_LINES]), _queries(connection)
    with tenant_scope(connection.tenant_id):
        fill(connection, lines, FEW, many)
    large, many_queries = _look(connection, lines[:FEW_LINES]), _queries(connection)
    more = sum(many_queries[name] > few_queries[name] for name in few_queries)
    detail = {
        "few_ms": round(median(few) * 1000, 1),
        "many_ms": round(median(large) * 1000, 1),
        "p95_ms": round(p95(large) * 1000, 1),
        "pages": LOOKS,
        "rows_of_a_page": PAGE_ROWS,
    }
    title = f"first page of calls by line and month, {many:,} calls against {FEW:,}"
    return [
        Figure(title, median(large) / median(few), 1.3, is_floor=False, detail=detail),
        Figure(
            "its 95th percentile in the server", p95(large) * 1000, 60, "ms", is_floor=False, detail=detail
        ),
        Figure("list pages that take more queries then", more, 0, "", is_floor=False, detail=many_queries),
    ]


def _queries(connection: Connection) -> dict[str, int]:
    """How many queries the first page of each list of a tenant takes."""
    client = client_of(connection)
    counts = {}
    for name in LISTS:
        url = tenant_url(connection.tenant, name)
        _get(client, url)
        with CaptureQueriesContext(database) as queries:
            _get(client, url)
        counts[name] = len(queries)
    return counts


def _look(connection: Connection, lines: list[Entity]) -> list[float]:
    """Seconds of the page in the server, for one line and month after another."""
    application = get_internal_wsgi_application()
    cookies = client_of(connection).cookies.values()
    requests = RequestFactory(headers={"cookie": "; ".join(f"{one.key}={one.value}" for one in cookies)})
    taken = []
    gc.collect()
    for number in range(WARM + LOOKS):
        environ = requests.get(_address(connection, lines[number % len(lines)], number)).environ
        took, body = seconds_of(lambda environ=environ: answered(application, environ))  # type: ignore[misc]
        if body.count(b"data-row") != PAGE_ROWS:
            raise RuntimeError("the page that was measured is not a full one")
        if number >= WARM:
            taken.append(took)
    return taken


def _address(connection: Connection, line: Entity, number: int) -> str:
    first = (END - timedelta(days=31 * (1 + number // FEW_LINES % 10))).date().replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    values = {
        "period": "dates",
        "period_from": first.isoformat(),
        "period_to": last.isoformat(),
        "line": line.pk,
    }
    return f"{tenant_url(connection.tenant, 'telephony:call_list')}?{urlencode(values)}"


def answered(application: Application, environ: dict[str, Any]) -> bytes:
    """The body of one page, asked as a WSGI server asks."""
    states: list[str] = []
    answer: Any = application(environ, lambda state, headers, *rest: states.append(state))
    body = b"".join(answer)
    answer.close()
    if not states[0].startswith("200"):
        raise RuntimeError(f"{environ['PATH_INFO']} answered {states[0]}")
    return body


def client_of(connection: Connection) -> Client:
    client = Client()
    client.force_login(Membership.objects.get(tenant=connection.tenant).person)
    return client


def _get(client: Client, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")


def name_callers(connection: Connection) -> None:
    """The lines' names, and those of a fifth of the callers from outside."""
    number_names.refresh(connection)
    NumberName.objects.bulk_create(
        NumberName(number=f"+3326191{n:04d}", name=f"Caller {n}", source=NumberName.Source.PERSON)
        for n in range(OUTSIDE_NAMES)
    )


def fill(connection: Connection, lines: list[Entity], start: int, end: int) -> None:
    """Calls spread evenly over the year and the lines, made by the database; left as autovacuum leaves a table."""
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO telephony_call (tenant_id, connection_id, fold_key, started_at, medium, direction, outcome,"
            " caller, caller_reversed, callee, callee_reversed, duration_s, wait_s, cost_micros, unit, destination,"
            " line_id, line_remote_id, group_remote_id, record_count, is_time_ambiguous)"
            " SELECT %s, %s, 'c' || n, %s::timestamptz - (random() * %s) * interval '1 day', 'voice',"
            " CASE WHEN is_placed THEN 'outbound' ELSE 'inbound' END,"
            " (ARRAY['answered', 'answered', 'answered', 'missed', 'voicemail'])[1 + n %% 5],"
            " caller, reverse(caller), callee, reverse(callee), n %% 600, n %% 40,"
            " CASE WHEN is_placed THEN n %% 600 * 300 END, 'second', '', line.id, line.remote_id, '', 1, false"
            " FROM generate_series(%s::bigint, %s - 1) AS n"
            " JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, number, remote_id"
            "       FROM telephony_entity WHERE id = ANY(%s)) AS line ON line.place = n %% %s"
            " CROSS JOIN LATERAL (SELECT '+3326191' || lpad((n * 7919 %% 10000)::text, 4, '0') AS outside,"
            "                            n / 7 %% 10 < 4 AS is_placed) AS side"
            " CROSS JOIN LATERAL (SELECT CASE WHEN is_placed THEN line.number ELSE outside END AS caller,"
            "                            CASE WHEN is_placed THEN outside ELSE line.number END AS callee) AS sides",
            [
                *(connection.tenant_id, connection.pk, END, DAYS, start, end),
                *([line.pk for line in lines], len(lines)),
            ],
        )
        cursor.execute("VACUUM ANALYZE telephony_call")
