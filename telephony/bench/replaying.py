"""Sync from a replay server to stored calls, against a bare `requests` loop that throws the same pages away."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import requests
from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.bench import replay_server
from telephony.bench.measuring import Figure, medians, seconds
from telephony.bench.world import DAYS, END, drafts
from telephony.models import CallRecord, Connection, ProviderApplication, SyncRun
from telephony.services import access, ledger, runs, scheduling

COUNT, ROUNDS = 100_000, 5
PAGE, DELAY_S = 500, 0.02
PARIS = ZoneInfo("Europe/Paris")
_TABLES = ("telephony_call", "telephony_callrecord")


def measure(connection: Connection, count: int = COUNT, rounds: int = ROUNDS) -> list[Figure]:
    """The ratio, and what a second sync of the same window writes."""
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        _record(Path(name), count)
        with _served(Path(name)) as base, tenant_scope(connection.tenant_id):
            _connect(connection, base)
            _first_sync(connection, count)
            paths = requests.get(f"{base}/asked", timeout=30).json()
            bare, ours = medians(
                rounds,
                lambda: seconds(lambda: bare_loop(base, paths)),
                lambda: _first_sync(connection, count),
            )
            written = _written_by(lambda: _sync(connection))
    detail = {"records": count, "pages": len(paths), "bare_s": round(bare, 3), "sync_s": round(ours, 3)}
    title = f"sync of {count:,} records from a replay server, against a bare requests loop"
    return [
        Figure(title, bare / ours, 0.5, detail=detail),
        Figure("rows written by a second sync of the same window", written, 0, unit="", is_floor=False),
    ]


def bare_loop(base: str, paths: list[str]) -> None:
    """The plainest reader: one session, the same pages one after another, nothing kept."""
    with requests.Session() as session:
        for path in paths:
            session.get(f"{base}{path}", timeout=30).raise_for_status()


# ---- our side ----
def _first_sync(connection: Connection, count: int) -> float:
    _empty()
    took = seconds(lambda: _sync(connection))
    stored = CallRecord.objects.count()
    if stored != count:
        raise RuntimeError(f"{stored} of {count} records were stored")
    return took


def _sync(connection: Connection) -> None:
    """One run over the whole year, advanced as the worker does."""
    run = runs.request_run(
        connection,
        SyncRun.What.CALLS,
        start_at=END - timedelta(days=DAYS + 1),
        end_at=END + timedelta(days=1),
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


def _connect(connection: Connection, base: str) -> None:
    application = ProviderApplication(
        provider="keyyo",
        name="replay",
        client_id="replay",
        manager_base=base,
        authorize_url=base,
        token_url=base,
    )
    access.keep_application_secret(application, Secret("replay"))
    application.save()
    credential = connection.credential
    credential.application = application
    credential.expires_at = timezone.now() + timedelta(days=1)
    access.keep_secrets(credential, {"access_token": Secret("replay")})
    credential.save()
    Connection.objects.filter(pk=connection.pk).update(probed={"calls": {"account_lists": True}})


def _written_by(work: Callable[[], Any]) -> int:
    """Rows of calls and records that PostgreSQL says were written, by their versions."""
    before = _versions()
    work()
    return len(_versions() ^ before)


def _versions() -> set[tuple[str, int, str]]:
    found: set[tuple[str, int, str]] = set()
    with database.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"SELECT '{table}', id, xmin::text FROM {table}")
            found.update(cursor.fetchall())
    return found


def _empty() -> None:
    with database.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(_TABLES)}, telephony_syncrun, telephony_coverage")


# ---- the replay server ----
def _record(folder: Path, count: int) -> None:
    """Write the pages as Keyyo would answer them for each month, newest first."""
    lists: dict[tuple[str, str], list[dict[str, object]]] = {}
    for draft in sorted(drafts(count), key=lambda one: one.started_at, reverse=True):
        month = f"{draft.started_at.astimezone(PARIS):%Y-%m}"
        row = {**draft.raw, "csi": draft.line_remote_id}
        lists.setdefault((draft.stream, month), []).append(row)
    for (stream, month), rows in lists.items():
        for offset in range(0, len(rows), PAGE):
            document = {"_embedded": {"CallDetailRecord": rows[offset : offset + PAGE]}}
            path = folder / f"{stream}-{month}-{offset}.json"
            path.write_text(json.dumps(document), encoding="utf-8")


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    """The base address of a replay server in a process of its own."""
    process = subprocess.Popen(
        [sys.executable, replay_server.__file__, str(folder), str(DELAY_S)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        settings.OUTBOUND_ALLOW = [f"127.0.0.1:{port}"]
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
