"""`manage.py sync CONNECTION`: one sync now, in this process, by the same code as the worker's."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, transaction
from django.utils import timezone

from accounts.scoping import carrying_scope, tenant_scope, unscoped
from portal.lib.days import midnight
from telephony.models import Connection, SyncRun
from telephony.services import ledger, runs, scheduling
from telephony.tables.run_words import answer_of

POLL_S = 0.3
UNFINISHED = (*runs.OPEN, SyncRun.State.QUEUED)
BAR = 30


class Command(BaseCommand):
    help = "Sync calls or objects of one connection now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("connection", help="slug of the connection, such as corvane-keyyo")
        parser.add_argument(
            "--from", dest="start", type=date.fromisoformat, help="first day of the calls, YYYY-MM-DD"
        )
        parser.add_argument("--to", dest="end", type=date.fromisoformat, help="last day of the calls")
        parser.add_argument(
            "--kind",
            default="",
            help="calls, entities, or one kind of object in the provider's word; both sorts if left out",
        )

        parser.add_argument(
            "--accept-removal",
            action="store_true",
            help="believe lists of objects that suddenly lack much; after a run was parked for it and you looked",
        )

    def handle(self, **options: Any) -> None:
        with unscoped("command"):
            connection = Connection.objects.filter(slug=options["connection"], unlinked_at=None).first()
        if connection is None:
            raise CommandError(f"There is no connection {options['connection']}.")
        with tenant_scope(connection.tenant_id):
            for what, values in _wanted(connection, options):
                asked = runs.ask_for_run(connection, what, is_hinted=False, **values)
                if words := answer_of(asked.run, asked.outcome):
                    self.stderr.write(words)
                self._follow(asked.run)

    def _follow(self, run: SyncRun) -> None:
        """Advance the run, or watch the worker that does, and draw how far it is."""
        with ThreadPoolExecutor(1) as pool:
            working = pool.submit(carrying_scope(_advance), run.tenant_id, run.pk)
            while wait([working], POLL_S).not_done:
                self._draw(run)
            working.result()
        self._draw(run)
        self.stderr.write("")
        self.stdout.write(
            f"{run.what}: {run.state}, {run.rows_read} read, {run.rows_new} new, {run.rows_changed} changed, "
            f"{run.rows_removed} removed, {run.rows_unreadable} set aside, {run.requests} requests"
        )
        if run.state != SyncRun.State.COMPLETE:
            raise CommandError(run.error or f"The run is {run.state}.")

    def _draw(self, run: SyncRun) -> None:
        run.refresh_from_db()
        if not sys.stderr.isatty():
            return
        share = run.done_parts / run.total_parts if run.total_parts else 0.0
        bar = ("█" * round(share * BAR)).ljust(BAR, "·")
        waits = f" waits for {run.waits_for}" if run.waits_for else ""
        line = f"\r{run.what:9} {bar} {share:4.0%}  {run.rows_read:>8} rows  {run.step}{waits}"
        self.stderr.write(line.ljust(100), ending="")


def _wanted(connection: Connection, options: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """The runs to make, in order. Raises CommandError for an unknown kind, an empty period, calls where there are none."""
    kind = options["kind"]
    zone = ZoneInfo(connection.time_zone)
    period = {
        "start_at": midnight(options["start"], zone) if options["start"] else None,
        "end_at": midnight(options["end"] + timedelta(days=1), zone) if options["end"] else None,
    }
    if period["end_at"] and (period["start_at"] is None or period["start_at"] >= period["end_at"]):
        raise CommandError("--to needs a --from that is not after it.")
    calls: tuple[str, dict[str, Any]] = (SyncRun.What.CALLS, period)
    accepts = {"accepts_removal": options["accept_removal"]}
    entities: tuple[str, dict[str, Any]] = (SyncRun.What.ENTITIES, accepts)
    has_calls = connection.can("calls.list")
    if (kind == "calls" or options["start"]) and not has_calls:
        raise CommandError(f"{connection.slug} has no calls to list.")
    if kind == "calls":
        return [calls]
    if kind == "entities":
        return [entities]
    if kind:
        if kind not in connection.declaration.kinds:
            raise CommandError(
                f"{kind} is none of: calls, entities, {', '.join(connection.declaration.kinds)}."
            )
        return [(SyncRun.What.ENTITIES, {"kinds": [kind], **accepts})]
    if options["start"]:
        return [calls]
    return [entities, calls] if has_calls else [entities]


def _advance(tenant_id: int, run_id: int) -> None:
    """Work until the run is finished, first on what it is queued behind; where a worker holds it, wait for that one."""
    try:
        while (run := SyncRun.objects.get(pk=run_id)).state in UNFINISHED:
            ahead = _ahead_of(run)
            if ahead is None:
                continue
            try:
                with ledger.leased(SyncRun, tenant_id, ahead.pk) as held:
                    scheduling.advance(held)
                if ledger.first_beside(ahead) is not None:
                    time.sleep(POLL_S)  # its turn is over: let the worker have the next one
            except (ledger.NotHeld, ledger.LeaseLost):
                time.sleep(_patience(ahead.due_at))
    finally:
        connections.close_all()


def _ahead_of(run: SyncRun) -> SyncRun | None:
    """The run to work on now: this one, or the open one of its sort while this one is queued."""
    if run.state != SyncRun.State.QUEUED:
        return run
    same = SyncRun.objects.filter(connection_id=run.connection_id, what=run.what)
    if (open_run := same.filter(state__in=runs.OPEN).first()) is None:
        with transaction.atomic():
            runs.open_next(run.connection_id, run.what)
    return open_run


def _patience(due_at: datetime | None) -> float:
    left = (due_at - timezone.now()).total_seconds() if due_at else 0.0
    return min(max(left, POLL_S), 5.0)
