"""Tenants beside each other in figures, for platform staff."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from portal.ui import formats, parts
from portal.ui.figures import plain, sparkline
from portal.ui.links import tenant_url
from portal.ui.tables import BaseTable, Column, CountColumn

if TYPE_CHECKING:
    from telephony.services.tenant_figures import TenantFigures

# What each column is ordered by; a tenant without a value comes last.
ORDERS: Mapping[str, Any] = {
    "tenant": lambda row: row.tenant.name_key,
    "calls": lambda row: row.compared.now.calls,
    "rate": lambda row: row.compared.now.answer_rate,
    "missed": lambda row: row.compared.now.missed,
    "cost": lambda row: row.cost_micros,
    "lacking": lambda row: row.lacking,
}


class FigureColumn(Column):
    """Right-aligned as numbers are, with room for words beside one."""

    align, width = "r", "pill"


class TenantTable(BaseTable):
    """`query` is the period asked for, which leads on into each tenant."""

    caption = _("Tenants in figures")
    query: str = ""

    tenant = Column(verbose_name=_("Tenant"), card="title", orderable=True, fixed=True)
    calls = CountColumn(
        verbose_name=_("Calls"),
        accessor="compared__now__calls",
        orderable=True,
        initial_sort_descending=True,
        card="sub",
    )
    trend = Column(verbose_name=_("Inbound"), accessor="steps", width="spark")
    rate = FigureColumn(verbose_name=_("Answered"), accessor="compared", orderable=True, card="end")
    missed = CountColumn(
        verbose_name=pgettext_lazy("several calls", "Missed"),
        accessor="compared__now__missed",
        orderable=True,
        initial_sort_descending=True,
    )
    cost = FigureColumn(
        verbose_name=_("Cost"),
        accessor="compared__now__cost_micros",
        orderable=True,
        initial_sort_descending=True,
    )
    lacking = FigureColumn(
        verbose_name=_("Not all here"), orderable=True, initial_sort_descending=True, card="end2"
    )

    class Meta(BaseTable.Meta):
        fields = ("tenant", "calls", "trend", "rate", "missed", "cost", "lacking")

    def render_tenant(self, record: TenantFigures) -> SafeString:
        url = tenant_url(record.tenant, "telephony:overview")
        return format_html(
            '<a href="{}"><b>{}</b></a> <span class="sb-quiet">{}</span>',
            f"{url}?{self.query}" if self.query else url,
            record.tenant.name,
            record.tenant.slug,
        )

    def render_calls(self, value: int) -> SafeString:
        """On a telephone, where no heading says it, with the word."""
        count = formats.count(value)
        words = ngettext("%(n)s call", "%(n)s calls", value) % {"n": count}
        return format_html(
            '<span class="sb-only-desk">{}</span><span class="sb-only-phone">{}</span>', count, words
        )

    def render_trend(self, record: TenantFigures) -> SafeString:
        inbound = [step.inbound for step in record.steps.values()]
        label = gettext("Inbound calls over time, %(most)s at most") % {"most": formats.count(max(inbound))}
        return format_html('<span class="sb-fig spark">{}</span>', sparkline(inbound, label=label).svg)

    def render_rate(self, record: TenantFigures) -> SafeString | str:
        compared = record.compared
        if compared.now.answer_rate is None:
            return formats.DASH
        rate = plain(100 * compared.now.answer_rate, "%", 1)
        points = compared.rate_points if record.has_before else None
        if points is None:
            return rate
        return format_html('{}&ensp;<span class="sb-2nd">{}</span>', rate, parts.points(points))

    def render_cost(self, value: dict[str, int]) -> SafeString | str:
        if not value:
            return formats.DASH
        return format_html_join(
            "\n", "{}", ((formats.money(micros, currency),) for currency, micros in value.items())
        )

    def render_lacking(self, value: int) -> SafeString | str:
        if not value:
            return formats.DASH
        words = ngettext("%(count)s day", "%(count)s days", value) % {"count": formats.count(value)}
        return parts.pill(words, tone="warn")


def ordered(rows: Sequence[TenantFigures], sort: str) -> list[TenantFigures]:
    """By a `sort` parameter ("-calls"); rows come in the order of their names, which stays among equals."""
    key = ORDERS[sort.lstrip("-")]
    known = [row for row in rows if key(row) is not None]
    return [
        *sorted(known, key=key, reverse=sort.startswith("-")),
        *(row for row in rows if key(row) is None),
    ]
