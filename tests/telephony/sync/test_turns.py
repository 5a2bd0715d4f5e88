"""Runs of one connection take turns: never two at once, nobody starves, and nothing that was asked for is lost."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts.models import Person
from accounts.scoping import tenant_scope
from telephony.models import Connection, SyncRun
from telephony.services import ledger, runs, scheduling, unlinking
from tests.telephony.sync.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)
What, State = SyncRun.What, SyncRun.State
DAY = timedelta(days=1)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Hints that would have gone to the broker, which is the wire here."""
    hints: list[tuple[int, int]] = []
    monkeypatch.setattr(
        ledger.current_app, "send_task", lambda _name, args, **_options: hints.append(tuple(args))
    )
    return hints


def make_run(connection: Connection, what: str, **values: Any) -> SyncRun:
    with tenant_scope(connection.tenant_id):
        return SyncRun.objects.create(
            connection=connection, what=what, **{"due_at": timezone.now(), **values}
        )


def lease(run: SyncRun) -> Any:
    return ledger.leased(SyncRun, run.tenant_id, run.pk)


def maud() -> Person:
    return Person.objects.create_user("maud@alice.example", "a-long-password", name="Maud")


# ---- one at a time ----
def test_a_connection_has_one_run_at_work(alice: Connection, sent: list[Any]) -> None:
    calls, objects = make_run(alice, What.CALLS), make_run(alice, What.ENTITIES)
    with lease(calls), pytest.raises(ledger.NotHeld), lease(objects):
        pass
    with lease(objects):
        pass


def test_postgresql_itself_allows_one_lease(alice: Connection, sent: list[Any]) -> None:
    calls, objects = make_run(alice, What.CALLS), make_run(alice, What.ENTITIES)
    with lease(calls), pytest.raises(IntegrityError), transaction.atomic():
        SyncRun.objects.filter(pk=objects.pk).update(lease_owner="somebody:1:1")


