"""Where the files of a report's run lie: `files/reports/<tenant>/<run>/`, served by its page only. They go before its row;
where the row goes alone, with its report, they are found by their folder.
"""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from django.conf import settings

from accounts.scoping import current_tenant_id
from telephony.models import ReportRun


def folder_of(run: ReportRun) -> Path:
    """Only what has checked the person's right may open what is in it."""
    return _folder(run.tenant_id) / str(run.pk)


def _folder(tenant_id: int) -> Path:
    return Path(settings.DATA_DIR) / "files" / "reports" / str(tenant_id)


def write(run: ReportRun, name: str, content: bytes) -> None:
    """Write one file whole: a worker that dies leaves none half written."""
    folder = folder_of(run)
    folder.mkdir(parents=True, exist_ok=True)
    ready = folder / f".{name}.{run.fence}"
    ready.write_bytes(content)
    ready.replace(folder / name)


def read(run: ReportRun, name: str) -> bytes | None:
    """None where it is gone."""
    path = folder_of(run) / name
    return path.read_bytes() if path.is_file() else None


def forget_some(before: datetime, most: int) -> int:
    """Delete so many runs of the scope's tenant with their files; how many."""
    old = list(ReportRun.objects.filter(created_at__lt=before, due_at=None).order_by("pk")[:most])
    for run in old:
        shutil.rmtree(folder_of(run), ignore_errors=True)
    ReportRun.objects.filter(pk__in=[run.pk for run in old]).delete()
    return len(old)


def forget_orphans() -> None:
    """Delete files of runs of the scope's tenant that are no more. A run is there before the first of its files."""
    folder = _folder(current_tenant_id())
    names = [one.name for one in folder.iterdir()] if folder.is_dir() else []
    here = {int(name) for name in names if name.isdecimal()}
    for pk in here.difference(ReportRun.objects.filter(pk__in=here).values_list("pk", flat=True)):
        shutil.rmtree(folder / str(pk), ignore_errors=True)
