"""PostgreSQL is killed and stays away, the web server and the drainer are killed: no acknowledged event is lost, and
none counts twice.

Every event is sent twice over, as a provider may, by several senders at once; only what was answered with 204 counts.
"""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from portal.embedded.processes import kill_session, launch

from .test_kill import ROOT, Cluster, sandbox, wait_for

__all__ = ["sandbox"]
pytestmark = pytest.mark.kill
CALLS, SENDERS = 240, 6
LINE = "33199001001"


class Intake(Cluster):
    """The same with a web server, which takes events in, and the drainer, which stores them."""

    def start_web(self) -> None:
        self._run(
            "web",
            *(
                "gunicorn",
                "portal.wsgi",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--workers",
                "2",
                "--threads",
                "8",
            ),
        )
        wait_for(lambda: self.asked("/healthz") == 200, "the web server")

    def start_drain(self) -> None:
        self._run("drain", "django", "drain")

    def _run(self, name: str, module: str, *options: str) -> None:
        self.processes[name] = launch(
            [sys.executable, "-m", module, *options],
            log=self.folder / f"{name}.log",
            environment={
                **self.environment(),
                "DJANGO_SETTINGS_MODULE": "portal.settings",
                "HOOK_MOST_OF_SECRET": "100000",
            },
            folder=ROOT,
        )

    def asked(self, path: str) -> int:
        """The status of a request, 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "localhost"})
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def stop_web_and_start(self) -> None:
        kill_session(self.processes["web"])
        self.start_web()

    def stop_drain_and_start(self) -> None:
        kill_session(self.processes["drain"])
        self.start_drain()

    def hook(self) -> str:
        """The path that a line of a new tenant sends to."""
        script = Path(__file__).with_name("prepare_hook.py")
        done = subprocess.run(
            [sys.executable, str(script), LINE],
            env=self.environment(),
            cwd=ROOT,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return str(json.loads(done.stdout.splitlines()[-1])["path"])


@pytest.fixture
def intake(sandbox, tmp_path) -> Iterator[Intake]:
    tmp_path.chmod(0o755)
    cluster = Intake(tmp_path, sandbox)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        cluster.port = free.getsockname()[1]
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def test_no_acknowledged_event_is_lost_and_none_counts_twice(intake: Intake) -> None:
    path = intake.hook()
    intake.start_web()
    intake.start_drain()

    def send(number: int, kind: str) -> tuple[int, str] | None:
        """One event, twice; what was acknowledged."""
        values = {
            "account": LINE,
            "caller": "33639980501",
            "callee": LINE,
            "dref": f"d{number}",
            "type": kind,
        }
        statuses = [intake.asked(f"{path}?{urlencode(values)}") for _ in range(2)]
        return (number, kind) if 204 in statuses else None

    acknowledged: set[tuple[int, str]] = set()
    with ThreadPoolExecutor(SENDERS) as senders:

        def send_all(numbers: range) -> None:
            sent = [senders.submit(send, number, kind) for number in numbers for kind in ("SETUP", "RELEASE")]
            acknowledged.update(one for future in sent if (one := future.result()))

        quarter = CALLS // 4
        send_all(range(quarter))
        intake.kill("postgres")
        before = len(acknowledged)
        send_all(range(quarter, 2 * quarter))
        assert len(acknowledged) - before == 2 * quarter, "events are taken while PostgreSQL is away"
        between = senders.submit(intake.stop_web_and_start)
        send_all(range(2 * quarter, 3 * quarter))
        between.result()
        intake.restart("postgres")
        between = senders.submit(intake.stop_drain_and_start)
        send_all(range(3 * quarter, CALLS))
        between.result()

    counted = "SELECT dialogue, kind FROM telephony_callevent"
    wait_for(lambda: len(intake.rows(counted)) >= len(acknowledged), "the events to be stored")
    stored = [(int(dialogue[1:]), kind.upper()) for dialogue, kind in intake.rows(counted)]
    assert len(stored) == len(set(stored))
    assert acknowledged <= set(stored)
    [(calls, keys)] = intake.rows("SELECT count(*), count(DISTINCT keys) FROM telephony_livecall")
    assert calls == keys == len({number for number, _kind in stored})
