"""The demo's own processes: sandbox, web, two workers, beat."""

from __future__ import annotations

import http.client
import os
import socket
import time
from collections.abc import Mapping

from portal.embedded import CannotStart
from portal.embedded.processes import last_lines
from portal.embedded.supervisor import Supervisor

CELERY = ("-A", "portal.celery")
# One machine, one demo: nothing to gossip about.
WORKER = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle", "--without-heartbeat")


def demand_free_port(port: int, variable: str, patience_s: float = 4) -> None:
    """Raises CannotStart when somebody listens there. A demo that was just killed gets a moment to let go."""
    began = time.monotonic()
    while not _is_free(port):
        if time.monotonic() - began > patience_s:
            raise CannotStart(
                f"Port {port} is in use: end the program that listens there, "
                f"or choose another, for example `{variable}={port + 10} python3 manage.py demo`."
            )
        time.sleep(0.25)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Processes:
    """Starts them under the supervisor and knows when they answer."""

    def __init__(self, supervisor: Supervisor) -> None:
        self.supervisor = supervisor
        self.port = int(os.environ["PORT"])
        self.sandbox_port = int(os.environ["SANDBOX_PORT"])
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
            "--preload", "--graceful-timeout", "1", "--timeout", "60", "--access-logfile", "-",
        )  # fmt: skip

    def start_workers(self) -> None:
        self._worker("worker", "sync,reports", 2)
        self._worker("worker-interactive", "interactive", 1)
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

    def _worker(self, name: str, queues: str, processes: int) -> None:
        options = ["--queues", queues, "--concurrency", str(processes), "--hostname", f"{name}@%h"]
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
