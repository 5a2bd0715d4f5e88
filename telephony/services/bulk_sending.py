"""A bulk edit at work: rows are judged, then written through the door, several at once, until none is left.

A row is taken by linking it to its draft in the transaction that saves the draft. So it is written once: whoever comes
after a crash finds the link, and the door sends a draft once only. What was begun and not answered is followed by the
same worker that follows every lost answer; the job waits for it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, connections, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.scoping import carrying_scope
from portal.lib.errors import (
    InvalidInput,
    NeedsReconnect,
    NotFound,
    Permanent,
    ProviderError,
    RateLimited,
    Transient,
)
from telephony.models import BulkRow, Change, Connection, Job
from telephony.services import access, bulk_judging, change_secrets, comparing, editing, ledger, settling
from telephony.services.bulk_doors import ListedReads, doors_of
from telephony.services.door import AtHand

logger = logging.getLogger(__name__)
State = BulkRow.State
JUDGED_AT_ONCE = 500
PARCEL = 10  # rows that one worker takes together, unless they stand in one list
LARGEST_PARCEL = 25
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
OPEN = (State.READY, State.SENDING)
BAD = (State.REFUSED, State.CONFLICT, State.UNKNOWN, State.NOT_APPLIED)
_ENDS = {
    Change.State.APPLIED: State.APPLIED,
    Change.State.REVERTED: State.APPLIED,
    Change.State.REFUSED: State.REFUSED,
    Change.State.CHARGES: State.REFUSED,
    Change.State.CONFLICT: State.CONFLICT,
    Change.State.UNKNOWN: State.UNKNOWN,
    Change.State.NOT_APPLIED: State.NOT_APPLIED,
}


class Taken(Exception):
    """Somebody else has the row."""


class Postponed(Exception):
    """Nothing was sent, and nothing can be for now. `after_s` says when to come back, None: not told."""

    def __init__(self, reason: str, after_s: float | None) -> None:
        super().__init__(reason)
        self.after_s = after_s


def advance(job: Job) -> None:
    """Work on one leased bulk edit for at most `settings.BULK_TURN_S`. Safe to run again after any crash.

    Raises LeaseLost when another worker took over.
    """
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
    bad = job.rows.filter(state=State.IMPOSSIBLE).count()
    if bad and not job.parameters.get("allows_bad"):
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
    _note_ends(job)
    lost = job.rows.filter(state=State.SENDING, change=None)
    lost.update(state=State.READY)  # its change is gone, and so was tidied away as one that was never sent


def _note_ends(job: Job) -> None:
    """Write down what became of changes that ended since. A row whose request never reached the provider is due again."""
    begun = job.rows.filter(state=State.SENDING)
    never_came = Q(change__answer__isnull=True) | Q(change__answer__lost=True)
    again = begun.filter(never_came, change__state=Change.State.NOT_APPLIED, tries__lt=MOST_TRIES)
    again.update(state=State.READY, change=None)
    for change_state, state in _ENDS.items():
        begun.filter(change__state=change_state).update(state=state)


def _end(row: BulkRow, state: str, error: str = "") -> None:
    """Write down how a row ended, unless another worker has taken it since."""
    mine = BulkRow.objects.filter(pk=row.pk, change=row.change_id, state__in=OPEN)
    mine.update(state=state, error=error[:500])


# ---- writing ----


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
    with ThreadPoolExecutor(min(WORKERS, sum(lane.at_once for lane in lanes)), "bulk") as pool:
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
    if job.parameters.get("stops_at_first") and job.rows.filter(state__in=BAD).exists():
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
    return [
        _Lane(
            at_once=min(one.declaration.at_once for one in found),
            parcels=_parcels(list(_ready(job, found))),
        )
        for found in by_credential.values()
    ]


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


def write_parcel(rows: Sequence[BulkRow], job: Job) -> None:
    """Write rows one after the other, then read them back together. Raises Postponed where the provider asks for time."""
    try:
        for connection_id in dict.fromkeys(row.connection_id for row in rows):
            _write_connection([row for row in rows if row.connection_id == connection_id], job)
    finally:
        connections.close_all()


def _write_connection(rows: Sequence[BulkRow], job: Job) -> None:
    connection = rows[0].connection
    try:
        client = ListedReads(access.client_of(connection, deadline_s=settings.EDIT_DEADLINE_S), connection)
    except NeedsReconnect as error:
        for row in rows:
            _end(row, State.NOT_APPLIED, error.message)
        return
    doors, read_at = doors_of(rows), timezone.now()
    sent: list[tuple[BulkRow, Change, AtHand]] = []
    postponed: Postponed | None = None
    for row in rows:
        at_hand = AtHand(door=doors[row.pk], client=client, read_at=read_at)
        try:
            change = _write(row, at_hand, job)
        except Postponed as reason:
            postponed = reason
            break
        except Taken:
            continue
        if change is not None:
            sent.append((row, change, at_hand))
    client.forget()
    _read_back(sent, client)
    if postponed:
        raise postponed


def _write(row: BulkRow, at_hand: AtHand, job: Job) -> Change | None:
    """Begin one row and send it: the change whose answer came and is to be read back, None where it has ended.

    Raises Postponed and Taken; nothing was sent then.
    """
    seen, fingerprints = bulk_judging.seen_of(row)
    try:
        change = editing.write(
            row.connection,
            row.operation,
            row.address,
            change_secrets.open_side(row, "wanted"),
            seen=seen or None,
            fingerprints=fingerprints,
            person=job.person,
            why=job.parameters.get("why", ""),
            ticket=job.parameters.get("ticket", ""),
            reverts=row.reverts,
            at_hand=at_hand,
            keep=lambda change: _take(row, change),
        )
    except comparing.NothingToWrite:
        _end(row, State.SAME)
        return None
    except Transient as error:
        raise _postponed(error) from error
    except InvalidInput as error:
        _end(row, State.REFUSED, " ".join(map(str, error.fields.values())) or error.message)
        return None
    except (NotFound, Permanent) as error:
        _end(row, State.NOT_APPLIED, error.message)
        return None
    return _after_sending(row, change)


def _take(row: BulkRow, change: Change) -> None:
    """Save the change and link the row to it, both or neither. Raises Taken."""
    change.save()
    mine = BulkRow.objects.filter(pk=row.pk, state=State.READY)
    if not mine.update(state=State.SENDING, change=change, error="", tries=F("tries") + 1):
        raise Taken
    row.change = change


def _after_sending(row: BulkRow, change: Change) -> Change | None:
    if change.state == Change.State.SENDING:
        is_answered = not (change.answer or {}).get("lost")
        return change if is_answered else None
    if change.state == Change.State.NOT_APPLIED and _was_turned_away(change):
        BulkRow.objects.filter(pk=row.pk).update(state=State.READY, change=None)
        raise Postponed(change.error, None)
    _end(row, _ENDS[Change.State(change.state)])
    return None


def _was_turned_away(change: Change) -> bool:
    """Whether the provider did nothing because it had no time: then the row is written later."""
    status = (change.answer or {}).get("status")
    return status is None or status >= 400


def _postponed(error: ProviderError) -> Postponed:
    """Nothing was begun of the row: it stays ready."""
    return Postponed(error.message, error.retry_after_s if isinstance(error, RateLimited) else None)


def _read_back(sent: Sequence[tuple[BulkRow, Change, AtHand]], client: ListedReads) -> None:
    """What became of what was answered; then the cache, once for each list."""
    refreshed: set[tuple[str, str]] = set()
    for _row, change, at_hand in sent:
        editing.read_back(change, at_hand)
    applied = [row.pk for row, change, _at in sent if change.state == Change.State.APPLIED]
    BulkRow.objects.filter(pk__in=applied, state=State.SENDING).update(state=State.APPLIED)
    for row, change, at_hand in sent:
        if change.state in _ENDS and change.state != Change.State.APPLIED:
            _end(row, _ENDS[Change.State(change.state)])
        if change.state != Change.State.APPLIED:
            continue
        place = at_hand.door.editor.place(at_hand.door.address, at_hand.door.around)
        key = place.kind, place.parent_remote_id
        if not at_hand.door.editor.refreshes or key not in refreshed:
            refreshed.add(key)
            settling.refresh_cache(change, at_hand.door, client)


# ---- the end of a turn ----


def _end_turn(job: Job, waits: Sequence[Postponed]) -> None:
    """Finished, due again at once, or due when the provider has time or a lost answer is followed."""
    _note_ends(job)
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
