"""Reports: one of a month with eight figures in every format, and a thousand that are due in one minute.

The thousand go through a worker and a scheduler of their own; both are killed with SIGKILL once, and started again. Each
mail must arrive once. One that a killed worker was sending when it died is unknown: it may have arrived, and is not sent
again; of these there are at most as many as the worker has processes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import time as clock
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Membership
from accounts.scoping import tenant_scope
from portal.lib.periods import period_of
from telephony.bench.mail_sink import MailSink, mail_sink
from telephony.bench.measuring import Figure, seconds_of
from telephony.bench.serving import environment, own_broker, supervised
from telephony.bench.world import END, drafts
from telephony.models import Connection, Report, ReportReceipt, ReportRun
from telephony.reports import workshop
from telephony.reports.mail import message_of
from telephony.services import calls

EIGHT = (
    "summary",
    "calls_by_day",
    "rate_by_hour",
    "missed_fates",
    "missed_callers",
    "by_line",
    "cost_by_line",
    "cost_by_destination",
)
SCHEDULES, STORED, PROCESSES = 1_000, 240_000, 2
LIMIT_S = 600.0
CELERY = ("-A", "portal.celery")
WORKER = ("--loglevel", "WARNING", "--without-mingle", "--without-gossip")


def measure(
    make_connection: Callable[[str], Connection], schedules: int = SCHEDULES, stored: int = STORED
) -> Iterable[Figure]:
    yield _one_month(make_connection("bench-report"), stored)
    yield from _many(make_connection("bench-reports"), schedules)


def _one_month(connection: Connection, stored: int) -> Figure:
    """Figures read, PDF, XLSX and CSV written, and the mail put together with its pictures."""
    with tenant_scope(connection.tenant_id):
        rows = drafts(stored)
        for at in range(0, len(rows), 10_000):
            calls.store(connection, rows[at : at + 10_000], timezone.now())
        report = _report(
            connection, "Month", figures=list(EIGHT), formats=["body", "pdf", "xlsx", "csv"], next_at=None
        )
        report.period = "last_month"
        report.save()
        days = period_of(report.period, END.date())
        run = ReportRun(report=report, first_day=days.first, last_day=days.last, due_for_at=END)
        run.save()

        def make() -> None:
            made = workshop.make(run)
            run.subject, run.files = made.subject, list(made.files)
            document = workshop.kept(run)
            assert document is not None
            receipt = ReportReceipt(run=run, address="bench@elsewhere.example", message_id="<bench@bench>")
            message_of(run, receipt, document, {}, "").message().as_bytes()

        make()  # what a process does once
        took, _nothing = seconds_of(make)
    title = f"report of a month with 8 figures out of {stored:,} calls, in every format"
    return Figure(title, took, 3, "s", is_floor=False)


def _many(connection: Connection, schedules: int) -> Iterable[Figure]:
    with own_broker(), mail_sink() as sink, supervised() as supervisor:
        env = environment(EMAIL_URL=sink.url, DISPATCH_EVERY_S="5", LEASE_S="15", WORK_TRIES="20")

        def start(name: str) -> None:
            words: tuple[str, ...] = ("beat", "--schedule", str(supervisor.logs / "beat"), "--pidfile=")
            if name == "worker":
                queues = ("--queues", "interactive,sync,reports", "--concurrency", str(PROCESSES))
                words = ("worker", *queues, *WORKER)
            supervisor.start(name, "celery", *CELERY, *words, environment=env)

        with tenant_scope(connection.tenant_id):
            reports = [_report(connection, f"Report {n}") for n in range(schedules)]
            Report.objects.bulk_create(reports)
        start("worker")
        began = time.monotonic()
        start("beat")
        for share, name in ((0.25, "worker"), (0.5, "beat")):
            _wait(sink, int(schedules * share), began)
            supervisor.end(name)
            start(name)
        told = _until_done(connection, schedules, began)
        took = time.monotonic() - began
    twice = sum(count - 1 for count in sink.taken.values())
    lost = schedules - len(sink.taken) - told.get("unknown", 0)
    detail = {**told, "arrived": len(sink.taken), "twice": twice}
    title = f"of {schedules:,} reports due at once, worker and scheduler killed: doubled or lost"
    return [
        Figure(title, twice + max(0, lost), 0, "", is_floor=False, detail=detail),
        Figure(
            "of these unknown: sent when the worker was killed", told.get("unknown", 0), PROCESSES, "", False
        ),
        Figure("until the last of them was sent", took, LIMIT_S, "s", is_floor=False),
    ]


def _report(connection: Connection, name: str, **fields: Any) -> Report:
    """One figure in the mail's body, to somebody outside, due a minute ago unless `fields` say otherwise."""
    owner = Membership.objects.select_related("person").filter(tenant=connection.tenant_id)[0].person
    told: dict[str, Any] = {
        "figures": ["summary"],
        "period": "yesterday",
        "formats": ["body"],
        "addresses": [f"{name.lower().replace(' ', '-')}@elsewhere.example"],
        "weekdays": [1, 2, 3, 4, 5, 6, 7],
        "at": clock(6),
        "next_at": timezone.now() - timedelta(minutes=1),
        "owner": owner,
    }
    return Report(name=name, tenant_id=connection.tenant_id, **{**told, **fields})


def _wait(sink: MailSink, count: int, began: float) -> None:
    while len(sink.taken) < count and time.monotonic() - began < LIMIT_S:
        time.sleep(0.05)


def _until_done(connection: Connection, schedules: int, began: float) -> dict[str, int]:
    """What became of the mails, once no run is open any more."""
    over = (ReportRun.State.DONE, ReportRun.State.TROUBLE, ReportRun.State.FAILED, ReportRun.State.REFUSED)
    with tenant_scope(connection.tenant_id):
        while ReportRun.objects.filter(state__in=over).count() < schedules:
            if time.monotonic() - began > 2 * LIMIT_S:
                break
            time.sleep(0.5)
        states = list(ReportReceipt.objects.filter(run__sort="scheduled").values_list("state", flat=True))
    return {state: states.count(state) for state in set(states)}
