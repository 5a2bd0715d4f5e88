"""SIGKILL in the middle of a turn: of a look at alert rules, of their mail, of the nightly deletion.

The worker is a process of its own; it is in the middle while a row that it needs is locked, or its mail server keeps silent.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.scoping import tenant_scope
from telephony.bench.mail_sink import mail_sink
from telephony.bench.world import drafts, make_connection
from telephony.models import Alert, AlertRule, AlertWatch, Call, Connection, Job, Retention, SyncState
from telephony.services import alert_rules, alerting, calls, retention
from telephony.tasks import advance_job, advance_retention, look_for_alerts

from .turn_process import BATCH

# They run on the servers of the other tests: what is killed is one process.
pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0
WAITING = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def killed(task: str, tenant_id: int, row_id: int, is_there: Callable[[], bool], **environment: str) -> None:
    """Run the task until `is_there`, then kill its process."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database.settings_dict['NAME']}")
    worker = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("turn_process.py")), task, str(tenant_id), str(row_id)],
        env={
            **os.environ,
            "DATABASE_URL": address.geturl(),
            "PYTHONPATH": str(ROOT),
            "PORTAL_ENV": "test",
            **environment,
        },
        cwd=ROOT,
    )
    give_up = time.monotonic() + PATIENCE_S
    while not is_there():
        assert time.monotonic() < give_up, "waited in vain for its middle"
        with suppress(subprocess.TimeoutExpired):
            assert worker.wait(0.05) is None, "it ended before it was in the middle"
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def waits_for_a_lock() -> bool:
    with database.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees the same activity all along
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


@pytest.fixture
def alice() -> Connection:
    return make_connection("alice")


@pytest.fixture
def watch(alice: Connection) -> AlertWatch:
    """A tenant whose connection was not read for nine days, which no look has found yet."""
    now = timezone.now()
    alerting.open_due(now)
    with tenant_scope(alice.tenant_id):
        SyncState.objects.create(connection=alice, stream="calls", last_success_at=now - timedelta(days=9))
        alert_rules.settle_usual()
        return AlertWatch.objects.get()


def test_a_look_that_was_killed_before_its_commit_is_taken_again_and_told_once(alice, watch):
    tenant = alice.tenant_id
    with tenant_scope(tenant), transaction.atomic():
        list(AlertRule.objects.select_for_update())
        killed("look_for_alerts", tenant, watch.pk, waits_for_a_lock)
    with tenant_scope(tenant):
        assert not Alert.objects.exists() and not Job.objects.exists(), "all of it or nothing"
        AlertWatch.objects.update(lease_until=timezone.now())
    look_for_alerts(tenant, watch.pk)
    look_for_alerts(tenant, watch.pk)
    with tenant_scope(tenant):
        job = Job.objects.get(kind=Job.Kind.MAIL)
        assert job.parameters["alerts"] == list(Alert.objects.values_list("pk", flat=True))
    advance_job(tenant, job.pk)
    advance_job(tenant, job.pk)
    assert len(mail.outbox) == 1


def test_a_mail_of_alerts_is_not_lost_and_a_second_copy_is_known_as_one(alice, watch):
    tenant = alice.tenant_id
    look_for_alerts(tenant, watch.pk)
    with tenant_scope(tenant):
        job = Job.objects.get(kind=Job.Kind.MAIL)
    with mail_sink(holds=True) as sink:
        killed("advance_job", tenant, job.pk, lambda: bool(sink.taken), EMAIL_URL=sink.url)
    with tenant_scope(tenant):
        Job.objects.update(lease_until=timezone.now())
    advance_job(tenant, job.pk)
    advance_job(tenant, job.pk)
    assert [sent.extra_headers["Message-ID"] for sent in mail.outbox] == list(sink.taken)


def test_a_deletion_that_was_killed_between_batches_goes_on_and_is_audited_once(alice):
    tenant = alice.tenant_id
    with tenant_scope(tenant):
        calls.store(alice, drafts(3 * BATCH), timezone.now())
        Call.objects.update(started_at=datetime(2020, 1, 1, tzinfo=UTC))
        many = Call.objects.count()
        retention.keep_for({"calls": 3, "events": None, "files": None})
        row = retention.of_tenant()
    retention.open_nightly(timezone.now())
    advance_retention(tenant, row.pk)  # sets the date; the deletion is for later
    with tenant_scope(tenant):
        Retention.objects.update(due_at=timezone.now())
        last = Call.objects.order_by("-started_at", "-pk")[:1]
        with transaction.atomic():
            list(Call.objects.select_for_update().filter(pk=last[0].pk))
            killed("advance_retention", tenant, row.pk, waits_for_a_lock)
        left = Call.objects.count()
        assert 0 < left < many and left % BATCH == many % BATCH, "whole batches"
        Retention.objects.update(lease_until=timezone.now())
    advance_retention(tenant, row.pk)
    advance_retention(tenant, row.pk)
    with tenant_scope(tenant):
        assert not Call.objects.exists()
        event = AuditEvent.objects.get(verb=AuditEvent.Verb.FORGOT)
        assert event.detail["gone"] == {"calls": many}
