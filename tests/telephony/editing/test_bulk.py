"""An edit of many objects: chosen, judged, written through the door, taken back; killed and taken up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as db
from django.utils import timezone

from accounts.models import Person
from telephony.models import BulkRow, Change, Connection, Credential, Job
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import bulk, bulk_sending, bulk_writing, editing, ledger, settling
from telephony.services.door import Clock

UPDATE = "services.profiles.update"
State = BulkRow.State


def work(job: Job, most: int = 20) -> Job:
    """As the worker does, until the job rests or waits."""
    for _turn in range(most):
        try:
            with ledger.leased(Job, job.tenant_id, job.pk) as held:
                bulk_sending.advance(held)
        except ledger.NotHeld:
            break
    job.refresh_from_db()
    return job


def begin(job: Job, person: Person, **wishes: Any) -> Job:
    options = {"allows_bad": True, "stops_at_first": False, "why": "", "ticket": "", **wishes}
    return bulk.start(job, person, **options)


def end_lease(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def killed_before_sending(job: Job, person: Person) -> Change:
    """The change of the first row, as a worker leaves it that is killed between taking the row and its request."""
    row = job.rows.first()
    assert row is not None
    change = editing.propose(row.connection, row.operation, row.address, row.wanted, person=person)
    change.state, change.sent_at, change.due_at = Change.State.SENDING, timezone.now(), timezone.now()
    change.save()
    job.rows.filter(pk=row.pk).update(state=State.SENDING, change=change, tries=1)
    return change


def states(job: Job) -> dict[str, int]:
    return {state: count for state, count in bulk.counts(job).items() if count}


def delays(at_keyyo: Callable[..., Any], csi: str) -> list[int]:
    return [int(one["forward_delay"]) for one in at_keyyo("services.profiles.list", {"csi": csi})]


def writes(sandbox: SandboxServer) -> list[Any]:
    return [request for request in sandbox.requests if request.method in ("POST", "PUT", "DELETE")]


def test_every_object_is_written_once_and_the_cache_follows(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    already = profiles.filter(document__forward_delay="17").count()
    job = bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17}))
    sandbox.requests.clear()

    work(begin(job, idris))

    assert job.state == Job.State.DONE
    assert states(job) == {State.APPLIED: profiles.count()}, list(job.rows.values_list("state", "error"))
    assert len(writes(sandbox)) == profiles.count() - already
    assert {int(one.document["forward_delay"]) for one in profiles.all()} == {17}
    assert Change.objects.filter(state=Change.State.APPLIED).count() == profiles.count()
    assert job.done_rows == job.total_rows


def test_what_is_so_already_is_said_and_not_written(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    first = profiles.first()
    wanted = {"forward_delay": int(first.document["forward_delay"])}
    job = bulk.want(bulk.choose(idris, profiles.filter(pk=first.pk)), bulk.Wish(UPDATE, wanted))
    sandbox.requests.clear()

    work(begin(job, idris))

    assert states(job) == {State.SAME: 1}
    assert not sandbox.requests


def test_nothing_is_written_while_a_row_is_not_possible(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    job = bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17, "name": ""}))
    bad = bulk.counts(job)[State.IMPOSSIBLE]
    sandbox.requests.clear()

    work(begin(job, idris, allows_bad=False))

    assert bad
    assert job.state == Job.State.STOPPED
    assert writes(sandbox) == []


def test_a_row_that_moved_meanwhile_is_a_conflict_and_stops_no_other(
    profiles: Any, idris: Person, at_keyyo: Callable[..., Any]
) -> None:
    job = bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17}))
    moved = profiles.exclude(document__forward_delay="17").first()
    address = {"csi": moved.parent_remote_id, "profile_identifier": moved.remote_id}
    at_keyyo(UPDATE, address, forward_delay=41)

    work(begin(job, idris))

    assert states(job) == {State.APPLIED: profiles.count() - 1, State.CONFLICT: 1}
    assert int(at_keyyo("services.profiles.read", address)["forward_delay"]) == 41
    assert job.rows.get(state=State.CONFLICT).entity == moved


def test_a_job_may_stop_at_the_first_row_that_goes_wrong(
    profiles: Any, idris: Person, at_keyyo: Callable[..., Any]
) -> None:
    job = bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17}))
    for one in profiles[:2]:
        at_keyyo(UPDATE, {"csi": one.parent_remote_id, "profile_identifier": one.remote_id}, forward_delay=41)
    job.rows.filter(entity=profiles[0]).update(bundle="")  # it comes first

    work(begin(job, idris, stops_at_first=True))

    assert job.state == Job.State.PAUSED
    bulk.resume(job)
    work(job)
    assert job.state == Job.State.DONE


def test_a_lost_answer_is_followed_and_sent_once(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    job = bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17}))
    sandbox.faults.add("keyyo", match=UPDATE, drop="after")
    sandbox.requests.clear()

    work(begin(job, idris))

    assert states(job) == {State.APPLIED: profiles.count() - 1, State.SENDING: 1}
    assert job.state == Job.State.RUNNING
    lost = job.rows.get(state=State.SENDING).change
    Change.objects.filter(pk=lost.pk).update(due_at=timezone.now())
    with ledger.leased(Change, lost.tenant_id, lost.pk) as held:
        settling.settle(held)
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    work(job)
    assert job.state == Job.State.DONE
    assert states(job) == {State.APPLIED: profiles.count()}
    assert len(writes(sandbox)) == profiles.count()


def test_a_provider_that_asks_for_time_is_given_it(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    job = bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17}))
    sandbox.faults.add("keyyo", match=UPDATE, status=429, times=1)

    work(begin(job, idris))

    assert job.state == Job.State.RUNNING
    assert job.due_at > timezone.now()
    assert states(job)[State.READY]
    Credential.objects.update(paused_until=None)
    for change in Change.objects.filter(
        state=Change.State.SENDING
    ):  # answered, and not read back: no time for it
        Change.objects.filter(pk=change.pk).update(due_at=timezone.now())
        with ledger.leased(Change, change.tenant_id, change.pk) as held:
            settling.settle(held)
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    work(job)
    assert states(job) == {State.APPLIED: profiles.count()}


def test_one_revert_takes_all_of_it_back(
    profiles: Any, idris: Person, connection: Connection, at_keyyo: Callable[..., Any]
) -> None:
    before = {(one.parent_remote_id, one.remote_id): one.document for one in profiles}
    job = bulk.want(
        bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17, "backup_number": "101"})
    )
    work(begin(job, idris))

    back = bulk.revert(job, idris)
    work(begin(back, idris))

    assert back.state == Job.State.DONE, states(back)
    for (csi, identifier), document in before.items():
        address = {"csi": csi, "profile_identifier": identifier}
        now = at_keyyo("services.profiles.read", address)
        assert {name: now[name] for name in document} == document
    assert Change.objects.filter(state=Change.State.REVERTED).count() == len(before)


def test_rows_that_failed_are_tried_again(sandbox: SandboxServer, profiles: Any, idris: Person) -> None:
    job = bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17}))
    sandbox.faults.add("keyyo", match=UPDATE, status=403, times=2)
    work(begin(job, idris))
    assert states(job)[State.REFUSED] == 2

    assert bulk.retry(job) == 2
    work(job)

    assert states(job) == {State.APPLIED: profiles.count()}


class Hurried(Clock):
    """The time of the door is over after two sends."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = 0

    def left(self) -> float:
        self.looks += 1
        return 10.0 if self.looks <= 4 else 1.0  # before a send, and as its deadline


