"""SIGKILL in the middle of a sync of up to 50,000 calls: after a restart the stored set equals the sandbox's.

A durable cluster of its own (fsync on), a real worker and a real beat; intervals are short, and every wait is for a
condition.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from portal.embedded import CannotStart
from portal.embedded.account import Account
from portal.embedded.postgres import Postgres
from portal.embedded.processes import kill_session, last_lines, launch
from portal.embedded.valkey import Valkey
from portal.lib.days import midnight
from telephony.providers.sandbox.server import SandboxServer

pytestmark = pytest.mark.kill
ROOT = Path(__file__).resolve().parents[3]
PARIS = ZoneInfo("Europe/Paris")
# The worker is who has the rows at hand: it gets a long sync, the others one that is long enough to be in its middle.
CALLS = {"worker": 50_000, "beat": 12_000, "valkey": 12_000, "postgres": 12_000}
PATIENCE_S = 240.0
RUN = "SELECT state, rows_new, error FROM telephony_syncrun WHERE id = %s"


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """The first true answer. Fails the test when none comes in time."""
    give_up = time.monotonic() + PATIENCE_S
    while not (answer := condition()):
        assert time.monotonic() < give_up, f"waited in vain for {what}"
        time.sleep(0.05)
    return answer


class Cluster:
    """PostgreSQL, Valkey, worker and beat over one folder, each of which can be killed and started again."""

    def __init__(self, folder: Path, sandbox: SandboxServer) -> None:
        account = Account()
        base = account.reachable(folder)
        self.sockets = account.folder(Path(tempfile.mkdtemp(prefix="switchboard-", dir="/tmp")))
        self.folder, self.sandbox = folder, sandbox
        self.postgres = Postgres(base, self.sockets, folder / "postgres.log", account)
        self.valkey = Valkey(base, self.sockets, folder / "valkey.log", account)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.postgres.url,
            "REDIS_URL": self.valkey.url,
            "PORTAL_ENV": "test",
            "DATA_DIR": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "OUTBOUND_ALLOW": f"127.0.0.1:{self.sandbox.port}",
            "LEASE_S": "4",
            "DISPATCH_EVERY_S": "1",
            "WORK_TRIES": "20",
        }

    def start(self) -> None:
        self.postgres.start()
        self.valkey.start()

    def start_worker(self) -> None:
        options = ("worker", "-Q", "interactive,sync,reports", "-c", "2", "-l", "WARNING")
        self._celery("worker", *options, "--without-mingle", "--without-gossip")

    def start_beat(self) -> None:
        self._celery("beat", "beat", "-s", str(self.folder / "beat"), "--pidfile=")

    def _celery(self, name: str, *options: str) -> None:
        self.processes[name] = launch(
            [sys.executable, "-m", "celery", "-A", "portal.celery", *options],
            log=self.folder / f"{name}.log",
            environment=self.environment(),
            folder=ROOT,
        )

    def kill(self, name: str) -> None:
        """SIGKILL, for the whole session of it."""
        server = {"postgres": self.postgres, "valkey": self.valkey}.get(name)
        process = server.process if server else self.processes[name]
        assert process is not None and process.poll() is None, self.log(name)
        kill_session(process)

    def restart(self, name: str) -> None:
        if name == "postgres":
            wait_for(self._postgres_starts, "PostgreSQL to recover")
        elif name == "valkey":
            self.valkey.start()
        else:
            {"worker": self.start_worker, "beat": self.start_beat}[name]()

    def _postgres_starts(self) -> bool:
        """Its children may still be ending; they hold the old shared memory."""
        try:
            self.postgres.start()
        except CannotStart:
            return False
        return True

    def supervise(self) -> None:
        """Start what has ended. A worker that loses its broker with a task at hand may end itself."""
        for name, start in (("worker", self.start_worker), ("beat", self.start_beat)):
            if name not in self.processes or self.processes[name].poll() is not None:
                start()

    def wait_for_run(self, run: int, is_so: Callable[[Any], bool], what: str) -> None:
        """Until the run's row (state, new rows, error) is so; whoever ends meanwhile is started again."""

        def looked() -> bool:
            self.supervise()
            return any(is_so(row) for row in self.rows(RUN, run))

        wait_for(looked, what)

    def wait_for_rollups(self, connection: int, calls: int) -> None:
        """Until the roll-ups have counted so many calls; whoever ends meanwhile is started again."""
        query = "SELECT sum(calls) FROM telephony_callday WHERE breakdown = 'total' AND connection_id = %s"

        def counted() -> bool:
            self.supervise()
            return self.rows(query, connection) == [(calls,)]

        wait_for(counted, "roll-ups of all calls")

    def prepare(self, name: str, start_at: datetime, end_at: datetime) -> dict[str, int]:
        script = Path(__file__).with_name("prepare.py")
        arguments = [self.sandbox.url, name, start_at.isoformat(), end_at.isoformat()]
        done = subprocess.run(
            [sys.executable, str(script), *arguments],
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        answer: dict[str, int] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Rows of a query, none while PostgreSQL is away."""
        try:
            with psycopg.connect(
                host=str(self.sockets), user="portal", dbname="portal", autocommit=True
            ) as database:
                return database.execute(query, values).fetchall()
        except psycopg.OperationalError:
            return []

    def log(self, name: str) -> str:
        return last_lines(self.folder / f"{name}.log", 40)

    def stop(self) -> None:
        for process in self.processes.values():
            kill_session(process)
        self.valkey.stop()
        self.postgres.durable = False  # nobody reads it again
        self.postgres.stop()
        shutil.rmtree(self.sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxServer]:
    with SandboxServer(providers=("keyyo",)) as server:
        yield server


@pytest.fixture(scope="module")
def cluster(sandbox: SandboxServer) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="switchboard-kill-"))
    folder.chmod(0o755)
    cluster = Cluster(folder, sandbox)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


Key = tuple[str, str, str]


def history(sandbox: SandboxServer, calls: int) -> tuple[datetime, datetime, set[Key]]:
    """A window of whole days that holds so many records of the sandbox's customer, and their keys."""
    book = sandbox.provider("keyyo").book("corvane")
    last = datetime.now(PARIS).date() - timedelta(days=3)
    day, keys = last, set()
    while len(keys) < calls:
        day -= timedelta(days=1)
        for direction in ("incoming", "outgoing"):
            keys.update((direction, row.csi, row.call_id) for row in book.day(day).of("", direction))
    return midnight(day, PARIS), midnight(last, PARIS), keys


@pytest.mark.parametrize(("victim", "count"), CALLS.items())
def test_whoever_is_killed_nothing_is_lost(
    cluster: Cluster, sandbox: SandboxServer, victim: str, count: int
) -> None:
    start_at, end_at, expected = history(sandbox, count)
    made = cluster.prepare(victim, start_at, end_at)
    cluster.wait_for_run(made["run"], lambda row: row[1] > 2_000, "the first rows")

    cluster.kill(victim)
    before = cluster.rows(RUN, made["run"])
    cluster.restart(victim)

    cluster.wait_for_run(made["run"], lambda row: row[0] not in ("waiting", "running"), "the end of the run")
    [(state, _, error)] = cluster.rows(RUN, made["run"])
    assert (state, error) == ("complete", ""), cluster.log("worker")
    assert not before or before[0][1] < len(expected)  # it was killed in the middle
    records = cluster.rows(
        "SELECT stream, line_remote_id, fold_key FROM telephony_callrecord WHERE connection_id = %s",
        made["connection"],
    )
    assert len(records) == len(expected)
    assert set(records) == expected
    [(calls, folds)] = cluster.rows(
        "SELECT (SELECT count(*) FROM telephony_call WHERE connection_id = %s),"
        " (SELECT count(DISTINCT fold_key) FROM telephony_callrecord WHERE connection_id = %s)",
        made["connection"],
        made["connection"],
    )
    assert calls == folds
    cluster.wait_for_rollups(made["connection"], calls)
