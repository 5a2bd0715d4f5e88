"""Sync from a replay server to stored calls, against a bare `requests` loop that throws the same pages away."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection as database
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.secrets import Secret
from telephony.bench.measuring import Figure
from telephony.bench.recorded import TABLES, bare_and_ours, served, sync
from telephony.bench.world import DAYS, END, drafts
from telephony.models import Connection, ProviderApplication
from telephony.providers.drafts import Window
from telephony.services import access

COUNT, ROUNDS = 100_000, 5
PAGE = 500
PAGE_NAMES = ("path", "date_start:7", "offset")
PARIS = ZoneInfo("Europe/Paris")
WINDOW = Window(END - timedelta(days=DAYS + 1), END + timedelta(days=1))


def measure(connection: Connection, count: int = COUNT, rounds: int = ROUNDS) -> list[Figure]:
    """The ratio, and what a second sync of the same window writes."""
    with tempfile.TemporaryDirectory(prefix="switchboard-bench-") as name:
        record(Path(name), count)
        with served(Path(name), PAGE_NAMES) as base, tenant_scope(connection.tenant_id):
            connect(connection, base)
            bare, ours, pages = bare_and_ours(connection, WINDOW, base, count, rounds)
            written = _written_by(lambda: sync(connection, WINDOW))
    detail = {"records": count, "pages": pages, "bare_s": round(bare, 3), "sync_s": round(ours, 3)}
    title = f"sync of {count:,} records from a replay server, against a bare requests loop"
    return [
        Figure(title, bare / ours, 0.5, detail=detail),
        Figure("rows written by a second sync of the same window", written, 0, unit="", is_floor=False),
    ]


def connect(connection: Connection, base: str) -> None:
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
        for table in TABLES:
            cursor.execute(f"SELECT '{table}', id, xmin::text FROM {table}")
            found.update(cursor.fetchall())
    return found


def record(folder: Path, count: int) -> None:
    """Write the pages as Keyyo would answer them for each month, newest first."""
    lists: dict[tuple[str, str], list[dict[str, object]]] = {}
    for draft in sorted(drafts(count), key=lambda one: one.started_at, reverse=True):
        month = f"{draft.started_at.astimezone(PARIS):%Y-%m}"
        row = {**draft.raw, "csi": draft.line_remote_id}
        lists.setdefault((draft.stream, month), []).append(row)
    for (stream, month), rows in lists.items():
        for offset in range(0, len(rows), PAGE):
            document = {"_embedded": {"CallDetailRecord": rows[offset : offset + PAGE]}}
            path = folder / f"{stream}_call_detail-{month}-{offset}.json"
            path.write_text(json.dumps(document), encoding="utf-8")
    (folder / "empty.json").write_text('{"_embedded": {}}', encoding="utf-8")
