"""What a tenant keeps no longer goes, batch by batch; what was counted of it stands, and nothing of it comes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Person, Tenant
from accounts.scoping import tenant_scope
from telephony import tasks
from telephony.bench.world import drafts, make_connection
from telephony.models import (
    Call,
    CallRecord,
    Connection,
    Entity,
    Job,
    LiveCall,
    ReportRun,
    Retention,
    RollupMark,
    SyncRun,
)
from telephony.services import calls, cdr_sync, ledger, report_files, retention, rollups
from telephony.services.rollup_reading import by_hour, span_of, sums

PARIS = ZoneInfo("Europe/Paris")
NIGHT = datetime(2026, 6, 2, 1, 20, tzinfo=UTC)
FIRST, LAST, KEPT_FROM = date(2025, 6, 1), date(2026, 6, 1), date(2026, 3, 1)
KEYS = ("day", "line_id", "medium", "direction", "outcome", "destination")
GROUPINGS = (KEYS, KEYS[1:], KEYS[2:5])


@pytest.fixture
def connection(db: None) -> Connection:
    return make_connection("alice")


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """at(instant) sets the clock."""

    def set_to(instant: datetime) -> None:
        monkeypatch.setattr(timezone, "now", lambda: instant)

    set_to(NIGHT)
    return set_to


def figures() -> list[Any]:
    return [
        *[sums(by, FIRST, LAST, PARIS, with_waits=True) for by in GROUPINGS],
        by_hour(*span_of(FIRST, LAST, PARIS), PARIS),
    ]


def test_calls_go_figures_stay_and_nothing_comes_back(
    connection: Connection, at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, cutoff = connection.tenant, datetime(2026, 2, 27, tzinfo=UTC)
    monkeypatch.setattr(retention, "BATCH", 40)
    with tenant_scope(tenant):
        calls.store(connection, drafts(150), NIGHT)
        before = figures()  # of days that are marked still
        old = Call.objects.filter(started_at__lt=cutoff).count()
        kept = set(Call.objects.filter(started_at__gte=cutoff).values_list("pk", flat=True))
        assert old > 80
        assert kept
        assert retention.keep_for({"calls": 3, "events": None, "files": 1})
        row = retention.of_tenant()
        Job.objects.create(kind=Job.Kind.EXPORT, label="Calls, as CSV", parameters={"format": "csv"})
        Job.objects.update(created_at=NIGHT - timedelta(days=90))
    assert retention.open_nightly(NIGHT) == 1

    tasks.advance_retention(tenant.pk, row.pk)  # sets the date; whoever writes may end
    with tenant_scope(tenant):
        assert Call.objects.count() == old + len(kept)
    at(NIGHT + retention.WRITERS_END)
    forget = retention._FORGET["calls"]
    with tenant_scope(tenant), pytest.raises(KeyboardInterrupt), monkeypatch.context() as dying:
        seen: list[int] = []

        def killed(*args: Any) -> int:
            if seen:
                raise KeyboardInterrupt
            seen.append(forget(*args))
            return seen[0]

        dying.setitem(retention._FORGET, "calls", killed)  # type: ignore[arg-type]
        with ledger.leased(Retention, tenant.pk, row.pk) as held:
            retention.advance(held)
    with tenant_scope(tenant):
        assert Call.objects.count() == old + len(kept) - 40
    tasks.advance_retention(tenant.pk, row.pk)

    with tenant_scope(tenant):
        assert set(Call.objects.values_list("pk", flat=True)) == kept
        assert set(CallRecord.objects.values_list("call", flat=True)) == kept
        assert not Job.objects.exists()
        assert figures() == before
        assert not RollupMark.objects.filter(day__lt=KEPT_FROM).exists()
        event = AuditEvent.objects.get(verb=AuditEvent.Verb.FORGOT)
        assert event.detail == {"summary": f"{old} calls, 1 file", "gone": {"calls": old, "files": 1}}
        Call.objects.filter(started_at__gte=cutoff).update(duration_s=7)  # from then on as ever
        changed = figures()
        rollups.settle(connection.pk)
        assert figures() == changed
    call_command("rollups", check=True, stdout=StringIO())
    call_command("rollups", rebuild=True, stdout=StringIO())
    with tenant_scope(tenant):
        assert figures() == changed
        asked = SyncRun(connection=connection, what="calls", window_start_at=NIGHT - timedelta(days=365))
        window = cdr_sync._window(asked, NIGHT, PARIS)
        assert window is not None
        assert window.start_at.astimezone(PARIS).date() == KEPT_FROM + timedelta(days=1)
        asked.window_end_at = NIGHT - timedelta(days=300)
        assert cdr_sync._window(asked, NIGHT, PARIS) is None
        in_all, by_line = sums(KEYS[2:], FIRST, LAST, PARIS), sums(("line_id",), FIRST, LAST, PARIS)
        Entity.objects.get(pk=by_line[0].key[0]).delete()
        assert sums(KEYS[2:], FIRST, LAST, PARIS) == in_all
        left = {one.key[0]: one.calls for one in sums(("line_id",), FIRST, LAST, PARIS)}
        assert left == {one.key[0]: one.calls for one in by_line[1:]} | {None: by_line[0].calls}
    call_command("rollups", check=True, stdout=StringIO())


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Europe/Paris", "America/New_York"),
        ("America/New_York", "Asia/Kathmandu"),
        ("Pacific/Auckland", "Pacific/Honolulu"),
    ],
)
def test_a_tenant_that_moves_loses_and_doubles_no_call_of_days_that_stand(
    connection: Connection, at: Any, before: str, after: str
) -> None:
    tenant, begin = connection.tenant, datetime(2026, 2, 22, 0, 5, tzinfo=UTC)

    def in_all(zone: str) -> int:
        return sum(one.calls for one in sums(("day",), FIRST, LAST, ZoneInfo(zone)))

    def hours(zone: str) -> list[tuple[int, int, int]]:
        span = span_of(FIRST, LAST, ZoneInfo(zone))
        return [(one.weekday, one.hour, one.inbound) for one in by_hour(*span, ZoneInfo(zone))]

    Tenant.objects.filter(pk=tenant.pk).update(time_zone=before)
    with tenant_scope(tenant):
        made = Call.objects.bulk_create(
            Call(connection=connection, fold_key=str(number), started_at=begin + number * timedelta(minutes=30),
                 direction="inbound", outcome="missed")
            for number in range(48 * 14)
        )  # fmt: skip
        rollups.settle(connection.pk)
        hours_in = {zone: hours(zone) for zone in (before, after)}
        retention.keep_for({"calls": 3, "events": None, "files": None})
        row = retention.of_tenant()
    retention.open_nightly(NIGHT)
    for instant in (NIGHT, NIGHT + retention.WRITERS_END):
        at(instant)
        tasks.advance_retention(tenant.pk, row.pk)
    with tenant_scope(tenant):
        assert Call.objects.count() < len(made) == in_all(before)
        for zone in (after, before, after):
            Tenant.objects.filter(pk=tenant.pk).update(time_zone=zone)
            assert in_all(zone) == len(made)  # marked
            assert hours(zone) == hours_in[zone]
            rollups.settle(connection.pk)
            assert hours(zone) == hours_in[zone]
            assert (
                in_all(zone)
                == len(made)
                == sum(one.calls for one in sums(("month",), FIRST, LAST, ZoneInfo(zone)))
            )
    call_command("rollups", rebuild=True, stdout=StringIO())
    with tenant_scope(tenant):
        assert in_all(after) == len(made)
    call_command("rollups", check=True, stdout=StringIO())


def test_live_events_and_files_go_after_the_usual_time_unless_they_are_to_stay(
    connection: Connection, at: Any, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    tenant = connection.tenant
    with tenant_scope(tenant):
        for days in (34, 36):
            LiveCall.objects.create(
                connection=connection, keys=[f"d:{days}"], direction="inbound", state=LiveCall.State.ENDED,
                started_at=NIGHT - timedelta(days=days), last_event_at=NIGHT - timedelta(days=days),
            )  # fmt: skip
        for days in (399, 401):
            job = Job.objects.create(kind=Job.Kind.EXPORT, label="Calls", parameters={"format": "csv"})
            Job.objects.filter(pk=job.pk).update(created_at=NIGHT - timedelta(days=days))
    assert retention.open_nightly(NIGHT) == 1
    with tenant_scope(tenant):
        row = retention.of_tenant()
        orphan = ReportRun(pk=1, tenant=tenant)  # of a report that was deleted while it was made
        report_files.write(orphan, "late.pdf", b"late")
        (report_files.folder_of(orphan).parent / "lost+found").touch()  # of nobody here
    tasks.advance_retention(tenant.pk, row.pk)
    assert not report_files.folder_of(orphan).exists()
    with tenant_scope(tenant):
        assert [one.keys for one in LiveCall.objects.all()] == [["d:34"]]
        assert Job.objects.get().created_at == NIGHT - timedelta(days=399)
        assert retention.keep_for({"calls": None, "events": Retention.FOR_EVER, "files": Retention.FOR_EVER})
    at(NIGHT + timedelta(days=2))
    retention.open_nightly(timezone.now())
    tasks.advance_retention(tenant.pk, row.pk)
    with tenant_scope(tenant):
        assert (LiveCall.objects.count(), Job.objects.count()) == (1, 1)


def test_what_would_go_is_said_before_it_is_saved(connection: Connection, at: Any, client: Client) -> None:
    with tenant_scope(connection.tenant_id):
        calls.store(connection, drafts(20), NIGHT)
        rollups.settle(connection.pk)
        old = Call.objects.filter(started_at__lt=datetime(2026, 2, 28, 23, tzinfo=UTC)).count()
    client.force_login(Person.objects.get())
    page = "/t/alice/settings/retention/"

    said = client.post(page, {"calls_months": "3", "events_months": "", "files_months": ""}).content.decode()
    assert f"About {old} calls from before 1 March 2026" in said
    client.post(
        page, {"calls_months": "3", "events_months": "", "files_months": "6", "sure": "3--"}
    )  # that was another choice
    assert client.post(page, {"calls_months": "2"}).status_code == 422
    with tenant_scope(connection.tenant_id):
        assert retention.of_tenant().pk is None
    client.post(page, {"calls_months": "3", "events_months": "", "files_months": "", "sure": "3--"})

    with tenant_scope(connection.tenant_id):
        assert retention.of_tenant().calls_months == 3
        Retention.objects.update(calls_from=KEPT_FROM)
    event = AuditEvent.objects.get(verb=AuditEvent.Verb.SETTINGS)
    assert event.detail["months"]["calls"] == 3 and "Calls: 3 months" in event.detail["summary"]
    for first, is_said in (("2026-01-01", True), ("2026-04-01", False)):
        listed = client.get(
            "/t/alice/calls/", {"period": "dates", "period_from": first, "period_to": "2026-05-01"}
        )
        assert ("no longer kept" in listed.content.decode()) is is_said
