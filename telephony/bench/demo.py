"""How long the demo takes to start for the first time, to start again, and to stop."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import requests
from django.conf import settings

from telephony.bench.measuring import Figure

FIRST_S, AGAIN_S, STOP_S = 90, 8, 5
PATIENCE_S = 600
_OWN = ("DATABASE_URL", "REDIS_URL", "CACHE_URL", "PUBLIC_URL", "OUTBOUND_ALLOW", "PORTAL_ENV")


def measure(rounds: int = 5) -> list[Figure]:
    """Over a data folder of its own: once from nothing, then medians of `rounds` later starts and stops.

    What has to be downloaded is there already.
    """
    with tempfile.TemporaryDirectory(prefix="switchboard-demo-", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        first_s, _ = _once(Path(name))
        later = [_once(Path(name)) for _ in range(rounds)]
    starts, stops = ([each[index] for each in later] for index in (0, 1))
    return [
        Figure("demo: first start", first_s, FIRST_S, "s", is_floor=False),
        Figure("demo: second start", median(starts), AGAIN_S, "s", is_floor=False, detail={"each": starts}),
        Figure("demo: stop", median(stops), STOP_S, "s", is_floor=False, detail={"each": stops}),
    ]


def _once(folder: Path) -> tuple[float, float]:
    """Seconds until the sign-in page answers, and seconds until everything has ended."""
    port, sandbox_port = _free_port(), _free_port()
    environment = {name: value for name, value in os.environ.items() if name not in _OWN}
    environment.update(DATA_DIR=str(folder), PORT=str(port), SANDBOX_PORT=str(sandbox_port))
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _await_page(f"http://localhost:{port}/accounts/login/", process)
        started_s = time.perf_counter() - began
        began = time.perf_counter()
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
        return started_s, time.perf_counter() - began
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def _await_page(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        if process.poll() is not None:
            raise RuntimeError("the demo ended by itself")
        try:
            if requests.get(url, timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise RuntimeError("the demo did not answer in time")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
