"""`manage.py demo` as a person types it: from nothing, again, beside other commands, to its end."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.portal.watching import processes_of

pytestmark = pytest.mark.kill  # it has servers of its own

ROOT = Path(__file__).resolve().parents[2]
LIMIT_S = 900
QUICK = {"DISPATCH_EVERY_S": "1", "WORKER_SILENT_S": "20"}  # a worker that stops is soon missed


@pytest.fixture(scope="module")
def place():
    """A data folder and ports of its own; nothing of the tests' servers is given on."""
    folder = Path(tempfile.mkdtemp(prefix="switchboard-demo-", dir="/tmp"))
    folder.chmod(0o755)
    given = (
        "DATABASE_URL",
        "REDIS_URL",
        "PORTAL_ENV",
        "PUBLIC_URL",
        "OUTBOUND_ALLOW",
        "SECRET_KEY",
        "FIELD_KEYS",
    )
    environment = {name: value for name, value in os.environ.items() if name not in given}
    web, sandbox = free_ports(2)
    own = {"DATA_DIR": str(folder), "PORT": str(web), "SANDBOX_PORT": str(sandbox)}
    few = {"BACKFILL_MONTHS": "1"}  # not a year of calls that arrives while pages are asked for
    yield {**environment, **own, **few}
    shutil.rmtree(folder, ignore_errors=True)


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def worker_of(folder: Path, queues: str) -> int:
    """The pid of the demo's worker of these queues, 0 while there is none; its children have a later one."""
    note = json.loads((folder / "run" / "owner.json").read_text())
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().split(b"\0")
            parent = int((entry / "stat").read_text().rpartition(") ")[2].split()[1])
        except OSError:
            continue  # it has ended
        if parent == note["pid"] and b"worker" in line and queues.encode() in line:
            found.append(int(entry.name))
    return found[0] if found else 0


def command(place: dict[str, str], *arguments: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=place, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT_S, **options,
    )  # fmt: skip


def test_from_nothing_every_page_answers_and_nothing_is_left(place):
    done = command(place, "demo", "--check")
    assert done.returncode == 0, done.stdout
    greeting = done.stdout[done.stdout.index("Switchboard runs at") :].partition("pages asked")[0]
    assert len(greeting.strip().splitlines()) <= 10
    assert "maud@corvane.example" in greeting
    assert processes_of(Path(place["DATA_DIR"])) == []


def test_again_it_starts_from_what_it_kept_and_others_join_it(place):
    place = {**place, **QUICK}
    folder = Path(place["DATA_DIR"])
    demo = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=place,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        give_up = time.monotonic() + LIMIT_S
        while not (folder / "demo.json").exists():
            assert demo.poll() is None and time.monotonic() < give_up
            time.sleep(0.05)
        facts = json.loads((folder / "demo.json").read_text())
        assert facts["web"] == f"http://localhost:{place['PORT']}"
        assert {"slug": "corvane-keyyo", "tenant": "corvane", "provider": "keyyo"} in facts["connections"]
        assert facts["keyyo"]["access_token"]
        assert [person["role"] for person in facts["people"]] == [
            "owner",
            "administrator",
            "operator",
            "owner",
            "staff",
        ]

        other = {**place, "DATA_DIR": f"{folder}-2"}
        taken = command(other, "demo")
        assert taken.returncode == 1
        assert (
            taken.stdout.strip()
            .splitlines()[-1]
            .startswith(f"Port {place['PORT']} is in use: end the program")
        )
        other |= {"PORT": str(free_ports(1)[0])}
        taken = command(other, "demo")
        assert taken.returncode == 1
        assert taken.stdout.strip().endswith(
            f"for example `SANDBOX_PORT={int(place['SANDBOX_PORT']) + 10} python3 manage.py demo`."
        )
        shutil.rmtree(other["DATA_DIR"], ignore_errors=True)

        twice = command(place, "demo")
        assert twice.returncode == 1
        assert f"runs already, at {facts['web']}" in twice.stdout

        services = command(place, "call", "corvane-keyyo", "services.list")  # the workers start meanwhile
        assert services.returncode == 0, services.stdout
        assert sum(map(len, json.loads(services.stdout)["_embedded"].values())) == 60

        while command(place, "worker_alive", "interactive").returncode:
            assert demo.poll() is None and time.monotonic() < give_up
        frozen = worker_of(folder, "interactive")
        os.kill(frozen, signal.SIGSTOP)  # it runs and works no more, as after a connection that hangs
        while worker_of(folder, "interactive") in (frozen, 0):
            assert demo.poll() is None and time.monotonic() < give_up
            time.sleep(0.05)
        assert demo.poll() is None
    finally:
        demo.send_signal(signal.SIGINT)
        said, _ = demo.communicate(timeout=60)
    assert demo.returncode == 0, said
    assert "rebuilding" not in said
    assert not (folder / "demo.json").exists()
    assert processes_of(folder) == []


def test_without_a_demo_a_command_brings_its_own_servers_and_ends_them(place):
    folder = Path(place["DATA_DIR"])
    question = "from django.db import connection as c; k = c.cursor(); k.execute('select 41 + 1'); print(k.fetchone())"
    done = command(place, "shell", "--verbosity", "0", "--command", question)
    assert done.stdout.strip().endswith("(42,)"), done.stdout
    assert processes_of(folder) == []


@pytest.mark.parametrize(
    ("ports", "says"),
    [
        ({"PORT": "eighty"}, "PORT is 'eighty': set it to the number of a port, from 1 to 65535."),
        (
            {"SANDBOX_PORT": "70000"},
            "SANDBOX_PORT is '70000': set it to the number of a port, from 1 to 65535.",
        ),
        (
            {"PORT": "18234", "SANDBOX_PORT": "18234"},
            "PORT and SANDBOX_PORT are the same: set one of them to another port.",
        ),
    ],
)
def test_ports_that_cannot_be_are_one_sentence(place, tmp_path, ports, says):
    done = command({**place, "DATA_DIR": str(tmp_path), **ports}, "demo")
    assert (done.returncode, done.stdout.strip()) == (1, says)


@pytest.mark.skipif(os.geteuid() != 0 or sys.platform != "linux", reason="only root can mount a small disk")
@pytest.mark.parametrize(
    ("size_mb", "fills", "says"),
    [
        (
            40,
            False,
            r"The disk that holds .* has \d+ MB left and 500 MB are needed: free some space, or set DATA_DIR",
        ),
        (560, True, r"The disk is full: free some space, or set DATA_DIR to a folder on another disk\."),
    ],
)
def test_a_full_disk_is_one_sentence(place, size_mb, fills, says):
    """Before anything is begun, and when it fills in the middle of the first start."""
    folder = Path(tempfile.mkdtemp(prefix="switchboard-small-", dir="/tmp"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m,mode=755", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        folder.rmdir()
        pytest.skip("this machine lets nobody mount")
    try:
        demo = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=ROOT, env={**place, "DATA_DIR": str(folder)}, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert demo.stdout is not None
        if fills:
            while "Tables" not in demo.stdout.read(1) + demo.stdout.readline():
                assert demo.poll() is None
            fill(folder / "filler")
        said, _ = demo.communicate(timeout=LIMIT_S)
        assert demo.returncode == 1
        assert re.match(says, said.strip().splitlines()[-1]), said
        assert "Traceback" not in said
        assert processes_of(folder) == []
    finally:
        subprocess.run(["umount", str(folder)], check=True)
        folder.rmdir()


def fill(path: Path) -> None:
    """Write until the disk is full."""
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0" * 2**20)
