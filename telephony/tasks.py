"""Celery's doors to the services. A task gets ids, opens the tenant's scope through the lease, and calls one service.

Messages are hints: running a task twice, early or never does no harm (services/ledger.py).
"""

from __future__ import annotations

import logging
import multiprocessing
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from celery import Task, shared_task
from celery.signals import worker_init, worker_shutting_down
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone, translation
from kombu.exceptions import OperationalError

from accounts.isolation import leaks
from accounts.models import Person
from accounts.scoping import NoScope, current_scope, tenant_scope, unscoped
from telephony.models import (
    AlertWatch,
    BlockEnd,
    Change,
    HoursRun,
    Job,
    ReportRun,
    Retention,
    StaffExport,
    SyncRun,
)
from telephony.reports.workshop import WORKSHOP
from telephony.services import (
    alerting,
    block_ending,
    bulk_sending,
    export_files,
    exporting,
    hours_writing,
    ledger,
    live_calls,
    mailing,
    missed_digest,
    report_schedule,
    report_sending,
    report_trouble,
    retention,
    rollup_closing,
    rollups,
    scheduling,
    settling,
    tidying,
    worker_health,
)
from telephony.views import page_exports

logger = logging.getLogger(__name__)
TIDY_EVERY_S = 3600


def advance_export(job: Job) -> None:
    exporting.advance(job, {**exporting.OF_FILTERS, **page_exports.OF_PAGES})


ADVANCE_JOB: dict[str, Callable[[Job], None]] = {
    Job.Kind.EXPORT: advance_export,
    Job.Kind.MAIL: mailing.advance,
    Job.Kind.BULK: bulk_sending.advance,
}


class TenantTask(Task):
    """A task on one tenant's row: `(tenant_id, id)`. It leaves quietly when the row is not its to work on.

    The tenant is None for a row of platform staff, which belongs to none.
    """

    abstract = True

    def __call__(self, tenant_id: int | None, row_id: int) -> None:
        if current_scope() is not None:
            raise NoScope("a scope was open before the task began")
        try:
            self.run(tenant_id, row_id)
        except (ledger.NotHeld, ledger.LeaseLost) as reason:
            logger.info("%s(%s, %s) left: %s", self.name, tenant_id, row_id, reason)
        if current_scope() is not None:
            raise NoScope("the task left its scope open")


@shared_task
def dispatch() -> None:
    """Request what the schedules ask for, and hint at all that is due in the ledger."""
    scheduling.open_due_runs()
    scheduling.open_queued_runs()
    report_schedule.open_due(timezone.now())
    alerting.open_due(timezone.now())
    ledger.dispatch()
    with unscoped("dispatch"):
        export_files.expire(timezone.now())
    live_calls.close_forgotten(timezone.now())
    missed_digest.open_due(timezone.now())
    for tenant_id, connection_id in rollups.due():
        ask_for_rollups(tenant_id, connection_id)
    report_trouble.tell(timezone.now())
    if cache.add("tidied", True, timeout=TIDY_EVERY_S):
        tidying.tidy(timezone.now())
        rollup_closing.close_due(timezone.now())
    for queue in worker_health.QUEUES:
        probe.apply_async(args=(queue,), queue=queue, expires=55)


def speaking_to(person: Person | None) -> AbstractContextManager[None]:
    """What is found out on the way is kept in the words of whoever asked."""
    return translation.override(person.language if person and person.language else settings.LANGUAGE_CODE)


@shared_task(base=TenantTask)
def advance_run(tenant_id: int, run_id: int) -> None:
    """Go on with a sync run for at most TASK_BUDGET_S."""
    with ledger.leased(SyncRun, tenant_id, run_id) as run:
        scheduling.advance(run)
    ask_for_rollups(tenant_id, run.connection_id)


@shared_task(base=TenantTask)
def advance_job(tenant_id: int, job_id: int) -> None:
    """Go on with an export or an edit of many objects, or send a mail."""
    with ledger.leased(Job, tenant_id, job_id) as job, speaking_to(job.person):
        ADVANCE_JOB[job.kind](job)


@shared_task(base=TenantTask)
def advance_staff_export(tenant_id: None, export_id: int) -> None:
    """Go on with an export of platform staff; the page that it is of opens the scopes that it reads in."""
    with ledger.leased(StaffExport, tenant_id, export_id) as job, speaking_to(job.person):
        exporting.advance(job, page_exports.OF_PAGES)


@shared_task(base=TenantTask)
def settle_change(tenant_id: int, change_id: int) -> None:
    """Find out what became of a write whose answer was lost."""
    with ledger.leased(Change, tenant_id, change_id) as change:
        settling.settle(change)


@shared_task(base=TenantTask)
def advance_hours(tenant_id: int, run_id: int) -> None:
    """Go on with writing opening hours to a provider."""
    with ledger.leased(HoursRun, tenant_id, run_id) as run, speaking_to(run.person):
        hours_writing.advance(run)


@shared_task(base=TenantTask)
def advance_report(tenant_id: int, run_id: int) -> None:
    """Make a report and send it to each of its recipients."""
    with ledger.leased(ReportRun, tenant_id, run_id) as run, translation.override(run.report.language):
        report_sending.advance(run, WORKSHOP)


@shared_task(base=TenantTask)
def look_for_alerts(tenant_id: int, watch_id: int) -> None:
    """Look at a tenant's alert rules, and tell of what is new."""
    with ledger.leased(AlertWatch, tenant_id, watch_id) as watch:
        alerting.advance(watch)


@shared_task(base=TenantTask)
def end_block(tenant_id: int, end_id: int) -> None:
    """Take a number off a list of refused callers, whose time there is over."""
    with ledger.leased(BlockEnd, tenant_id, end_id) as end, speaking_to(end.person):
        block_ending.advance(end)


@shared_task(base=TenantTask)
def advance_retention(tenant_id: int, row_id: int) -> None:
    """Take away what a tenant keeps no longer."""
    with ledger.leased(Retention, tenant_id, row_id) as row:
        retention.advance(row)


@shared_task
def open_retention() -> None:
    """Nightly: let each tenant that does not keep everything for ever have its turn."""
    retention.open_nightly(timezone.now())


def ask_for_rollups(tenant_id: int, connection_id: int) -> None:
    """Ask that the touched days of a connection are counted. Where this is lost, the next tick asks again."""
    try:
        settle_rollups.apply_async(
            args=(tenant_id, connection_id), expires=settings.DISPATCH_EVERY_S, retry=False
        )
    except OperationalError as error:
        logger.warning("The broker did not take a hint (%s); the next tick asks again.", error)


@shared_task(base=TenantTask)
def settle_rollups(tenant_id: int, connection_id: int) -> None:
    """Count the days of calls that a sync run or somebody else touched."""
    with tenant_scope(tenant_id):
        rollups.settle(connection_id)


@shared_task
def probe(queue: str) -> None:
    """Say that this queue is being worked on."""
    worker_health.note_alive(queue)


@shared_task
def prove_isolation() -> None:
    """Nightly: look by SQL whether any row points to another tenant's. A leak is an error in the log."""
    for leak in leaks():
        logger.error("A row points to another tenant: %s", leak)


# ---- the worker's own life ----
@worker_init.connect
def share_stop_flag(**_kwargs: Any) -> None:
    """Before the children are forked: one flag that all of them see."""
    ledger.use_stop_flag(multiprocessing.get_context("fork").Event())


@worker_shutting_down.connect
def give_work_back(**_kwargs: Any) -> None:
    """A warm shutdown has begun: work at hand ends at its next page and is due again for the next worker."""
    ledger.stop()
