"""`manage.py test [pytest arguments]`: every test, side by side as it suits two cores.

The servers are portal/running.py's: thrown away afterwards. Arguments go to one plain pytest run.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from portal.embedded.processes import stop

NO_TESTS = 5  # pytest's exit status when a selection is empty
OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "TEST_TEMPLATE",
)  # the servers of these tests; kill tests start their own
PATIENCE_S = 20  # how long an interrupted run may take to stop what its tests have started
Run = subprocess.Popen[bytes]


class Command(BaseCommand):
    help = "Run the tests: all of them, or what the pytest arguments select."

    def run_from_argv(self, argv: list[str]) -> None:
        if {"-h", "--help"} & set(argv[2:]):
            super().run_from_argv(argv)
            return
        sys.exit(self.run(argv[2:]))

    def run(self, arguments: list[str]) -> int:
        """The exit status of the first run that failed, else 0."""
        with ExitStack() as runs:
            if arguments:
                return start(arguments, runs).wait()
            make_template()
            processes = str(min(4, (os.cpu_count() or 1) + 1))  # each waits for its database now and then
            few = ["--maxschedchunk", "16"]  # hundreds at once left all but one process idle at the end
            print("Browser tests and kill tests go on beside the others; what they say follows.", flush=True)
            codes = side_by_side(
                ["-m", "not browser and not kill", "-n", processes, *few],
                [["-m", "browser"], ["-m", "kill"]],
                runs,
            )
        if all(code == NO_TESTS for code in codes):
            return NO_TESTS
        return next((code for code in codes if code not in (0, NO_TESTS)), 0)


def make_template() -> None:
    """Migrate the database of the cluster that is thrown away, which is otherwise empty: each test process copies it."""
    call_command("migrate", verbosity=0)
    os.environ["TEST_TEMPLATE"] = str(connection.settings_dict["NAME"])
    connection.close()


def side_by_side(
    first: Sequence[str], others: Sequence[Sequence[str]], runs: ExitStack, *, apart: str = "kill"
) -> list[int]:
    """The exit statuses of runs that go on at once: those of the first need cores, those of the others wait a lot.

    What the others say is kept until those before have ended. One whose selection is `apart` has none of our servers:
    its tests start their own.
    """
    folder = Path(runs.enter_context(tempfile.TemporaryDirectory(prefix="switchboard-said-")))
    elsewhere = {name: value for name, value in os.environ.items() if name not in OURS}
    patient: list[Run] = []
    for number, arguments in enumerate(others):
        with (folder / str(number)).open("wb") as output:
            environment = elsewhere if apart in arguments else None
            patient.append(start(arguments, runs, environment=environment, output=output))
    statuses = [start(first, runs).wait()]
    for number, run in enumerate(patient):
        with (folder / str(number)).open("rb") as words:
            while run.poll() is None:
                pass_on(words)
                time.sleep(0.2)
            pass_on(words)
        statuses.append(run.returncode)
    return statuses


def pass_on(words: BinaryIO) -> None:
    shutil.copyfileobj(words, sys.stdout.buffer)
    sys.stdout.flush()


def start(
    arguments: Sequence[str],
    runs: ExitStack,
    *,
    environment: Mapping[str, str] | None = None,
    output: BinaryIO | None = None,
) -> Run:
    """One pytest in a session of its own, so that Ctrl-C reaches it once, from here; ended with `runs`."""
    run = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
    )
    runs.callback(stop, run, signal.SIGINT, limit_s=PATIENCE_S)
    return run
