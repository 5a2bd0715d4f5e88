"""The work ledger: what is due stands in PostgreSQL, messages are hints that may be lost, late or doubled.

A row of a `Leased` model is advanced by whoever holds its lease. Every lease has a higher fence than the one before;
a worker writes only while the fence is still its own, so that one that was thought dead cannot undo the next one's work.

Runs of one connection take turns: whoever takes one of them locks the connection, finds no other one held, and fences
off one whose lease has run out; a unique index says the same to PostgreSQL. Who gives a run back hints at the next in
line, and a run that works looks now and then whether its turn is over (`first_beside`, runs.Budget).
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_noop
from kombu.exceptions import OperationalError

from accounts.scoping import TenantOwned, current_tenant_id, tenant_scope, unscoped
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
from telephony.models.leased import Leased
from telephony.services import ledger_sql

logger = logging.getLogger(__name__)

Row = TypeVar("Row", bound=Leased)
DISPATCHER = "dispatcher"
FREE = ("", DISPATCHER)  # lease owners that are no worker
MOST_AT_ONCE = 100
LONGEST_COUNTDOWN_S = 60
EARLY = timedelta(seconds=1)  # a hint may come so much before its time


class NotHeld(Exception):
    """Somebody else holds the lease, or the row is not due any more: leave quietly."""


class LeaseLost(Exception):
    """The fence has moved on while we worked: nothing may be written any more."""


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of work in the ledger.

    task     name of the Celery task that advances it
    queue    where its hints go; `queues` where those of some kinds go instead, by the row's `kind`
    parked   the fields of a row that was given up after `settings.WORK_TRIES` tries without an end
    alone    the foreign key below which one row at a time is held; "" where rows do not mind each other
    line     who is next of them: names or expressions for `order_by`
    """

    model: type[Leased]
    task: str
    queue: str
    parked: Mapping[str, Any] = field(default_factory=dict)
    alone: str = ""
    line: Sequence[Any] = ("due_at",)
    queues: Mapping[str, str] = field(default_factory=dict)

    @property
    def looked_at(self) -> Sequence[str]:
        """The fields that it takes to hint at a row."""
        tenant = ["tenant_id"] if issubclass(self.model, TenantOwned) else []
        return ["pk", "attempts", "fence", *tenant, *(["kind"] if self.queues else [])]

    def queue_of(self, row: Leased) -> str:
        return self.queues.get(row.kind, self.queue) if self.queues else self.queue  # type: ignore[attr-defined]


# A person who waits goes first, but not with a year of older calls; then whoever has waited longest.
PEOPLE_FIRST = Case(
    When(Q(asked_by__isnull=False) & ~Q(what=SyncRun.What.BACKFILL), then=Value(0)), default=Value(1)
)
GIVEN_UP = gettext_noop(
    "Given up after several tries that ended without an answer."
)  # read in anybody's language
WORKS: dict[type[Leased], Work] = {
    SyncRun: Work(
        SyncRun,
        "telephony.tasks.advance_run",
        "sync",
        {"state": SyncRun.State.PARKED, "error": GIVEN_UP, "waits_for": ""},
        alone="connection",
        line=(PEOPLE_FIRST, "due_at", "pk"),
    ),
    Job: Work(
        Job,
        "telephony.tasks.advance_job",
        "reports",
        {"state": Job.State.FAILED, "error": GIVEN_UP},
        queues={Job.Kind.BULK: "interactive"},
    ),
    StaffExport: Work(
        StaffExport,
        "telephony.tasks.advance_staff_export",
        "reports",
        {"state": StaffExport.State.FAILED, "error": GIVEN_UP},
    ),
    Change: Work(
        Change,
        "telephony.tasks.settle_change",
        "interactive",
        {"state": Change.State.UNKNOWN, "error": GIVEN_UP},
    ),
    HoursRun: Work(
        HoursRun,
        "telephony.tasks.advance_hours",
        "interactive",
        {"state": HoursRun.State.STOPPED, "error": GIVEN_UP},
    ),
    ReportRun: Work(
        ReportRun,
        "telephony.tasks.advance_report",
        "reports",
        {"state": ReportRun.State.FAILED, "error": GIVEN_UP},
        alone="report",
        line=("due_for_at", "pk"),
    ),
    AlertWatch: Work(AlertWatch, "telephony.tasks.look_for_alerts", "reports"),  # tried again in an hour
    Retention: Work(Retention, "telephony.tasks.advance_retention", "reports"),  # the next night asks again
    BlockEnd: Work(BlockEnd, "telephony.tasks.end_block", "interactive", {"error": GIVEN_UP}),
}

_stopping: Any = threading.Event()


def use_stop_flag(event: Any) -> None:
    """Watch this event instead; a worker with child processes gives one that they share."""
    global _stopping
    _stopping = event


