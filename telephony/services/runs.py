"""A sync run from its request to its end, whatever it syncs. What calls and entities do in between: cdr_sync.py and
entity_sync.py. Which runs are due: scheduling.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import unscoped
from portal.lib.errors import AnswerLost, NeedsReconnect, Permanent, ProviderError, RateLimited, Transient
from telephony.models import Connection, Credential, SyncRun, SyncState
from telephony.services import ledger

OPEN = (SyncRun.State.WAITING, SyncRun.State.RUNNING)
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 60, 900
WAIT_FOR_OBJECTS_S = 5
WAIT_WHILE_PAUSED_S = 300

# Codes in `SyncRun.waits_for`; `telephony.looks` has the words that people read.
WAITS_FOR_QUOTA, WAITS_FOR_PROVIDER, WAITS_FOR_OBJECTS, WAITS_FOR_PAUSE = (
    "quota",
    "provider",
    "objects",
    "pause",
)


def request_run(
    connection: Connection,
    what: str,
    *,
    start_at: datetime | None = None,
    end_at: datetime | None = None,
    kinds: Iterable[str] = (),
    person: Person | None = None,
    accepts_removal: bool = False,
    is_hinted: bool = True,
) -> SyncRun:
    """Put a run into the ledger and hint at it; the one of that sort that is open already is returned instead.

    what             a value of SyncRun.What
    start_at, end_at   the window, for calls and back-fill; left out, the run decides when it begins
    kinds            for entities; empty means all that the grant covers
    accepts_removal  a person has looked at an entity list that suddenly lacked much, and agrees
    is_hinted        False for a caller who advances it in its own process
    """
    values = {
        "kinds": list(kinds),
        "window_start_at": start_at,
        "window_end_at": end_at,
        "asked_by": person,
        "due_at": timezone.now(),
        "cursor": {"accepts_removal": True} if accepts_removal else {},
    }
    try:
        with transaction.atomic():
            state_of(connection, stream_of(what))
            run = _open_run(connection, what)
            if run is None:
                run = SyncRun.objects.create(connection=connection, what=what, **values)
            elif person is not None:
                wake(run)
            if is_hinted:
                ledger.hint(run)
    except IntegrityError:  # another request was faster: theirs is the open one
        run = SyncRun.objects.get(connection=connection, what=what, state__in=OPEN)
    return run


def wake(run: SyncRun) -> None:
    """An open run that waits is due now."""
    SyncRun.objects.filter(pk=run.pk, state__in=OPEN).update(due_at=timezone.now(), waits_for="")
    ledger.hint(run)


def _open_run(connection: Connection, what: str) -> SyncRun | None:
    return SyncRun.objects.filter(connection=connection, what=what, state__in=OPEN).first()


class Budget:
    """The time one task may take. `is_over` also once the worker was asked to stop."""

    def __init__(self) -> None:
        self._ends_at = time.monotonic() + settings.TASK_BUDGET_S

    def is_over(self) -> bool:
        return ledger.is_stopping() or time.monotonic() > self._ends_at


def advance_with(run: SyncRun, work: Callable[[SyncRun, Budget], bool]) -> None:
    """Begin or go on with a run; `work` returns whether it is finished. Errors end or postpone it by the tree.

    A transient error moves the due time and the next tick picks the run up; a dead grant stops the run, any other
    permanent error parks it with its reason.
    """
    if _is_paused(run):
        return
    if run.state == SyncRun.State.WAITING:
        ledger.write(run, state=SyncRun.State.RUNNING, started_at=run.started_at or timezone.now())
    try:
        if work(run, Budget()):
            finish(run)
    except RateLimited as error:
        postpone(run, error.retry_after_s, WAITS_FOR_QUOTA)
    except (Transient, AnswerLost) as error:
        _back_off(run, error)
    except NeedsReconnect as error:
        finish(run, SyncRun.State.STOPPED, error.message)
    except Permanent as error:
        finish(run, SyncRun.State.PARKED, error.message)


def postpone(run: SyncRun, seconds: float, waits_for: str, **values: Any) -> None:
    """Due again later."""
    ledger.write(run, due_at=timezone.now() + timedelta(seconds=seconds), waits_for=waits_for, **values)
    ledger.hint(run, after_s=seconds)


def finish(run: SyncRun, state: str = SyncRun.State.COMPLETE, error: str = "") -> None:
    """End the run and note it on its stream."""
    now = timezone.now()
    with transaction.atomic():
        ledger.write(run, state=state, error=error[:500], finished_at=now, due_at=None, waits_for="", step="")
        noted: dict[str, Any] = {"last_error": error[:500]}
        if state == SyncRun.State.COMPLETE and not run.kinds:
            noted["last_success_at"] = now
        SyncState.objects.filter(connection_id=run.connection_id, stream=stream_of(run.what)).update(**noted)


def stream_of(what: str) -> str:
    """The stream of SyncState that such a run belongs to."""
    return "entities" if what == SyncRun.What.ENTITIES else "calls"


def interval(connection: Connection, stream: str) -> timedelta:
    """How often the stream is read again."""
    return timedelta(
        seconds=connection.entities_every_s if stream == "entities" else connection.calls_every_s
    )


def state_of(connection: Connection, stream: str) -> SyncState:
    """The stream's state; where it is missing it is made, with its schedule."""
    due_at = timezone.now() + interval(connection, stream)
    return SyncState.objects.get_or_create(
        connection=connection, stream=stream, defaults={"next_due_at": due_at}
    )[0]


def _is_paused(run: SyncRun) -> bool:
    if run.connection.unlinked_at is not None:
        finish(run, SyncRun.State.STOPPED)
        return True
    if run.connection.is_paused and run.asked_by_id is None:
        postpone(run, WAIT_WHILE_PAUSED_S, WAITS_FOR_PAUSE)
        return True
    return False


def _back_off(run: SyncRun, error: ProviderError) -> None:
    failures = int(run.cursor.get("failures", 0))
    seconds = min(FIRST_BACKOFF_S * 2**failures, LONGEST_BACKOFF_S)
    postpone(
        run,
        seconds,
        WAITS_FOR_PROVIDER,
        cursor={**run.cursor, "failures": failures + 1},
        error=error.message[:500],
    )


@contextmanager
def each_page(run: SyncRun, **values: Any) -> Iterator[dict[str, Any]]:
    """One transaction for what a page brought and for the run's cursor: both are there afterwards, or neither.

    The block fills the yielded dictionary with the run's new values. Raises LeaseLost, and stores nothing then.
    """
    with transaction.atomic():
        yield values
        ledger.write(run, waits_for="", error="", **values)


def granted_scopes(connection: Connection) -> list[str]:
    """What the connection's credential may do, in the provider's words; empty where scopes mean nothing."""
    with unscoped("credential"):
        return Credential.objects.values_list("scopes", flat=True).get(pk=connection.credential_id)
