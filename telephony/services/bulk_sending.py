"""A bulk edit at work: rows are judged, then written through the door, several at once, until none is left.

How one worker writes its rows, each once only, is in bulk_writing.py. What was begun and not answered is followed by
the same worker that follows every lost answer; the job waits for it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta
from math import ceil

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scoping import carrying_scope
from portal.lib.hurry import short_turns
from telephony.models import BulkRow, Change, Connection, Job
from telephony.services import bulk_judging, bulk_upload, ledger
from telephony.services.bulk_writing import ENDS, Postponed, write_parcel

State = BulkRow.State
JUDGED_AT_ONCE = 500
PARCEL = 10  # rows that one worker takes together, unless they stand in one list
LARGEST_PARCEL, SMALLEST_PARCEL = 25, 4
WORKERS = 24
LOOK_EVERY_S = 0.5
SETTLE_S = 2.0
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 5.0, 300.0
MOST_TRIES = 3  # of a row whose request is lost on the way each time
WAITS = 12  # times in a row that a job waits for a provider without getting a row further
FINAL = (
    State.SAME,
    State.IMPOSSIBLE,
    State.APPLIED,
    State.REFUSED,
    State.CONFLICT,
    State.UNKNOWN,
    State.NOT_APPLIED,
)


def advance(job: Job) -> None:
    """Work on one leased bulk edit for at most `settings.BULK_TURN_S`, or compare its file. Safe to run again after any
    crash.

    Raises LeaseLost when another worker took over.
    """
    if bulk_upload.is_compared(job):
        bulk_upload.advance(job)
        return
    ends_at = time.monotonic() + settings.BULK_TURN_S
    if not judge_all(job, ends_at):
        return
    job.refresh_from_db(fields=["state", "parameters"])
    if job.state == Job.State.DRAFT:
        _rest(job, Job.State.DRAFT)
        return
    if job.state not in (Job.State.WAITING, Job.State.RUNNING):
        _rest(job, job.state)
        return
    if job.state == Job.State.WAITING and not _may_begin(job):
        return
    _resume(job)
    waits = _write_rows(job, ends_at)
    _end_turn(job, waits)


def _rest(job: Job, state: str) -> None:
    """Nothing more to do, unless somebody has said otherwise this moment."""
    with transaction.atomic():
        held = Job.objects.select_for_update(of=("self",)).get(pk=job.pk)
        if held.state == state:
            ledger.write(job, due_at=None)


def judge_all(job: Job, ends_at: float) -> bool:
    """Judge what is new; False where the turn ended first."""
    while rows := list(bulk_judging.new_rows(job)[:JUDGED_AT_ONCE]):
        try:
            bulk_judging.judge(job, rows)
        except IntegrityError as error:  # the draft was discarded meanwhile
            raise ledger.LeaseLost(f"job {job.pk} is gone") from error
        ledger.renew(job)
        if time.monotonic() > ends_at or ledger.is_stopping():
            return False
    return True


def _may_begin(job: Job) -> bool:
    """Whether rows that are not possible keep the others back: all or nothing, unless the person said otherwise."""
    if bulk_judging.is_held_back(job) and not job.parameters.get("allows_bad"):
        words = _("Nothing was written: some rows are not possible.")
        ledger.write(
            job, state=Job.State.STOPPED, error=words, due_at=None, finished_at=timezone.now(), done_rows=0
        )
        return False
    values = {"state": Job.State.RUNNING, "error": "", "done_rows": _done(job)}
    is_wanted = Job.objects.filter(pk=job.pk, fence=job.fence, state=Job.State.WAITING).update(**values)
    job.state = Job.State.RUNNING
    return bool(is_wanted)


def _done(job: Job) -> int:
    return job.rows.filter(state__in=FINAL).count()


# ---- after a crash ----


def _resume(job: Job) -> None:
    """Take up what was begun: ends that are known are written down; what the provider never did is due again."""
    note_ends(job)
    lost = job.rows.filter(state=State.SENDING, change=None)
    lost.update(state=State.READY)  # its change is gone, and so was tidied away as one that was never sent


def note_ends(job: Job) -> None:
    """Write down what became of changes that ended since. A row whose request never reached the provider is due again.

    All is judged from one reading: what another worker settles meanwhile is for the next turn.
    """
    begun = job.rows.filter(state=State.SENDING)
    ended = begun.filter(change__state__in=ENDS).values_list("pk", "tries", "change__state", "change__answer")
    again: list[int] = []
    by_state: dict[str, list[int]] = {}
    for pk, tries, end, answer in ended:
        if end == Change.State.NOT_APPLIED and tries < MOST_TRIES and (answer is None or answer.get("lost")):
            again.append(pk)
        else:
            by_state.setdefault(ENDS[Change.State(end)], []).append(pk)
    begun.filter(pk__in=again).update(state=State.READY, change=None)
    for state, pks in by_state.items():
        begun.filter(pk__in=pks).update(state=state)


# ---- who writes what ----


@dataclass
class _Lane:
    """The rows of one credential, and how many workers may be at them."""

    at_once: int
    parcels: Iterator[list[BulkRow]]
    busy: int = 0
    is_over: bool = False
    waits: list[Postponed] = field(default_factory=list)

    def next(self) -> list[BulkRow] | None:
        if self.is_over or self.busy >= self.at_once:
            return None
        parcel = next(self.parcels, None)
        self.is_over = parcel is None
        return parcel


def _write_rows(job: Job, ends_at: float) -> list[Postponed]:
    """Write what is ready until nothing is, the turn ends, or somebody stops it; why rows had to be left, if any."""
    lanes = _lanes(job)
    if not lanes:
        return []
    running: dict[Future[None], _Lane] = {}
    looks_at = time.monotonic()
    workers = min(WORKERS, sum(lane.at_once for lane in lanes))
    with short_turns(), ThreadPoolExecutor(workers, "bulk") as pool:
        while True:
            is_over = time.monotonic() > ends_at or ledger.is_stopping() or not _goes_on(job)
            for lane in lanes if not is_over else ():
                while parcel := lane.next():
                    running[pool.submit(carrying_scope(write_parcel), parcel, job)] = lane
                    lane.busy += 1
            if not running:
                break
            done, _open = wait(running, timeout=LOOK_EVERY_S, return_when=FIRST_COMPLETED)
            for future in done:
                lane = running.pop(future)
                lane.busy -= 1
                _hear(future, lane)
            if time.monotonic() > looks_at:
                looks_at = time.monotonic() + LOOK_EVERY_S
                ledger.write(job, done_rows=_done(job))
    return [one for lane in lanes for one in lane.waits]


def _hear(future: Future[None], lane: _Lane) -> None:
    """A provider that asks for time ends its lane for this turn; any other failure is a fault of ours, and raised."""
    try:
        future.result()
    except Postponed as reason:
        lane.waits.append(reason)
        lane.is_over = True


def _goes_on(job: Job) -> bool:
    """Whether nobody has paused or stopped it, and no row has gone wrong where that was to end it."""
    state = Job.objects.filter(pk=job.pk).values_list("state", flat=True).first()
    if state not in (Job.State.WAITING, Job.State.RUNNING):
        return False
    if job.parameters.get("stops_at_first") and job.rows.filter(state__in=BulkRow.BAD).exists():
        Job.objects.filter(pk=job.pk, state=Job.State.RUNNING).update(
            state=Job.State.PAUSED, error=_("Paused after the first row that was not applied.")
        )
        return False
    return True


def _lanes(job: Job) -> list[_Lane]:
    ready = job.rows.filter(state=State.READY)
    held = Connection.objects.filter(pk__in=ready.values("connection")).select_related("credential", "tenant")
    by_credential: dict[int, list[Connection]] = {}
    for connection in held.order_by("pk"):
        by_credential.setdefault(connection.credential_id, []).append(connection)
    lanes = []
    for found in by_credential.values():
        at_once = min(one.declaration.at_once for one in found)
        parcels = list(_parcels(list(_ready(job, found))))
        lanes.append(_Lane(at_once=at_once, parcels=iter(evened(parcels, at_once))))
    return lanes


def _ready(job: Job, found: Sequence[Connection]) -> Iterator[BulkRow]:
    """The rows to write, those of one bundle together, larger bundles first: so the last worker is not late."""
    by_id = {one.pk: one for one in found}
    rows = list(
        job.rows.filter(state=State.READY, connection__in=by_id)
        .select_related("reverts")
        .order_by("bundle", "position")
    )
    for row in rows:
        row.connection = by_id[row.connection_id]
    yield from rows


def _parcels(rows: Sequence[BulkRow]) -> Iterator[list[BulkRow]]:
    """Rows of one bundle together; small bundles share a parcel, large ones are cut."""
    parcel: list[BulkRow] = []
    for row in rows:
        is_new = bool(parcel) and parcel[-1].bundle != row.bundle
        is_full = len(parcel) >= (PARCEL if is_new or row.bundle.endswith("/") else LARGEST_PARCEL)
        if is_full:
            yield parcel
            parcel = []
        parcel.append(row)
    if parcel:
        yield parcel


def evened(parcels: Sequence[list[BulkRow]], workers: int) -> list[list[BulkRow]]:
    """The same with the parcels of the last round cut, so that nobody is idle while a few workers have whole ones left."""
    last = len(parcels) % workers
    if not last:
        return list(parcels)
    made = list(parcels[:-last])
    for parcel in parcels[-last:]:
        size = max(ceil(len(parcel) * last / workers), SMALLEST_PARCEL)
        made += [parcel[first : first + size] for first in range(0, len(parcel), size)]
    return made


# ---- the end of a turn ----


def _end_turn(job: Job, waits: Sequence[Postponed]) -> None:
    """Finished, due again at once, or due when the provider has time or a lost answer is followed."""
    note_ends(job)
    job.refresh_from_db(fields=["state", "parameters"])
    done = _done(job)
    if job.state not in (Job.State.WAITING, Job.State.RUNNING):
        ledger.write(job, done_rows=done)
        _rest(job, job.state)
        return
    open_rows = job.rows.exclude(state__in=FINAL)
    if not open_rows.exists():
        ledger.write(
            job,
            state=Job.State.DONE,
            done_rows=done,
            due_at=None,
            error="",
            finished_at=timezone.now(),
        )
        return
    if waits:
        _wait_for_provider(job, waits, done)
    elif open_rows.filter(~Q(state=State.SENDING)).exists():
        ledger.write(job, done_rows=done, due_at=timezone.now())
    else:
        ledger.write(job, done_rows=done, due_at=timezone.now() + timedelta(seconds=SETTLE_S))
        ledger.hint(job, after_s=SETTLE_S)


def _wait_for_provider(job: Job, waits: Sequence[Postponed], done: int) -> None:
    """Due again later; a job that gets no row further for long is paused, for somebody to look."""
    times = int(job.cursor.get("waits", 0)) + 1 if done <= job.cursor.get("done", -1) else 1
    told = [one.after_s for one in waits if one.after_s is not None]
    pause_s = max(told) if told else min(FIRST_BACKOFF_S * 2 ** (times - 1), LONGEST_BACKOFF_S)
    values = {"done_rows": done, "cursor": {"waits": times, "done": done}, "error": str(waits[0])[:500]}
    if times > WAITS:
        ledger.write(job, state=Job.State.PAUSED, due_at=None, **values)
        return
    ledger.write(job, due_at=timezone.now() + timedelta(seconds=pause_s), **values)
    ledger.hint(job, after_s=pause_s)
