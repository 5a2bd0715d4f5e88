"""Starts the servers and our own processes, in order, and stops them in the reverse order, whatever happens."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn

from portal.embedded import leash
from portal.embedded.account import Account
from portal.embedded.postgres import Postgres
from portal.embedded.processes import kill_session, launch
from portal.embedded.valkey import Valkey

PATIENCE_S = 2  # how long our own processes may take to end; their work is resumable
LOOK_EVERY_S = 5
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Supervisor:
    """Owner of the servers under one data folder. Use it as a context manager.

    data_dir  where data, logs and pid files go (the servers' own data elsewhere if `nobody` cannot get in)
    durable   False: nothing needs to survive, and everything is faster
    """

    def __init__(self, data_dir: Path, *, durable: bool = True) -> None:
        self.data_dir = data_dir
        self.logs = data_dir / "logs"
        self.durable = durable
        self.account = Account()
        self.servers: list[Postgres | Valkey] = []
        self.owned: set[str] = set()  # DATABASE_URL, REDIS_URL: those whose server is ours
        self.survivors: list[str] = []
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self._stack = contextlib.ExitStack()
        self._leash: tuple[int, int] | None = None

    def __enter__(self) -> Supervisor:
        for each in ENDING:
            if signal.getsignal(each) is not signal.SIG_IGN or each is not signal.SIGHUP:  # nohup means it
                self._stack.callback(signal.signal, each, signal.signal(each, _end))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for each in ENDING:  # a second Ctrl-C must not leave half of it running
            signal.signal(each, signal.SIG_IGN)
        self._stack.close()

    def start_servers(self) -> dict[str, str]:
        """Start what the environment does not give and return DATABASE_URL and REDIS_URL.

        Raises CannotStart with a sentence for the person.
        """
        given = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
        if len(given) == 2:
            return given
        base = self.account.reachable(self.data_dir)
        sockets = self._socket_folder()
        servers: dict[str, tuple[str, type[Postgres] | type[Valkey]]] = {
            "DATABASE_URL": ("PostgreSQL", Postgres),
            "REDIS_URL": ("Valkey", Valkey),
        }
        for variable, (name, make) in servers.items():
            if variable in given:
                continue
            server = make(base, sockets, self.logs / f"{name.lower()}.log", self.account, self.durable)
            self.owned.add(variable)
            self.servers.append(server)
            self._stack.callback(server.stop)  # before the start: an interrupted start is stopped too
            given[variable] = server.start()
            if server.had_survivor:
                self.survivors.append(name)
        return given

    def start(self, name: str, module: str, *arguments: str, environment: Mapping[str, str]) -> None:
        """Start one of our own processes, `python -m module ...`, which ends when this process ends."""
        if self._leash is None:
            self._leash = os.pipe()
            self._stack.callback(self._stop_children)
        self.children[name] = launch(
            [sys.executable, "-m", "portal.embedded.leash", module, *arguments],
            log=self.logs / f"{name}.log",
            environment={**environment, leash.PIPE: str(self._leash[0])},
            folder=Path(__file__).resolve().parents[2],
            keep_open=[self._leash[0]],
        )

    def end(self, name: str) -> None:
        """Kill one of our own processes with all that it started, to start it again."""
        kill_session(self.children.pop(name))

    def ended(self) -> str | None:
        """The name of a process or server that ended by itself, if one did."""
        servers = {server.log.stem: server.process for server in self.servers}
        running = {**self.children, **{name: process for name, process in servers.items() if process}}
        return next((name for name, process in running.items() if process.poll() is not None), None)

    def wait(self, look_after: Callable[[], None] | None = None) -> str:
        """Until Ctrl-C (as KeyboardInterrupt) or until a process ends by itself: returns its name.

        look_after   is called every LOOK_EVERY_S
        """
        looked = time.monotonic()
        while not (name := self.ended()):
            time.sleep(0.25)
            if look_after and time.monotonic() - looked > LOOK_EVERY_S:
                look_after()
                looked = time.monotonic()
        return name

    def _stop_children(self) -> None:
        """Newest first, all asked before the first is awaited: the slowest one sets the time."""
        children = list(reversed(self.children.values()))
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        give_up = time.monotonic() + PATIENCE_S
        for child in children:
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(max(0.0, give_up - time.monotonic()))
        for child in children:
            kill_session(child)
        if self._leash:
            for end in self._leash:
                os.close(end)

    def _socket_folder(self) -> Path:
        """A short folder under /tmp: a socket's path may have 103 bytes on macOS. That of a killed run is removed."""
        note = self.data_dir / "run" / "sockets"
        note.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        if note.exists():
            left = Path(note.read_text().strip())
            if left.parent == Path("/tmp") and left.name.startswith("switchboard-"):
                shutil.rmtree(left, ignore_errors=True)
        sockets = self.account.folder(Path(tempfile.mkdtemp(prefix="switchboard-", dir="/tmp")))
        note.write_text(str(sockets))
        self._stack.callback(note.unlink, missing_ok=True)
        self._stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        return sockets


def _end(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
