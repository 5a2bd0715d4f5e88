"""The board of missed callers at a million calls of a tenant, its first page: of the last week, and of those that end
up to three days earlier. (Of older ones nobody waits among these calls: each number is talked with every few days.)

A time is that of the server, as in listing.py, whose calls and names these are.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable
from datetime import timedelta
from statistics import median
from urllib.parse import urlencode

from django.core.servers.basehttp import get_internal_wsgi_application
from django.test import RequestFactory

from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.bench.listing import MANY, PAGE_ROWS, answered, client_of, fill, name_callers
from telephony.bench.measuring import Figure, p95, seconds_of
from telephony.bench.world import END
from telephony.models import Connection, Entity

WARM, LOOKS, ENDS = 10, 100, 4


def measure(connection: Connection, many: int = MANY) -> Iterable[Figure]:
    """The 95th percentile in the server of a week's board, first page."""
    with tenant_scope(connection.tenant_id):
        name_callers(connection)
        fill(connection, list(Entity.objects.lines().order_by("pk")), 0, many)
    application = get_internal_wsgi_application()
    cookies = client_of(connection).cookies.values()
    requests = RequestFactory(headers={"cookie": "; ".join(f"{one.key}={one.value}" for one in cookies)})
    taken = []
    gc.collect()
    for number in range(WARM + LOOKS):
        environ = requests.get(_address(connection, number % ENDS)).environ
        took, body = seconds_of(lambda environ=environ: answered(application, environ))  # type: ignore[misc]
        if body.count(b"data-row") != PAGE_ROWS:
            raise RuntimeError("the page that was measured is not a full one")
        if number >= WARM:
            taken.append(took)
    detail = {"median_ms": round(median(taken) * 1000, 1), "pages": LOOKS, "rows_of_a_page": PAGE_ROWS}
    title = f"board of missed callers of a week, {many:,} calls, 95th percentile in the server"
    return [Figure(title, p95(taken) * 1000, 100, "ms", is_floor=False, detail=detail)]


def _address(connection: Connection, days_ago: int) -> str:
    last = (END - timedelta(days=1 + days_ago)).date()
    first = last - timedelta(days=6)
    values = {"period": "dates", "period_from": first.isoformat(), "period_to": last.isoformat()}
    return f"{tenant_url(connection.tenant, 'telephony:missed')}?{urlencode(values)}"
