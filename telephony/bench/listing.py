"""The first page of calls filtered by line and month: a million calls against ten thousand."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.bench.measuring import Figure, p95, seconds
from telephony.bench.world import DAYS, END
from telephony.models import Connection, Entity

FEW, MANY = 10_000, 1_000_000
LOOKS = 60
LISTS = (
    "telephony:call_list",
    "telephony:line_list",
    "telephony:number_list",
    "telephony:connection_list",
    "telephony:change_list",
    "telephony:job_list",
)
WARM = 5


def measure(connection: Connection, many: int = MANY) -> list[Figure]:
    """How much longer the page takes when the table has grown, and its 95th percentile in the server."""
    with tenant_scope(connection.tenant_id):
        _fill(connection, 0, FEW)
        few, few_queries = _look(connection), _queries(connection)
        _fill(connection, FEW, many)
        large, many_queries = _look(connection), _queries(connection)
    more = sum(many_queries[name] > few_queries[name] for name in few_queries)
    median_few, median_large = sorted(few)[LOOKS // 2], sorted(large)[LOOKS // 2]
    detail = {
        "few_ms": round(median_few * 1000, 1),
        "many_ms": round(median_large * 1000, 1),
        "p95_ms": round(p95(large) * 1000, 1),
    }
    title = f"first page of calls by line and month, {many:,} calls against {FEW:,}"
    return [
        Figure(title, median_large / median_few, 1.3, is_floor=False, detail=detail),
        Figure(
            "its 95th percentile in the server", p95(large) * 1000, 60, "ms", is_floor=False, detail=detail
        ),
        Figure("list pages that take more queries then", more, 0, "", is_floor=False, detail=many_queries),
    ]


def _queries(connection: Connection) -> dict[str, int]:
    """How many queries the first page of each list of a tenant takes."""
    client = _client(connection)
    counts = {}
    for name in LISTS:
        url = tenant_url(connection.tenant, name)
        _get(client, url)
        with CaptureQueriesContext(database) as queries:
            _get(client, url)
        counts[name] = len(queries)
    return counts


def _look(connection: Connection) -> list[float]:
    """Seconds of the page in the server, for one line and month after another."""
    tenant = connection.tenant
    client = _client(connection)
    lines = list(Entity.objects.lines().values_list("pk", flat=True))
    taken = []
    for number in range(WARM + LOOKS):
        first = (END - timedelta(days=31 * (1 + number % 10))).date().replace(day=1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        values = {
            "period": "dates",
            "period_from": first.isoformat(),
            "period_to": last.isoformat(),
            "line": lines[number % len(lines)],
        }
        url = f"{tenant_url(tenant, 'telephony:call_list')}?{urlencode(values)}"
        took = seconds(lambda url=url: _get(client, url))  # type: ignore[misc]
        if number >= WARM:
            taken.append(took)
    return taken


def _client(connection: Connection) -> Client:
    client = Client()
    client.force_login(Membership.objects.get(tenant=connection.tenant).person)
    return client


def _get(client: Client, url: str) -> None:
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")


def _fill(connection: Connection, start: int, end: int) -> None:
    """Calls spread over the year and the lines, made by the server itself."""
    with database.cursor() as cursor:
        cursor.execute(
            "INSERT INTO telephony_call (tenant_id, connection_id, fold_key, started_at, medium, direction, outcome,"
            " caller, caller_reversed, callee, callee_reversed, duration_s, unit, destination, line_id,"
            " line_remote_id, group_remote_id, record_count, is_time_ambiguous)"
            " SELECT %s, %s, 'c' || n, %s::timestamptz - (random() * %s) * interval '1 day', 'voice', 'inbound',"
            " (ARRAY['answered', 'answered', 'answered', 'missed'])[1 + n %% 4],"
            " other.number, reverse(other.number), line.number, reverse(line.number), n %% 600, '', '', line.id,"
            " line.remote_id, '', 1, false"
            " FROM generate_series(%s, %s - 1) AS n"
            " CROSS JOIN LATERAL (SELECT '+3326191' || lpad((n * 7919 %% 10000)::text, 4, '0') AS number) AS other"
            " JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, number, remote_id"
            "       FROM telephony_entity WHERE connection_id = %s) AS line ON line.place = n %% 60",
            [connection.tenant_id, connection.pk, END, DAYS, start, end, connection.pk],
        )
        cursor.execute("ANALYZE telephony_call")
