"""Parts of the overview that take long to count: each is asked for when it comes into view, apart from the page."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from telephony.figures import rankings, waiting
from telephony.figures.change_marks import marks_of
from telephony.figures.fates import fates_figure
from telephony.figures.missing import kept_words
from telephony.figures.span_words import span_words
from telephony.figures.tables import Table
from telephony.forms.calls import wait_key
from telephony.menu import connections_of
from telephony.models.call_search import LINELESS
from telephony.models.rollups import WITHIN_S, Part
from telephony.models.spans import Span
from telephony.services import analytics
from telephony.services.analytics import CallerRow
from telephony.services.caller_count import CallerCount
from telephony.services.counting_steps import zones_of
from telephony.services.fates import FateCount, Fates
from telephony.services.number_names import names_of
from telephony.services.peaks import Peak, PeakCount
from telephony.services.period_coverage import coverage_of
from telephony.services.waiting import Waited, waited_over_time
from telephony.views.counting import CountedMixin
from telephony.views.figure_files import FigurePartMixin
from telephony.views.lines import FragmentOrPageMixin
from telephony.views.overview_asked import OVER_TIME, AskedMixin, kept_from


class PartView(AskedMixin, FragmentOrPageMixin, FigurePartMixin, TenantRightMixin, TemplateView):
    right = Right.CALLS_LIST
    kept_from: date | None = None
    menu_entry = "telephony:overview"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        zone = ZoneInfo(self.request.tenant.time_zone)
        _form, span, part = self.asked(zone, timezone.now().astimezone(zone).date())
        figure = next(iter(self.figures))
        self.kept_from = kept_from(figure, span.trend if figure in OVER_TIME else span, zone, part)
        return super().get_context_data(
            title=self.heading,
            object=self.heading,
            span_words=span_words(span),
            kept=kept_words(self.kept_from),
            **self.told(span, part, zone),
            **kwargs,
        )

    @abstractmethod
    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        """For the template: each figure under the name that its menu of files gives it."""


class FatesView(CountedMixin, PartView):
    """The bar, and its table with a way to the calls of each fate; none where nobody with a number was missed."""

    heading = gettext_lazy("What became of unanswered calls")
    figures: ClassVar = {"fates": heading}
    fragment = "telephony/_overview_fates.html"

    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        way = partial(self.url_of, span, part, direction="inbound")

        def tell(found: Fates) -> dict[str, Any]:
            return {"fates": fates_figure(found, lambda fate: way(fate=fate.value)) if found.all else None}

        return self.counted(FateCount(whose=zones_of([self.request.tenant]), span=span, part=part), tell)


class CallersView(CountedMixin, PartView):
    heading = gettext_lazy("Who calls most")
    figures: ClassVar = {"callers": heading}
    fragment = "telephony/_overview_callers.html"

    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        def tell(found: list[CallerRow]) -> dict[str, Any]:
            return {
                "callers": [
                    (
                        one,
                        rankings.caller_country(one),
                        self.url_of(span, part, direction="inbound", caller=one.number),
                    )
                    for one in found
                ],
                "names": names_of(one.number for one in found),
            }

        return self.counted(CallerCount(whose=zones_of([self.request.tenant]), span=span, part=part), tell)

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        rows = [caller for caller, *_shown in context["callers"]]
        return rankings.callers(rows, context["names"]) if name == "callers" else None


class WaitsView(PartView):
    heading = gettext_lazy("How long people wait")
    figures: ClassVar = {"waited": heading, "level": gettext_lazy("Service level")}
    fragment = "telephony/_overview_waits.html"

    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        trend = span.trend
        steps = waited_over_time(trend, zone, part)
        found = Waited()
        for step, one in steps.items():
            if trend == span or step >= span.first:
                found.add(one)
        not_whole = coverage_of(trend.first, trend.last, span.today, zone, part).by_day
        return {
            "waited": waiting.waited(
                found,
                span,
                lambda *bounds: self.url_of(span, part, direction="inbound", waited=wait_key(*bounds)),
            ),
            "within_s": WITHIN_S,
            "level": waiting.service_level(
                steps,
                trend,
                not_whole,
                lambda step: self.calls_url(*trend.part_of(step), part, direction="inbound"),
                marks_of(analytics.changes_made(trend, zone, part), trend, zone),
            ),
        }


class PeaksView(CountedMixin, PartView):
    heading = gettext_lazy("Most calls at once")
    figures: ClassVar = {"peaks": heading}
    fragment = "telephony/_overview_peaks.html"

    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        trend = span.trend.since(self.kept_from)
        not_whole = coverage_of(trend.first, trend.last, span.today, zone, part).by_day

        def tell(found: list[Peak]) -> dict[str, Any]:
            ways = partial(self.running_url, part=part)
            return {"peaks": waiting.at_once(found, trend, zone, not_whole, ways)}

        whose = zones_of([self.request.tenant])
        return self.counted(PeakCount(whose=whose, span=trend, part=part, zone=zone.key), tell)


class GroupsView(PartView):
    """Queues and ring groups: the busiest, in a file all of them."""

    heading = gettext_lazy("Queues and ring groups")
    figures: ClassVar = {"groups": heading}
    fragment = "telephony/_overview_groups.html"

    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        groups = analytics.by_group(span, zone, part, most=None)
        return {
            "all_groups": groups,
            "groups": [self._row(one, span, part) for one in groups[: analytics.MOST_ROWS]],
            "within_s": WITHIN_S,
            "has_several": len(self._names) > 1,
        }

    def _row(self, row: analytics.GroupRow, span: Span, part: Part) -> tuple[Any, ...]:
        """The row, its connection, and the addresses of its calls and of its own figures."""
        entity = row.entity
        calls = self.url_of(span, part, direction="inbound", group=entity.pk) if entity else ""
        figures = self.group_url(entity.pk) if entity and not self.group else ""
        return row, self._names.get(row.connection_id, ""), calls, figures

    @property
    def _names(self) -> dict[int, str]:
        return {one.pk: one.name for one in connections_of(self.request)}

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return rankings.groups(context["all_groups"], self._names) if name == "groups" else None


class LinesView(PartView):
    """The busiest, and the others together; in a file all of them."""

    heading = gettext_lazy("By line")
    figures: ClassVar = {"lines": heading}
    fragment = "telephony/_overview_lines.html"

    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        most = None if self.is_for_file else analytics.MOST_ROWS
        lines = analytics.by_line(span, zone, part, self.currencies, most=most)
        shown, others = lines[: analytics.MOST_ROWS], lines[analytics.MOST_ROWS :]
        return {
            "all_lines": lines,
            "lines": [(one, self._url_of(one, span, part)) for one in shown],
            "other_lines": len(others),
            "rest": analytics.together(others),
            "rest_url": self.url_of(span, part, besides=_keys(shown)) if others and shown else "",
        }

    def _url_of(self, row: analytics.LineRow, span: Span, part: Part) -> str:
        if row.line_id is None and part.line is None:
            return self.url_of(span, part, lineless=LINELESS)
        return self.url_of(span, part, line=row.entity.pk) if row.entity else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return rankings.lines(context["all_lines"]) if name == "lines" else None


def _keys(lines: Sequence[analytics.LineRow]) -> str:
    return ",".join(str(one.line_id) for one in lines if one.line_id)


class DestinationsView(PartView):
    heading = gettext_lazy("Where calls go")
    figures: ClassVar = {"destinations": heading}
    fragment = "telephony/_overview_destinations.html"

    def told(self, span: Span, part: Part, zone: ZoneInfo) -> dict[str, Any]:
        found = analytics.by_destination(span, zone, part, self.currencies)
        rest = analytics.all_of(found[analytics.MOST_ROWS :], besides=found[: analytics.MOST_ROWS])
        return {
            "all_destinations": found,
            "other_destinations": len(found[analytics.MOST_ROWS :]),
            "rest": rest,
            "rest_url": self._url_of(rest, span, part),
            "destinations": [
                (one, rankings.place_words(one), self._url_of(one, span, part))
                for one in found[: analytics.MOST_ROWS]
            ],
        }

    def _url_of(self, row: analytics.DestinationRow, span: Span, part: Part) -> str:
        return self.url_of(span, part, direction="outbound", dialled=row.dialled) if row.dialled else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return rankings.destinations(context["all_destinations"]) if name == "destinations" else None
