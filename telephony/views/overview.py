"""A tenant in figures: of a day or any span, as a whole or of one connection or line; and what needs attention."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.days import midnight
from portal.ui import formats
from telephony.figures import rankings
from telephony.figures.answer_rate import answer_rate
from telephony.figures.change_marks import marks_of
from telephony.figures.hours import when_people_call
from telephony.figures.missing import kept_words, star_words
from telephony.figures.span_words import span_words
from telephony.figures.tables import Table
from telephony.figures.versions import versions_told
from telephony.figures.volume import volume
from telephony.forms.overview import FiguresForm
from telephony.menu import connections_of
from telephony.models import Change, SyncRun
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services import analytics, call_figures
from telephony.services.allowances import METER_CELLS, plans_of
from telephony.services.number_names import names_of
from telephony.services.period_coverage import PeriodCoverage, coverage_of
from telephony.services.retention import has_same_time, no_longer_kept
from telephony.services.rollup_closing import said_of, versions_of
from telephony.services.waiting import waits_of
from telephony.views.attention import attention_of
from telephony.views.figure_files import FigureFilesMixin
from telephony.views.overview_asked import AskedMixin, kept_from
from telephony.views.panels import overview_panels

PLANS = "plans"
SHORT_CUTS = {
    "": gettext_lazy("Today"),
    "week": gettext_lazy("This week"),
    "30d": gettext_lazy("30 days"),
}
FIGURE_TITLES = {
    "figures": gettext_lazy("In figures"),
    "volume": gettext_lazy("Inbound calls"),
    "rate": gettext_lazy("Answer rate of inbound calls"),
    "heat": gettext_lazy("When people call"),
    PLANS: gettext_lazy("Plans and what is left of them"),
}
LATEST_CHANGES = 5
MOST_PLANS = 6


class OverviewView(AskedMixin, FigureFilesMixin, TenantRightMixin, TemplateView):
    right = None
    template_name = "telephony/overview.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tenant = self.request.tenant
        connections = [one for one in connections_of(self.request) if one.unlinked_at is None]
        context: dict[str, Any] = {"connections": connections, "title": _("Overview"), **kwargs}
        if not connections:
            return super().get_context_data(is_empty=True, **context)
        zone, now = ZoneInfo(tenant.time_zone), timezone.now()
        today = now.astimezone(zone).date()
        changes = (
            Change.objects.exclude(state=Change.State.DRAFT)
            .select_related("line", "connection")
            .order_by("-created_at", "-pk")
        )
        part = Part()
        if Right.CALLS_LIST in self.request.rights:
            context |= self._calls(now, zone, today)
            part = context["part"]
        if Right.LINES_READ in self.request.rights:
            plans = plans_of(connections, part)
            others = max(0, len(plans) - MOST_PLANS)
            context |= {"all_plans": plans, "plans": plans[:MOST_PLANS], "other_plans": others}
        return super().get_context_data(
            today=today,
            zone=zone.key,
            now=now,
            attention=attention_of(tenant, now),
            changes=list(changes[:LATEST_CHANGES]),
            panels=overview_panels(tenant, connections),
            meter_cells=METER_CELLS,
            runs=list(
                SyncRun.objects.filter(state__in=[SyncRun.State.WAITING, SyncRun.State.RUNNING])
                .select_related("connection")
                .order_by("created_at")[:3]
            ),
            **context,
        )

    def _calls(self, now: datetime, zone: ZoneInfo, today: date) -> dict[str, Any]:
        form, span, part = self.asked(zone, today)
        trend = span.trend
        coverage = coverage_of(min(span.before.first, trend.first), trend.last, today, zone, part)
        within = coverage.within(span)
        may_compare = coverage.has(span.before) and has_same_time(span, zone)
        found = analytics.compared(span, zone, part, now, self.currencies)
        waiting = call_figures.missed_not_called_back(now)
        closed, kept = self._closed(span, part), no_longer_kept(midnight(span.first, zone))
        return {
            "may_see_calls": True,
            "filter_form": form,
            "short_cuts": SHORT_CUTS,
            "span": span,
            "part": part,
            "subject": self._subject(form),
            "compared": found,
            "may_compare": may_compare,
            "missing": star_words(within, now, zone),
            "kept_from": kept and formats.date_words(kept, "j F Y"),
            "closed": closed,
            **versions_told([version.figures for version in closed], said_of(found.now)),
            "urls": self._urls(span, part),
            "waits": waits_of(span, zone, part),
            "part_urls": {
                name: self.part_url(f"telephony:overview_{name}")
                for name in ("waits", "peaks", "fates", "callers", "groups", "lines", "destinations")
            },
            "waiting": waiting,
            "names": names_of([one.number for one in waiting]),
            "span_words": span_words(span),
            "before_words": span_words(span.before),
            **self._over_time(
                trend, zone, part, coverage, found.before.answer_rate if may_compare and trend.name else None
            ),
        }

    def figure_title(self, name: str) -> str:
        return str(FIGURE_TITLES.get(name, ""))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        if name == PLANS:
            found = context.get("all_plans")
            return rankings.plans(found) if found else None
        if not context.get("may_see_calls"):
            return None
        match name:
            case "figures":
                return rankings.figures(
                    context["compared"], context["span"], may_compare=context["may_compare"]
                )
            case "volume" | "rate" | "heat":
                table: Table = context[name].table
                return table
        return None

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        return "" if name == PLANS else super().missing(name, context)

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date] | None:
        """Plans are of today, whichever days are asked for."""
        return None if name == PLANS else super().days_of_table(name, context)

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        return timezone.get_current_timezone_name() if name == PLANS else super().zone_of_table(name, context)

    def _over_time(
        self,
        trend: Span,
        zone: ZoneInfo,
        part: Part,
        coverage: PeriodCoverage,
        rate_before: float | None,
    ) -> dict[str, Any]:
        steps = analytics.over_time(trend, zone, part)
        not_whole = coverage.by_day
        trend_url = self.url_of(trend, part, direction="inbound")
        kept = kept_from("heat", trend, zone, part)
        marks = marks_of(analytics.changes_made(trend, zone, part), trend, zone)

        @cache
        def url_of(step: date) -> str:
            return self.calls_url(*trend.part_of(step), part, direction="inbound")

        rate = answer_rate(steps, trend, rate_before, marks, not_whole, url_of)
        return {
            "volume": volume(steps, trend, not_whole, url_of, marks, is_with_rate=not rate.is_empty),
            "rate": rate,
            "heat": when_people_call(
                analytics.hours_of(trend, zone, part),
                coverage.begun(trend).since(kept),
                lambda weekday, hour: f"{trend_url}&weekday={weekday}&hour={hour}",
            ),
            "trend_url": trend_url,
            "heat_kept": kept_words(kept),
        }

    def _closed(self, span: Span, part: Part) -> Any:
        """What was said of a whole month that is closed; nothing of other spans and of parts."""
        return versions_of(span.first) if span.is_whole_month and part == Part() else []

    def _subject(self, form: FiguresForm) -> str:
        """The line, queue, group or connection that is looked at alone, by name."""
        names = ("line", "group", "connection")
        chosen = next((one for one in map(form.cleaned_data.get, names) if one), None)
        return str(chosen) if chosen else ""

    def _urls(self, span: Span, part: Part) -> Mapping[str, str]:
        """The calls behind each figure of the strip."""
        some = {
            "calls": {},
            "inbound": {"direction": "inbound"},
            "reached": {"direction": "inbound", "outcome": "reached"},
            "missed": {"direction": "inbound", "outcome": "unreached"},
            "outbound": {"direction": "outbound"},
        }
        return {name: self.url_of(span, part, **more) for name, more in some.items()}
