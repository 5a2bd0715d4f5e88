"""The worker's path without a worker: sandbox over loopback, services, PostgreSQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.scoping import tenant_scope
from portal.lib.days import midnight
from telephony.models import (
    Call,
    CallRecord,
    Connection,
    Coverage,
    Entity,
    NumberName,
    SyncRun,
    SyncState,
    UnreadableRecord,
)
from telephony.providers.sandbox.server import SandboxServer
from telephony.services import cdr_sync, runs, scheduling
from tests.telephony.conftest import Work

PARIS = ZoneInfo("Europe/Paris")

pytestmark = pytest.mark.django_db(transaction=True)


def sandbox_keys(
    sandbox: SandboxServer,
    customer: str,
    start_at: datetime,
    end_at: datetime,
    *,
    over_at: datetime | None = None,
) -> set[tuple[str, str, str]]:
    """(direction, line, call id) of every record that the sandbox has in the window.

    over_at   an instant at which it tells of them: not yet of calls that are going on then
    """
    book = sandbox.provider("keyyo").book(customer)
    keys = set()
    day = start_at.date() - timedelta(days=1)
    while day <= end_at.date() + timedelta(days=1):
        for direction in ("incoming", "outgoing"):
            for row in book.day(day).of("", direction):
                is_told = over_at is None or row.ends_s <= over_at.timestamp()
                if is_told and start_at.timestamp() <= row.start_s < end_at.timestamp():
                    keys.add((direction, row.csi, row.call_id))
        day += timedelta(days=1)
    return keys


def stored_keys() -> set[tuple[str, str, str]]:
    rows = CallRecord.objects.values_list("stream", "line_remote_id", "fold_key")
    return set(rows)


def days_ago(days: int) -> datetime:
    """Midnight in Paris, so many days ago."""
    today = timezone.now().astimezone(PARIS).date()
    return midnight(today - timedelta(days=days), PARIS)


def test_lines_and_calls_arrive(morvanne: Connection, sandbox: SandboxServer, work: Work) -> None:
    start_at, end_at = days_ago(50), days_ago(12)
    with tenant_scope(morvanne.tenant_id):
        objects = work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        assert (objects.state, objects.error) == ("complete", "")
        assert Entity.objects.lines().count() >= 3
        assert NumberName.objects.filter(source="contact").exists()

        run = work(runs.request_run(morvanne, SyncRun.What.CALLS, start_at=start_at, end_at=end_at))

        assert (run.state, run.error) == ("complete", "")
        assert stored_keys() == sandbox_keys(sandbox, "morvanne", start_at, end_at)
        assert run.rows_new == CallRecord.objects.count() > 100
        assert run.done_parts == run.total_parts
        assert Call.objects.filter(direction="internal").exists()
        assert not Call.objects.filter(line=None).exists()
        days = list(Coverage.objects.order_by("day"))
        assert len(days) == 38
        assert {day.state for day in days} == {"complete"}
        assert sum(day.calls for day in days) == Call.objects.count()


def test_a_group_that_a_later_sync_learns_of_has_the_calls_that_agents_took_before(
    morvanne: Connection, work: Work
) -> None:
    with tenant_scope(morvanne.tenant_id):
        work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        group = Entity.objects.get(facet=Entity.Facet.GROUP)
        group.delete()
        work(runs.request_run(morvanne, SyncRun.What.CALLS, start_at=days_ago(20), end_at=days_ago(12)))
        offered = CallRecord.objects.filter(stream="incoming", line_remote_id=group.remote_id)
        keys = set(offered.values_list("fold_key", flat=True))
        assert len(keys) > 10 and not Call.objects.exclude(group_remote_id="").exists()
        line = Entity.objects.lines()[0]  # as where the agent's record alone says that somebody answered
        Call.objects.filter(line=None, record_count__gt=1).update(line=line, line_remote_id=line.remote_id)

        again = work(runs.request_run(morvanne, SyncRun.What.ENTITIES))

        assert (again.state, again.error) == ("complete", "")
        of_group = Call.objects.filter(group_remote_id=group.remote_id)
        assert set(of_group.values_list("fold_key", flat=True)) == keys
        assert of_group.filter(line__facet=Entity.Facet.LINE).exists()


def test_a_second_sync_writes_nothing(morvanne: Connection, work: Work) -> None:
    window = {"start_at": days_ago(20), "end_at": days_ago(10)}
    with tenant_scope(morvanne.tenant_id):
        work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        first = work(runs.request_run(morvanne, SyncRun.What.CALLS, **window))
        before = set(CallRecord.objects.values_list("pk", "changed_at"))
        again = work(runs.request_run(morvanne, SyncRun.What.CALLS, **window))
        assert set(CallRecord.objects.values_list("pk", "changed_at")) == before

    assert first.rows_new > 0
    assert (again.state, again.rows_new, again.rows_changed) == ("complete", 0, 0)
    assert again.rows_read == first.rows_read


def test_calls_wait_for_the_lines(morvanne: Connection, work: Work) -> None:
    with tenant_scope(morvanne.tenant_id):
        objects = runs.request_run(morvanne, SyncRun.What.ENTITIES)
        run = work(runs.request_run(morvanne, SyncRun.What.CALLS))
        assert (run.state, run.waits_for) == ("running", "objects")

        work(objects)

        run.refresh_from_db()
        assert run.waits_for == ""
        assert run.due_at <= timezone.now()
        assert work(run).state == "complete"
        state = SyncState.objects.get(stream="calls")
        assert state.synced_until <= timezone.now() - timedelta(hours=2)
        assert state.backfilled_from is not None


def test_a_fault_postpones_and_a_later_try_goes_on(
    morvanne: Connection, sandbox: SandboxServer, work: Work
) -> None:
    start_at, end_at = days_ago(20), days_ago(10)
    with tenant_scope(morvanne.tenant_id):
        work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        sandbox.faults.add("keyyo", "outgoing_call_detail.*limit=500", status=503, times=3)
        run = work(runs.request_run(morvanne, SyncRun.What.CALLS, start_at=start_at, end_at=end_at))
        assert (run.state, run.waits_for) == ("running", "provider")
        assert run.due_at > timezone.now() + timedelta(seconds=30)
        assert run.rows_new > 0

        runs.wake(run)
        work(run)

        assert run.state == "complete"
        assert stored_keys() == sandbox_keys(sandbox, "morvanne", start_at, end_at)
        assert run.rows_new == CallRecord.objects.count()


def test_a_pause_of_the_provider_is_waited_for(
    morvanne: Connection, sandbox: SandboxServer, work: Work
) -> None:
    with tenant_scope(morvanne.tenant_id):
        sandbox.faults.add("keyyo", "services.list", status=429, retry_after="120", times=None)
        run = work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
    assert (run.state, run.waits_for) == ("running", "quota")
    assert run.due_at > timezone.now() + timedelta(seconds=100)


def test_a_dead_grant_stops_the_run(morvanne: Connection, sandbox: SandboxServer, work: Work) -> None:
    state = sandbox.state("keyyo")
    state["tokens"].clear()
    state["refresh_tokens"].clear()
    with tenant_scope(morvanne.tenant_id):
        run = work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        assert (run.state, bool(run.error)) == ("stopped", True)
        assert scheduling.open_due_runs(timezone.now() + timedelta(days=1)) == 0


def test_a_small_budget_takes_more_leases_and_brings_the_same(
    morvanne: Connection, sandbox: SandboxServer, settings: Any, monkeypatch: pytest.MonkeyPatch, work: Work
) -> None:
    monkeypatch.setattr(cdr_sync, "MOST_ROWS", 2)
    start_at, end_at = days_ago(75), days_ago(20)
    with tenant_scope(morvanne.tenant_id):
        work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        settings.TASK_BUDGET_S = 0
        run = work(runs.request_run(morvanne, SyncRun.What.CALLS, start_at=start_at, end_at=end_at))
        assert run.fence > 3
        assert run.state == "complete"
        assert stored_keys() == sandbox_keys(sandbox, "morvanne", start_at, end_at)


def test_backfill_brings_the_older_months_newest_first(
    morvanne: Connection, sandbox: SandboxServer, work: Work
) -> None:
    with tenant_scope(morvanne.tenant_id):
        Connection.objects.filter(pk=morvanne.pk).update(backfill_months=1)
        work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        work(runs.request_run(morvanne, SyncRun.What.CALLS))
        SyncState.objects.update(next_due_at=timezone.now())

    assert scheduling.open_due_runs() == 2

    with tenant_scope(morvanne.tenant_id):
        run = SyncRun.objects.get(what="backfill")
        work(run)
        assert run.state == "complete"
        slices = [start for start, _ in run.cursor["slices"]]
        assert slices == sorted(slices, reverse=True)
        assert SyncState.objects.get(stream="calls").backfilled_from == run.window_start_at
        now = timezone.now()
        assert not scheduling.needs_backfill(Connection.objects.get(pk=morvanne.pk), now)


def test_one_open_run_of_a_sort(morvanne: Connection) -> None:
    with tenant_scope(morvanne.tenant_id):
        first = runs.request_run(morvanne, SyncRun.What.CALLS)
        assert runs.request_run(morvanne, SyncRun.What.CALLS) == first
        assert runs.request_run(morvanne, SyncRun.What.ENTITIES) != first


def test_a_closed_tenant_is_not_synced(morvanne: Connection) -> None:
    with tenant_scope(morvanne.tenant_id):
        runs.state_of(morvanne, "entities")
    tomorrow = timezone.now() + timedelta(days=1)
    morvanne.tenant.closed_at = timezone.now()
    morvanne.tenant.save(update_fields=["closed_at"])

    assert scheduling.open_due_runs(tomorrow) == 0

    morvanne.tenant.closed_at = None
    morvanne.tenant.save(update_fields=["closed_at"])
    assert scheduling.open_due_runs(tomorrow) == 1


def test_rows_that_cannot_be_read_are_set_aside(
    morvanne: Connection, sandbox: SandboxServer, work: Work
) -> None:
    row = sandbox.provider("keyyo").add_record(
        "morvanne", csi=next(iter(sandbox.state("keyyo")["accounts"]["morvanne"]["services"])),
        direction="incoming", other="33261910001", quantity=5, unit="parsec",
    )  # fmt: skip
    with tenant_scope(morvanne.tenant_id):
        work(runs.request_run(morvanne, SyncRun.What.ENTITIES))
        run = work(runs.request_run(morvanne, SyncRun.What.CALLS, start_at=days_ago(1)))
        assert (run.state, run.rows_unreadable) == ("complete", 1)
        assert UnreadableRecord.objects.get().raw["call_id"] == row.call_id
        assert CallRecord.objects.exists()
