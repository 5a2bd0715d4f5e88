"""All long work of a tenant: exports, edits of many objects, mails, opening hours that are written, calls filled back.

Each sort stands in a table of its own (`Job`, `HoursRun`, `SyncRun`); lists show them as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.wording import labelled
from telephony.models.bulk import BulkRow
from telephony.models.hours import HoursRun
from telephony.models.jobs import Job
from telephony.models.leased import Leased
from telephony.models.sync import SyncRun

AT_WORK, HALTED, DONE, FAILED = "at_work", "halted", "done", "failed"
STANDINGS = (
    (AT_WORK, _("At work")),
    (HALTED, _("Paused or stopped")),
    (DONE, _("Done")),
    (FAILED, _("Failed")),
)


@dataclass(frozen=True)
class Sort:
    """One sort of long work. `standings` are its states by what they mean to a person."""

    label: Any
    rows: Any
    standings: Mapping[str, Sequence[str]]

    def found(self, standing: str = "") -> QuerySet:
        rows: QuerySet = self.rows()
        return rows.filter(state__in=self.standings.get(standing, ())) if standing else rows


def _jobs(kind: str) -> Any:
    def rows() -> QuerySet:
        found = Job.objects.filter(kind=kind).select_related("person")
        return found.exclude(state=Job.State.DRAFT)

    return rows


def _hours() -> QuerySet:
    runs = HoursRun.objects.exclude(state=HoursRun.State.PREVIEW)
    steps = Count("steps"), Count("steps", filter=Q(steps__is_done=True))
    near = ("person", "placement__hours", "placement__connection")
    return runs.select_related(*near).annotate(total_rows=steps[0], done_rows=steps[1])


def _older_calls() -> QuerySet:
    return SyncRun.objects.filter(what=SyncRun.What.BACKFILL).select_related("connection", "asked_by")


_OF_JOBS = {
    AT_WORK: (Job.State.WAITING, Job.State.RUNNING),
    HALTED: (Job.State.PAUSED, Job.State.STOPPED),
    DONE: (Job.State.DONE, Job.State.EXPIRED),
    FAILED: (Job.State.FAILED,),
}
_OF_HOURS = {
    AT_WORK: (HoursRun.State.SENDING,),
    HALTED: (HoursRun.State.STOPPED,),
    DONE: (HoursRun.State.DONE, HoursRun.State.REVERTED),
}
_OF_RUNS = {
    AT_WORK: (SyncRun.State.QUEUED, SyncRun.State.WAITING, SyncRun.State.RUNNING),
    HALTED: (SyncRun.State.PARKED, SyncRun.State.STOPPED),
    DONE: (SyncRun.State.COMPLETE,),
    FAILED: (SyncRun.State.REFUSED,),
}
SORTS: Mapping[str, Sort] = {
    "bulk": Sort(Job.Kind.BULK.label, _jobs(Job.Kind.BULK), _OF_JOBS),
    "export": Sort(Job.Kind.EXPORT.label, _jobs(Job.Kind.EXPORT), _OF_JOBS),
    "hours": Sort(_("Opening hours"), _hours, _OF_HOURS),
    "backfill": Sort(SyncRun.What.BACKFILL.label, _older_calls, _OF_RUNS),
    "mail": Sort(Job.Kind.MAIL.label, _jobs(Job.Kind.MAIL), _OF_JOBS),
}


def sort_of(row: Leased) -> str:
    """The name of a row's sort."""
    if isinstance(row, Job):
        return row.kind
    return "hours" if isinstance(row, HoursRun) else "backfill"


def results_of(rows: Sequence[Leased]) -> dict[int, str]:
    """What became of the rows of edits of many objects among these, by the job's id; one query."""
    ids = [row.pk for row in rows if isinstance(row, Job) and row.kind == Job.Kind.BULK]
    if not ids:
        return {}
    counts = BulkRow.objects.filter(job__in=ids).order_by("job", "state").values_list("job", "state")
    found: dict[int, list[str]] = {}
    for job, state, count in counts.annotate(n=Count("pk")):
        found.setdefault(job, []).append(labelled(BulkRow.State(state).label, count))
    return {job: ", ".join(words) for job, words in found.items()}