def test_a_run_that_was_thought_dead_writes_nothing_beside_another(
    alice: Connection, sent: list[Any]
) -> None:
    calls, objects = make_run(alice, What.CALLS), make_run(alice, What.ENTITIES)
    with lease(calls) as slow:
        SyncRun.objects.filter(pk=calls.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        with lease(objects) as quick:
            with pytest.raises(ledger.LeaseLost):
                ledger.write(slow, rows_read=5)
            ledger.write(quick, rows_read=7)


def test_whatever_workers_do_no_two_are_at_work(alice: Connection, bob: Connection, sent: list[Any]) -> None:
    rows = [
        make_run(one, what) for one in (alice, bob) for what in (What.CALLS, What.BACKFILL, What.ENTITIES)
    ]
    at_work: Counter[int] = Counter()
    most: Counter[int] = Counter()
    turns: Counter[int] = Counter()
    guard = threading.Lock()

    def worker(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(40):
            run = chance.choice(rows)
            try:
                with lease(run) as held:
                    with guard:
                        at_work[run.connection_id] += 1
                        most[run.connection_id] = max(most[run.connection_id], at_work[run.connection_id])
                    time.sleep(chance.random() / 200)
                    ledger.write(held, rows_read=held.rows_read + 1)
                    turns[run.pk] += 1
                    with guard:
                        at_work[run.connection_id] -= 1
            except ledger.NotHeld:
                pass
        connections.close_all()

    threads = [threading.Thread(target=worker, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert dict(most) == {alice.pk: 1, bob.pk: 1}
    for one in (alice, bob):
        with tenant_scope(one.tenant_id):
            stored = dict(SyncRun.objects.values_list("pk", "rows_read"))
        assert {pk: turns[pk] for pk in stored} == stored


# ---- in turn ----
def worked_off(sent: list[tuple[int, int]], pages: dict[int, int], most: int = 200) -> list[int]:
    """What a worker does with the hints, one after another; which run had each turn. `pages`: how many each has left."""
    order: list[int] = []
    while sent and len(order) < most:
        tenant_id, run_id = sent.pop(0)

        def work(run: SyncRun, budget: runs.Budget) -> bool:
            while pages[run.pk]:
                pages[run.pk] -= 1
                ledger.renew(run)
                if budget.is_over():
                    break
            return not pages[run.pk]

        try:
            with ledger.leased(SyncRun, tenant_id, run_id) as held:
                order.append(held.pk)
                runs.advance_with(held, work)
        except ledger.NotHeld:
            continue
    return order


def test_a_year_of_older_calls_lets_the_latest_ones_through(
    alice: Connection, sent: list[tuple[int, int]], settings: Any
) -> None:
    settings.RUN_TURN_S = 0
    older = make_run(alice, What.BACKFILL)
    objects, calls = make_run(alice, What.ENTITIES), make_run(alice, What.CALLS)
    pages = {older.pk: 12, objects.pk: 4, calls.pk: 3}
    ledger.dispatch()

    order = worked_off(sent, pages)

    shares = Counter(order[:9])  # a hint that came twice may let one of them have its turn early
    assert min(shares[pk] for pk in pages) >= 2
    assert order[:3] == [older.pk, objects.pk, calls.pk]
    assert pages == {older.pk: 0, objects.pk: 0, calls.pk: 0}
    with tenant_scope(alice.tenant_id):
        assert set(SyncRun.objects.values_list("state", flat=True)) == {State.COMPLETE}


def test_alone_a_run_is_not_interrupted(
    alice: Connection, sent: list[tuple[int, int]], settings: Any
) -> None:
    settings.RUN_TURN_S = 0
    older = make_run(alice, What.BACKFILL)
    ledger.dispatch()

    assert worked_off(sent, {older.pk: 12}) == [older.pk]


def test_who_waits_goes_first(alice: Connection, sent: list[tuple[int, int]], settings: Any) -> None:
    settings.RUN_TURN_S = 3600  # no turn is over by its time
    older = make_run(alice, What.BACKFILL)
    pages = {older.pk: 5}
    asked: list[SyncRun] = []

    def work(run: SyncRun, budget: runs.Budget) -> bool:
        pages[run.pk] -= 1
        make_run(alice, What.CALLS, due_at=timezone.now() - DAY)  # by the schedule: it waits for its turn
        assert not budget.is_over()
        budget._looks_at = 0
        asked.append(make_run(alice, What.ENTITIES, asked_by=maud()))
        assert budget.is_over()
        return False

    with lease(older) as held:
        runs.advance_with(held, work)

    assert sent[-1][1] == asked[0].pk


def test_what_would_begin_anew_is_not_interrupted(alice: Connection, sent: list[Any], settings: Any) -> None:
    settings.RUN_TURN_S = 0
    objects = make_run(alice, What.ENTITIES)
    make_run(alice, What.CALLS)
    with lease(objects) as held:
        budget = runs.Budget(held)
        assert not budget.is_over(may_yield=False)
        assert budget.is_over()


# ---- nothing is lost ----
def window(first_day: int, days: int) -> dict[str, datetime]:
    return {"start_at": NOON + first_day * DAY, "end_at": NOON + (first_day + days) * DAY}


def test_what_the_open_run_does_anyway_is_joined(in_alice: Connection, sent: list[Any]) -> None:
    first = runs.ask_for_run(in_alice, What.CALLS, **window(0, 10))
    again = runs.ask_for_run(in_alice, What.CALLS, person=maud(), **window(2, 3))

    assert (first.outcome, again.outcome) == (runs.Outcome.STARTED, runs.Outcome.JOINED)
    assert again.run.pk == first.run.pk
    first.run.refresh_from_db()
    assert first.run.asked_by is not None  # somebody waits for it now


def test_another_window_queues_and_begins_afterwards(in_alice: Connection, sent: list[Any]) -> None:
    open_run = runs.request_run(in_alice, What.CALLS)
    first = runs.ask_for_run(in_alice, What.CALLS, **window(0, 10))
    second = runs.ask_for_run(in_alice, What.CALLS, **window(20, 10))
    within = runs.ask_for_run(in_alice, What.CALLS, **window(22, 1))
    latest = runs.ask_for_run(in_alice, What.CALLS)

    assert [one.outcome for one in (first, second, within, latest)] == [
        "queued",
        "queued",
        "joined",
        "joined",
    ]
    assert (within.run.pk, latest.run.pk) == (second.run.pk, open_run.pk)
    for expected in (first.run, second.run):
        with ledger.leased(SyncRun, open_run.tenant_id, open_run.pk) as held:
            runs.finish(held)
        expected.refresh_from_db()
        assert expected.state == State.WAITING
        open_run = expected
    assert open_run.window_start_at == NOON + 20 * DAY


def test_the_latest_calls_are_no_part_of_an_old_window(in_alice: Connection, sent: list[Any]) -> None:
    runs.request_run(in_alice, What.CALLS, **window(0, 10))
    assert runs.ask_for_run(in_alice, What.CALLS).outcome == "queued"
    assert runs.ask_for_run(in_alice, What.CALLS).outcome == "joined"


def test_all_objects_are_more_than_one_kind(in_alice: Connection, sent: list[Any]) -> None:
    one = runs.ask_for_run(in_alice, What.ENTITIES, kinds=["DirectoryContact"])
    everything = runs.ask_for_run(in_alice, What.ENTITIES)
    assert (one.outcome, everything.outcome) == ("started", "queued")
    assert runs.ask_for_run(in_alice, What.ENTITIES, kinds=["DirectoryBranch"]).run == everything.run
    agreed = runs.ask_for_run(in_alice, What.ENTITIES, accepts_removal=True)
    assert agreed.outcome == "queued"
    assert (
        runs.ask_for_run(in_alice, What.ENTITIES, accepts_removal={"DirectoryContact": 3}).run == agreed.run
    )


def test_behind_a_run_that_was_given_up_the_next_one_opens(in_alice: Connection, sent: list[Any]) -> None:
    open_run = runs.request_run(in_alice, What.CALLS)
    queued = runs.request_run(in_alice, What.CALLS, **window(0, 10))
    SyncRun.objects.filter(pk=open_run.pk).update(attempts=9)
    ledger.dispatch(timezone.now() + DAY)

    assert scheduling.open_queued_runs() == 1
    queued.refresh_from_db()
    assert queued.state == State.WAITING
    assert scheduling.open_queued_runs() == 0


def test_requests_at_the_end_of_a_run_are_not_lost(alice: Connection, sent: list[Any]) -> None:
    """Ten people ask for ten windows while the open run ends: each window ends in a run of its own."""
    with tenant_scope(alice.tenant_id):
        open_run = runs.request_run(alice, What.CALLS)
    start = threading.Barrier(11)
    asked: list[int] = []

    def ask(number: int) -> None:
        with tenant_scope(alice.tenant_id):
            start.wait()
            asked.append(runs.request_run(alice, What.CALLS, **window(20 * number, 1)).pk)
        connections.close_all()

    def end() -> None:
        with lease(open_run) as held:
            start.wait()
            runs.finish(held)
        connections.close_all()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(10)]
    threads.append(threading.Thread(target=end))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(asked)) == 10
    scheduling.open_queued_runs()
    done = 0
    with tenant_scope(alice.tenant_id):
        while run := SyncRun.objects.filter(state__in=runs.OPEN).first():
            with ledger.leased(SyncRun, run.tenant_id, run.pk) as held:
                runs.finish(held)
            done += 1
    assert done == 10


def test_unlinking_ends_what_is_queued_too(in_alice: Connection, sent: list[Any]) -> None:
    runs.request_run(in_alice, What.CALLS)
    runs.request_run(in_alice, What.CALLS, **window(0, 10))
    unlinking.disconnect(in_alice, maud())

    assert set(SyncRun.objects.values_list("state", flat=True)) == {State.STOPPED}
