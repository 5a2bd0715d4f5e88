"""Files of exports: they lie below `files/exports/<tenant>/`, those of platform staff below `files/exports/staff/`; they
are served by the page only, and expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from telephony.models import AnyJob, Job, StaffExport

KEPT_FOR = timedelta(days=7)


def file_of(job: AnyJob) -> Path:
    """Where the finished file lies. Only the page that checked the person's right may open it."""
    owner = str(job.tenant_id) if isinstance(job, Job) else "staff"
    folder = Path(settings.DATA_DIR) / "files" / "exports" / owner
    return folder / f"{job.pk}.{job.parameters['format']}"


def delete(job: AnyJob) -> None:
    for path in file_of(job).parent.glob(f"{job.pk}.*"):  # with what a worker that died left behind
        path.unlink(missing_ok=True)


def expire(now: datetime) -> int:
    """Delete files past their time, and what exports that were given up had written; returns how many jobs."""
    return _expire(Job.objects.filter(kind=Job.Kind.EXPORT), now) + _expire(StaffExport.objects.all(), now)


def _expire(exports: QuerySet[Any], now: datetime) -> int:
    gone = 0
    for job in exports.filter(state=AnyJob.State.DONE, expires_at__lt=now):
        delete(job)
        job.state = AnyJob.State.EXPIRED
        job.save(update_fields=["state"])
        gone += 1
    for job in exports.filter(state__in=(AnyJob.State.FAILED, AnyJob.State.STOPPED), finished_at=None):
        delete(job)
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
        delete(job)
    Job.objects.filter(pk__in=[job.pk for job in old]).delete()
    return len(old)
