"""Starting, stopping and finding processes. Every one gets a session of its own: Ctrl-C reaches the supervisor only."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from portal.embedded.account import Account

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def dies_with_parent(sig: signal.Signals) -> Callable[[], None] | None:
    """A function to run in the child that makes Linux send it `sig` when the supervisor ends, however it ends.

    Elsewhere None: a server that outlives its supervisor is found by its pid file at the next start.
    """
    if sys.platform != "linux":
        return None
    libc, parent = ctypes.CDLL(None), os.getpid()

    def in_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(sig))
        if os.getppid() != parent:  # it ended between fork and here
            os.kill(os.getpid(), sig)

    return in_child


def launch(
    argv: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    folder: Path | str = "/",
    account: Account | None = None,
    on_orphan: signal.Signals | None = None,
    keep_open: Collection[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program with its output appended to `log`. `on_orphan`: what it gets if the supervisor is killed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
            pass_fds=tuple(keep_open),
            preexec_fn=dies_with_parent(on_orphan) if on_orphan else None,
            **(account.popen_options() if account else {}),
        )


def stop(process: subprocess.Popen[bytes], sig: signal.Signals, *, limit_s: float) -> None:
    """Ask a process to end; after `limit_s` kill it and whatever it started. Returns when it is gone."""
    if process.poll() is None:
        process.send_signal(sig)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(limit_s)
    kill_session(process)


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process we started and of its children, which share its session's group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def program_of(pid: int) -> str:
    """The short name of a running program, or an empty string. One that ended but is not yet collected has ended."""
    try:
        name, _, state = Path(f"/proc/{pid}/stat").read_text().partition("(")[2].rpartition(") ")
        return "" if state.startswith("Z") else name
    except OSError:
        if sys.platform == "linux":
            return ""
    done = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True)
    return os.path.basename(done.stdout.strip())


def stop_survivor(
    pid_file: Path, programs: Collection[str], sig: signal.Signals, *, limit_s: float = 20
) -> bool:
    """Stop the server an earlier, killed supervisor left behind. True when there was one.

    The pid file alone proves nothing (pids come round again), so the program's name is compared too.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return False
    if program_of(pid) not in programs:
        return False
    os.kill(pid, sig)
    give_up = time.monotonic() + limit_s
    while program_of(pid) in programs:
        if time.monotonic() > give_up:
            os.kill(pid, signal.SIGKILL)
            give_up += limit_s  # a disk that does not answer holds even a killed process for a while
        time.sleep(0.02)
    return True


def last_lines(log: Path, count: int = 12) -> str:
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
