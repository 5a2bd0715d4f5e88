"""Exports of the whole filter as jobs: batches by key, a file that grows, a cursor that survives a crash.

A job writes its rows as CSV lines to a part file and commits how many bytes and rows it has; a worker that
takes it over cuts the part back to that length and goes on. The finished part becomes the CSV, or is
streamed into a workbook. Files live below `files/exports/<tenant>/`, expire, and are served by the page only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit
from accounts.models import AuditEvent, Person, Tenant
from accounts.scoping import current_tenant_id
from portal.lib.tabular import csv_text, write_xlsx
from telephony.models import Call, Job
from telephony.models.call_search import CallSearch, calls_in_scope
from telephony.models.change_search import ChangeSearch
from telephony.services import change_export, ledger
from telephony.services.number_names import names_of
from telephony.services.record_export import record_lines

FORMATS = ("csv", "xlsx")
RENEW_EVERY = 50_000  # rows of a workbook
KEPT_FOR = timedelta(days=7)
CSV_MARK = "\ufeff"  # spreadsheet programs take UTF-8 for granted only with it


@dataclass(frozen=True)
class ExportColumn:
    """One column: its head, and how it reads a call (`zone` for times, `names` by number)."""

    name: str
    head: Any
    value: Callable[[Call, ZoneInfo, Mapping[str, str]], Any]


def _money(call: Call) -> Any:
    return None if call.cost_micros is None else float(Decimal(call.cost_micros) / 1_000_000)


CALL_COLUMNS = (
    ExportColumn(
        "started_at",
        gettext_lazy("Started (%(zone)s)"),
        lambda call, zone, names: call.started_at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S"),
    ),
    ExportColumn("medium", gettext_lazy("Kind"), lambda call, zone, names: call.get_medium_display()),
    ExportColumn(
        "direction", gettext_lazy("Direction"), lambda call, zone, names: call.get_direction_display()
    ),
    ExportColumn("caller", gettext_lazy("From"), lambda call, zone, names: call.caller),
    ExportColumn(
        "caller_name", gettext_lazy("From, name"), lambda call, zone, names: names.get(call.caller, "")
    ),
    ExportColumn("callee", gettext_lazy("To"), lambda call, zone, names: call.callee),
    ExportColumn(
        "callee_name", gettext_lazy("To, name"), lambda call, zone, names: names.get(call.callee, "")
    ),
    ExportColumn("outcome", gettext_lazy("Outcome"), lambda call, zone, names: call.get_outcome_display()),
    ExportColumn("duration_s", gettext_lazy("Talk (s)"), lambda call, zone, names: call.duration_s),
    ExportColumn("wait_s", gettext_lazy("Wait (s)"), lambda call, zone, names: call.wait_s),
    ExportColumn("cost", gettext_lazy("Cost"), lambda call, zone, names: _money(call)),
    ExportColumn("currency", gettext_lazy("Currency"), lambda call, zone, names: call.connection.currency),
    ExportColumn("destination", gettext_lazy("Destination"), lambda call, zone, names: call.destination),
    ExportColumn("line", gettext_lazy("Line"), lambda call, zone, names: call.line.name if call.line else ""),
    ExportColumn("connection", gettext_lazy("Connection"), lambda call, zone, names: call.connection.name),
)


@dataclass(frozen=True)
class Subject:
    """What an export is of, newest first.

    title   names the file and its sheet
    at      the moment that orders the rows
    found   the rows that a filter leaves, of those made before the export was asked for
    heads, cells   the columns; a row of the table may take several lines
    """

    title: Any
    at: str
    found: Callable[[Mapping[str, Any], datetime], Any]
    heads: Callable[[ZoneInfo], list[str]]
    cells: Callable[[Sequence[Any], ZoneInfo], list[list[Any]]]


def request_export(
    tenant: Tenant, person: Person, search: CallSearch | ChangeSearch, file_format: str
) -> Job:
    """Put an export of the whole filter into the ledger; the worker makes it."""
    if file_format not in FORMATS:
        raise ValueError(f"no export as {file_format}")
    what = "changes" if isinstance(search, ChangeSearch) else "calls"
    parameters = {
        "what": what,
        "search": search.to_parameters(),
        "format": file_format,
        "zone": person.time_zone,
        "language": person.language,
        "asked_at": timezone.now().isoformat(),
    }
    words = _("Calls, as %(format)s") if what == "calls" else _("Changes, as %(format)s")
    label = words % {"format": file_format.upper()}
    with transaction.atomic():
        job = Job.objects.create(
            kind=Job.Kind.EXPORT, label=label, parameters=parameters, person=person, due_at=timezone.now()
        )
        ledger.hint(job)
    audit.record(
        AuditEvent.Verb.EXPORTED,
        tenant=tenant,
        person=person,
        object_label=label,
        detail={"filter": parameters["search"], "job": job.pk},
    )
    return job


def advance(job: Job) -> None:
    """Work on one leased export for at most TASK_BUDGET_S. Safe to run again after any crash.

    Raises LeaseLost when another worker took over.
    """
    ends_at = time.monotonic() + settings.TASK_BUDGET_S
    found = _found(job)
    if job.state == Job.State.WAITING:
        ledger.write(job, state=Job.State.RUNNING, total_rows=found.count())
    part = _path(job).with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        if file.tell() < job.cursor.get("bytes", 0):  # the part is gone: what was written is written again
            ledger.write(job, cursor={}, done_rows=0)
        file.truncate(job.cursor.get("bytes", 0))
        at = _subject(job).at
        while batch := list(_after(found, job.cursor, at)[: settings.EXPORT_BATCH]):
            text = _lines(job, batch).encode()
            ledger.renew(job)  # whoever lost the lease writes nothing between the new holder's rows
            file.seek(0, 2)
            file.write(text)
            file.flush()
            last = getattr(batch[-1], at).isoformat()
            cursor = {"at": last, "id": batch[-1].pk, "bytes": file.tell()}
            ledger.write(job, cursor=cursor, done_rows=job.done_rows + len(batch))
            if time.monotonic() > ends_at or ledger.is_stopping():
                return
    _finish(job, part)


def write_now(
    search: CallSearch, file_format: str, zone: ZoneInfo, target: Any, now: datetime
) -> Iterator[int]:
    """The same export straight into a binary file, for the command line; yields rows written so far.

    jsonl gives every provider record with its normalised columns and raw document.
    """
    calls = _narrowed(search, now)
    if file_format == "xlsx":
        yield write_xlsx(
            target, _("Calls"), heads(zone), (row for batch in _batches(calls) for row in rows(batch, zone))
        )
        return
    done = 0
    if file_format == "csv":
        target.write((CSV_MARK + csv_text([heads(zone)])).encode())
    for batch in _batches(calls):
        target.write(
            (record_lines(batch) if file_format == "jsonl" else csv_text(rows(batch, zone))).encode()
        )
        done += len(batch)
        yield done


def heads(zone: ZoneInfo) -> list[str]:
    return [
        str(column.head) % {"zone": zone.key} if "%(" in str(column.head) else str(column.head)
        for column in CALL_COLUMNS
    ]


def rows(batch: Sequence[Call], zone: ZoneInfo) -> list[list[Any]]:
    """A batch of calls as cells; names come with one query."""
    names = names_of(number for call in batch for number in (call.caller, call.callee))
    return [[column.value(call, zone, names) for column in CALL_COLUMNS] for call in batch]


def file_of(job: Job) -> Path:
    """Where the finished file lies. Only the page that checked the person's right may open it."""
    return _path(job)


