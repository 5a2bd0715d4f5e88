"""An export of many calls as a job makes it: its CSV against COPY TO of the same rows, and the memory of its workbook.

Memory is the most that a process of its own ever held, interpreter and Django among it: what a worker needs.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from itertools import islice
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings
from django.db import connection as database

from accounts.models import AuditEvent, Membership, Person
from accounts.scoping import tenant_scope
from portal.ui.links import tenant_url
from telephony.bench.listing import fill, name_callers
from telephony.bench.measuring import Figure, seconds_of
from telephony.bench.serving import environment
from telephony.models import AnyJob, Connection, Entity
from telephony.models.call_search import CallSearch
from telephony.services import export_asking

MANY = 1_000_000
COLUMNS = (
    "started_at, medium, direction, caller, callee, outcome, duration_s, wait_s, cost_micros, destination,"
    " line_id, connection_id"
)


def measure(connection: Connection, many: int = MANY) -> Iterable[Figure]:
    with tenant_scope(connection.tenant_id):
        name_callers(connection)
        fill(connection, list(Entity.objects.lines().order_by("pk")), 0, many)
        copied, size = seconds_of(lambda: _copy(connection.tenant_id))
        jobs = {one: _asked(connection, one) for one in ("csv", "xlsx", "json")}
        jobs["list"] = _audited(connection, many // 5)
    detail: dict[str, Any] = {"copy_s": round(copied, 1), "copy_bytes": size, "rows": many}
    made = {name: _made(connection, job) for name, job in jobs.items()}
    detail |= made
    yield Figure(
        f"CSV of {many:,} calls against COPY TO of the same rows",
        copied / made["csv"]["s"],
        0.4,
        detail=detail,
    )
    for name in ("xlsx", "csv", "json"):
        title = f"most memory of the process that made the {name.upper()}"
        yield Figure(title, made[name]["mb"], 250, "MB", is_floor=False, detail=made[name])
    title = f"most memory of the process that made the XLSX of a list of {many // 5:,} rows"
    yield Figure(title, made["list"]["mb"], 250, "MB", is_floor=False, detail=made["list"])


def _copy(tenant_id: int) -> int:
    """What PostgreSQL alone can do: bytes of its CSV, in the order of the export."""
    statement = (
        f"COPY (SELECT {COLUMNS} FROM telephony_call WHERE tenant_id = {int(tenant_id)}"
        " ORDER BY started_at DESC, id DESC) TO STDOUT WITH (FORMAT csv)"
    )
    size = 0
    with (
        TemporaryFile(dir=settings.DATA_DIR) as file,
        database.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for piece in copy:
            size += file.write(piece)
    return size


def _asked(connection: Connection, file_format: str) -> AnyJob:
    return export_asking.request_export(connection.tenant, _person(connection), CallSearch(), file_format)


def _audited(connection: Connection, many: int) -> AnyJob:
    """A list as its page shows it, cell by cell: so many lines of the audit."""
    person = _person(connection)
    lines = (
        AuditEvent(verb=AuditEvent.Verb.CHANGED, tenant=connection.tenant, object_label=f"Line {number}")
        for number in range(many)
    )
    while batch := list(islice(lines, 5_000)):
        AuditEvent.objects.bulk_create(batch)
    page = {"path": tenant_url(connection.tenant, "accounts:audit"), "query": "verb=changed"}
    return export_asking.request_page(connection.tenant, person, "Audit", "xlsx", page)


def _person(connection: Connection) -> Person:
    found = Membership.objects.select_related("person").filter(tenant=connection.tenant_id)
    return found[0].person


def _made(connection: Connection, job: AnyJob) -> dict[str, Any]:
    """Seconds of work and the most memory, told by a process that made this export and nothing else."""
    words = [sys.executable, "-m", "telephony.bench.export_worker", str(connection.tenant_id), str(job.pk)]
    done = subprocess.run(
        words, env=environment(), cwd=settings.BASE_DIR, check=True, stdout=subprocess.PIPE, text=True
    )
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
