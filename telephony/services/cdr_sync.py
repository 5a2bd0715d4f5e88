"""Sync of call records: windows in, pages of drafts through, calls and coverage out.

A run's cursor says which slice, stream and page comes next, and is committed with the rows of the page before. Three
threads pass pages on: one fetches them, one makes and prepares their drafts, and the task's own stores them, so that
no request waits for computing and little of that is done inside a transaction.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.days import midnight
from portal.lib.hurry import older_objects_left_out, short_turns
from telephony.models import Call, Connection, Entity, SyncRun, SyncState
from telephony.models.retention import calls_read_from
from telephony.providers.client import ProviderClient
from telephony.providers.drafts import CallPage, CallRecordDraft, ReadRows, Window
from telephony.services import calls, coverage, ledger, request_log, runs, standings, twins
from telephony.services.access import client_of
from telephony.services.call_batches import Batch, Lines, prepare
from telephony.services.read_ahead import ReadAhead, read_ahead
from telephony.services.runs import request_run
from telephony.services.windows import (
    HOURLY_OVERLAP,
    NIGHTLY_OVERLAP,
    backfill_window,
    cursor_after,
    cycle_window,
    month_slices,
    since,
)

__all__ = ["advance", "request_run"]
# Stored in one transaction. A line's side of an internal call and the other's come in different streams: the more rows,
# the more calls are written once, whole. But storing begins with the first pages, not when so many have come.
FIRST_ROWS, MOST_ROWS = 2_000, 10_000
PATIENCE_S = 1.0  # that a page waits for others to be stored with it
PREPARED = 1  # pieces of so many rows that wait beside the one that is stored and the one in preparation
BUSY_DAYS = 30


@dataclass(frozen=True, slots=True)
class Step:
    """One page, and where the run stands once it is stored."""

    slice_index: int
    stream_index: int
    page: CallPage


@dataclass(frozen=True, slots=True)
class Piece:
    """Pages that are stored together, each with what it says, and all their drafts, prepared."""

    pages: Sequence[tuple[Step, ReadRows]]
    batch: Batch


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run reads: slices newest first, each of them stream by stream."""

    slices: Sequence[Window]
    streams: Sequence[str]
    lines: Sequence[str]


def advance(run: SyncRun) -> None:
    """Work on one leased run for at most TASK_BUDGET_S; it stays due until it is finished."""
    runs.advance_with(run, _work)


def stop(run: SyncRun, person: Person) -> None:
    """Fetch no more of a back-fill; what was stored stays, the days that were waiting are missing.

    It stays stopped until a person asks for older calls again, or wishes for more months than the connection wishes for
    now: the schedule does not ask (scheduling.needs_backfill). The end of a range that a person asked for besides does
    not touch those months. Raises ledger.NotHeld where it has ended.
    """
    with transaction.atomic():
        ledger.halt(
            run,
            (SyncRun.State.QUEUED, *runs.OPEN),
            state=SyncRun.State.STOPPED,
            error=_("Stopped by %(person)s.") % {"person": person},
            finished_at=timezone.now(),
            waits_for="",
            step="",
        )
        if run.window_start_at and run.window_end_at:
            coverage.mark_given_up(run.connection, Window(run.window_start_at, run.window_end_at))
        runs.decline_older_calls(run)
        runs.open_next(run.connection_id, run.what)


def go_on(run: SyncRun, person: Person) -> runs.Asked:
    """Ask once more for what a back-fill was to fetch that ended before its end."""
    begin, end = run.window_start_at, run.window_end_at
    return runs.ask_for_run(run.connection, run.what, start_at=begin, end_at=end, person=person)


def _work(run: SyncRun, budget: runs.Budget) -> bool:
    connection = run.connection
    if "slices" not in run.cursor:
        if not _lines_are_known(connection):
            runs.postpone(run, runs.WAIT_FOR_OBJECTS_S, runs.WAITS_FOR_OBJECTS)
            return False
        _begin(run)
    plan = _plan(run)
    if int(run.cursor["slice"]) >= len(plan.slices):
        return True
    client, lines = client_of(connection), calls.lines_of(connection)
    with (
        older_objects_left_out(),
        short_turns(),
        read_ahead(partial(_steps, run, plan, client)) as steps,
        read_ahead(partial(_prepared, steps, lines), PREPARED) as pieces,
    ):
        for piece in pieces:
            _store(run, plan, piece)
            if budget.is_over():
                break
    return int(run.cursor["slice"]) >= len(plan.slices)


