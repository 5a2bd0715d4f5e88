"""`manage.py demo`: everything on this machine, with plausible data, until Ctrl-C.

portal/running.py has started the servers before Django read its settings; see portal/demo for the parts.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError

from portal import running
from portal.demo import alerts, check, connections, facts, hours, live, logins, people, reports, state
from portal.demo.processes import Processes
from portal.embedded import FULL_DISK, CannotStart, is_full_disk


class Command(BaseCommand):
    help = (
        "Run the portal with its demo: four tenants, five people, and the providers' sandbox. Ctrl-C ends it."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="ask every page, then end; status 1 if one fails"
        )
        parser.add_argument("--fresh", action="store_true", help="forget what an earlier demo has kept")

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor = running.supervisor
        if supervisor is None:
            raise CannotStart("Start the demo through manage.py: `python3 manage.py demo`.")
        self.processes = Processes(supervisor)
        self.state = state.State()
        facts.remove()  # of a demo that was killed
        if supervisor.survivors:
            self.stdout.write(
                f"  Ended what an earlier demo left running: {', '.join(supervisor.survivors)}."
            )
        try:
            self._start()
        except OperationalError as error:
            if not is_full_disk(error):
                raise
            raise CannotStart(FULL_DISK) from error
        try:
            self._greet()
            if options["check"]:
                failures = check.walk(self.processes, self.stdout)
                raise SystemExit(1 if failures else 0)
            ended = supervisor.wait(self.processes.mend_workers)
            raise CannotStart(f"The {ended} process ended by itself; see {supervisor.logs / ended}.log.")
        except KeyboardInterrupt:
            self.stdout.write("\n  Ending everything ...")
        finally:
            facts.remove()

    def _start(self) -> None:
        """Everything, until the first page answers. On a later start nothing but the processes is to be done."""
        self._settle_schema()
        self._settle_static_files()
        self.processes.start_sandbox()
        first = not self.state.is_known("loaded")
        if first:
            self._load()
        with self._step("Web"):
            self.processes.start_web()
            self.processes.await_sandbox()
            self.processes.await_web()
        live.telephone(self.processes)
        self.processes.start_workers()  # not before: on two cores they would double the time until the first page
        facts.write(self.processes)

    def _settle_schema(self) -> None:
        """Migrate. A demo made with other migrations, which are rewritten until the first release, is rebuilt; so is
        one whose first start did not come to its end."""
        wanted = state.schema_hash()
        is_same = self.state.holds("schema", wanted)
        if is_same and self.state.is_known("loaded"):
            return
        if self.state.is_known("schema"):
            state.empty_servers(self.processes.supervisor.owned)
            shutil.rmtree(settings.DATA_DIR / "sandbox", ignore_errors=True)
            reason = (
                "An earlier start was cut short"
                if is_same
                else "The schema has changed since this demo was made"
            )
            self.stdout.write(f"  {reason}: rebuilding its data.")
        self.state.forget("loaded")
        with self._step("Tables"):
            self.state.keep("schema", wanted)
            call_command("migrate", verbosity=0, interactive=False)

    def _settle_static_files(self) -> None:
        wanted = state.static_hash()
        if self.state.holds("static", wanted):
            return
        with self._step("Static files"):
            call_command("collectstatic", verbosity=0, interactive=False)
        self.state.keep("static", wanted)

    def _load(self) -> None:
        with self._step("People and tenants"):
            people.settle()
        with self._step("Sandbox"):
            self.processes.await_sandbox()
        for slug in connections.CONNECTIONS:
            with self._step(f"Connection {slug}, its objects and this month's calls"):
                connections.settle(slug, self.processes)
        for login in logins.LOGINS:
            with self._step(f"Connection {login.slug}"):
                logins.settle(login, self.processes)
        with self._step("Opening hours"):
            hours.settle()
        with self._step("Reports"):
            reports.settle()
        with self._step("Rules of alerts"):
            alerts.settle()
        with self._step("Lines that send their calls"):
            live.settle()
        self.state.keep("loaded", "yes")

    def _greet(self) -> None:
        took = time.monotonic() - running.began
        lines = facts.greeting(self.processes, took)
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        """Say what is under way, then how long it took."""
        self.stdout.write(f"  {what} ...", ending="")
        self.stdout.flush()
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.stdout.write("")
            raise
        self.stdout.write(f" {time.monotonic() - began:.1f} s")
