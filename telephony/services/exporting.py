"""Exports of the whole filter as jobs: batches by key, a file that grows, a cursor that survives a crash.

A job writes its rows as lines to a part file and commits how many bytes and rows it has; a worker that takes it over
cuts the part back to that length and goes on. The finished part becomes the CSV, the array of JSON (an object a line,
so that it can be read line by line, too), or is streamed into a workbook. What there is to export:
export_subjects.py. Files live below `files/exports/<tenant>/`, expire, and are served by the page only.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Person, Tenant
from portal.lib.tabular import CSV_MARK, csv_text, json_array, write_xlsx
from telephony.models import Job
from telephony.models.call_search import CallSearch
from telephony.models.change_search import ChangeSearch
from telephony.models.entity_search import EntitySearch
from telephony.services import ledger, object_export
from telephony.services.export_subjects import SUBJECTS, Subject
from telephony.services.record_export import record_lines

FORMATS = ("csv", "xlsx", "json")
RENEW_EVERY = 50_000  # rows of a workbook
KEPT_FOR = timedelta(days=7)


def request_export(
    tenant: Tenant, person: Person, search: CallSearch | ChangeSearch, file_format: str
) -> Job:
    """Put an export of the whole filter into the ledger; the worker makes it."""
    is_of_changes = isinstance(search, ChangeSearch)
    words = _("Changes, as %(format)s") if is_of_changes else _("Calls, as %(format)s")
    label = words % {"format": file_format.upper()}
    parameters = {"what": "changes" if is_of_changes else "calls", "search": search.to_parameters()}
    return _request(tenant, person, label, file_format, parameters)


def request_objects(
    tenant: Tenant, person: Person, search: EntitySearch, title: str, file_format: str
) -> Job:
    """The same of a list of objects, as a file that can be edited and brought back. `title` is the list's."""
    label = _("%(list)s, as %(format)s") % {"list": title, "format": file_format.upper()}
    parameters = {
        "what": "objects",
        "search": search.to_parameters(),
        "title": title,
        "columns": object_export.heads(search),
    }
    return _request(tenant, person, label, file_format, parameters)


def _request(
    tenant: Tenant, person: Person, label: str, file_format: str, parameters: Mapping[str, Any]
) -> Job:
    if file_format not in FORMATS:
        raise ValueError(f"no export as {file_format}")
    told = {
        **parameters,
        "format": file_format,
        "zone": person.time_zone,
        "language": person.language,
        "asked_at": timezone.now().isoformat(),
    }
    with transaction.atomic():
        job = Job.objects.create(
            kind=Job.Kind.EXPORT, label=label[:250], parameters=told, person=person, due_at=timezone.now()
        )
        ledger.hint(job)
    audit.record(
        AuditEvent.Verb.EXPORTED,
        tenant=tenant,
        person=person,
        object_label=label,
        detail={"filter": told["search"], "job": job.pk},
    )
    return job


def request_again(job: Job, person: Person) -> Job:
    """The same export of what its filter leaves now, as a job of its own."""
    told = {name: job.parameters[name] for name in ("what", "search", "title") if name in job.parameters}
    if told["what"] == "objects":
        told["columns"] = object_export.heads(EntitySearch.from_parameters(told["search"]))
    return _request(job.tenant, person, job.label, job.parameters["format"], told)


def stop(job: Job) -> None:
    """Write nothing more of it; what was written goes. Raises ledger.NotHeld where it has ended."""
    ledger.halt(job, (Job.State.WAITING, Job.State.RUNNING), state=Job.State.STOPPED)
    _delete_files(job)  # `expire` takes away what its worker was writing at this moment


def advance(job: Job) -> None:
    """Work on one leased export for at most TASK_BUDGET_S. Safe to run again after any crash.

    Raises LeaseLost when another worker took over.
    """
    try:
        _write(job)
    except OSError as error:  # no room, or no folder: another try in a minute ends alike
        with translation.override(job.parameters["language"]):
            told = _("The file could not be written: %(reason)s.") % {"reason": error.strerror}
        ledger.write(job, state=Job.State.FAILED, due_at=None, error=told)


