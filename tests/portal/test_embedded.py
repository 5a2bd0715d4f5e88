"""The supervisor with real servers: order, crashes, refusals. Each test has a data folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest
import redis

from portal.embedded import CannotStart
from portal.embedded.processes import program_of
from portal.embedded.supervisor import Supervisor
from tests.portal.watching import processes_of

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder():
    """A data folder that `nobody` can reach too; pytest's own is closed to others."""
    path = Path(tempfile.mkdtemp(prefix="switchboard-supervised-", dir="/tmp"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def alone(monkeypatch):
    """Nothing is given by the environment: the supervisor starts its own servers."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)


def until(condition, limit_s: float = 20):
    give_up = time.monotonic() + limit_s
    while not condition():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.05)


def test_servers_start_keep_their_data_and_leave_nothing(folder, alone):
    with Supervisor(folder) as supervisor:
        given = supervisor.start_servers()
        with psycopg.connect(given["DATABASE_URL"], autocommit=True) as connection:
            connection.execute("create table kept (word text)")
            connection.execute("insert into kept values ('here')")
            assert connection.execute("show listen_addresses").fetchone() == ("",)
        redis.Redis.from_url(given["REDIS_URL"]).set("word", "here")
    assert processes_of(folder) == []

    with Supervisor(folder) as supervisor:
        given = supervisor.start_servers()
        assert supervisor.survivors == []
        with psycopg.connect(given["DATABASE_URL"]) as connection:
            assert connection.execute("select word from kept").fetchone() == ("here",)
        assert redis.Redis.from_url(given["REDIS_URL"]).get("word") == b"here"
        sockets = Path(given["REDIS_URL"].removeprefix("unix://").partition("?")[0]).parent
    assert processes_of(folder) == []
    assert not sockets.exists()


def test_what_the_environment_gives_is_used_and_not_started(folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@elsewhere/portal")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with Supervisor(folder) as supervisor:
        given = supervisor.start_servers()
    assert given == {
        "DATABASE_URL": "postgres://somebody@elsewhere/portal",
        "REDIS_URL": "redis://elsewhere/0",
    }
    assert not (folder / "postgres").exists()


def test_survivors_of_a_killed_supervisor_are_found_and_stopped(folder, alone):
    """A server whose supervisor is gone, which Linux alone would have ended with it."""
    first = Supervisor(folder)
    first.start_servers()
    left = [server.process for server in first.servers]

    with Supervisor(folder) as second:
        given = second.start_servers()
        assert second.survivors == ["PostgreSQL", "Valkey"]
        assert [process.wait(5) for process in left] == [0, 0]
        with psycopg.connect(given["DATABASE_URL"]) as connection:
            assert connection.execute("select 1").fetchone() == (1,)
    assert processes_of(folder) == []


SUPERVISED = """
import os, signal, sys, json, time
signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs the tests under nohup ignores it
from pathlib import Path
from portal.embedded.supervisor import Supervisor
with Supervisor(Path(sys.argv[1])) as supervisor:
    given = supervisor.start_servers()
    arguments = ["0", "--bind", "127.0.0.1", "--directory", sys.argv[1]]
    supervisor.start("sleeper", "http.server", *arguments, environment=os.environ)
    try:
        print(json.dumps(given), flush=True)
        supervisor.wait()
    except KeyboardInterrupt:
        print("told to end", flush=True)
"""


def supervised(folder: Path) -> subprocess.Popen:
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL")}
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment,
    )
    assert json.loads(process.stdout.readline())["DATABASE_URL"]
    until(lambda: any("http.server" in line for line in processes_of(folder)))
    return process


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_everything_in_order(folder, sig):
    process = supervised(folder)
    process.send_signal(sig)
    said, _ = process.communicate(timeout=20)
    assert said.strip() == "told to end"
    assert process.returncode == 0
    assert processes_of(folder) == []
    assert "database system is shut down" in (folder / "logs" / "postgresql.log").read_text()


def test_impatience_ends_everything_too(folder):
    """A second Ctrl-C, and the terminal that is closed on top of it, do not leave half of it running."""
    process = supervised(folder)
    for sig in (signal.SIGINT, signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        process.send_signal(sig)
        time.sleep(0.05)
    process.communicate(timeout=20)
    assert processes_of(folder) == []
    assert "database system is shut down" in (folder / "logs" / "postgresql.log").read_text()


def test_a_server_that_ends_by_itself_is_named(folder, alone):
    with Supervisor(folder) as supervisor:
        supervisor.start_servers()
        supervisor.servers[1].process.kill()
        assert supervisor.wait() == "valkey"


@pytest.mark.skipif(
    sys.platform != "linux", reason="elsewhere the servers are found at the next start instead"
)
def test_nothing_outlives_a_supervisor_that_is_killed(folder):
    process = supervised(folder)
    process.kill()
    process.communicate(timeout=20)
    until(lambda: processes_of(folder) == [])


def test_a_process_that_ends_by_itself_is_named(folder):
    with Supervisor(folder) as supervisor:
        supervisor.start("brief", "this", environment=dict(os.environ))
        assert supervisor.wait() == "brief"


def test_data_of_another_major_version_is_refused_and_kept(folder, alone):
    data = folder / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("12\n")
    with (
        pytest.raises(CannotStart, match=r"was made by PostgreSQL 12 and this is \d+: start over with"),
        Supervisor(folder) as supervisor,
    ):
        supervisor.start_servers()
    assert (data / "PG_VERSION").read_text() == "12\n"


def test_the_pid_of_another_program_is_not_taken_for_a_survivor(folder, alone):
    with Supervisor(folder) as supervisor:
        supervisor.start_servers()
    (folder / "valkey" / "valkey.pid").write_text(str(os.getpid()))
    with Supervisor(folder) as supervisor:
        supervisor.start_servers()
        assert supervisor.survivors == []
    assert program_of(os.getpid())


def test_one_owner_of_a_data_folder_and_others_join(folder):
    """Commands that run while another owns the servers use those; the owner waits for them at its end."""
    environment = {
        k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "PORTAL_ENV")
    }
    environment["DATA_DIR"] = str(folder)
    script = (
        "import os, sys\n"
        "from portal.running import services_for\n"
        "with services_for([sys.argv[1]]):\n"
        "    print(os.environ['DATABASE_URL'], flush=True)\n"
        "    sys.stdin.readline()\n"
    )

    def command(name: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", script, name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )

    owner = command("sync")
    address = owner.stdout.readline()
    user = command("call")
    assert user.stdout.readline() == address
    owner.stdin.close()  # its own work is done
    time.sleep(1)
    assert owner.poll() is None, "the owner took the servers away from a command that uses them"
    user.stdin.close()
    assert user.wait(60) == 0
    assert owner.wait(60) == 0
    assert processes_of(folder) == []
