"""Objects as a file, edited elsewhere, and back in: what differs from what is there becomes the rows of a draft.

Which columns there are, and how a line finds its object, is in sheet_reading.py. Nothing is lost without a word: a cell
that cannot be is a row that is not possible, a line that names no object is a fault that the draft remembers.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from portal.lib.tabular import CSV_MARK, csv_text, guarded, write_xlsx
from portal.lib.uploaded_rows import MOST_BYTES, UnreadableFile, read_rows
from telephony.models import BulkRow, Job
from telephony.services import bulk, bulk_choice, ledger
from telephony.services.sheet_reading import KEY, cells_of, heads_of
from telephony.services.sheet_taking import Fault, Taken

__all__ = ["MOST_BYTES", "BadSheet", "Fault", "UnreadableFile", "sheet", "take"]
PIECE = 250  # lines that are compared together
MOST_FAULTS = 50  # of lines without an object, kept with the draft
State = BulkRow.State


class BadSheet(Exception):
    """Nothing was taken over; `faults` say why as text, in the order of the file."""

    def __init__(self, faults: Sequence[Any]) -> None:
        super().__init__(f"{len(faults)} faults")
        self.faults = list(faults)


# ---- out ----


def sheet(job: Job, operation: str, file_format: str) -> bytes:
    """All objects of a draft with what the cache says of them, the fields of one operation as columns."""
    chosen = list(
        bulk.chosen(job).select_related("connection", "connection__credential", "connection__tenant")
    )
    order = dict(job.rows.values_list("entity", "position"))
    chosen.sort(key=lambda one: order[one.pk])
    heads = heads_of(bulk_choice.samples(bulk.chosen(job)), operation)
    lines = [[guarded(cell) for cell in line] for line in cells_of(chosen, heads, operation)]
    if file_format == "csv":
        return (CSV_MARK + csv_text([heads, *lines])).encode()
    out = io.BytesIO()
    write_xlsx(out, job.label, heads, lines)
    return out.getvalue()


# ---- in ----


def take(content: bytes, person: Person, job: Job | None = None) -> Job:
    """Make what a file changes the rows of a draft: a new one, or `job`, whose objects alone it may name then.

    Raises UnreadableFile, BadSheet where no line of it can be written, and bulk.NotOpen where the job was started.
    """
    taken = compare(content, set(job.rows.values_list("entity", flat=True)) if job else None)
    with transaction.atomic():
        job = bulk.held(job, Job.State.DRAFT) if job else Job(kind=Job.Kind.BULK, person=person)
        keep(taken, job)
    bulk.judge_first(job)
    return job


def compare(
    content: bytes, allowed: Collection[int] | None = None, tell: Callable[[int], object] = lambda done: None
) -> Taken:
    """What a file changes.

    allowed   the objects that it may name; None: all
    tell      hears how many lines have been compared, now and then

    Raises UnreadableFile, and BadSheet where no line of it can be written.
    """
    uploaded = read_rows(content)
    heads = _heads(uploaded.rows)
    taken = Taken(allowed)
    lines = list(enumerate(uploaded.rows[1:], start=2))
    for begin in range(0, len(lines), PIECE):
        taken.add(lines[begin : begin + PIECE], heads, uploaded)
        tell(min(begin + PIECE, len(lines)))
    if unknown := [Fault(1, head, _("There is no such column.")) for head in taken.unknown_among(heads)]:
        raise BadSheet(unknown)
    taken.refuse_unknown_references()
    if not any(row.state == State.NEW for row in taken.rows):
        same = Fault(1, "", _("It says what is there already; nothing would be written."))
        raise BadSheet([*taken.faults, *taken.told_faults] or [same])
    return taken


def _heads(rows: Sequence[Sequence[str]]) -> list[str]:
    heads = [head.strip() for head in rows[0]] if rows else []
    faults = [
        Fault(1, head, _("The column is there twice."))
        for head in dict.fromkeys(filter(None, heads))
        if heads.count(head) > 1
    ]
    if KEY not in heads:
        faults.append(Fault(1, KEY, _("The column is missing.")))
    if faults:
        raise BadSheet(faults)
    return heads


def keep(taken: Taken, job: Job) -> None:
    """Make what a file changes the rows of a job, in place of those that it has; it is a draft then. In a transaction
    that holds the job."""
    faults = [str(one) for one in taken.faults[:MOST_FAULTS]]
    parameters = {"file": True, "faults": faults, "fault_count": len(taken.faults), "same": taken.same}
    job.label, job.state = _label(taken.rows), Job.State.DRAFT
    job.parameters = {**job.parameters, **parameters}
    job.total_rows, job.done_rows, job.due_at = len(taken.rows), 0, timezone.now()
    job.save()
    job.rows.all().delete()
    for position, row in enumerate(taken.rows):
        row.job, row.position = job, position
    BulkRow.objects.bulk_create(taken.rows, batch_size=2000)
    ledger.hint(job)


def _label(rows: Sequence[BulkRow]) -> str:
    titles = dict.fromkeys(_titles(rows))
    count = len({row.entity_id for row in rows})
    words = ngettext("%(count)s object from a file", "%(count)s objects from a file", count) % {
        "count": count
    }
    if not titles:
        return words
    return (_("%(what)s: %(fields)s") % {"what": ", ".join(titles), "fields": words})[:250]


def _titles(rows: Iterable[BulkRow]) -> Iterator[Any]:
    for row in rows:
        if row.operation:
            editor = row.connection.declaration.editor(row.operation)
            yield str(editor.title or editor.operation.summary)
