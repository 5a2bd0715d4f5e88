"""A sync run from its request to its end, whatever it syncs. What calls and entities do in between: cdr_sync.py and
entity_sync.py. Which runs are due: scheduling.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import unscoped
from portal.lib.errors import AnswerLost, NeedsReconnect, Permanent, ProviderError, RateLimited, Transient
from telephony.models import Connection, Credential, SyncRun, SyncState
from telephony.models.retention import calls_read_from
from telephony.services import ledger
from telephony.services.windows import backfill_window

OPEN = (SyncRun.State.WAITING, SyncRun.State.RUNNING)
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 60, 900
WAIT_FOR_OBJECTS_S = 5
WAIT_WHILE_PAUSED_S = 300
LOOKS_PER_TURN = 5

# Codes in `SyncRun.waits_for`; `telephony.looks` has the words that people read.
WAITS_FOR_QUOTA, WAITS_FOR_PROVIDER, WAITS_FOR_OBJECTS, WAITS_FOR_PAUSE = (
    "quota",
    "provider",
    "objects",
    "pause",
)


class Outcome(StrEnum):
    """What became of a request for a run."""

    STARTED = "started"  # a new one is due now
    JOINED = "joined"  # one that does all of it is open or queued already
    QUEUED = "queued"  # it begins when the open one of its sort has ended


@dataclass(frozen=True, slots=True)
class Asked:
    """The run that answers a request, and how."""

    run: SyncRun
    outcome: Outcome


def request_run(connection: Connection, what: str, **wishes: Any) -> SyncRun:
    """`ask_for_run`, for who does not mind whether the run is new."""
    return ask_for_run(connection, what, **wishes).run


def ask_for_run(
    connection: Connection,
    what: str,
    *,
    start_at: datetime | None = None,
    end_at: datetime | None = None,
    kinds: Iterable[str] = (),
    person: Person | None = None,
    accepts_removal: bool | Mapping[str, int] = False,
    is_hinted: bool = True,
) -> Asked:
    """Put a run into the ledger and hint at it. What is asked for is always done, by one of three ways:

    a new run; the open or a queued one of that sort, where it does all that is asked; or a run that is queued behind
    the open one, which has begun with other wishes and cannot take these up.

    what             a value of SyncRun.What
    start_at, end_at   the window, for calls and back-fill; left out, the run decides when it begins
    kinds            for entities; empty means all that the grant covers
    accepts_removal  a person has looked at an entity list that suddenly lacked much, and agrees: to all that is
                     missing, or by kind to so many objects of a list
    is_hinted        False for a caller who advances it in its own process
    """
    wanted = SyncRun(
        connection=connection,
        what=what,
        kinds=list(kinds),
        window_start_at=start_at,
        window_end_at=end_at,
        asked_by=person,
        due_at=timezone.now(),
        cursor=_first_cursor(start_at, accepts_removal),
    )
    for is_last_try in (False, True):
        try:
            with transaction.atomic():
                state_of(connection, stream_of(what))
                if person is not None and what == SyncRun.What.BACKFILL:
                    _wish_again(wanted)
                asked = _asked(wanted)
                if is_hinted and asked.run.state in OPEN:
                    ledger.hint(asked.run)
                return asked
        except IntegrityError:  # another request was faster: theirs is the open one
            if is_last_try:
                raise
            wanted.pk = None
    raise AssertionError("the last try returns or raises")


def _first_cursor(start_at: datetime | None, accepts_removal: bool | Mapping[str, int]) -> dict[str, Any]:
    cursor: dict[str, Any] = {"window_given": True} if start_at else {}
    if accepts_removal:
        agreed = accepts_removal if isinstance(accepts_removal, bool) else dict(accepts_removal)
        cursor["accepts_removal"] = agreed
    return cursor


def _asked(wanted: SyncRun) -> Asked:
    """Join, queue or start. The open run stays locked meanwhile, so that it does not end before the queue is seen."""
    same = SyncRun.objects.filter(connection=wanted.connection, what=wanted.what)
    known = list(same.filter(state__in=[*OPEN, SyncRun.State.QUEUED]).order_by("pk"))
    for run in known:
        if covers(run, wanted):
            if wanted.asked_by_id is not None:
                _take_up(run, wanted.asked_by_id)
            return Asked(run, Outcome.JOINED)
    if same.filter(state__in=OPEN).select_for_update(of=("self",)).exists():
        wanted.state, wanted.due_at = SyncRun.State.QUEUED, None
        wanted.save()
        return Asked(wanted, Outcome.QUEUED)
    wanted.save()
    return Asked(wanted, Outcome.STARTED)


def covers(run: SyncRun, wanted: SyncRun) -> bool:
    """Whether an open or queued run does all that another one would."""
    agreed, wished = run.cursor.get("accepts_removal"), wanted.cursor.get("accepts_removal")
    if wished and agreed is not True and agreed != wished:
        return False
    if run.what == SyncRun.What.ENTITIES:
        return not run.kinds or bool(wanted.kinds and set(wanted.kinds) <= set(run.kinds))
    if (
        wanted.window_start_at is None
    ):  # the latest calls, or whatever months are missing: asked for again and again
        return not run.cursor.get("window_given") or run.what == SyncRun.What.BACKFILL
    if not run.cursor.get("window_given") or run.window_start_at is None:
        return False
    ends_late_enough = run.window_end_at is None or (
        wanted.window_end_at is not None and wanted.window_end_at <= run.window_end_at
    )
    return run.window_start_at <= wanted.window_start_at and ends_late_enough


def _take_up(run: SyncRun, person_id: int) -> None:
    """A person waits for it now: it goes first, and on although the schedule is paused."""
    SyncRun.objects.filter(pk=run.pk, asked_by=None).update(asked_by=person_id)
    if run.state in OPEN:
        wake(run)


def wake(run: SyncRun) -> None:
    """An open run that waits is due now."""
    SyncRun.objects.filter(pk=run.pk, state__in=OPEN).update(due_at=timezone.now(), waits_for="")
    ledger.hint(run)


def open_next(connection_id: int, what: str) -> SyncRun | None:
    """The queued run that is next of its sort becomes the open one. Only where none is open; None where none waits."""
    queued = SyncRun.objects.filter(connection_id=connection_id, what=what, state=SyncRun.State.QUEUED)
    run = queued.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
    if run is not None:
        run.state, run.due_at = SyncRun.State.WAITING, timezone.now()
        run.save(update_fields=["state", "due_at"])
        ledger.hint(run)
    return run


class Budget:
    """The time that one task may work on a run.

    `is_over` also once the worker was asked to stop, and when another run of the connection is to have its turn: a
    person's at once, any other after settings.RUN_TURN_S. So a year of older calls never keeps the latest ones waiting.
    """

    def __init__(self, run: SyncRun) -> None:
        self._run = run
        now = time.monotonic()
        self._ends_at = now + settings.TASK_BUDGET_S
        self._turn_ends_at = now + settings.RUN_TURN_S
        self._looks_at = now

    def is_over(self, *, may_yield: bool = True) -> bool:
        """may_yield   False where work that was begun would have to be begun again"""
        now = time.monotonic()
        if ledger.is_stopping() or now > self._ends_at:
            return True
        if not may_yield or now < self._looks_at:
            return False
        self._looks_at = now + settings.RUN_TURN_S / LOOKS_PER_TURN
        other = ledger.first_beside(self._run)
        if other is None:
            return False
        return now >= self._turn_ends_at or (_is_urgent(other) and not _is_urgent(self._run))


def _is_urgent(run: SyncRun) -> bool:
    """Somebody waits for it, and it is soon done; ledger.PEOPLE_FIRST says the same in SQL."""
    return run.asked_by_id is not None and run.what != SyncRun.What.BACKFILL


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
        if work(run, Budget(run)):
            finish(run)
        elif run.due_at is not None and run.due_at <= timezone.now():
            ledger.write(run, due_at=timezone.now())  # its turn is over: behind all that wait
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
    """End the run, note it on its stream, and open the next one of its sort that is queued.

    The stream's row is locked before the run's, as the dispatcher does.
    """
    now = timezone.now()
    with transaction.atomic():
        noted: dict[str, Any] = {"last_error": error[:500]}
        if state == SyncRun.State.COMPLETE and not run.kinds:
            noted["last_success_at"] = now
        SyncState.objects.filter(connection_id=run.connection_id, stream=stream_of(run.what)).update(**noted)
        ledger.write(run, state=state, error=error[:500], finished_at=now, due_at=None, waits_for="", step="")
        open_next(run.connection_id, run.what)


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


def decline_older_calls(run: SyncRun) -> None:
    """A person stopped this back-fill: where it was for the months that the connection wishes for, the schedule asks for
    them no more. Of a range that somebody wished for besides, it knows nothing."""
    if _is_for_wished_months(run):
        SyncState.objects.filter(connection=run.connection, stream="calls").update(
            declined_months=run.connection.backfill_months
        )


def _wish_again(run: SyncRun) -> None:
    if _is_for_wished_months(run):
        SyncState.objects.filter(connection=run.connection, stream="calls").update(declined_months=None)


def _is_for_wished_months(run: SyncRun) -> bool:
    """Whether a back-fill fetches all months that the connection wishes for and has not: the schedule's own does, and
    so does one that a person asked for anew after it had ended."""
    if run.window_start_at is None or not run.cursor.get("window_given"):
        return True
    connection, state = run.connection, state_of(run.connection, "calls")
    if state.backfilled_from is None:
        return False
    zone = ZoneInfo(connection.time_zone)
    missing = backfill_window(
        connection.backfill_months, state.backfilled_from, timezone.now(), zone, calls_read_from(zone)
    )
    return (
        missing is not None
        and run.window_start_at <= missing.start_at
        and (run.window_end_at is None or run.window_end_at >= missing.end_at)
    )


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
