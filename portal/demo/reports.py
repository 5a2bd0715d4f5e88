"""Two reports of the demo's first tenant: a week in English for the management, the missed calls of a day in French."""

from __future__ import annotations

from datetime import time

from django.utils import timezone

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.demo.logins import OWNER
from telephony.models import Report
from telephony.reports.figures import READY
from telephony.services import report_schedule

OUTSIDE = "direction@corvane.example"


def settle() -> None:
    """Make them where there is none yet; the schedule sends them from its next time on."""
    person = Person.objects.get(email=OWNER)
    tenant = Tenant.objects.get(slug="corvane")
    with tenant_scope(tenant):
        if Report.objects.exists():
            return
        for key, language, at in (
            (Report.Ready.WEEKLY_CALLS, "en", time(6)),
            (Report.Ready.MISSED_CALLS, "fr", time(7, 30)),
        ):
            ready = READY[key]
            report = Report(
                name=str(key.label),
                ready=key,
                figures=list(ready.figures),
                period=ready.period.value,
                formats=["body", "pdf", "xlsx"],
                members=[person.pk],
                addresses=[OUTSIDE] if language == "en" else [],
                language=language,
                weekdays=list(ready.weekdays),
                at=at,
                time_zone=tenant.time_zone,
                owner=person,
            )
            report_schedule.begin(report, timezone.now())
            report.save()
