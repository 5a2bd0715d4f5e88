"""All tenants in figures, for platform staff: together over time, and beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from accounts.models import Tenant
from accounts.views_base import StaffRequiredMixin
from portal.ui.links import tenant_url
from telephony.figures import rankings
from telephony.figures.answer_rate import answer_rate
from telephony.figures.missing import tenants_words
from telephony.figures.span_words import span_words
from telephony.figures.tables import Table
from telephony.figures.volume import volume
from telephony.forms.overview import TenantFiguresForm
from telephony.models.spans import Span
from telephony.services import tenant_figures
from telephony.tables.tenants import ORDERS, TenantTable, ordered
from telephony.views.figure_files import FigureFilesMixin
from telephony.views.lines import FragmentOrPageMixin
from telephony.views.overview import SHORT_CUTS
from telephony.views.overview_asked import OVER_TIME

MOST_TENANTS = 200
USUAL_SORT = "-calls"
TITLES = {
    "tenants": _("All tenants in figures"),
    "volume": _("Inbound calls"),
    "rate": _("Answer rate of inbound calls"),
}


class StaffAskedMixin:
    """Which tenants and days a request asks for. Days are each tenant's own, today the reader's.

    A page has the first of the tenants, a file all of them.
    """

    request: Any
    is_for_file: bool

    @cached_property
    def form(self) -> TenantFiguresForm:
        form = TenantFiguresForm(self.request.GET, zone=timezone.get_current_timezone())
        form.full_clean()
        return form

    @cached_property
    def span(self) -> Span:
        return self.form.as_span(timezone.localdate())

    @cached_property
    def tenants(self) -> list[Tenant]:
        tenants = Tenant.objects.filter(closed_at=None)
        if words := self.form.cleaned_data.get("q"):
            tenants = tenants.filter(Q(name__icontains=words) | Q(slug__icontains=words))
        found = tenants.order_by("name_key")
        return list(found if self.is_for_file else found[: MOST_TENANTS + 1])

    @property
    def shown(self) -> Sequence[Tenant]:
        return self.tenants if self.is_for_file else self.tenants[:MOST_TENANTS]

    def missing(self, name: str, _context: Mapping[str, Any]) -> str:
        return tenants_words(tenant_figures.lacks_of(self.shown, self._days_of(name)))

    def days_of_table(self, name: str, _context: Mapping[str, Any]) -> tuple[date, date]:
        days = self._days_of(name)
        return days.first, days.last

    def part_of_table(self, _name: str, _context: Mapping[str, Any]) -> str:
        """Of the tenants whose name has these words."""
        return str(self.form.cleaned_data.get("q") or "")

    def _days_of(self, figure: str) -> Span:
        return self.span.trend if figure in OVER_TIME else self.span

    def zone_of_table(self, _context: Mapping[str, Any]) -> str:
        """The reader's, who says what today is."""
        return timezone.get_current_timezone_name()

    @property
    def query(self) -> str:
        """The period as it was asked for, for pages of a tenant."""
        asked = self.request.GET
        return urlencode({name: asked[name] for name in PERIOD if asked.get(name)})


PERIOD = ("period", "period_from", "period_to")


class StaffFiguresView(StaffAskedMixin, FigureFilesMixin, StaffRequiredMixin, TemplateView):
    template_name = "telephony/staff_figures.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {
            "title": _("Figures"),
            "filter_form": self.form,
            "short_cuts": SHORT_CUTS,
            "span": self.span,
            "span_words": span_words(self.span),
            "has_more": len(self.tenants) > MOST_TENANTS,
            **kwargs,
        }
        if not self.shown:
            return super().get_context_data(**context)
        rows = tenant_figures.figures_of(self.shown, self.span, timezone.now())
        together = tenant_figures.all_together(rows)
        steps, trend = tenant_figures.steps_together(rows), self.span.trend
        may_compare = all(row.has_before for row in rows)
        query = self.request.GET.urlencode()
        return super().get_context_data(
            rows=rows,
            table=self._table(rows),
            compared=together,
            may_compare=may_compare,
            before_words=span_words(self.span.before),
            lacking=sum(row.lacking for row in rows),
            volume=volume(steps, trend, ()),
            rate=answer_rate(
                steps,
                trend,
                together.before.answer_rate if may_compare and trend == self.span else None,
                (),
                {},
                timezone.get_current_timezone(),
            ),
            never_url=f"{reverse('telephony:staff_never')}?{query}",
            **context,
        )

    def figure_title(self, name: str) -> str:
        return str(TITLES.get(name, ""))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        if "rows" not in context:
            return None
        found: Table = rankings.tenants(context["rows"]) if name == "tenants" else context[name].table
        return found

    def _table(self, rows: Sequence[tenant_figures.TenantFigures]) -> TenantTable:
        asked = self.request.GET.get("sort", "")
        sort = asked if asked.lstrip("-") in ORDERS else USUAL_SORT
        table = TenantTable(ordered(rows, sort), request=self.request)
        table.sort, table.query = sort, self.query
        return table


class NeverView(StaffAskedMixin, FigureFilesMixin, FragmentOrPageMixin, StaffRequiredMixin, TemplateView):
    """Callers who were missed and not spoken to since, by tenant. Each missed call is looked at by itself."""

    fragment = "telephony/_staff_never.html"
    within = 31

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_short = self.span.days <= self.within
        found = tenant_figures.never_called_back(self.shown, self.span) if is_short else []
        heading = _("Missed, never called back")
        return super().get_context_data(
            base_template="base_staff.html",
            title=heading,
            object=heading,
            span_words=span_words(self.span),
            within=self.within,
            is_short=is_short,
            found=found,
            tenants=[(tenant, count, self._board(tenant)) for tenant, count in found],
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        return str(_("Missed, never called back")) if name == "never" else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return rankings.never_called_back(context["found"]) if context["is_short"] else None

    def _board(self, tenant: Tenant) -> str:
        """The tenant's board of these callers."""
        first, last = self.span.first, self.span.last
        values = {"period": "dates", "period_from": first.isoformat(), "period_to": last.isoformat()}
        return f"{tenant_url(tenant, 'telephony:missed')}?{urlencode(values)}"
