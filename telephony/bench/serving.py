"""Our own processes as the unit files of .ci/deploy start them, over the bench's database and its own part of the broker."""

from __future__ import annotations

import http.client
import os
import re
import shlex
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection as database

from portal.embedded.supervisor import Supervisor
from portal.lib.broker import broker
from telephony.bench.crowd import database_url

PATIENCE_S = 60
BROKER_DATABASE = "13"  # far from those that the portal and its tests use


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def options_of(unit: str) -> list[str]:
    """What a unit file gives its program, but for the address: ["portal.wsgi", "--workers", "2", ...]."""
    [line] = re.findall(r"^ExecStart=(.*)$", _unit(unit), re.MULTILINE)
    words = shlex.split(line)[1:]
    at = words.index("--bind")
    return words[:at] + words[at + 2 :]


def variables_of(unit: str) -> dict[str, str]:
    """What a unit file puts into the environment of its program."""
    return dict(re.findall(r"^Environment=(\w+)=(.*)$", _unit(unit), re.MULTILINE))


def _unit(name: str) -> str:
    return (settings.BASE_DIR / ".ci" / "deploy" / f"{name}.service").read_text(encoding="utf-8")


def environment(**more: str) -> dict[str, str]:
    """What our processes are started with; this process uses the same broker once `use_own_broker` was called."""
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "DATABASE_URL": database_url()}
    own.pop("CACHE_URL", None)
    return {**own, "REDIS_URL": settings.REDIS_URL, **more}


@contextmanager
def own_broker() -> Iterator[None]:
    """This process, and those of `environment`, use a database of the broker that nobody else listens at; it is emptied."""
    before = settings.REDIS_URL
    settings.REDIS_URL = re.sub(r"[0-9]+$", BROKER_DATABASE, before)
    try:
        broker().flushdb()
        yield
        broker().flushdb()
    finally:
        settings.REDIS_URL = before


@contextmanager
def supervised() -> Iterator[Supervisor]:
    with (
        tempfile.TemporaryDirectory(prefix="switchboard-bench-") as folder,
        Supervisor(Path(folder), durable=False) as supervisor,
    ):
        database.close()  # nothing that is forked shares it
        yield supervisor


def serve(
    supervisor: Supervisor,
    name: str,
    options: Sequence[str],
    environ: Mapping[str, str],
    path: str,
    port: int | None = None,
) -> int:
    """Start gunicorn and wait until `path` is answered; its port, any free one unless it is given."""
    port = port or free_port()
    supervisor.start(name, "gunicorn", *options, "--bind", f"127.0.0.1:{port}", environment=environ)
    wait_for(port, path)
    return port


def wait_for(port: int, path: str) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while (status := status_of(port, path)) == 0 and time.monotonic() < give_up:
        time.sleep(0.05)
    if status == 0 or status >= 500:
        raise RuntimeError(f"the server does not answer {path.split('/')[1]}: {status}")


def status_of(port: int, path: str) -> int:
    """The status of one request, 0 where nobody answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