# ---- what to read ----
def _begin(run: SyncRun) -> None:
    """Settle window, slices and lines, so that the run means the same however often it is resumed."""
    connection = run.connection
    now = timezone.now()
    zone = ZoneInfo(connection.time_zone)
    window = _window(run, now, zone)
    slices = month_slices(window, zone) if window else []
    cursor = {
        **run.cursor,
        "slices": [[one.start_at.isoformat(), one.end_at.isoformat()] for one in slices],
        "lines": _busy_first(connection, now),
        "slice": 0,
        "stream": 0,
        "page": None,
    }
    ledger.write(
        run,
        cursor=cursor,
        window_start_at=window.start_at if window else run.window_start_at,
        window_end_at=window.end_at if window else run.window_end_at,
        total_parts=len(slices) * len(connection.declaration.streams),
    )
    if window and run.what == SyncRun.What.BACKFILL:
        coverage.mark_fetching(connection, window, now)


def _window(run: SyncRun, now: datetime, zone: ZoneInfo) -> Window | None:
    state, earliest = runs.state_of(run.connection, "calls"), calls_read_from(zone)
    if run.window_start_at is not None:
        # Whole days, so that the coverage of the first one is whole too.
        start_at = midnight(run.window_start_at.astimezone(zone).date(), zone)
        return since(earliest, Window(start_at, min(run.window_end_at or now, now)))
    if run.what == SyncRun.What.BACKFILL:
        stored_from = state.backfilled_from or now
        return backfill_window(run.connection.backfill_months, stored_from, now, zone, earliest)
    window = cycle_window(
        state.synced_until,
        now,
        zone,
        deep_read_at=_last_read(run, HOURLY_OVERLAP, now),
        deepest_read_at=_last_read(run, NIGHTLY_OVERLAP, now),
        open_since=standings.open_since(run.connection, now),
        days=run.connection.declaration.cycle_days,
    )
    return since(earliest, window)


def _last_read(run: SyncRun, span: timedelta, now: datetime) -> datetime | None:
    """When calls of such a span were last read as a whole."""
    reads = SyncRun.objects.filter(
        connection_id=run.connection_id,
        what=SyncRun.What.CALLS,
        state=SyncRun.State.COMPLETE,
        started_at__gte=now - timedelta(days=2),
        window_end_at__gt=now - timedelta(days=2),
    )
    ends = [
        end_at
        for start_at, end_at in reads.values_list("window_start_at", "window_end_at")
        if end_at - start_at >= span
    ]
    return max(ends, default=None)


def _lines_are_known(connection: Connection) -> bool:
    """Whether the lines have been read once, so that none is left out."""
    if SyncState.objects.filter(
        connection=connection, stream="entities", last_success_at__isnull=False
    ).exists():
        return True
    reading = SyncRun.objects.filter(
        connection=connection, what=SyncRun.What.ENTITIES, state__in=runs.OPEN
    ).first()
    if reading is not None:
        return set(connection.declaration.call_kinds) <= set(reading.cursor.get("done", ()))
    return Entity.objects.filter(connection=connection, kind__in=connection.declaration.call_kinds).exists()


def _busy_first(connection: Connection, now: datetime) -> list[str]:
    rows = Entity.objects.present().filter(connection=connection, kind__in=connection.declaration.call_kinds)
    lines = sorted(rows.values_list("remote_id", flat=True))
    recent = Call.objects.filter(connection=connection, started_at__gte=now - timedelta(days=BUSY_DAYS))
    counted = recent.order_by().values("line_remote_id").annotate(count=Count("pk"))
    counts = dict(counted.values_list("line_remote_id", "count"))
    return sorted(lines, key=lambda line: -counts.get(line, 0))


def _plan(run: SyncRun) -> Plan:
    return Plan(
        slices=[
            Window(datetime.fromisoformat(start), datetime.fromisoformat(end))
            for start, end in run.cursor["slices"]
        ],
        streams=run.connection.declaration.streams,
        lines=run.cursor["lines"],
    )


# ---- reading, in a thread of its own ----
def _steps(run: SyncRun, plan: Plan, client: ProviderClient) -> Generator[Step, None, None]:
    """Every page from the run's cursor on."""
    try:
        yield from _pages(run, plan, client)
    finally:
        request_log.flush()  # this thread's


def _pages(run: SyncRun, plan: Plan, client: ProviderClient) -> Iterator[Step]:
    connection = run.connection
    zone = ZoneInfo(connection.time_zone)
    probe = _probe(connection, client)
    cursor = dict(run.cursor)
    first_stream, page_cursor = cursor["stream"], cursor["page"]
    for slice_index in range(cursor["slice"], len(plan.slices)):
        for stream_index in range(first_stream, len(plan.streams)):
            pages = connection.declaration.read_calls(
                client,
                stream=plan.streams[stream_index],
                window=plan.slices[slice_index],
                zone=zone,
                lines=plan.lines,
                cursor=page_cursor,
                probe=probe,
            )
            for page in pages:
                yield Step(slice_index, stream_index, twins.told_apart(connection, page))
            page_cursor = None
        first_stream = 0


