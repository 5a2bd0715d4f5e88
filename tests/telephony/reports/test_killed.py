"""Two schedulers at the same moment, and SIGKILL while the mail server already has the mail: real processes, real locks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.db import connection as database
from django.db import connections
from django.utils import timezone

from accounts.scoping import tenant_scope
from telephony.bench.mail_sink import mail_sink
from telephony.models import Report, ReportRun
from telephony.services import report_schedule
from telephony.tasks import advance_report

from .conftest import MONDAY

ROOT = Path(__file__).resolve().parents[3]
DUE = MONDAY + timedelta(hours=5)
pytestmark = pytest.mark.django_db(transaction=True)


def test_two_schedulers_at_once_make_each_run_once(alder, weekly):
    start = Barrier(2)

    def look() -> int:
        start.wait()
        try:
            return sum(report_schedule.open_due(DUE + timedelta(weeks=n)) for n in range(4))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        opened = [future.result() for future in [pool.submit(look), pool.submit(look)]]
    with tenant_scope(alder):
        assert sum(opened) == ReportRun.objects.count() == 4
        assert len(set(ReportRun.objects.values_list("first_day", flat=True))) == 4


def test_sigkill_while_the_server_has_the_mail_leaves_it_unknown(alder, weekly, settings):
    with tenant_scope(alder):
        Report.objects.update(figures=["changes"], formats=["body"])
    report_schedule.open_due(DUE)
    with tenant_scope(alder):
        run = ReportRun.objects.get()
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database.settings_dict['NAME']}")
    with mail_sink(holds=1) as sink:
        worker = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("report_process.py")), str(alder.pk), str(run.pk)],
            env={
                **os.environ,
                "DATABASE_URL": address.geturl(),
                "PYTHONPATH": str(ROOT),
                "PORTAL_ENV": "test",
                "EMAIL_URL": sink.url,
                "DATA_DIR": str(settings.DATA_DIR),
            },
            cwd=ROOT,
        )
        while not sink.taken:
            with suppress(subprocess.TimeoutExpired):
                assert worker.wait(0.05) is None, "it ended before it had sent anything"
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    with tenant_scope(alder):
        assert list(run.receipts.order_by("pk").values_list("state", flat=True)) == ["sending", "waiting"]
        ReportRun.objects.update(lease_until=timezone.now())
    advance_report(alder.pk, run.pk)
    with tenant_scope(alder):
        receipts = list(run.receipts.order_by("pk").values_list("state", "message_id"))
    assert [state for state, _id in receipts] == ["unknown", "sent"]
    assert list(sink.taken) == [receipts[0][1]] and len(mail.outbox) == 1
