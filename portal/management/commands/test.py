"""`manage.py test [pytest arguments]`: every test, in the order that suits two cores.

The servers are portal/running.py's: thrown away afterwards. Arguments go to one plain pytest run.
"""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings
from django.core.management.base import BaseCommand

NO_TESTS = 5  # pytest's exit status when a selection is empty


class Command(BaseCommand):
    help = "Run the tests: all of them, or what the pytest arguments select."

    def run_from_argv(self, argv: list[str]) -> None:
        if {"-h", "--help"} & set(argv[2:]):
            super().run_from_argv(argv)
            return
        sys.exit(self.run(argv[2:]))

    def run(self, arguments: list[str]) -> int:
        """The exit status of the first run that failed, else 0."""
        if arguments:
            return pytest(arguments)
        processes = min(4, max(2, os.cpu_count() or 1))
        codes = [
            pytest(["-m", "not browser and not kill", "-n", str(processes)]),
            pytest(["-m", "browser"]),  # a browser wants the cores to itself
            pytest(["-m", "kill"]),
        ]
        if all(code == NO_TESTS for code in codes):
            return NO_TESTS
        return next((code for code in codes if code not in (0, NO_TESTS)), 0)


def pytest(arguments: list[str]) -> int:
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=settings.BASE_DIR).returncode
