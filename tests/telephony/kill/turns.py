"""One turn of a task in a process of its own, which is killed in its middle: while a row that it needs is locked, while
the mail server has the mail, or while the broker does not answer.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from django.db import connection as database

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def killed(
    task: str, tenant_id: int, row_ids: list[int], is_there: Callable[[], bool], **environment: str
) -> None:
    """Run the task for each of these rows until `is_there`, then kill its process."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database.settings_dict['NAME']}")
    worker = subprocess.Popen(
        [
            sys.executable,
            str(Path(__file__).with_name("turn_process.py")),
            task,
            *map(str, (tenant_id, *row_ids)),
        ],
        env={
            **os.environ,
            "DATABASE_URL": address.geturl(),
            "PYTHONPATH": str(ROOT),
            "PORTAL_ENV": "test",
            **environment,
        },
        cwd=ROOT,
    )
    give_up = time.monotonic() + PATIENCE_S
    while not is_there():
        assert time.monotonic() < give_up, "waited in vain for its middle"
        with suppress(subprocess.TimeoutExpired):
            assert worker.wait(0.05) is None, "it ended before it was in the middle"
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def waits_for_a_lock() -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the same activity all along
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0
