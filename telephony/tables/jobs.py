"""Long jobs and exports as tables."""

from __future__ import annotations

from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui import formats
from portal.ui.links import tenant_url
from portal.ui.tables import BaseTable, Column, CountColumn, LocalTimeColumn, PillColumn
from telephony.models import Job


class JobTable(BaseTable):
    created_at = LocalTimeColumn(verbose_name=_("Asked"), orderable=True, fixed=True, card="sub")
    label = Column(verbose_name=_("What"), card="title")
    person = Column(verbose_name=_("By"))
    kind = Column(verbose_name=_("Kind"))
    state = PillColumn(verbose_name=_("State"), look="job_state", card="end")
    done_rows = CountColumn(verbose_name=_("Rows"), card="end2")
    file_bytes = Column(verbose_name=_("Size"))
    expires_at = LocalTimeColumn(verbose_name=_("Kept until"))

    caption = _("Jobs, newest first")

    class Meta(BaseTable.Meta):
        fields = ("created_at", "label", "kind", "person", "state", "done_rows", "file_bytes", "expires_at")

    def render_label(self, value: str, record: Job) -> SafeString:
        url = tenant_url(self.request.tenant, "telephony:job_detail", pk=record.pk)
        return format_html('<a href="{}"><b>{}</b></a>', url, value)

    def render_file_bytes(self, value: int) -> Any:
        return filesizeformat(value) if value else formats.DASH
