"""What was asked of a provider, without secrets: health, latency and the operations pages read it.

Requests of people are written at once; those of workers in small batches, at the latest when their task ends.
"""

from __future__ import annotations

import threading
import time

from celery.signals import task_postrun
from django.core.signals import request_finished

from accounts.scoping import tenant_scope
from telephony.models import Connection, RequestLog
from telephony.providers.transport import Exchange

BATCH = 50
LONGEST_KEPT_S = 2.0


class _Waiting(threading.local):
    """The rows of this thread that are not written yet."""

    def __init__(self) -> None:
        self.rows: list[RequestLog] = []
        self.since = 0.0


_waiting = _Waiting()


class RequestRecorder:
    """The observer of one client."""

    def __init__(self, connection: Connection, *, is_person: bool) -> None:
        self.tenant_id = connection.tenant_id
        self.connection_id = connection.pk
        self.is_person = is_person

    def __call__(self, exchange: Exchange) -> None:
        row = RequestLog(
            tenant_id=self.tenant_id,
            connection_id=self.connection_id,
            operation=exchange.operation[:120],
            method=exchange.method[:8],
            status=exchange.status,
            error=exchange.error[:60],
            elapsed_ms=round(exchange.elapsed_s * 1000),
            is_person=self.is_person,
        )
        if not _waiting.rows:
            _waiting.since = time.monotonic()
        _waiting.rows.append(row)
        is_old = time.monotonic() - _waiting.since > LONGEST_KEPT_S
        if self.is_person or is_old or len(_waiting.rows) >= BATCH:
            flush()


def flush(*_args: object, **_kwargs: object) -> None:
    """Write this thread's waiting rows, each in its own tenant's scope; those of a deleted connection are dropped."""
    rows, _waiting.rows = _waiting.rows, []
    for tenant_id in {row.tenant_id for row in rows}:
        with tenant_scope(tenant_id, reason="the request log of a connection belongs to its tenant"):
            own = [row for row in rows if row.tenant_id == tenant_id]
            wanted = {row.connection_id for row in own}
            present = set(Connection.objects.filter(pk__in=wanted).values_list("pk", flat=True))
            RequestLog.objects.bulk_create([row for row in own if row.connection_id in present])


task_postrun.connect(flush, dispatch_uid="request_log")
request_finished.connect(flush, dispatch_uid="request_log")
