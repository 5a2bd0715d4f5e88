"""Run a Python module that ends when its supervisor ends: `python -m portal.embedded.leash celery -A portal.celery worker`.

The supervisor holds the other end of a pipe. When it is gone, by whatever signal, the pipe closes, a thread here
notices, asks this process to end and, if it has not within GRACE_S, kills it with all that it started.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

PIPE = "PORTAL_LEASH"  # the environment variable with the number of the pipe's end
GRACE_S = 5


def watch(pipe: int) -> None:
    os.read(pipe, 1)  # nothing is ever written: this returns when the other end closes
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    pipe = int(os.environ.pop(PIPE))
    os.set_inheritable(pipe, False)
    threading.Thread(target=watch, args=(pipe,), name="leash", daemon=True).start()
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