def expire(now: datetime) -> int:
    """Delete files past their time, and what exports that were given up had written; returns how many jobs."""
    exports = Job.objects.filter(kind=Job.Kind.EXPORT)
    gone = 0
    for job in exports.filter(state=Job.State.DONE, expires_at__lt=now):
        _delete_files(job)
        job.state = Job.State.EXPIRED
        job.save(update_fields=["state"])
        gone += 1
    for job in exports.filter(state=Job.State.FAILED, finished_at=None):
        _delete_files(job)
        job.cursor, job.finished_at = {}, now
        job.save(update_fields=["cursor", "finished_at"])
        gone += 1
    return gone


def _delete_files(job: Job) -> None:
    for path in _path(job).parent.glob(f"{job.pk}.*"):  # with what a worker that died left behind
        path.unlink(missing_ok=True)


def _narrowed(search: CallSearch, now: datetime) -> Any:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    return search.narrow(calls_in_scope().filter(started_at__lt=now), region=tenant.region)


SUBJECTS = {
    "calls": Subject(
        title=gettext_lazy("Calls"),
        at="started_at",
        found=lambda parameters, before: _narrowed(CallSearch.from_parameters(parameters), before),
        heads=heads,
        cells=rows,
    ),
    "changes": Subject(
        title=gettext_lazy("Changes"),
        at="created_at",
        found=lambda parameters, before: change_export.queryset(
            ChangeSearch.from_parameters(parameters), before
        ),
        heads=change_export.heads,
        cells=change_export.cells,
    ),
}


