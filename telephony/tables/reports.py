"""Reports as a list, each with its next run and what became of the last one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import BaseTable, Column
from telephony.models import Report, ReportRun
from telephony.tables.report_words import cadence_words


class ReportTable(BaseTable):
    name = Column(verbose_name=_("Report"), card="title", fixed=True, order_by=("name_key",), css="wrap")
    cadence = Column(verbose_name=_("Sent"), accessor="pk", card="sub", css="wrap")
    recipients = Column(verbose_name=_("To"), accessor="pk")
    next_at = Column(verbose_name=_("Next"), empty_values=(), card="end", kind="moment")
    last = Column(verbose_name=_("Last"), accessor="pk", card="end2")
    owner = Column(verbose_name=_("For"))

    caption = _("Reports")

    class Meta(BaseTable.Meta):
        fields = ("name", "cadence", "recipients", "next_at", "last", "owner")

    lasts: Mapping[int, ReportRun] = {}

    def render_name(self, record: Report) -> SafeString:
        url = tenant_url(self.request.tenant, "telephony:report_detail", pk=record.pk)
        return format_html('<a href="{}"><b>{}</b></a>', url, record.title)

    def render_cadence(self, record: Report) -> str:
        return capfirst(cadence_words(record))

    def render_recipients(self, record: Report) -> str:
        count = len(record.members) + len(record.addresses)
        return ngettext("%(count)s person", "%(count)s people", count) % {"count": count}

    def render_next_at(self, record: Report) -> SafeString:
        if record.next_at is None:
            return parts.look_pill("report_pause", record.paused_why or Report.Pause.PERSON)
        return parts.time_tag(record.next_at, formats.moment(record.next_at))

    def value_next_at(self, record: Report) -> datetime | None:
        return record.next_at

    def render_last(self, record: Report) -> Any:
        run = self.lasts.get(record.pk)
        if run is None:
            return formats.DASH
        url = tenant_url(self.request.tenant, "telephony:report_run", pk=run.pk)
        return format_html('<a href="{}">{}</a>', url, parts.look_pill("report_run", run.state))
