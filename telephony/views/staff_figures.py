"""All tenants in figures, for platform staff: together over time, and beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.views_base import StaffRequiredMixin
from telephony.figures import rankings
from telephony.figures.answer_rate import answer_rate
from telephony.figures.change_marks import marks_of
from telephony.figures.span_words import span_words
from telephony.figures.tables import Table
from telephony.figures.volume import volume
from telephony.services import tenant_figures, tenants_together
from telephony.services.retention import no_longer_kept_of
from telephony.tables.tenants import ORDERS, TenantTable, ordered
from telephony.views.figure_files import FigureFilesMixin
from telephony.views.overview import SHORT_CUTS
from telephony.views.staff_asked import StaffAskedMixin

USUAL_SORT = "-calls"
PARTS = (
    "heat",
    "waits",
    "peaks",
    "fates",
    "never",
    "callers",
    "groups",
    "lines",
    "destinations",
    "plans",
    "balances",
)
TITLES = {
    "tenants": _("All tenants in figures"),
    "volume": _("Inbound calls"),
    "rate": _("Answer rate of inbound calls"),
}


class StaffFiguresView(StaffAskedMixin, FigureFilesMixin, StaffRequiredMixin, TemplateView):
    template_name = "telephony/staff_figures.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "title": _("Figures"),
            "filter_form": self.form,
            "short_cuts": SHORT_CUTS,
            "span": self.span,
            "span_words": span_words(self.span),
            "has_more": len(self.tenants) > len(self.shown),
            **kwargs,
        }
        if not self.shown:
            return super().get_context_data(**context)
        rows = tenant_figures.figures_of(self.shown, self.span, timezone.now())
        together = tenant_figures.all_together(rows)
        steps, trend = tenant_figures.steps_together(rows), self.span.trend
        may_compare = all(row.has_before for row in rows)
        zone, query = timezone.get_current_timezone(), self.request.GET.urlencode()
        marks = marks_of(tenants_together.changes(self.shown, trend), trend, zone)

        def url_of(step: date) -> str:
            return self.calls_url(trend.part_of(step), direction="inbound")

        rate = answer_rate(
            steps,
            trend,
            together.before.answer_rate if may_compare and trend == self.span else None,
            marks,
            {},
            url_of,
        )
        return super().get_context_data(
            rows=rows,
            table=self._table(rows),
            compared=together,
            may_compare=may_compare,
            before_words=span_words(self.span.before),
            lacking=sum(row.lacking for row in rows),
            keep_fewer=len(no_longer_kept_of(self.shown, self.span)),
            urls=self._urls(),
            volume=volume(steps, trend, (), url_of, marks, is_with_rate=not rate.is_empty),
            rate=rate,
            parts={name: f"{reverse(f'telephony:staff_{name}')}?{query}" for name in PARTS},
            **context,
        )

    def figure_title(self, name: str) -> str:
        return str(TITLES.get(name, ""))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        if "rows" not in context:
            return None
        found: Table = rankings.tenants(context["rows"]) if name == "tenants" else context[name].table
        return found

    def _urls(self) -> Mapping[str, str]:
        """The calls behind each figure of the strip."""
        some = {
            "calls": {},
            "reached": {"direction": "inbound", "outcome": "reached"},
            "missed": {"direction": "inbound", "outcome": "unreached"},
        }
        return {name: self.calls_url(**more) for name, more in some.items()}

    def _table(self, rows: Sequence[tenant_figures.TenantFigures]) -> TenantTable:
        asked = self.request.GET.get("sort", "")
        sort = asked if asked.lstrip("-") in ORDERS else USUAL_SORT
        table = TenantTable(ordered(rows, sort), request=self.request)
        table.sort, table.query = sort, self.query
        return table
