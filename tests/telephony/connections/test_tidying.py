"""What is past its time goes, and nothing else."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accounts.scoping import tenant_scope
from telephony.models import QuotaUse, RequestLog
from telephony.services.tidying import tidy


def test_old_lines_go_and_new_ones_stay(connection):
    now = timezone.now()
    with tenant_scope(connection.tenant_id):
        RequestLog.objects.all().delete()
        for days in (1, 9):
            row = RequestLog.objects.create(
                connection=connection, operation="services.list", method="GET", status=200, elapsed_ms=1
            )
            RequestLog.objects.filter(pk=row.pk).update(at=now - timedelta(days=days))
    for days in (0, 2):
        QuotaUse.objects.create(key="k", at=now - timedelta(days=days))

    assert tidy(now) == 1
    with tenant_scope(connection.tenant_id):
        assert RequestLog.objects.count() == 1
    assert QuotaUse.objects.count() == 1
