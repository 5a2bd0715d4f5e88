"""A large file of edited objects, compared by the worker: kept on disk until then, with progress, and then a draft.

What a comparison does is in bulk_sheet.py; a small file is compared while the person waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from portal.lib.uploaded_rows import UnreadableFile, rows_in
from telephony.models import Job
from telephony.services import bulk, bulk_sheet, ledger
from telephony.services.bulk_sheet import BadSheet

ROWS_AT_ONCE = 300  # are compared in less than a second
KEPT = timedelta(days=1)
MOST_ERRORS = 50  # of a file, kept to be shown
OPEN = (Job.State.WAITING, Job.State.RUNNING)


def receive(content: bytes, person: Person, job: Job | None = None) -> Job:
    """The draft of an uploaded file, or of a large one the job that compares it first.

    job   a draft whose objects alone the file may name; it is the one that is returned then

    Raises UnreadableFile, BadSheet and bulk.NotOpen.
    """
    count = rows_in(content) - 1
    if count <= ROWS_AT_ONCE:
        return bulk_sheet.take(content, person, job)
    with transaction.atomic():
        job = bulk.held(job, Job.State.DRAFT) if job else _new(person, count)
        job.parameters = {**bulk.without_faults(job), "upload": count}
        job.state, job.done_rows, job.due_at = Job.State.WAITING, 0, timezone.now()
        job.save()
        path = _path(job)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        ledger.hint(job)
    return job


def _new(person: Person, count: int) -> Job:
    words = ngettext("File of %(n)s line", "File of %(n)s lines", count) % {"n": number_format(count)}
    return Job(kind=Job.Kind.BULK, person=person, label=words, total_rows=count)


def is_compared(job: Job) -> bool:
    """Whether its file is still to be compared."""
    return "upload" in job.parameters


def advance(job: Job) -> None:
    """Compare the file of a leased job; begun anew after a crash, for nothing was kept of it yet. Raises LeaseLost."""
    ledger.write(job, state=Job.State.RUNNING, error="", done_rows=0)
    try:
        content = _path(job).read_bytes()
        taken = bulk_sheet.compare(content, _allowed(job), lambda done: ledger.write(job, done_rows=done))
    except FileNotFoundError:
        _give_up(job, BadSheet([_("The file is gone. Bring it in once more.")]))
    except UnreadableFile as error:
        _give_up(job, BadSheet([error]))
    except BadSheet as bad:
        _give_up(job, bad)
    else:
        with transaction.atomic():
            ledger.renew(job)
            job.parameters = _compared(job)
            bulk_sheet.keep(taken, job)
    _path(job).unlink(missing_ok=True)


def stop(job: Job) -> None:
    """Forget the file; a draft that it was for is what it was. Raises ledger.NotHeld."""
    ledger.halt(job, OPEN, parameters=_compared(job), **_rested(job, Job.State.STOPPED))
    _path(job).unlink(missing_ok=True)


def forget_old(now: datetime) -> None:
    """Delete files that nobody compared any more: their jobs are gone, or were given up."""
    for path in _folder().glob("*/*.upload"):
        if path.stat().st_mtime < (now - KEPT).timestamp():
            path.unlink(missing_ok=True)


def _allowed(job: Job) -> set[int] | None:
    """The objects of the draft that the file is for; None where it makes one."""
    return set(job.rows.values_list("entity", flat=True)) or None


def _compared(job: Job) -> dict[str, object]:
    return {name: value for name, value in job.parameters.items() if name != "upload"}


def _rested(job: Job, state: str) -> dict[str, object]:
    """How a job stands whose file came to nothing: the draft that it was, or ended."""
    is_draft = job.rows.exists()
    return {
        "state": Job.State.DRAFT if is_draft else state,
        "finished_at": None if is_draft else timezone.now(),
        "due_at": None,
    }


def _give_up(job: Job, bad: BadSheet) -> None:
    told = {"sheet_errors": [str(one) for one in bad.faults[:MOST_ERRORS]], "sheet_count": len(bad.faults)}
    ledger.write(job, parameters={**_compared(job), **told}, **_rested(job, Job.State.FAILED))


def _path(job: Job) -> Path:
    return _folder() / str(job.tenant_id) / f"{job.pk}.upload"


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "files" / "sheets"
