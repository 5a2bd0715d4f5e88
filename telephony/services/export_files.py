"""Files of exports: they lie below `files/exports/<tenant>/`, are served by the page only, and expire."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from telephony.models import Job

KEPT_FOR = timedelta(days=7)


def file_of(job: Job) -> Path:
    """Where the finished file lies. Only the page that checked the person's right may open it."""
    folder = Path(settings.DATA_DIR) / "files" / "exports" / str(job.tenant_id)
    return folder / f"{job.pk}.{job.parameters['format']}"


def delete(job: Job) -> None:
    for path in file_of(job).parent.glob(f"{job.pk}.*"):  # with what a worker that died left behind
        path.unlink(missing_ok=True)


def expire(now: datetime) -> int:
    """Delete files past their time, and what exports that were given up had written; returns how many jobs."""
    exports = Job.objects.filter(kind=Job.Kind.EXPORT)
    gone = 0
    for job in exports.filter(state=Job.State.DONE, expires_at__lt=now):
        delete(job)
        job.state = Job.State.EXPIRED
        job.save(update_fields=["state"])
        gone += 1
    for job in exports.filter(state__in=(Job.State.FAILED, Job.State.STOPPED), finished_at=None):
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
