"""Taking away what nobody needs any more: old lines of the request log, used-up attempts, counted calls, previews
that nobody sent, mails that went out, alerts and exports of staff that ended long ago.

What a tenant says how long it keeps: retention.py."""

from __future__ import annotations

import datetime as dt

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.scoping import unscoped
from telephony.models import (
    Alert,
    AuthorizationAttempt,
    Change,
    Connection,
    Job,
    QuotaUse,
    RequestLog,
    StaffExport,
)
from telephony.services import alert_told, bulk_upload

LOG_KEPT = dt.timedelta(days=8)
ATTEMPTS_KEPT = dt.timedelta(days=1)
USES_KEPT = dt.timedelta(days=1)
PREVIEWS_KEPT = dt.timedelta(days=1)  # after their end, so that a page still open hears that it came too late
MAILS_KEPT = dt.timedelta(days=30)
STAFF_EXPORTS_KEPT = dt.timedelta(days=90)  # their files are gone long before
ALERTS_KEPT = dt.timedelta(days=400)  # after their end: as long as one compares with the year before


def tidy(now: dt.datetime) -> int:
    """Delete what is past its time, over all tenants; how many lines of the request log went."""
    with unscoped("dispatch"):
        QuotaUse.objects.filter(at__lt=now - USES_KEPT).delete()
        AuthorizationAttempt.objects.filter(created_at__lt=now - ATTEMPTS_KEPT).delete()
        Change.objects.filter(
            state__in=[Change.State.DRAFT, Change.State.CONFLICT],
            sent_at=None,
            expires_at__lt=now - PREVIEWS_KEPT,
        ).delete()
        _mails_sent(now - MAILS_KEPT).delete()
        StaffExport.objects.filter(created_at__lt=now - STAFF_EXPORTS_KEPT, due_at=None).delete()
        Alert.objects.filter(cleared_at__lt=now - ALERTS_KEPT).delete()
        bulk_upload.forget_old(now)
        gone = 0
        for tenant_id, connection_id in Connection.objects.values_list("tenant_id", "pk"):
            old = RequestLog.objects.filter(
                tenant_id=tenant_id, connection_id=connection_id, at__lt=now - LOG_KEPT
            )
            gone += old.delete()[0]
    return gone


def _mails_sent(before: dt.datetime) -> QuerySet[Job]:
    """But for those that say who was told of an alert which was open since."""
    lasting = Alert.objects.filter(tenant=OuterRef("tenant"), opened_at__lte=OuterRef("created_at"))
    lasting = lasting.filter(Q(closed_at=None) | Q(closed_at__gt=before))
    sent: QuerySet[Job] = Job.objects.filter(kind=Job.Kind.MAIL, finished_at__lt=before)
    return sent.exclude(Q(parameters__mail=alert_told.MAIL) & Exists(lasting))