def test_rows_without_time_left_are_begun_anew(
    sandbox: SandboxServer, profiles: Any, idris: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = begin(bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17})), idris)
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        bulk_sending.judge_all(held, float("inf"))
    rows = list(job.rows.filter(state=State.READY).select_related("connection"))
    line = [row for row in rows if row.bundle == rows[0].bundle]
    assert len(line) > 2
    monkeypatch.setattr(bulk_writing, "Clock", Hurried)
    sandbox.requests.clear()

    bulk_writing.write_parcel(line, job)

    assert {row.state for row in job.rows.filter(pk__in=[row.pk for row in line])} == {State.APPLIED}
    assert len(writes(sandbox)) == len(line)
    assert Change.objects.count() == len(line)
    assert set(job.rows.filter(pk__in=[row.pk for row in line]).values_list("tries", flat=True)) == {1}


def test_a_pause_leaves_no_trace_of_the_rows_after_it(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    job = begin(bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17})), idris)
    with ledger.leased(Job, job.tenant_id, job.pk) as held:
        bulk_sending.judge_all(held, float("inf"))
    rows = list(job.rows.filter(state=State.READY).select_related("connection"))[:3]
    sandbox.faults.add("keyyo", match=UPDATE, status=429, times=1)

    with pytest.raises(bulk_writing.Postponed):
        bulk_writing.write_parcel(rows, job)

    assert states(job)[State.READY] == job.total_rows
    assert Change.objects.get().state == Change.State.NOT_APPLIED


# ---- taken up after a crash ----


def test_a_row_that_was_taken_and_never_sent_is_sent_once(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    job = begin(bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17})), idris)
    change = killed_before_sending(job, idris)
    settling.settle(change, timezone.now() + timedelta(seconds=61))
    assert change.state == Change.State.NOT_APPLIED
    sandbox.requests.clear()

    work(job)

    assert states(job) == {State.APPLIED: profiles.count()}
    assert len(writes(sandbox)) == profiles.count()


def test_a_row_that_is_settled_while_ends_are_noted_is_sent_all_the_same(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    """Another worker finds that the request never came, between two statements of the one that notes ends."""
    job = begin(bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17})), idris)
    change = killed_before_sending(job, idris)
    sandbox.requests.clear()

    def settle_meanwhile(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        is_about_rows = BulkRow._meta.db_table in sql and Change._meta.db_table in sql
        if is_about_rows and not settled and "DELETE" not in sql:
            settled.append(sql)
            Change.objects.filter(pk=change.pk).update(state=Change.State.NOT_APPLIED, due_at=None)
        return answer

    settled: list[str] = []
    with db.execute_wrapper(settle_meanwhile):
        bulk_sending.note_ends(job)
    assert settled
    work(job)

    assert states(job) == {State.APPLIED: profiles.count()}
    assert len(writes(sandbox)) == profiles.count()


def test_a_row_whose_draft_is_gone_begins_anew(profiles: Any, idris: Person) -> None:
    job = begin(bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17})), idris)
    job.rows.filter(position=0).update(state=State.SENDING, change=None)

    work(job)

    assert job.state == Job.State.DONE
    assert states(job) == {State.APPLIED: profiles.count()}


def test_a_worker_that_lost_its_lease_writes_no_row_twice(
    sandbox: SandboxServer, profiles: Any, idris: Person
) -> None:
    job = begin(bulk.want(bulk.choose(idris, profiles), bulk.Wish(UPDATE, {"forward_delay": 17})), idris)
    with ledger.leased(Job, job.tenant_id, job.pk) as slow:
        bulk_sending.judge_all(slow, float("inf"))
        stale = list(job.rows.filter(state=State.READY).select_related("connection"))
        end_lease(job)
        sandbox.requests.clear()
        work(job)
        bulk_writing.write_parcel(stale[:5], slow)

    assert states(job) == {State.APPLIED: profiles.count()}
    assert len(writes(sandbox)) == profiles.count()