def stop() -> None:
    """Ask whoever advances work in this process to give it back at the next page."""
    _stopping.set()


def is_stopping() -> bool:
    return bool(_stopping.is_set())


# ---- handing out ----
def dispatch(now: datetime | None = None) -> dict[str, int]:
    """Lease what is due to the dispatcher and publish its ids after commit; how many of each model.

    A row whose message is lost is due again when this lease ends. Rows that somebody else is looking at are skipped,
    so that two dispatchers do no harm.
    """
    return {
        model._meta.model_name or "": _dispatch_some(work, now or timezone.now())
        for model, work in WORKS.items()
    }


def _dispatch_some(work: Work, now: datetime) -> int:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    with unscoped("dispatch"), transaction.atomic():
        rows = list(
            _of(work.model)
            .filter(free, due_at__lte=now)
            .order_by("due_at")
            .select_for_update(skip_locked=True, of=("self",))
            .only(*work.looked_at)[:MOST_AT_ONCE]
        )
        tired = [row.pk for row in rows if row.attempts >= settings.WORK_TRIES]
        fresh = [row for row in rows if row.attempts < settings.WORK_TRIES]
        _of(work.model).filter(pk__in=[row.pk for row in fresh]).update(
            lease_until=now + timedelta(seconds=settings.LEASE_S),
            lease_owner=DISPATCHER,
            fence=F("fence") + 1,
        )
        _of(work.model).filter(pk__in=tired).update(
            due_at=None, lease_until=None, lease_owner="", fence=F("fence") + 1, **work.parked
        )
        for row in fresh:
            hint(row)
    return len(fresh)


def hint(row: Leased, *, after_s: float = 0) -> None:
    """Tell a worker of a row, once the transaction is committed. A lost hint costs time, nothing else.

    after_s   at most a minute; what is due later is left to the dispatcher
    """
    work = WORKS[type(row)]
    ids = (getattr(row, "tenant_id", None), row.pk)
    if after_s > LONGEST_COUNTDOWN_S:
        return

    def publish() -> None:
        try:
            current_app.send_task(
                work.task, args=ids, queue=work.queue_of(row), retry=False, countdown=after_s or None
            )
        except OperationalError as error:
            logger.warning("The broker did not take a hint (%s); the next tick will find the row.", error)

    transaction.on_commit(publish)


# ---- holding ----
@contextmanager
def leased(model: type[Row], tenant_id: int | None, row_id: int) -> Iterator[Row]:
    """The row, held by this process in its tenant's scope; given back at the end, whatever the end is.

    What belongs to no tenant is held without a scope.

    Raises NotHeld when there is nothing to do: another holds it, it is gone, or it is not due. An error inside goes
    through; the row is then due again at once and its attempts are counted, until the dispatcher parks it.
    """
    with _scope_of(model, tenant_id):
        row = _take(model, row_id)
        try:
            yield row
        except BaseException:
            _give_back(row, is_done=False)
            raise
        _give_back(row, is_done=True)


def _scope_of(model: type[Leased], tenant_id: int | None) -> AbstractContextManager[None]:
    return tenant_scope(tenant_id) if issubclass(model, TenantOwned) else nullcontext()


def is_orphan(row: Leased) -> bool:
    """Whether a worker had the row and was not heard of in time: the next one takes it up."""
    if row.due_at is None or row.lease_until is None or row.lease_owner in FREE:
        return False
    return row.lease_until < timezone.now()


def is_worked_on(row: Leased) -> bool:
    """Whether a worker has the row now, as far as we know."""
    is_held = row.lease_until is not None and row.lease_until > timezone.now()
    return is_held and row.lease_owner not in FREE


def silent_s(row: Leased) -> float | None:
    """For how many seconds the worker that has the row was not heard of; None where none has it."""
    if row.lease_until is None or row.lease_owner in FREE:
        return None
    return settings.LEASE_S - (row.lease_until - timezone.now()).total_seconds()


def renew(row: Leased) -> None:
    """Hold the row for another lease. Raises LeaseLost."""
    write(row)


def write(row: Leased, **values: Any) -> None:
    """Write these fields and renew the lease, only while the fence is ours. Raises LeaseLost.

    Inside a transaction the row stays locked until it ends, so that nobody else can take it before the commit.
    """
    values["lease_until"] = timezone.now() + timedelta(seconds=settings.LEASE_S)
    _write_fenced(row, values)


def save(row: Leased, *names: str) -> None:
    """Write these fields as they stand in memory, only while the fence is ours; the lease stays as it is.

    For a worker's last word, and for whoever wrote a row before the ledger had to follow it. Raises LeaseLost.
    """
    _write_fenced(row, {name: getattr(row, name) for name in names})


