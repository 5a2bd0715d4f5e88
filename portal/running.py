"""Gives a command the servers it needs: none, those of a running demo, or its own for as long as it runs.

It runs before Django reads its settings, and speaks to them through the environment only.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from portal.bootstrap import ROOT
from portal.embedded import FULL_DISK, CannotStart
from portal.embedded.supervisor import Supervisor

# Commands that touch no database, or start another command that does.
SELF_CONTAINED = {
    "check", "check_all", "collectstatic", "compilemessages", "findstatic", "help", "makemessages", "makemigrations",
    "operations", "sandbox", "screenshots", "version",
}  # fmt: skip
SHARED = ("DATABASE_URL", "REDIS_URL", "PORT", "SANDBOX_PORT", "PUBLIC_URL", "OUTBOUND_ALLOW")
ROOM_NEEDED_MB = 500

began = time.monotonic()
supervisor: Supervisor | None = None  # of this process, for the commands that start more than servers


def data_dir() -> Path:
    return Path(os.environ.get("DATA_DIR") or ROOT / "var").resolve()


@contextmanager
def services_for(arguments: Sequence[str]) -> Iterator[None]:
    """The environment of one command. DATABASE_URL given means production's way: nothing is started or changed."""
    command = arguments[0] if arguments else "help"
    asks_for_help = {"-h", "--help", "--version"} & set(arguments)
    try:
        if command == "test":
            with _throw_away_servers():
                yield
            return
        if command == "demo" and not asks_for_help:
            _defaults("demo")
            with _own_servers(command, fresh="--fresh" in arguments):
                yield
            return
        if os.environ.get("DATABASE_URL") or os.environ.get("PORTAL_ENV") == "production":
            yield
            return
        _defaults("demo")
        if command in SELF_CONTAINED or asks_for_help:
            yield
            return
        with _joined_or_own_servers(command):
            yield
    except CannotStart as problem:
        sys.exit(str(problem))
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit(FULL_DISK)


def _defaults(environment: str) -> None:
    """What the demo means where nothing was said. Its own sandbox is the one address that may be called."""
    port = os.environ.setdefault("SANDBOX_PORT", "8100")
    os.environ.setdefault("PORTAL_ENV", environment)
    os.environ.setdefault("PORT", "8000")
    os.environ.setdefault("DATA_DIR", str(data_dir()))
    os.environ.setdefault("OUTBOUND_ALLOW", f"127.0.0.1:{port},localhost:{port}")


# ---- three ways to have servers ----
@contextmanager
def _throw_away_servers() -> Iterator[None]:
    """For tests: a new cluster under a temporary folder, fast because nothing of it has to survive."""
    global supervisor
    folder = Path(tempfile.mkdtemp(prefix="switchboard-test-"))
    folder.chmod(0o755)
    try:
        _demand_room(folder)
        os.environ.update(PORTAL_ENV="test", DATA_DIR=str(folder))
        with Supervisor(folder, durable=False) as supervisor:
            os.environ.update(supervisor.start_servers())
            yield
    finally:
        supervisor = None
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _own_servers(command: str, *, fresh: bool = False) -> Iterator[None]:
    """Servers over the data folder, for this process and for the commands that join it."""
    global supervisor
    folder = data_dir()
    with _ownership(folder, command) as note, Supervisor(folder) as supervisor:
        if fresh:
            forget(folder, supervisor)
        _demand_room(folder)
        if command == "demo":
            from portal.demo.processes import demand_ports

            demand_ports()
        os.environ.update(supervisor.start_servers())
        _publish(note, command)
        try:
            yield
        finally:
            if command != "demo":  # a demo ends when it is told to; a short command lets the others finish
                _await_users(folder)
            note.truncate(0)
    supervisor = None


@contextmanager
def _joined_or_own_servers(command: str) -> Iterator[None]:
    folder = data_dir()
    with _users(folder, shared=True):
        joined = _environment_of_owner(folder)
        if joined:
            os.environ.update(joined)
            yield
            return
    with _own_servers(command):
        yield


# ---- who owns the servers of a data folder ----
@contextmanager
def _ownership(folder: Path, command: str) -> Iterator[IO[str]]:
    """Hold the data folder's note, which says who runs its servers and where they are. The lock ends with its process."""
    with _open(folder / "run" / "owner.json") as note:
        for attempt in range(600):
            try:
                fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                owner = _read(note)
                if owner.get("command") == "demo" and command == "demo":
                    raise CannotStart(
                        f"The demo of {folder} runs already, at http://localhost:{owner['environment']['PORT']} "
                        f"(process {owner['pid']}): use it, end it, or set DATA_DIR, PORT and SANDBOX_PORT to others."
                    ) from None
                if attempt == 0:
                    print(f"  Waiting for `manage.py {owner.get('command', '...')}` to end.", file=sys.stderr)
                time.sleep(0.2)
        else:
            raise CannotStart(
                f"Another command still uses {folder}: end it, or set DATA_DIR to another folder."
            )
        note.truncate(0)
        yield note


def _publish(note: IO[str], command: str) -> None:
    environment = {name: os.environ[name] for name in SHARED if name in os.environ}
    note.seek(0)
    json.dump({"pid": os.getpid(), "command": command, "environment": environment}, note)
    note.flush()


def _environment_of_owner(folder: Path, patience_s: float = 30) -> dict[str, str]:
    """The environment of the process that runs the servers, empty when nobody does; waits for one that is starting."""
    with _open(folder / "run" / "owner.json") as note:
        give_up = time.monotonic() + patience_s
        while time.monotonic() < give_up:
            try:
                fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if owner := _read(note):
                    return owner["environment"]
                time.sleep(0.1)
            else:
                return {}
    return {}


def running_demo(folder: Path) -> dict[str, str] | None:
    """The environment of the demo that runs over this folder, or None."""
    with _open(folder / "run" / "owner.json") as note:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = _read(note)
            return owner["environment"] if owner.get("command") == "demo" else None
    return None


@contextmanager
def _users(folder: Path, *, shared: bool) -> Iterator[None]:
    with _open(folder / "run" / "users") as file:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield


def _await_users(folder: Path) -> None:
    with _users(folder, shared=False):
        pass


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+")


def _read(note: IO[str]) -> dict:
    note.seek(0)
    try:
        return json.loads(note.read() or "{}")
    except json.JSONDecodeError:  # it is being written
        return {}


# ---- the data folder ----
def forget(folder: Path, owner: Supervisor) -> None:
    """Remove what a demo keeps: its servers' data, sandbox, mail and files."""
    if os.environ.get("DATABASE_URL"):
        raise CannotStart(
            "DATABASE_URL is given: empty that database yourself, `--fresh` only removes its own."
        )
    for name in (
        "postgres",
        "valkey",
        "sandbox",
        "mail",
        "files",
        "static",
        "generated",
        "demo.json",
        "state",
    ):
        for base in {folder, owner.account.reachable(folder)}:
            path = base / name
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _demand_room(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free // 2**20
    if free < ROOM_NEEDED_MB:
        raise CannotStart(
            f"The disk that holds {folder} has {free} MB left and {ROOM_NEEDED_MB} MB are needed: "
            "free some space, or set DATA_DIR to a folder on another disk."
        )