def _probe(connection: Connection, client: ProviderClient) -> dict[str, Any]:
    """What the connection has learned about its server; asked once, and again while the answer was no."""
    if not connection.probed.get("calls", {}).get("account_lists"):
        learned = dict(connection.declaration.probe_calls(client))
        connection.probed = {**connection.probed, "calls": learned}
        Connection.objects.filter(pk=connection.pk).update(probed=connection.probed)
    return dict(connection.probed["calls"])


# ---- preparing, in a thread of its own; without the database ----
def _prepared(steps: ReadAhead[Step], lines: Lines) -> Generator[Piece, None, None]:
    """What was read within a moment, as much as is stored at once. An error of the reader goes through."""
    for some in steps.groups(lambda step: step.page.size + 1, MOST_ROWS, PATIENCE_S, first=FIRST_ROWS):
        taken: list[tuple[Step, ReadRows]] = []
        batch = prepare(_drafts(some, taken), lines)
        yield Piece(taken, batch)


def _drafts(steps: Iterable[Step], taken: list[tuple[Step, ReadRows]]) -> Iterator[CallRecordDraft]:
    """The drafts of each page as soon as it is there: they are made ready while the next is waited for.

    taken   is given the pages, and what each of them says
    """
    for step in steps:
        rows = step.page.read()
        taken.append((step, rows))
        yield from rows.drafts


# ---- storing ----
def _store(run: SyncRun, plan: Plan, piece: Piece) -> None:
    """Rows, cursor and coverage of some pages, in one transaction."""
    now = timezone.now()
    connection = run.connection
    steps = [step for step, _rows in piece.pages]
    last = steps[-1]
    with runs.each_page(run) as values:
        result = calls.store_prepared(connection, piece.batch, now)
        unreadable = [row for _step, rows in piece.pages for row in rows.unreadable]
        calls.set_aside(connection, unreadable)
        for step, rows in piece.pages:
            standings.settle(connection, step.page, rows.drafts, now)
        for slice_index in _closed(plan, steps):
            _close(run, plan.slices[slice_index], now)
        values.update(
            cursor=_cursor_after(run, plan, last),
            step=f"{plan.slices[last.slice_index].start_at:%Y-%m} {plan.streams[last.stream_index]}",
            done_parts=last.slice_index * len(plan.streams) + last.stream_index + (last.page.cursor is None),
            rows_read=run.rows_read
            + sum(len(rows.drafts) + len(rows.unreadable) for _step, rows in piece.pages),
            rows_new=run.rows_new + result.new,
            rows_changed=run.rows_changed + result.changed,
            rows_unreadable=run.rows_unreadable + result.unreadable + len(unreadable),
            requests=run.requests + sum(step.page.requests for step in steps),
        )


def _cursor_after(run: SyncRun, plan: Plan, step: Step) -> dict[str, Any]:
    cursor = {name: value for name, value in run.cursor.items() if name != "failures"}
    if step.page.cursor is not None:
        place = {"slice": step.slice_index, "stream": step.stream_index, "page": dict(step.page.cursor)}
    elif step.stream_index + 1 < len(plan.streams):
        place = {"slice": step.slice_index, "stream": step.stream_index + 1, "page": None}
    else:
        place = {"slice": step.slice_index + 1, "stream": 0, "page": None}
    return {**cursor, **place}


def _closed(plan: Plan, steps: Iterable[Step]) -> list[int]:
    """Slices whose last stream has been read to its end."""
    return [
        step.slice_index
        for step in steps
        if step.page.cursor is None and step.stream_index == len(plan.streams) - 1
    ]


def _close(run: SyncRun, window: Window, now: datetime) -> None:
    """A slice is whole: its days, and how far the stream reaches. Slices come newest first."""
    coverage.mark_read(run.connection, window, now)
    state = runs.state_of(run.connection, "calls")
    if run.what == SyncRun.What.BACKFILL:
        if state.backfilled_from is None or window.end_at >= state.backfilled_from > window.start_at:
            state.backfilled_from = window.start_at
    elif run.window_start_at is not None and window.start_at <= run.window_start_at:
        whole = Window(run.window_start_at, run.window_end_at or window.end_at)
        state.synced_until = cursor_after(state.synced_until, whole, now)
        if state.backfilled_from is None and state.synced_until is not None:
            state.backfilled_from = whole.start_at
    state.save(update_fields=["synced_until", "backfilled_from"])
