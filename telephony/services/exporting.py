"""Exports of the whole filter as jobs: batches by key, a file that grows, a cursor that survives a crash.

A job writes its rows as lines to a part file and commits how many bytes and rows it has; a worker that takes it over
cuts the part back to that length and goes on. The finished part becomes the CSV, the array of JSON (an object a line,
so that it can be read line by line, too), or is streamed into a workbook. What is small is made at once. What there is to
export: export_rows.py, export_subjects.py, and of pages views/page_exports.py. Where files lie: export_files.py.
"""

from __future__ import annotations

import errno
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from portal.lib.tabular import CSV_MARK, csv_text, json_array, write_xlsx
from telephony.models import AnyJob
from telephony.models.call_search import CallSearch
from telephony.services import export_files, ledger
from telephony.services.export_rows import Batch, CannotExport, Found, Subject, Whole
from telephony.services.export_subjects import SUBJECTS
from telephony.services.record_export import record_lines

RENEW_EVERY = 50_000  # rows of a workbook

Maker = Callable[[Any], Subject | Whole]  # of a job


def stop(job: AnyJob) -> None:
    """Write nothing more of it; what was written goes. Raises ledger.NotHeld where it has ended."""
    ledger.halt(job, (AnyJob.State.WAITING, AnyJob.State.RUNNING), state=AnyJob.State.STOPPED)
    export_files.delete(job)  # `expire` takes away what its worker was writing at this moment


def advance(job: AnyJob, makers: Mapping[str, Maker]) -> None:
    """Work on one leased export for at most TASK_BUDGET_S, in its person's language and zone. Safe to run again after
    any crash.

    `makers` know what there is to write, by the `what` of its parameters. Raises LeaseLost when another worker took over.
    """
    told = job.parameters
    with translation.override(told["language"]), timezone.override(ZoneInfo(told["zone"])):
        try:
            _write(job, makers[told["what"]](job))
        except CannotExport as reason:
            _fail(job, str(reason))
        except OSError as error:  # no room, or no folder: another try in a minute ends alike
            _fail(job, _reason(error))


