"""The rows of an edit of many objects as a table: the object, old and new, what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.ui import formats
from portal.ui.links import tenant_url
from portal.ui.tables import BaseTable, Column, PillColumn
from telephony.models import BulkRow
from telephony.tables.columns import ConnectionColumn


class BulkRowTable(BaseTable):
    label = Column(verbose_name=_("Object"), fixed=True, card="title", css="wrap")
    difference = Column(
        verbose_name=pgettext_lazy("a write", "Change"), accessor="pk", card="sub", css="wrap"
    )
    state = PillColumn(verbose_name=_("State"), look="bulk_row_state", card="end")
    error = Column(verbose_name=_("Why"), accessor="reason", css="wrap")
    connection = ConnectionColumn(verbose_name=_("At"), accessor="connection", width="prov")

    caption = _("Rows of the job, in the order of the list")

    class Meta(BaseTable.Meta):
        model = BulkRow
        fields = ("label", "difference", "state", "error", "connection")

    words: Mapping[int, Sequence[Any]] = {}  # label, before and after of each field, by row

    def render_label(self, value: str, record: BulkRow) -> SafeString:
        if record.entity_id is None:
            return format_html("<b>{}</b>", value)
        url = tenant_url(self.request.tenant, "telephony:entity_detail", pk=record.entity_id)
        return format_html('<a href="{}"><b>{}</b></a>', url, value)

    def render_difference(self, record: BulkRow) -> Any:
        """What is written; on a telephone, which has no column for it, also why it ended as it did."""
        shown = self._difference(record)
        if not record.reason:
            return shown
        return format_html('{}<div class="sb-only-phone sb-2nd">{}</div>', shown, record.reason)

    def _difference(self, record: BulkRow) -> Any:
        """Old struck out, new underlined as it is written, what was typed beside it; one line for each field."""
        lines = self.words.get(record.pk, ())
        if not lines:
            return formats.DASH
        drawn = format_html_join(
            "",
            '<div class="sb-bulk-diff"><span class="sb-quiet">{}</span> {}{}{}</div>',
            (
                (
                    one.label,
                    format_html("<del>{}</del> → ", one.before) if one.before is not None else "",
                    format_html("<ins>{}</ins>", one.after) if one.after else "",
                    _typed(one.typed) if one.typed else "",
                )
                for one in lines
            ),
        )
        if record.change_id is None:
            return drawn
        url = tenant_url(self.request.tenant, "telephony:change_detail", pk=record.change_id)
        return format_html('<a class="sb-plain" href="{}">{}</a>', url, drawn)


def _typed(text: str) -> SafeString:
    words = gettext("typed: %(text)s") % {"text": text}
    return format_html(' <span class="sb-quiet">{}</span>', words)
