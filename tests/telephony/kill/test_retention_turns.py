"""SIGKILL in the middle of the nightly deletion: another worker takes what is too old and no more, and tells of it once.

A batch that is not committed is none: whoever is killed within one leaves what whoever is killed before it leaves, but
for files, which go before their rows.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.scoping import tenant_scope
from telephony.bench.world import make_connection
from telephony.models import (
    Call,
    CallDay,
    CallMonth,
    CallQuarter,
    CallWeekHour,
    LiveCall,
    ReportRun,
    Retention,
)
from telephony.services import retention, rollups
from telephony.tasks import advance_retention
from tests.telephony.calls import aged

from .turn_process import BATCH
from .turns import killed, waits_for_a_lock

# They run on the servers of the other tests: what is killed is one process.
pytestmark = pytest.mark.django_db(transaction=True)
OLD = [datetime(2020, 1, 31, 20, tzinfo=UTC) + timedelta(hours=n) for n in range(2 * BATCH + 1)]
HELD = {"calls": Call, "events": LiveCall, "files": ReportRun}  # of which a row is held


def counted() -> list[Any]:
    cells = [
        model.objects.order_by("pk").values_list("pk", "calls")
        for model in (CallDay, CallMonth, CallQuarter, CallWeekHour)
    ]
    return [list(some) for some in cells]


@pytest.mark.parametrize("part", Retention.PARTS)
def test_a_deletion_that_was_killed_goes_on_and_is_audited_once(part: str, settings: Any, tmp_path: Path):
    settings.DATA_DIR = tmp_path
    alice = make_connection("alice", lines=())
    tenant, now = alice.tenant_id, timezone.now()
    young = [now - timedelta(hours=n) for n in range(3)]
    with tenant_scope(tenant):
        aged.make(alice, dict.fromkeys(Retention.PARTS, OLD + young))
        rollups.settle(alice.pk)
        before = counted()
        retention.keep_for({"calls": 3, "events": None, "files": 1})
        row = retention.of_tenant()
    retention.open_nightly(now)
    advance_retention(tenant, row.pk)  # sets the date; the deletion is for later
    with tenant_scope(tenant):
        Retention.objects.update(due_at=now)
        held = HELD[part].objects.order_by("pk")[len(OLD) - 1]  # of the third batch
        there = aged.rows_left(part)
        with transaction.atomic():
            HELD[part].objects.select_for_update().get(pk=held.pk)
            killed("advance_retention", tenant, [row.pk], waits_for_a_lock, DATA_DIR=str(tmp_path))
        row.refresh_from_db()
        gone = there - aged.rows_left(part)
        assert gone == row.cursor["gone"][part] > 0 and gone % BATCH == 0, "whole batches, and noted"
        assert (aged.files_here() == aged.files_of_rows()) is (part != "files")
        Retention.objects.update(lease_until=timezone.now())
    for _ in range(2):
        advance_retention(tenant, row.pk)
        retention.open_nightly(timezone.now())
    with tenant_scope(tenant):
        assert aged.kept() == dict.fromkeys(Retention.PARTS, set(young))
        assert aged.files_here() == aged.files_of_rows()
        assert counted() == before and not rollups.compare(alice.tenant).differences
    event = AuditEvent.objects.get(verb=AuditEvent.Verb.FORGOT)
    assert event.detail["gone"] == {name: len(OLD) * rows for name, rows in aged.ROWS_OF.items()}
