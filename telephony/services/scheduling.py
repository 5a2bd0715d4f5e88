"""When each connection is synced: its streams' next due times, and the back-fill until the wanted months are there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.scoping import tenant_scope, unscoped
from telephony.models import Connection, Credential, SyncRun, SyncState
from telephony.models.retention import calls_read_from
from telephony.services import cdr_sync, entity_sync, runs
from telephony.services.windows import backfill_window

MOST_AT_ONCE = 100
EARLIEST_AGAIN = timedelta(seconds=1)  # no stream is due twice in one tick, however often it is wanted
BACKFILL_AGAIN = timedelta(hours=6)  # after one that was parked

ADVANCE: dict[str, Callable[[SyncRun], None]] = {
    SyncRun.What.CALLS: cdr_sync.advance,
    SyncRun.What.BACKFILL: cdr_sync.advance,
    SyncRun.What.ENTITIES: entity_sync.advance,
}


def advance(run: SyncRun) -> None:
    """Go on with a leased run, whatever it syncs."""
    ADVANCE[run.what](run)


def open_due_runs(now: datetime | None = None) -> int:
    """Request the runs of all streams that are due, in each one's tenant scope; how many.

    Some at a time, so that a crowd that is due at once keeps no rows locked for long, and none waits for the next tick.
    """
    now = now or timezone.now()
    opened = some = _open_some(now)
    while some == MOST_AT_ONCE:
        some = _open_some(now)
        opened += some
    return opened


def _open_some(now: datetime) -> int:
    with unscoped("dispatch"), transaction.atomic():
        due = list(
            SyncState.objects.filter(
                next_due_at__lte=now,
                tenant__closed_at=None,
                connection__unlinked_at=None,
                connection__is_paused=False,
                connection__credential__state=Credential.State.WORKING,
            )
            .select_for_update(skip_locked=True, of=("self",))
            .select_related("connection")
            .order_by("next_due_at")[:MOST_AT_ONCE]
        )
        for state in due:
            with tenant_scope(state.tenant_id):
                _request_due(state.connection, state.stream, now)
    return len(due)


def open_queued_runs() -> int:
    """Open queued runs whose forerunner ended without looking behind it, as one that was given up does; how many."""
    ahead = SyncRun.objects.filter(
        connection=OuterRef("connection"), what=OuterRef("what"), state__in=runs.OPEN
    )
    with unscoped("dispatch"):
        queued = SyncRun.objects.filter(~Exists(ahead), state=SyncRun.State.QUEUED)
        left = list(queued.values_list("tenant_id", "connection_id", "what").distinct()[:MOST_AT_ONCE])
    opened = 0
    for tenant_id, connection_id, what in left:
        with tenant_scope(tenant_id):
            try:
                with transaction.atomic():
                    opened += runs.open_next(connection_id, what) is not None
            except IntegrityError:  # a request was faster, and has opened one
                continue
    return opened


def _request_due(connection: Connection, stream: str, now: datetime) -> SyncRun:
    """The stream's next run, and when the one after is due."""
    SyncState.objects.filter(connection=connection, stream=stream).update(
        next_due_at=now + max(runs.interval(connection, stream), EARLIEST_AGAIN)
    )
    if stream == "entities":
        return runs.request_run(connection, SyncRun.What.ENTITIES)
    if needs_backfill(connection, now):
        runs.request_run(connection, SyncRun.What.BACKFILL)
    return runs.request_run(connection, SyncRun.What.CALLS)


def needs_backfill(connection: Connection, now: datetime) -> bool:
    """Whether months that the connection wants are not there yet, nobody just failed to fetch them, and no person said
    that they are not wanted."""
    state = runs.state_of(connection, "calls")
    if state.backfilled_from is None:  # the first run comes first
        return False
    if state.declined_months is not None and connection.backfill_months <= state.declined_months:
        return False
    zone = ZoneInfo(connection.time_zone)
    months, earliest = connection.backfill_months, calls_read_from(zone)
    if backfill_window(months, state.backfilled_from, now, zone, earliest) is None:
        return False
    last = SyncRun.objects.filter(connection=connection, what=SyncRun.What.BACKFILL).order_by("-pk").first()
    if last is None or last.state == SyncRun.State.COMPLETE:
        return True
    return last.finished_at is not None and now - last.finished_at > BACKFILL_AGAIN