def _reason(error: OSError) -> str:
    """For whoever waits, and for whoever they tell: the system's own word where we have none."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _("The file could not be written: no room is left on the disk. Tell whoever runs this portal.")
    told = {"reason": error.strerror}
    return _("The file could not be written (%(reason)s). Tell whoever runs this portal.") % told


def _fail(job: AnyJob, reason: str) -> None:
    ledger.write(job, state=AnyJob.State.FAILED, due_at=None, error=reason)


def _of_filter(job: AnyJob) -> Found:
    told = job.parameters
    return SUBJECTS[told["what"]](told, datetime.fromisoformat(told["asked_at"]), ZoneInfo(told["zone"]))


OF_FILTERS: Mapping[str, Maker] = dict.fromkeys(SUBJECTS, _of_filter)


def _write(job: AnyJob, subject: Subject | Whole) -> None:
    if isinstance(subject, Whole):
        ledger.write(job, state=AnyJob.State.RUNNING, total_rows=subject.rows, done_rows=subject.rows)
        content = subject.content(job.parameters["format"])
        _finish(job, subject.stem or _stem(subject.title), lambda target: target.write(content))
        return
    ends_at = time.monotonic() + settings.TASK_BUDGET_S
    if job.state == AnyJob.State.WAITING:
        ledger.write(job, state=AnyJob.State.RUNNING, total_rows=subject.count())
    part = export_files.file_of(job).with_suffix(".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    with part.open("ab") as file:
        if file.tell() < job.cursor.get("bytes", 0):  # the part is gone: what was written is written again
            ledger.write(job, cursor={}, done_rows=0)
        file.truncate(job.cursor.get("bytes", 0))
        while piece := _piece(job, subject):
            ledger.renew(job)  # whoever lost the lease writes nothing between the new holder's rows
            file.seek(0, 2)
            file.write(_lines(job, subject, piece.rows))
            file.flush()
            cursor = {"last": piece.last, "bytes": file.tell()}
            ledger.write(job, cursor=cursor, done_rows=job.done_rows + len(piece.rows))
            if time.monotonic() > ends_at or ledger.is_stopping():
                return
    _finish(job, _stem(subject.title), lambda target: _put_together(job, subject, part, target))
    part.unlink()  # last, so that a crash before finds it


def _piece(job: AnyJob, subject: Subject) -> Batch | None:
    """The rows after those that the job has, or lines of CSV; None where there are none."""
    last = job.cursor.get("last")
    if _is_copied(job, subject):
        assert isinstance(subject, Found)
        return subject.copied(last)
    return subject.batch(last, settings.EXPORT_BATCH)


def _is_copied(job: AnyJob, subject: Subject) -> bool:
    return job.parameters["format"] == "csv" and isinstance(subject, Found) and subject.lines is not None


def _lines(job: AnyJob, subject: Subject, rows: Sequence[Any]) -> bytes:
    """Rows as lines of the part."""
    if _is_copied(job, subject):
        return b"".join(rows)
    if job.parameters["format"] == "json":
        return "".join(f"{line}\n" for line in _records(subject, rows)).encode()
    cells = subject.cells(rows)
    if job.parameters["format"] == "csv":
        return csv_text(cells).encode()
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in cells).encode()


def _records(subject: Subject, rows: Sequence[Any]) -> list[str]:
    """A line for each row."""
    return [json.dumps(one, ensure_ascii=False) for one in subject.records(rows)]


def _put_together(job: AnyJob, subject: Subject, part: Path, target: IO[bytes]) -> None:
    with part.open(encoding="utf-8", newline="") as source:
        if job.parameters["format"] == "csv":
            target.write((CSV_MARK + csv_text([subject.heads])).encode())
            while chunk := source.read(1 << 20):
                target.write(chunk.encode())
        elif job.parameters["format"] == "json":
            for text in json_array(source):
                target.write(text.encode())
        else:
            write_xlsx(target, subject.title, subject.heads, _cells(job, source), subject.moments)


def _finish(job: AnyJob, stem: str, write: Callable[[IO[bytes]], Any]) -> None:
    path = export_files.file_of(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    ready = path.with_suffix(f".{job.fence}.ready")  # its own for each worker that gets so far
    with ready.open("wb") as target:
        write(target)
    ledger.renew(job)  # raises LeaseLost where another worker has it by now
    ready.replace(path)
    now = timezone.now()
    ledger.write(
        job,
        state=AnyJob.State.DONE,
        due_at=None,
        finished_at=now,
        expires_at=now + export_files.KEPT_FOR,
        file_name=f"{stem}.{job.parameters['format']}",
        file_bytes=path.stat().st_size,
    )


def _stem(title: str) -> str:
    return f"{slugify(title)[:150] or 'export'}-{timezone.localtime():%Y-%m-%d-%H%M}"


def _cells(job: AnyJob, lines: Iterable[str]) -> Iterator[list[Any]]:
    """The rows of a part; the lease is renewed while a long workbook is written."""
    for number, line in enumerate(lines, start=1):
        if number % RENEW_EVERY == 0:
            ledger.renew(job)
        yield json.loads(line)


def write_now(
    search: CallSearch, file_format: str, zone: ZoneInfo, target: Any, now: datetime
) -> Iterator[int]:
    """The same export straight into a binary file, for the command line; yields rows written so far.

    jsonl gives every provider record with its normalised columns and raw document.
    """
    subject = SUBJECTS["calls"]({"search": search.to_parameters()}, now, zone)
    batches = subject.batches(settings.EXPORT_BATCH)
    if file_format == "xlsx":
        rows = (row for batch in batches for row in subject.cells(batch))
        yield write_xlsx(target, subject.title, subject.heads, rows, subject.moments)
        return
    if file_format == "json":
        lines = (line for batch in batches for line in _records(subject, batch))
        for done, text in enumerate(json_array(lines)):
            target.write(text.encode())
            if done % settings.EXPORT_BATCH == 0:
                yield done
        return
    done, last = 0, None
    if file_format == "csv":
        target.write((CSV_MARK + csv_text([subject.heads])).encode())
        while piece := subject.copied(last):
            target.write(b"".join(piece.rows))
            done, last = done + len(piece.rows), piece.last
            yield done
        return
    for batch in batches:
        target.write(record_lines(batch).encode())
        done += len(batch)
        yield done
