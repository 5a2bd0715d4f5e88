"""The demo's own processes: sandbox, web, two workers, beat, and the one that drains events of calls."""

from __future__ import annotations

import errno
import http.client
import os
import socket
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from portal.embedded import CannotStart
from portal.embedded.processes import last_lines
from portal.embedded.supervisor import Supervisor

CELERY = ("-A", "portal.celery")
# One machine, one demo: nothing to gossip about.
WORKERS = {"worker": ("sync,reports", 2), "worker-interactive": ("interactive", 1)}  # name: queues, processes
WORKER = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")


def demand_ports(patience_s: float = 4) -> None:
    """Raises CannotStart unless PORT and SANDBOX_PORT name two ports that this account may listen on.

    A demo that was just killed gets a moment to let go of them.
    """
    ports = {variable: _port(variable) for variable in ("PORT", "SANDBOX_PORT")}
    if len(set(ports.values())) < len(ports):
        raise CannotStart("PORT and SANDBOX_PORT are the same: set one of them to another port.")
    for variable, port in ports.items():
        give_up = time.monotonic() + patience_s
        while code := _refusal(port):
            if code == errno.EACCES:
                raise CannotStart(
                    f"This account may not listen on port {port}: "
                    f"choose one above 1023, for example `{variable}={port + 8000} python3 manage.py demo`."
                )
            if time.monotonic() > give_up:
                other = port + 10 if port < 65_500 else port - 10
                raise CannotStart(
                    f"Port {port} is in use: end the program that listens there, "
                    f"or choose another, for example `{variable}={other} python3 manage.py demo`."
                )
            time.sleep(0.25)


def _port(variable: str) -> int:
    text = os.environ[variable]
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65_536):
        raise CannotStart(f"{variable} is {text!r}: set it to the number of a port, from 1 to 65535.")
    return int(text)


def _refusal(port: int) -> int:
    """Why nothing can listen there, as an errno; 0 when it can."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.errno or errno.EADDRINUSE
    return 0


class Processes:
    """Starts them under the supervisor and knows when they answer."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.port = int(os.environ["PORT"])
        self.sandbox_port = int(os.environ["SANDBOX_PORT"])
        self.started_at: dict[str, datetime] = {}  # of the workers
        self.environment: Mapping[str, str] = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}

    @property
    def web_url(self) -> str:
        return os.environ.get("PUBLIC_URL") or f"http://localhost:{self.port}"

    @property
    def sandbox_url(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    def start_sandbox(self) -> None:
        self._start("sandbox", "django", "sandbox", "--port", str(self.sandbox_port))

    def start_web(self) -> None:
        self._start(
            "web", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "12",
            "--preload", "--graceful-timeout", "1", "--timeout", "60", "--no-control-socket", "--access-logfile", "-",
            "--logger-class", "portal.access_log.RedactingLogger",
        )  # fmt: skip

    def start_workers(self) -> None:
        for name in WORKERS:
            self._worker(name)
        self._start("drain", "django", "drain")
        # What is due stands in PostgreSQL, so beat needs to remember nothing.
        self._start(
            "beat",
            "celery",
            *CELERY,
            "beat",
            "--loglevel",
            "WARNING",
            "--pidfile=",
            "-S",
            "celery.beat:Scheduler",
        )

    def mend_workers(self) -> None:
        """Start a worker again that still runs and no longer works; the demo looks every few seconds."""
        from telephony.services import worker_health  # not before Django is set up

        now = datetime.now(UTC)
        for name, (queues, _) in WORKERS.items():
            if set(queues.split(",")) & set(worker_health.silent(now, self.started_at[name])):
                self.supervisor.end(name)
                self._worker(name)

    def _worker(self, name: str) -> None:
        queues, processes = WORKERS[name]
        options = ["--queues", queues, "--concurrency", str(processes), "--hostname", f"{name}@%h"]
        self.started_at[name] = datetime.now(UTC)
        self._start(name, "celery", *CELERY, "worker", *options, *WORKER)

    def _start(self, name: str, module: str, *arguments: str) -> None:
        self.supervisor.start(name, module, *arguments, environment=self.environment)

    def await_sandbox(self) -> None:
        self._await("sandbox", self.sandbox_port, "/_control/clock")

    def await_web(self) -> None:
        self._await("web", self.port, "/accounts/login/")

    def _await(self, name: str, port: int, path: str, limit_s: float = 60) -> None:
        """Until it answers with anything at all. Raises CannotStart when it ends or does not."""
        give_up = time.monotonic() + limit_s
        while True:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            try:
                connection.request("GET", path, headers={"Host": f"localhost:{port}"})
                connection.getresponse().read()
                return
            except (OSError, http.client.HTTPException):
                log = self.supervisor.logs / f"{name}.log"
                if self.supervisor.children[name].poll() is not None or time.monotonic() > give_up:
                    raise CannotStart(
                        f"The {name} process did not start; {log} says:\n{last_lines(log)}"
                    ) from None
            finally:
                connection.close()
            time.sleep(0.05)
