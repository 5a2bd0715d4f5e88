"""Parts of the figures over all tenants that take long to count: each is asked for when it comes into view.

Who is in a figure of one tenant only (a line, a queue, a plan) leads into that tenant, all else to the calls of all.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.models import Tenant
from accounts.views_base import StaffRequiredMixin
from portal.ui.links import tenant_url
from telephony.figures import rankings, waiting
from telephony.figures.change_marks import marks_of
from telephony.figures.fates import fates_figure
from telephony.figures.hours import when_people_call
from telephony.figures.span_words import span_words
from telephony.figures.tables import Table
from telephony.forms.calls import wait_key
from telephony.models.call_search import LINELESS
from telephony.models.rollups import WITHIN_S
from telephony.models.spoken import Fate
from telephony.services import analytics, tenants_together
from telephony.services.allowances import METER_CELLS
from telephony.services.analytics import MOST_ROWS, CallerRow
from telephony.services.caller_count import CallerCount
from telephony.services.counting_steps import zones_of
from telephony.services.fates import FateCount, Fates
from telephony.services.never_called_back import NeverCount
from telephony.services.peaks import Peak, PeakCount
from telephony.services.tenants_together import GroupOf, LineOf, PanelOf
from telephony.services.waiting import Waited
from telephony.views.counting import CountedMixin
from telephony.views.figure_files import FigurePartMixin
from telephony.views.lines import FragmentOrPageMixin
from telephony.views.staff_asked import StaffAskedMixin


class StaffPartView(StaffAskedMixin, FragmentOrPageMixin, FigurePartMixin, StaffRequiredMixin, TemplateView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            base_template="base_staff.html",
            title=self.heading,
            object=self.heading,
            span_words=span_words(self.span),
            kept=self.kept_words(next(iter(self.figures), "")),
            **self.told(),
            **kwargs,
        )

    @abstractmethod
    def told(self) -> dict[str, Any]:
        """For the template: each figure under the name that its menu of files gives it."""

    @property
    def most(self) -> int | None:
        """Rows of a ranking: the first, in a file all of them."""
        return None if self.is_for_file else MOST_ROWS


class HeatView(StaffPartView):
    heading = gettext_lazy("When people call")
    figures: ClassVar = {"heat": heading}
    fragment = "telephony/_staff_heat.html"

    def told(self) -> dict[str, Any]:
        trend = self.span.trend
        found = tenants_together.hours(self.shown, trend)

        def url_of(weekday: int, hour: int) -> str:
            days = trend.first, trend.last
            return self.calls_url(days, direction="inbound", weekday=weekday, hour=hour)

        return {"heat": when_people_call(found, trend, url_of)}


class WaitsView(StaffPartView):
    heading = gettext_lazy("How long people wait")
    figures: ClassVar = {"waited": heading, "level": gettext_lazy("Service level")}
    fragment = "telephony/_overview_waits.html"

    def told(self) -> dict[str, Any]:
        span, trend, zone = self.span, self.span.trend, timezone.get_current_timezone()
        steps = tenants_together.waits(self.shown, trend)
        found = Waited()
        for step, one in steps.items():
            if trend == span or step >= span.first:
                found.add(one)

        def url_of(low: int, below: int | None) -> str:
            return self.calls_url(direction="inbound", waited=wait_key(low, below))

        return {
            "waited": waiting.waited(found, span, url_of),
            "within_s": WITHIN_S,
            "level": waiting.service_level(
                steps,
                trend,
                {},
                lambda step: self.calls_url(trend.part_of(step), direction="inbound"),
                marks_of(tenants_together.changes(self.shown, trend), trend, zone),
            ),
        }


class PeaksView(CountedMixin, StaffPartView):
    heading = gettext_lazy("Most calls at once")
    figures: ClassVar = {"peaks": heading}
    fragment = "telephony/_overview_peaks.html"

    def told(self) -> dict[str, Any]:
        trend, zone = self.span.trend, timezone.get_current_timezone()

        def tell(found: list[Peak]) -> dict[str, Any]:
            return {"peaks": waiting.at_once(found, trend, zone, (), self.running_url)}

        return self.counted(PeakCount(whose=zones_of(self.shown), span=trend, zone=str(zone)), tell)


class FatesView(CountedMixin, StaffPartView):
    heading = gettext_lazy("What became of unanswered calls")
    figures: ClassVar = {"fates": heading}
    fragment = "telephony/_overview_fates.html"

    def told(self) -> dict[str, Any]:
        def tell(found: Fates) -> dict[str, Any]:
            def url_of(fate: Fate) -> str:
                return self.calls_url(direction="inbound", fate=fate.value)

            return {"fates": fates_figure(found, url_of) if found.all else None}

        return self.counted(FateCount(whose=zones_of(self.shown), span=self.span), tell)


class NeverView(CountedMixin, StaffPartView):
    """Callers who were missed, not spoken to since and not marked as done, by tenant, as the board of each has them."""

    heading = gettext_lazy("Missed, never called back")
    figures: ClassVar = {"never": heading}
    fragment = "telephony/_staff_never.html"

    def told(self) -> dict[str, Any]:
        def tell(counts: dict[int, int]) -> dict[str, Any]:
            counted = ((tenant, counts.get(tenant.pk, 0)) for tenant in self.shown)
            found = sorted((one for one in counted if one[1]), key=lambda one: -one[1])
            return {
                "found": found,
                "tenants": [
                    (tenant, count, self.tenant_url(tenant, "telephony:missed")) for tenant, count in found
                ],
            }

        return self.counted(NeverCount(whose=zones_of(self.shown), span=self.span), tell)

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return rankings.never_called_back(context["found"])


class GroupsView(StaffPartView):
    heading = gettext_lazy("Queues and ring groups")
    figures: ClassVar = {"groups": heading}
    fragment = "telephony/_staff_groups.html"

    def told(self) -> dict[str, Any]:
        groups = tenants_together.groups(self.shown, self.span, self.most)
        return {
            "all_groups": groups,
            "groups": [(one, *self._urls(one)) for one in groups[:MOST_ROWS]],
            "within_s": WITHIN_S,
        }

    def _urls(self, one: GroupOf) -> tuple[str, str]:
        """Of its calls and of its figures; "" of what is not known."""
        if one.row.entity is None:
            return "", ""
        told = {"group": one.row.entity.pk}
        calls = self.tenant_url(
            one.tenant, "telephony:call_list", medium="voice", direction="inbound", **told
        )
        return calls, self.tenant_url(one.tenant, "telephony:overview", **told)

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        found: list[GroupOf] = context["all_groups"]
        names = {one.row.connection_id: one.connection for one in found}
        table = rankings.groups([one.row for one in found], names)
        return rankings.of_tenants(table, [one.tenant for one in found])


class LinesView(StaffPartView):
    heading = gettext_lazy("By line")
    figures: ClassVar = {"lines": heading}
    fragment = "telephony/_staff_lines.html"

    def told(self) -> dict[str, Any]:
        lines = tenants_together.lines(self.shown, self.span, self.most)
        return {"all_lines": lines, "lines": [(one, *self._urls(one)) for one in lines[:MOST_ROWS]]}

    def _urls(self, one: LineOf) -> tuple[str, str]:
        """Of its calls and of its page, which those of no known line have not."""
        entity = one.row.entity
        if one.row.line_id is None:
            calls = self.tenant_url(one.tenant, "telephony:call_list", medium="voice", lineless=LINELESS)
            return calls, ""
        if entity is None:
            return "", ""
        page = tenant_url(one.tenant, "telephony:line_detail", pk=entity.pk)
        return self.tenant_url(one.tenant, "telephony:call_list", medium="voice", line=entity.pk), page

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        found: list[LineOf] = context["all_lines"]
        return rankings.of_tenants(rankings.lines([one.row for one in found]), [one.tenant for one in found])


class DestinationsView(StaffPartView):
    heading = gettext_lazy("Where calls go")
    figures: ClassVar = {"destinations": heading}
    fragment = "telephony/_overview_destinations.html"

    def told(self) -> dict[str, Any]:
        found = tenants_together.destinations(self.shown, self.span)
        rest = analytics.all_of(found[MOST_ROWS:], besides=found[:MOST_ROWS])
        return {
            "all_destinations": found,
            "other_destinations": len(found[MOST_ROWS:]),
            "rest": rest,
            "rest_url": self._url_of(rest),
            "destinations": [
                (one, rankings.place_words(one), self._url_of(one)) for one in found[:MOST_ROWS]
            ],
        }

    def _url_of(self, row: analytics.DestinationRow) -> str:
        return self.calls_url(direction="outbound", dialled=row.dialled) if row.dialled else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return rankings.destinations(context["all_destinations"])


class CallersView(CountedMixin, StaffPartView):
    heading = gettext_lazy("Who calls most")
    figures: ClassVar = {"callers": heading}
    fragment = "telephony/_overview_callers.html"

    def told(self) -> dict[str, Any]:
        def tell(found: list[CallerRow]) -> dict[str, Any]:
            return {
                "callers": [
                    (
                        one,
                        rankings.caller_country(one),
                        self.calls_url(direction="inbound", caller=one.number),
                    )
                    for one in found
                ],
                "names": {},
            }

        return self.counted(CallerCount(whose=zones_of(self.shown), span=self.span), tell)

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        return rankings.callers([caller for caller, *_shown in context["callers"]], context["names"])


class PlansView(StaffPartView):
    """Of today, whichever days are asked for."""

    heading = gettext_lazy("Plans and what is left of them")
    figures: ClassVar = {"plans": heading}
    fragment = "telephony/_staff_plans.html"

    def told(self) -> dict[str, Any]:
        found = tenants_together.plans(self.shown)
        return {
            "all_plans": found,
            "plans": [(one, _plan_url(one.tenant, one.plan.entity.pk)) for one in found[:MOST_ROWS]],
            "others": max(0, len(found) - MOST_ROWS),
            "meter_cells": METER_CELLS,
        }

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        found = context["all_plans"]
        table = rankings.plans([one.plan for one in found])
        return rankings.of_tenants(table, [one.tenant for one in found])

    def days_of_table(self, _name: str, _context: Mapping[str, Any]) -> None:
        return None

    def missing(self, _name: str, _context: Mapping[str, Any]) -> str:
        return ""


class BalancesView(StaffPartView):
    """Each is asked of its provider when somebody presses for it, as a person in that tenant."""

    heading = gettext_lazy("Balances and state of accounts")
    fragment = "telephony/_staff_balances.html"

    def told(self) -> dict[str, Any]:
        found = tenants_together.balances(self.shown)
        return {"balances": [(one, _panel_url(one)) for one in found]}


def _panel_url(one: PanelOf) -> str:
    told = {"pk": one.connection.pk, "panel": one.panel.name}
    return tenant_url(one.tenant, "telephony:connection_live", **told)


def _plan_url(tenant: Tenant, pk: int) -> str:
    return tenant_url(tenant, "telephony:entity_detail", pk=pk)
