"""Who is due is asked for in the same tick, however many there are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Person
from accounts.rights import Role
from accounts.scoping import tenant_scope
from telephony.models import Connection, SyncRun, SyncState
from telephony.services import cdr_sync, runs, scheduling
from tests.people import person

MANY = scheduling.MOST_AT_ONCE + 20


def crowd(connection: Connection, *, every_s: int) -> None:
    """Connections beside this one, whose calls are due."""
    now = timezone.now()
    made = Connection.objects.bulk_create(
        Connection(
            credential=connection.credential,
            provider=connection.provider,
            slug=f"crowd-{number}",
            name=f"Crowd {number}",
            calls_every_s=every_s,
        )
        for number in range(MANY)
    )
    SyncState.objects.bulk_create(
        SyncState(connection=one, stream="calls", next_due_at=now - timedelta(seconds=number))
        for number, one in enumerate(made)
    )


def test_a_crowd_that_is_due_at_once_is_asked_for_in_one_tick(alice: Connection) -> None:
    with tenant_scope(alice.tenant_id):
        crowd(alice, every_s=60)

    assert scheduling.open_due_runs() == MANY

    with tenant_scope(alice.tenant_id):
        assert SyncRun.objects.values("connection").distinct().count() == MANY
        assert not SyncState.objects.filter(next_due_at__lte=timezone.now()).exists()
    assert scheduling.open_due_runs() == 0


def test_a_tick_ends_though_streams_are_due_all_the_time(alice: Connection) -> None:
    with tenant_scope(alice.tenant_id):
        crowd(alice, every_s=0)

    assert scheduling.open_due_runs() == MANY

    with tenant_scope(alice.tenant_id):
        assert SyncRun.objects.count() == MANY


# ---- older calls that a person stopped ----


@pytest.fixture
def maud(in_alice: Connection) -> Person:
    return person("maud@alice.example", "Maud Terrasson", {in_alice.tenant: Role.ADMINISTRATOR})


@pytest.fixture
def stopped(in_alice: Connection, maud: Person) -> SyncRun:
    """The scheduled back-fill of a year, stopped two days ago by Maud."""
    then = timezone.now() - timedelta(days=2)
    state = runs.state_of(in_alice, "calls")
    state.backfilled_from = then - timedelta(days=7)
    state.save()
    run = runs.request_run(in_alice, SyncRun.What.BACKFILL)
    cdr_sync.stop(run, maud)
    SyncRun.objects.update(finished_at=then)
    run.refresh_from_db()
    return run


def test_older_calls_that_a_person_stopped_stay_stopped(in_alice: Connection, stopped: SyncRun) -> None:
    for days in (0, 40):
        assert not scheduling.needs_backfill(in_alice, timezone.now() + timedelta(days=days))


def test_who_asks_for_them_wants_them_again(in_alice: Connection, stopped: SyncRun, maud: Person) -> None:
    asked = cdr_sync.go_on(stopped, maud)
    runs.finish(asked.run, SyncRun.State.PARKED, "no answer")
    later = timezone.now() + scheduling.BACKFILL_AGAIN + timedelta(minutes=1)

    assert asked.outcome is runs.Outcome.STARTED
    assert scheduling.needs_backfill(in_alice, later)


def test_more_months_than_were_stopped_are_a_new_wish(in_alice: Connection, stopped: SyncRun) -> None:
    in_alice.backfill_months -= 6
    assert not scheduling.needs_backfill(in_alice, timezone.now())

    in_alice.backfill_months += 7
    assert scheduling.needs_backfill(in_alice, timezone.now())


def test_the_schedule_goes_on_with_older_calls_that_nobody_stopped(in_alice: Connection) -> None:
    state = runs.state_of(in_alice, "calls")
    state.backfilled_from = timezone.now() - timedelta(days=7)
    state.save()
    runs.finish(runs.request_run(in_alice, SyncRun.What.BACKFILL), SyncRun.State.STOPPED, "the grant ended")
    later = timezone.now() + scheduling.BACKFILL_AGAIN + timedelta(minutes=1)

    assert scheduling.needs_backfill(in_alice, later)


def test_a_range_is_stopped_and_asked_for_by_itself(
    in_alice: Connection, stopped: SyncRun, maud: Person
) -> None:
    """Neither does it decline the months of the schedule, nor bring them back where they are declined."""
    now = timezone.now()

    def three_days() -> SyncRun:
        begin, end = now - timedelta(days=60), now - timedelta(days=57)
        return runs.request_run(in_alice, SyncRun.What.BACKFILL, start_at=begin, end_at=end, person=maud)

    cdr_sync.stop(three_days(), maud)
    assert not scheduling.needs_backfill(in_alice, now)

    SyncState.objects.update(declined_months=None)
    SyncRun.objects.all().delete()
    cdr_sync.stop(three_days(), maud)
    assert scheduling.needs_backfill(in_alice, now + scheduling.BACKFILL_AGAIN + timedelta(minutes=1))


def test_all_months_asked_for_anew_are_declined_again(
    in_alice: Connection, stopped: SyncRun, maud: Person
) -> None:
    """Once begun, the schedule's back-fill has a window, which travels to the one that goes on with it."""
    now = timezone.now()
    stopped.window_start_at, stopped.window_end_at = now - timedelta(days=800), now
    again = cdr_sync.go_on(stopped, maud).run
    assert runs.state_of(in_alice, "calls").declined_months is None

    cdr_sync.stop(again, maud)
    assert not scheduling.needs_backfill(in_alice, now + timedelta(days=1))
