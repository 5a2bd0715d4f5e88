"""Roll-ups are what the calls give: read while days are marked, kept once they are counted, checked and rebuilt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection as database

from accounts.scoping import tenant_scope
from telephony import tasks
from telephony.bench.rollup_schedules import FIRST_AT, run_schedule
from telephony.bench.world import LINES, drafts, make_connection
from telephony.models import Call, CallDay, CallWeekHour, Connection, Coverage, RollupMark
from telephony.services import calls, rollup_reading, rollups
from telephony.services.rollup_closing import CLOSED_AFTER, close_months, versions_of

PARIS = ZoneInfo("Europe/Paris")
SEEDS = 4  # `bench --only rollups` tries 300


@pytest.fixture
def connection(db: None) -> Connection:
    return make_connection("alice")


@pytest.fixture
def in_alice(connection: Connection) -> Iterator[Connection]:
    with tenant_scope(connection.tenant_id):
        yield connection


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_happens_to_calls_the_roll_ups_say_what_they_give(in_alice: Connection, seed: int) -> None:
    assert run_schedule(in_alice, LINES[:3], seed) == []


def test_hours_are_those_of_the_zone_marked_or_counted(in_alice: Connection) -> None:
    calls.store(in_alice, drafts(60), FIRST_AT)
    span = rollup_reading.span_of(date(2025, 6, 1), date(2026, 6, 1), PARIS)
    counted = sorted(
        (local.isoweekday(), local.hour)
        for call in Call.objects.between(*span)
        for local in [call.started_at.astimezone(PARIS)]
    )

    for _ in range(2):
        read = rollup_reading.by_hour(*span, PARIS)
        assert [(one.weekday, one.hour) for one in read for _ in range(one.calls)] == counted
        rollups.settle(in_alice.pk)
    assert not RollupMark.objects.exists()


def test_calls_of_any_length_and_cost_are_added_up(in_alice: Connection) -> None:
    """The longest and dearest that a provider may tell of, more of them than 31 bits hold."""
    longest, dearest, many = 366 * 86_400, 10**13, 80
    Call.objects.bulk_create(
        Call(connection=in_alice, fold_key=str(at), started_at=FIRST_AT, direction="inbound", outcome="answered",
             duration_s=longest, wait_s=longest, cost_micros=dearest)
        for at in range(many)
    )  # fmt: skip
    for _ in range(2):
        [found] = rollup_reading.sums(("connection_id",), FIRST_AT.date(), FIRST_AT.date(), PARIS)
        assert (found.talk_s, found.wait_s, found.cost_micros) == (
            many * longest,
            many * longest,
            many * dearest,
        )
        rollups.settle(in_alice.pk)
    assert Call.objects.running_at(FIRST_AT).count() == many


def test_the_commands_find_mend_and_fail(connection: Connection) -> None:
    with tenant_scope(connection.tenant_id):
        calls.store(connection, drafts(30), FIRST_AT)
    assert rollups.due() == [(connection.tenant_id, connection.pk)]
    for tenant_id, connection_id in rollups.due():
        tasks.settle_rollups(tenant_id, connection_id)
    assert rollups.due() == []
    call_command("rollups", check=True, stdout=StringIO())

    with tenant_scope(connection.tenant_id):
        touched = Call.objects.earliest("started_at")
        Call.objects.filter(pk=touched.pk).update(duration_s=99_999)
    filling = StringIO()
    call_command("rollups", check=True, stdout=filling)
    assert "alice: 1 day of connections left aside" in filling.getvalue()

    with tenant_scope(connection.tenant_id):
        broken = CallDay.objects.order_by("day").last()
        assert broken is not None
        CallDay.objects.filter(pk=broken.pk).update(calls=7)
    out = StringIO()
    with pytest.raises(CommandError, match="rebuild"):
        call_command("rollups", check=True, tenant="alice", stdout=out)
    assert f"alice: only in the cells: {broken.breakdown} {connection.pk} {broken.day}" in out.getvalue()
    assert "alice: only in the rows" in out.getvalue()

    call_command("rollups", rebuild=True, stdout=StringIO())
    call_command("rollups", check=True, stdout=StringIO())
    with tenant_scope(connection.tenant_id):
        CallWeekHour.objects.filter(hour=CallWeekHour.objects.earliest("hour").hour).update(calls=7)
    with pytest.raises(CommandError, match="rebuild"):
        call_command("rollups", check=True, stdout=StringIO())
    call_command("rollups", rebuild=True, stdout=StringIO())
    call_command("rollups", check=True, stdout=StringIO())
    with pytest.raises(CommandError, match="no tenant nobody"):
        call_command("rollups", check=True, tenant="nobody")


def test_calls_that_end_with_their_connection_or_by_truncate_leave_nothing(connection: Connection) -> None:
    other = make_connection("bob")
    for one in (connection, other):
        with tenant_scope(one.tenant_id):
            calls.store(one, drafts(5), FIRST_AT)
            rollups.settle(one.pk)
    with tenant_scope(other.tenant_id):
        other.delete()
    assert rollups.due() == []
    with tenant_scope(other.tenant_id):
        assert not CallDay.objects.exists()
        assert not RollupMark.objects.exists()

    with database.cursor() as cursor:
        cursor.execute("TRUNCATE telephony_call, telephony_callrecord")
    with tenant_scope(connection.tenant_id):
        assert not CallDay.objects.exists()


def test_a_month_is_closed_as_it_was_said_and_said_anew_where_it_changed(connection: Connection) -> None:
    tenant = connection.tenant
    ended_at = datetime(2026, 6, 4, tzinfo=UTC)
    with tenant_scope(tenant):
        calls.store(connection, drafts(40), FIRST_AT)
        rollups.settle(connection.pk)
        Coverage.objects.create(
            connection=connection, day=date(2026, 2, 3), state=Coverage.State.MISSING, read_at=ended_at
        )
        months = {call.started_at.astimezone(PARIS).date().replace(day=1) for call in Call.objects.all()}
    assert close_months(tenant, ended_at - CLOSED_AFTER) == len(months - {date(2026, 5, 1)})
    assert close_months(tenant, ended_at) == 1
    assert close_months(tenant, ended_at) == 0

    with tenant_scope(tenant):
        late = Call.objects.order_by("-started_at").first()
        assert late is not None
        Call.objects.filter(pk=late.pk).update(duration_s=(late.duration_s or 0) + 30)
    assert close_months(tenant, ended_at) == 1
    with tenant_scope(tenant):
        second, first = versions_of(date(2026, 5, 1))
        assert (second.version, first.version) == (2, 1)
        assert second.figures == {**first.figures, "talk_s": first.figures["talk_s"] + 30}
        assert [one.is_whole for one in versions_of(date(2026, 2, 1))] == [False]
        Coverage.objects.update(state=Coverage.State.FETCHING)
        Call.objects.all().delete()
    assert close_months(tenant, ended_at) == len(months - {date(2026, 2, 1)})
    with tenant_scope(tenant):
        assert versions_of(date(2026, 5, 1))[0].figures["calls"] == 0
