"""Taking away what nobody needs any more: old lines of the request log, used-up attempts, counted calls."""

from __future__ import annotations

import datetime as dt

from accounts.scoping import unscoped
from telephony.models import AuthorizationAttempt, Connection, QuotaUse, RequestLog

LOG_KEPT = dt.timedelta(days=8)
ATTEMPTS_KEPT = dt.timedelta(days=1)
USES_KEPT = dt.timedelta(days=1)


def tidy(now: dt.datetime) -> int:
    """Delete what is past its time, over all tenants; how many lines of the request log went."""
    with unscoped("dispatch"):
        QuotaUse.objects.filter(at__lt=now - USES_KEPT).delete()
        AuthorizationAttempt.objects.filter(created_at__lt=now - ATTEMPTS_KEPT).delete()
        gone = 0
        for tenant_id, connection_id in Connection.objects.values_list("tenant_id", "pk"):
            old = RequestLog.objects.filter(
                tenant_id=tenant_id, connection_id=connection_id, at__lt=now - LOG_KEPT
            )
            gone += old.delete()[0]
    return gone
