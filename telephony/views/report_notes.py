"""What people do to reports, as the audit keeps it: in the words of the tenant's language."""

from __future__ import annotations

from typing import Any

from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import AuditEvent
from telephony.models import Report

SAID = {
    "made": _("report made"),
    "changed": _("report changed"),
    "run": _("report sent by hand"),
    "again": _("report made and sent again"),
    "test": _("test of a report sent"),
    "pause": _("report paused"),
    "go-on": _("report goes on"),
    "delete": _("report deleted"),
}


def note(request: Any, report: Report, what: str) -> None:
    """A word of SAID."""
    with translation.override(request.tenant.language):
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=request.tenant,
            person=request.user,
            object_label=report.title,
            detail={"report": what, "summary": str(SAID[what])},
            request=request,
        )
