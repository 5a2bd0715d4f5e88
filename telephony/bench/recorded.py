"""What is measured over recorded pages: a sync to stored calls, and a bare `requests` loop that throws them away."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import requests
from django.conf import settings
from django.db import connection as database

from telephony.bench import replay_server
from telephony.bench.measuring import medians, seconds
from telephony.models import CallRecord, Connection, Credential, SyncRun
from telephony.providers.drafts import Window
from telephony.services import ledger, runs, scheduling

DELAY_S = 0.02
TABLES = ("telephony_call", "telephony_callrecord")


@contextmanager
def served(folder: Path, names: Sequence[str]) -> Iterator[str]:
    """The base address of a replay server in a process of its own, the one that may be called meanwhile."""
    process = subprocess.Popen(
        [sys.executable, replay_server.__file__, str(folder), str(DELAY_S), *names],
        stdout=subprocess.PIPE,
        text=True,
    )
    before = settings.OUTBOUND_ALLOW
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}"]
        yield f"http://127.0.0.1:{port}"
    finally:
        settings.OUTBOUND_ALLOW = before
        process.kill()
        process.wait()


def bare_and_ours(
    connection: Connection, window: Window, base: str, count: int, rounds: int
) -> tuple[float, float, int]:
    """Median seconds of the bare loop and of a sync into empty tables, and how many pages both read.

    count   the records that a sync must have stored then

    Runs in the scope of the connection's tenant, after a sync that is not counted.
    """
    first_sync(connection, window, count)
    paths = requests.get(f"{base}/asked", timeout=30).json()
    bare, ours = medians(
        rounds,
        lambda: seconds(lambda: bare_loop(base, paths)),
        lambda: first_sync(connection, window, count),
    )
    return bare, ours, len(paths)


def bare_loop(base: str, paths: Sequence[str]) -> None:
    """The plainest reader: one session, the same pages one after another, nothing kept."""
    with requests.Session() as session:
        for path in paths:
            session.get(f"{base}{path}", timeout=30).raise_for_status()


def first_sync(connection: Connection, window: Window, count: int) -> float:
    """Seconds of a sync into empty tables, with a quota of its own: other rounds have asked for nothing."""
    Credential.objects.filter(pk=connection.credential_id).update(key_hash=uuid4().hex)
    with database.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)}, telephony_syncrun, telephony_coverage")
    took = seconds(lambda: sync(connection, window))
    stored = CallRecord.objects.count()
    if stored != count:
        raise RuntimeError(f"{stored} of {count} records were stored")
    return took


def sync(connection: Connection, window: Window) -> None:
    """One run over the window, advanced as the worker does."""
    run = runs.request_run(
        connection,
        SyncRun.What.CALLS,
        start_at=window.start_at,
        end_at=window.end_at,
        is_hinted=False,
    )
    while run.state in runs.OPEN:
        with ledger.leased(SyncRun, run.tenant_id, run.pk) as held:
            scheduling.advance(held)
        run.refresh_from_db()
        if run.waits_for:
            raise RuntimeError(f"the run waits for {run.waits_for}: {run.error}")
    if run.state != SyncRun.State.COMPLETE:
        raise RuntimeError(run.error)
