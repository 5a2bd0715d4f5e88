"""The calls of all tenants as a table, each with what its tenant calls the numbers and how it writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.ui import formats, parts
from portal.ui.links import tenant_url
from portal.ui.tables import BaseTable, Column, LocalTimeColumn, NumberColumn
from telephony.models.calls import Direction
from telephony.tables.calls import CallTable, who


class StaffCallTable(CallTable):
    """Rows know their `tenant`, `caller_name` and `callee_name`. They lead into their tenant, and have no other acts."""

    caption = _("Calls of all tenants, newest first")

    tenant = Column(verbose_name=_("Tenant"), fixed=True, css="wrap")
    started_at = LocalTimeColumn(
        verbose_name=_("Started"), clock=True, seconds=True, orderable=True, fixed=True
    )
    begun = Column(accessor="started_at", phone_only=True, card="sub", css="wrap")
    caller = NumberColumn(verbose_name=_("From"), empty_values=(), name="caller_name")
    callee = NumberColumn(verbose_name=_("To"), empty_values=(), name="callee_name")

    class Meta(BaseTable.Meta):
        fields = ("tenant", *CallTable.Meta.fields, "begun")

    def render_begun(self, value: datetime, record: Any) -> SafeString:
        """The time and whose call it is, as the row's link."""
        clock = parts.clock_tag(value, self.reader)
        return format_html(
            '<a class="sb-plain" href="{}">{} · {}</a>', self.call_url(record), clock, record.tenant.name
        )

    def render_caller(self, value: str, record: Any) -> SafeString:  # type: ignore[override]
        return who(value, record.caller_name, self._notation_of(record))

    def render_callee(self, value: str, record: Any) -> SafeString:  # type: ignore[override]
        return who(value, record.callee_name, self._notation_of(record)) if value else formats.DASH

    def render_other(self, record: Any) -> SafeString:
        if record.direction == Direction.OUTBOUND:
            return self.render_callee(record.callee, record)
        return self.render_caller(record.caller, record)

    def value_caller(self, record: Any) -> Any:
        return record.caller

    def value_callee(self, record: Any) -> Any:
        return record.callee

    def value_duration_s(self, record: Any) -> Any:
        return record.duration_s

    def call_url(self, record: Any) -> str:
        return tenant_url(record.tenant, "telephony:call_detail", pk=record.pk)

    def panel_url(self, record: Any) -> str:
        """None: a look is written into the audit of the tenant, so that nobody takes one by moving over rows."""
        return ""

    def _notation_of(self, record: Any) -> Mapping[str, Any]:
        return {**self.notation, "region": record.tenant.region}
