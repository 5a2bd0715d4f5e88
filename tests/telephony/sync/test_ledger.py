"""The ledger: one worker at a time, whatever messages and workers do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.scoping import NoScope, current_scope, tenant_scope
from telephony import tasks
from telephony.models import Connection, SyncRun
from telephony.services import ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def run(transactional_db: None, alice: Connection) -> SyncRun:
    with tenant_scope(alice.tenant_id):
        return SyncRun.objects.create(connection=alice, what="calls", due_at=timezone.now())


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, tuple[int, int]]]:
    """Hints that would have gone to the broker, which is the wire here."""
    hints: list[tuple[str, tuple[int, int]]] = []

    def send_task(name: str, args: tuple[int, int], **_options: Any) -> None:
        hints.append((name, args))

    monkeypatch.setattr(ledger.current_app, "send_task", send_task)
    return hints


def stored(run: SyncRun) -> SyncRun:
    with tenant_scope(run.tenant_id):
        return SyncRun.objects.get(pk=run.pk)


def test_a_due_row_is_hinted_at_once_until_its_lease_ends(run: SyncRun, sent: list[Any]) -> None:
    ledger.dispatch()
    ledger.dispatch()

    assert sent == [("telephony.tasks.advance_run", (run.tenant_id, run.pk))]
    ledger.dispatch(timezone.now() + timedelta(seconds=91))
    assert len(sent) == 2  # the first message was lost


def test_the_lease_is_for_one(run: SyncRun, sent: list[Any]) -> None:
    ledger.dispatch()
    with ledger.leased(SyncRun, run.tenant_id, run.pk) as held:
        with pytest.raises(ledger.NotHeld), ledger.leased(SyncRun, run.tenant_id, run.pk):
            pass
        assert current_scope() is not None
        ledger.write(held, due_at=None)
    assert current_scope() is None
    with pytest.raises(ledger.NotHeld), ledger.leased(SyncRun, run.tenant_id, run.pk):
        pass


def test_whoever_was_thought_dead_writes_nothing(run: SyncRun, sent: list[Any]) -> None:
    with ledger.leased(SyncRun, run.tenant_id, run.pk) as slow:
        SyncRun.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        with ledger.leased(SyncRun, run.tenant_id, run.pk) as quick:
            assert quick.fence > slow.fence
            with pytest.raises(ledger.LeaseLost):
                ledger.write(slow, rows_read=5)
            ledger.write(quick, rows_read=7)
    assert stored(run).rows_read == 7


def test_a_failing_row_is_parked_after_three_tries(run: SyncRun, sent: list[Any]) -> None:
    now = timezone.now()
    for _ in range(3):
        ledger.dispatch(now)
        with pytest.raises(RuntimeError), ledger.leased(SyncRun, run.tenant_id, run.pk):
            raise RuntimeError("the worker failed")
    ledger.dispatch(now)

    assert len(sent) == 3
    assert (stored(run).state, stored(run).due_at) == ("parked", None)


def test_work_that_ends_in_order_is_counted_anew_and_goes_on(run: SyncRun, sent: list[Any]) -> None:
    for _ in range(5):
        with ledger.leased(SyncRun, run.tenant_id, run.pk):
            pass
    assert stored(run).attempts == 0
    assert len(sent) == 5  # still due: each end hints at the next


def test_a_dead_broker_is_survived(run: SyncRun, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def send_task(*_args: Any, **_options: Any) -> None:
        raise ledger.OperationalError("no broker")

    monkeypatch.setattr(ledger.current_app, "send_task", send_task)
    assert ledger.dispatch()["syncrun"] == 1


def test_a_task_leaves_quietly_and_refuses_a_scope(run: SyncRun) -> None:
    tasks.advance_run(run.tenant_id, run.pk + 1)
    with tenant_scope(run.tenant_id), pytest.raises(NoScope):
        tasks.advance_run(run.tenant_id, run.pk)
