"""`manage.py sandbox` as somebody starts it: no database, state in the data folder, Ctrl-C ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def start(tmp_path):
    running = []

    def run(*arguments):
        environment = {
            **os.environ,
            "DATA_DIR": str(tmp_path),
            "PYTHONUNBUFFERED": "1",
            "PUBLIC_URL": "http://localhost:8765",
        }
        environment.pop("DATABASE_URL", None)
        process = subprocess.Popen(
            [sys.executable, "manage.py", "sandbox", "--port", "0", *arguments],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        running.append(process)
        line = ""
        while "http://" not in line:
            line = process.stdout.readline()
            assert line, process.wait()
        return process, re.search(r"http://127\.0\.0\.1:\d+", line)[0]

    yield run
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_sandbox_needs_no_settings_of_the_portal(tmp_path):
    script = (
        "from telephony.providers.sandbox import SandboxServer\n"
        "with SandboxServer(providers=['keyyo']) as server:\n"
        "    print(sorted(server.provider('keyyo').grant({'login': 'corvane'})))\n"
    )
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "access_token" in answer.stdout


def test_it_serves_keeps_its_state_and_stops(start, tmp_path):
    process, url = start("--only", "keyyo", "--redirect", "http://localhost:1/back/")
    state = requests.get(f"{url}/_control/state/keyyo", timeout=10).json()
    requests.post(f"{url}/_control/state/keyyo", json={"settings": {"rotation": False}}, timeout=10)
    process.send_signal(signal.SIGINT)

    assert process.wait(10) == 0
    redirects = state["applications"]["5f1c0a7be2d94"]["redirect_uris"]
    assert {"http://localhost:8765/oauth/keyyo/callback/", "http://localhost:1/back/"} <= set(redirects)
    assert (tmp_path / "sandbox" / "keyyo.json").exists()

    again, url = start()
    assert requests.get(f"{url}/_control/state/keyyo", timeout=10).json()["settings"]["rotation"] is False
    again.terminate()
    assert again.wait(10) == 0

    _, url = start("--fresh")
    assert requests.get(f"{url}/_control/state/keyyo", timeout=10).json()["settings"]["rotation"] is True