def _write(job: Job) -> None:
    ends_at = time.monotonic() + settings.TASK_BUDGET_S
    subject = _subject(job)
    if job.state == Job.State.WAITING:
        ledger.write(job, state=Job.State.RUNNING, total_rows=subject.found.count())
    part = _path(job).with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        if file.tell() < job.cursor.get("bytes", 0):  # the part is gone: what was written is written again
            ledger.write(job, cursor={}, done_rows=0)
        file.truncate(job.cursor.get("bytes", 0))
        while piece := _piece(job, subject):
            ledger.renew(job)  # whoever lost the lease writes nothing between the new holder's rows
            file.seek(0, 2)
            file.write(piece.content)
            file.flush()
            cursor = {"last": piece.last, "bytes": file.tell()}
            ledger.write(job, cursor=cursor, done_rows=job.done_rows + piece.rows)
            if time.monotonic() > ends_at or ledger.is_stopping():
                return
    _finish(job, subject, part)


class Piece(NamedTuple):
    """Some rows as lines of the part; `last` is where the last of them stands."""

    content: bytes
    rows: int
    last: list[Any]


def _piece(job: Job, subject: Subject) -> Piece | None:
    """The rows after those that the job has; None where there are none."""
    last = job.cursor.get("last")
    if subject.copied and job.parameters["format"] == "csv":
        with translation.override(job.parameters["language"]):
            return _copied(subject, last)
    batch = list(_after(subject, last)[: settings.EXPORT_BATCH])
    if not batch:
        return None
    return Piece(_lines(job, subject, batch).encode(), len(batch), _place_of(subject, batch[-1]))


def _copied(subject: Subject, last: Sequence[Any] | None) -> Piece | None:
    """As many rows at once as the database writes while one waits, in the language in force."""
    assert subject.copied is not None
    names = [name.lstrip("-") for name in subject.order]
    places = _after(subject, last).values_list(*names, named=True)
    found = list(places[settings.EXPORT_COPY - 1 : settings.EXPORT_COPY]) or list(places.reverse()[:1])
    if not found:
        return None
    end = _place_of(subject, found[0])
    lines = list(subject.copied(_up_to(subject, _after(subject, last), end)))
    return Piece(b"".join(lines), len(lines), end)


def write_now(
    search: CallSearch, file_format: str, zone: ZoneInfo, target: Any, now: datetime
) -> Iterator[int]:
    """The same export straight into a binary file, for the command line; yields rows written so far.

    jsonl gives every provider record with its normalised columns and raw document.
    """
    subject = SUBJECTS["calls"]({"search": search.to_parameters()}, now, zone)
    if file_format == "xlsx":
        rows = (row for batch in _batches(subject) for row in subject.cells(batch))
        yield write_xlsx(target, subject.title, subject.heads, rows)
        return
    if file_format == "json":
        lines = (line for batch in _batches(subject) for line in _records(subject, batch))
        for done, text in enumerate(json_array(lines)):
            target.write(text.encode())
            if done % settings.EXPORT_BATCH == 0:
                yield done
        return
    done, last = 0, None
    if file_format == "csv":
        target.write((CSV_MARK + csv_text([subject.heads])).encode())
        while piece := _copied(subject, last):
            target.write(piece.content)
            done, last = done + piece.rows, piece.last
            yield done
        return
    for batch in _batches(subject):
        target.write(record_lines(batch).encode())
        done += len(batch)
        yield done


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
    for job in exports.filter(state__in=(Job.State.FAILED, Job.State.STOPPED), finished_at=None):
        _delete_files(job)
        job.cursor, job.finished_at = {}, now
        job.save(update_fields=["cursor", "finished_at"])
        gone += 1
    return gone


def forget_some(before: datetime, most: int) -> int:
    """Delete so many exports of the scope's tenant with what is left of their files; how many."""
    old = list(
        Job.objects.filter(kind=Job.Kind.EXPORT, created_at__lt=before, due_at=None).order_by("pk")[:most]
    )
    for job in old:
        _delete_files(job)
    Job.objects.filter(pk__in=[job.pk for job in old]).delete()
    return len(old)