def halt(row: Leased, states: Sequence[str], **values: Any) -> None:
    """End a row's work on a person's word: from then on its worker, where it has one, writes nothing.

    Raises NotHeld where the row is in none of these states any more.
    """
    free = {"due_at": None, "lease_until": None, "lease_owner": "", "fence": F("fence") + 1}
    if not _of(type(row)).filter(pk=row.pk, state__in=states).update(**{**free, **values}):
        raise NotHeld("it has ended, or was ended")
    row.refresh_from_db()


def save_all(rows: Sequence[Row], *names: str) -> list[Row]:
    """`save` for many rows of one model, with one query: those that were written; the fence of the others moved on."""
    if not rows:
        return []
    written = ledger_sql.write_fenced(rows, names, current_tenant_id())
    return [row for row in rows if row.pk in written]


def _write_fenced(row: Leased, values: Mapping[str, Any]) -> None:
    if not _of(type(row)).filter(pk=row.pk, fence=row.fence).update(**values):
        raise LeaseLost(f"{row._meta.label} {row.pk} is held by another")
    for name, value in values.items():
        setattr(row, name, value)


def _take(model: type[Row], row_id: int) -> Row:
    now = timezone.now()
    with transaction.atomic():
        _lock_what_is_shared(model, row_id)
        row = _of(model).select_for_update(of=("self",)).filter(pk=row_id).first()
        if row is None or row.due_at is None or row.due_at > now + EARLY:
            raise NotHeld("nothing to do yet")
        if row.lease_until and row.lease_until > now and row.lease_owner != DISPATCHER:
            raise NotHeld("held by another")
        _fence_off_the_dead(row, now)
        if _beside(row).exclude(lease_owner__in=FREE).exists():
            raise NotHeld("another one of them is held")
        _write_fenced(
            row,
            {
                "lease_until": now + timedelta(seconds=settings.LEASE_S),
                "lease_owner": _me(),
                "attempts": row.attempts + 1,
            },
        )
        _of(model).filter(pk=row.pk).update(fence=F("fence") + 1)
        row.fence += 1
    return row


def _give_back(row: Leased, *, is_done: bool) -> None:
    """End the lease. An orderly end clears the attempts; a row whose fence moved on is left alone."""
    values: dict[str, Any] = {"lease_until": None, "lease_owner": ""}
    if is_done:
        values["attempts"] = 0
    try:
        _write_fenced(row, values)
    except LeaseLost:
        logger.info("%s %s went to another worker.", row._meta.label, row.pk)
        return
    if is_stopping():
        return
    is_due = is_done and row.due_at is not None and row.due_at <= timezone.now()
    if WORKS[type(row)].alone:
        _hint_at_the_next(row, is_due=is_due)
    elif is_due:
        hint(row)


# ---- taking turns ----
def first_beside(row: Row) -> Row | None:
    """Who waits for this row's turn to end: the first in line of the others that are due."""
    waiting = _beside(row).filter(due_at__lte=timezone.now(), lease_owner__in=FREE)
    return waiting.order_by(*WORKS[type(row)].line).first()


def _hint_at_the_next(row: Leased, *, is_due: bool) -> None:
    """After a turn: the first in line, the row itself included where it is due. It went to the end when it yielded."""
    work = WORKS[type(row)]
    line = _siblings(row).filter(due_at__lte=timezone.now(), lease_owner__in=FREE)
    if not is_due:
        line = line.exclude(pk=row.pk)
    if following := line.order_by(*work.line).only(*work.looked_at).first():
        hint(following)


def _siblings(row: Leased) -> Any:
    """The rows below the same parent, itself included; none for work that is not done alone."""
    work = WORKS[type(row)]
    if not work.alone:
        return _of(type(row)).none()
    return _of(type(row)).filter(**{work.alone: getattr(row, f"{work.alone}_id")})


def _beside(row: Leased) -> Any:
    return _siblings(row).exclude(pk=row.pk)


def _lock_what_is_shared(model: type[Leased], row_id: int) -> None:
    """The parent first, so that two workers who take two of its rows wait for each other. Inserts below it go on."""
    if name := WORKS[model].alone:
        parent: Any = model._meta.get_field(name).related_model
        rows = parent._default_manager.filter(pk__in=_of(model).filter(pk=row_id).values(name))
        list(rows.order_by().select_for_update(no_key=True, of=("self",)).values_list("pk"))


def _fence_off_the_dead(row: Leased, now: datetime) -> None:
    """A row beside it whose worker has not renewed in time: whatever that one still writes is refused from now on."""
    dead = _beside(row).exclude(lease_owner__in=FREE).filter(Q(lease_until=None) | Q(lease_until__lte=now))
    dead.update(fence=F("fence") + 1, lease_until=None, lease_owner="")


def _of(model: type[Row]) -> Any:
    return model._default_manager


def _me() -> str:
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{threading.get_ident() % 100_000}"
