"""Changes as a table."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui.links import tenant_url
from portal.ui.tables import BaseTable, Column, LocalTimeColumn, MenuItem, PillColumn
from telephony.models import Change
from telephony.tables.columns import ConnectionColumn


class SummaryColumn(Column):
    """What was done, and to what."""

    def render(self, value: Any, record: Change, table: ChangeTable) -> SafeString:
        url = tenant_url(table.request.tenant, "telephony:change_detail", pk=record.pk)
        return format_html(
            '<span class="sb-who"><a href="{}"><b>{}</b></a><span class="sb-2nd">{}</span></span>',
            url,
            value,
            record.object_label,
        )


class ChangeTable(BaseTable):
    row_height = "42"

    created_at = LocalTimeColumn(verbose_name=_("Made"), orderable=True, fixed=True, card="sub")
    summary = SummaryColumn(verbose_name=_("What"), card="title")
    person_label = Column(verbose_name=_("Who"), card="end2", width="tel")
    why = Column(verbose_name=_("Why"))
    ticket = Column(verbose_name=_("Ticket"), hidden=True)
    state = PillColumn(verbose_name=_("State"), look="change_state", card="end")
    connection = ConnectionColumn(verbose_name=_("At"), accessor="connection", width="prov")

    caption = _("Changes, newest first")

    class Meta(BaseTable.Meta):
        model = Change
        fields = ("created_at", "summary", "person_label", "why", "ticket", "state", "connection")

    def row_menu(self, record: Change) -> list[MenuItem]:
        tenant = self.request.tenant
        items = [
            MenuItem(
                label=_("Open"), url=tenant_url(tenant, "telephony:change_detail", pk=record.pk), icon="eye"
            )
        ]
        if record.line_id:
            url = tenant_url(tenant, "telephony:line_detail", pk=record.line_id)
            items.append(MenuItem(label=_("Open the line"), url=url, icon="plug-connected"))
        return items