def _delete_files(job: Job) -> None:
    for path in _path(job).parent.glob(f"{job.pk}.*"):  # with what a worker that died left behind
        path.unlink(missing_ok=True)


def _subject(job: Job) -> Subject:
    told = job.parameters
    with translation.override(told["language"]):
        make = SUBJECTS[told.get("what", "calls")]
        return make(told, datetime.fromisoformat(told["asked_at"]), ZoneInfo(told["zone"]))


def _place_of(subject: Subject, row: Any) -> list[Any]:
    """Where a row stands in the order, as JSON has it."""
    values = [getattr(row, name.lstrip("-")) for name in subject.order]
    return [value.isoformat() if isinstance(value, datetime) else value for value in values]


def _after(subject: Subject, last: Sequence[Any] | None) -> Any:
    """The rows after the one that stands at `last`, in order."""
    ordered = subject.found.order_by(*subject.order)
    if not last:
        return ordered
    beyond, same = Q(), Q()
    for name, value in zip(subject.order, last, strict=True):
        path, way = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
        beyond |= same & Q(**{f"{path}__{way}": value})
        same &= Q(**{path: value})
    first, way = subject.order[0].lstrip("-"), "lte" if subject.order[0].startswith("-") else "gte"
    return ordered.filter(beyond).filter(**{f"{first}__{way}": last[0]})  # enters an index at its place


def _up_to(subject: Subject, rows: Any, end: Sequence[Any]) -> Any:
    """Those of the rows that do not stand after `end`."""
    before, same = Q(), Q()
    for name, value in zip(subject.order, end, strict=True):
        path, way = name.lstrip("-"), "gt" if name.startswith("-") else "lt"
        before |= same & Q(**{f"{path}__{way}": value})
        same &= Q(**{path: value})
    first, way = subject.order[0].lstrip("-"), "gte" if subject.order[0].startswith("-") else "lte"
    return rows.filter(before | same).filter(**{f"{first}__{way}": end[0]})


def _batches(subject: Subject) -> Iterator[list[Any]]:
    last: list[Any] | None = None
    while batch := list(_after(subject, last)[: settings.EXPORT_BATCH]):
        yield batch
        last = _place_of(subject, batch[-1])


def _records(subject: Subject, batch: Sequence[Any]) -> list[str]:
    """A line for each row."""
    return [json.dumps(one, ensure_ascii=False) for one in subject.records(batch)]


def _lines(job: Job, subject: Subject, batch: Sequence[Any]) -> str:
    if job.parameters["format"] == "json":
        return "".join(f"{line}\n" for line in _records(subject, batch))
    with translation.override(job.parameters["language"]):
        cells = subject.cells(batch)
    if job.parameters["format"] == "csv":
        return csv_text(cells)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in cells)


def _finish(job: Job, subject: Subject, part: Path) -> None:
    zone = ZoneInfo(job.parameters["zone"])
    path = _path(job)
    ready = path.with_suffix(f".{job.fence}.ready")  # its own for each worker that gets so far
    with part.open(encoding="utf-8", newline="") as source, ready.open("wb") as target:
        if job.parameters["format"] == "csv":
            target.write((CSV_MARK + csv_text([subject.heads])).encode())
            while chunk := source.read(1 << 20):
                target.write(chunk.encode())
        elif job.parameters["format"] == "json":
            for text in json_array(source):
                target.write(text.encode())
        else:
            write_xlsx(target, subject.title, subject.heads, _cells(job, source))
    ledger.renew(job)  # raises LeaseLost where another worker has it by now
    ready.replace(path)
    now = timezone.now()
    ledger.write(
        job,
        state=Job.State.DONE,
        due_at=None,
        finished_at=now,
        expires_at=now + KEPT_FOR,
        file_name=f"{slugify(subject.title)}-{now.astimezone(zone):%Y-%m-%d-%H%M}.{job.parameters['format']}",
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
