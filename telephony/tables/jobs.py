"""Exports, and all long work, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import BaseTable, Column, CountColumn, LocalTimeColumn, PillColumn
from telephony.models import AnyJob, Job, SyncRun
from telephony.models.leased import Leased
from telephony.models.long_work import SORTS, sort_of
from telephony.tables.run_words import what_of


class ExportTable(BaseTable):
    """A person's own."""

    created_at = LocalTimeColumn(verbose_name=_("Asked"), orderable=True, fixed=True, card="sub")
    label = Column(verbose_name=_("What"), card="title", css="wrap")
    state = PillColumn(verbose_name=_("State"), look="job_state", card="end")
    done_rows = CountColumn(verbose_name=_("Rows"), card="end2")
    file_bytes = Column(verbose_name=_("Size"))
    expires_at = LocalTimeColumn(verbose_name=_("Kept until"))

    caption = _("Exports, newest first")

    class Meta(BaseTable.Meta):
        fields = ("created_at", "label", "state", "done_rows", "file_bytes", "expires_at")

    def render_label(self, value: str, record: AnyJob) -> SafeString:
        return format_html('<a href="{}"><b>{}</b></a>', self._address(record), value)

    def _address(self, record: AnyJob) -> str:
        if isinstance(record, Job):
            return tenant_url(self.request.tenant, "telephony:job_detail", pk=record.pk)
        return reverse("telephony:staff_export_detail", kwargs={"pk": record.pk})

    def render_done_rows(self, value: int) -> SafeString:
        """On a telephone, where no heading says it, with the word."""
        count = formats.count(value)
        words = ngettext("%(n)s row", "%(n)s rows", value) % {"n": count}
        return format_html(
            '<span class="sb-only-desk">{}</span><span class="sb-only-phone">{}</span>', count, words
        )

    def render_file_bytes(self, value: int) -> Any:
        return filesizeformat(value) if value else formats.DASH


class LongWorkTable(BaseTable):
    """Rows of several models (services/long_work.py); `results` are words about rows of edits, by the job's id."""

    created_at = LocalTimeColumn(verbose_name=_("Asked"), fixed=True, card="sub")
    label = Column(verbose_name=_("What"), accessor="pk", fixed=True, card="title", css="wrap")
    kind = Column(verbose_name=_("Kind"), accessor="pk")
    person = Column(verbose_name=_("By"), accessor="pk")
    state = Column(verbose_name=_("State"), card="end", width="pill")
    progress = Column(verbose_name=_("Progress"), accessor="pk", card="end2")
    result = Column(verbose_name=_("Result"), accessor="pk", css="wrap")

    caption = _("Long work, newest first")

    class Meta(BaseTable.Meta):
        fields = ("created_at", "label", "kind", "person", "state", "progress", "result")

    results: Mapping[int, str] = {}

    def render_label(self, record: Leased) -> SafeString:
        name, pk = PAGES[sort_of(record)], record.pk
        words = str(record)
        if isinstance(record, SyncRun):
            name, pk = name, record.connection_id
            words = f"{what_of(record)}, {record.connection.name}"
        return format_html(
            '<a href="{}"><b>{}</b></a>', tenant_url(self.request.tenant, f"telephony:{name}", pk=pk), words
        )

    def render_kind(self, record: Leased) -> str:
        return str(SORTS[sort_of(record)].label)

    def render_person(self, record: Any) -> str:
        person = record.asked_by if isinstance(record, SyncRun) else record.person
        return str(person or getattr(record, "person_label", "") or formats.DASH)

    def render_state(self, record: Any) -> SafeString:
        return parts.look_pill(LOOKS[sort_of(record)], record.state)

    def render_progress(self, record: Any) -> str:
        done, total = (
            (record.done_parts, record.total_parts)
            if isinstance(record, SyncRun)
            else (record.done_rows, record.total_rows)
        )
        if not total:
            return formats.count(done) if done else formats.DASH
        return gettext("%(done)s of %(total)s") % {"done": formats.count(done), "total": formats.count(total)}

    def render_result(self, record: Any) -> str:
        """Why it is not well, where it is not; else what came of it."""
        if record.error:
            return record.error
        if isinstance(record, SyncRun):
            return (
                gettext("%(n)s new calls") % {"n": formats.count(record.rows_new)}
                if record.rows_new
                else formats.DASH
            )
        if isinstance(record, Job) and record.file_bytes:
            return filesizeformat(record.file_bytes)
        return self.results.get(record.pk, formats.DASH) if isinstance(record, Job) else formats.DASH


PAGES = {
    "bulk": "job_detail",
    "export": "job_detail",
    "mail": "job_detail",
    "hours": "hours_run",
    "backfill": "connection_runs",
}
LOOKS = {
    "bulk": "job_state",
    "export": "job_state",
    "mail": "job_state",
    "hours": "hours_run",
    "backfill": "run_state",
}