def _subject(job: Job) -> Subject:
    return SUBJECTS[job.parameters.get("what", "calls")]


def _found(job: Job) -> Any:
    asked_at = datetime.fromisoformat(job.parameters["asked_at"])
    return _subject(job).found(job.parameters["search"], asked_at)


def _after(found: Any, cursor: Mapping[str, Any], by: str = "started_at") -> Any:
    ordered = found.order_by(f"-{by}", "-id")
    if not cursor:
        return ordered
    at = datetime.fromisoformat(cursor["at"])
    earlier = Q(**{f"{by}__lt": at}) | Q(**{by: at, "pk__lt": cursor["id"]})
    return ordered.filter(earlier).filter(**{f"{by}__lte": at})


def _batches(calls: Any) -> Iterator[list[Call]]:
    cursor: dict[str, Any] = {}
    while batch := list(_after(calls, cursor)[: settings.EXPORT_BATCH]):
        yield batch
        cursor = {"at": batch[-1].started_at.isoformat(), "id": batch[-1].pk}


def _lines(job: Job, batch: Sequence[Any]) -> str:
    zone = ZoneInfo(job.parameters["zone"])
    with translation.override(job.parameters["language"]):
        cells = _subject(job).cells(batch, zone)
    if job.parameters["format"] == "csv":
        return csv_text(cells)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in cells)


def _finish(job: Job, part: Path) -> None:
    zone = ZoneInfo(job.parameters["zone"])
    path = _path(job)
    with translation.override(job.parameters["language"]):
        first = _subject(job).heads(zone)
        title = str(_subject(job).title)
    ready = path.with_suffix(f".{job.fence}.ready")  # its own for each worker that gets so far
    with part.open(encoding="utf-8", newline="") as source, ready.open("wb") as target:
        if job.parameters["format"] == "csv":
            target.write((CSV_MARK + csv_text([first])).encode())
            while chunk := source.read(1 << 20):
                target.write(chunk.encode())
        else:
            write_xlsx(target, title, first, _cells(job, source))
    ledger.renew(job)  # raises LeaseLost where another worker has it by now
    ready.replace(path)
    now = timezone.now()
    ledger.write(
        job,
        state=Job.State.DONE,
        due_at=None,
        finished_at=now,
        expires_at=now + KEPT_FOR,
        file_name=f"{slugify(title)}-{now.astimezone(zone):%Y-%m-%d-%H%M}.{job.parameters['format']}",
        file_bytes=path.stat().st_size,
    )
    part.unlink()  # last, so that a crash before finds it


def _cells(job: Job, lines: Iterable[str]) -> Iterator[list[Any]]:
    """The rows of a part; the lease is renewed while a long workbook is written."""
    for number, line in enumerate(lines, start=1):
        if number % RENEW_EVERY == 0:
            ledger.renew(job)
        yield json.loads(line)


def _path(job: Job) -> Path:
    return (
        Path(settings.DATA_DIR)
        / "files"
        / "exports"
        / str(job.tenant_id)
        / f"{job.pk}.{job.parameters['format']}"
    )
