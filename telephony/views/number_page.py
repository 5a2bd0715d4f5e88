"""The passport of a number: one page for any number that somebody meets, found from any notation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.numbers import canonical, display
from portal.ui.links import tenant_url
from telephony.figures.missing import coverage_words
from telephony.figures.tables import Table
from telephony.menu import may_block
from telephony.models import Call, Entity
from telephony.models.calls import Direction
from telephony.models.rollups import Part
from telephony.services.number_story import NumberStory, story_of
from telephony.services.period_coverage import coverage_of
from telephony.views import number_figures, number_lists
from telephony.views.figure_files import FigureFilesMixin
from telephony.views.offers import offered_one

YEAR = "year"


def _sides(story: NumberStory) -> list[tuple[str, Sequence[Call], bool, str]]:
    """The last calls from and to the number: heading, calls, whether they are its own, and the direction to filter by."""
    is_own = bool(story.rings)
    out, inward = Direction.OUTBOUND, Direction.INBOUND
    return [
        (pgettext("a number", "Calls from it"), story.from_it, True, out if is_own else inward),
        (pgettext("a number", "Calls to it"), story.to_it, False, inward if is_own else out),
    ]


class NumberView(FigureFilesMixin, TenantRightMixin, TemplateView):
    """Whose a number is, where it rings, who refuses it, its calls, its changes; of an owned one what can be done.

    Any notation leads to the address with the canonical one; what is no number is told, with another try.
    """

    right = Right.LINES_READ
    menu_entry = "telephony:number_list"
    template_name = "telephony/number_detail.html"

    @cached_property
    def number(self) -> str | None:
        return canonical(self.kwargs["e164"], self.request.tenant.region)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.number is None:
            return self._unreadable()
        if self.number != kwargs["e164"]:
            return HttpResponseRedirect(
                tenant_url(self.request.tenant, "telephony:number_detail", e164=self.number)
            )
        return self.render_to_response(self.get_context_data(**kwargs))

    def _unreadable(self) -> HttpResponse:
        self.template_name = "telephony/number_unreadable.html"
        text = self.kwargs["e164"].replace("\0", "")[:80]
        told = {"title": _("No telephone number"), "search_query": text}
        return TemplateView.render_to_response(self, told, status=404)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        number = self.number
        assert number is not None
        shows_calls = Right.CALLS_LIST in self.request.rights
        story = story_of(number, self.request.tenant, shows_calls=shows_calls)
        return super().get_context_data(
            title=story.name or display(number),
            number=number,
            shown=display(number),
            story=story,
            acts={one.entity.pk: self.acts(one.entity) for one in story.rings},
            shows_calls=shows_calls,
            may_block=may_block(self.request),
            sides=_sides(story),
            year=number_figures.year(story.months) if any(one.calls for one in story.months) else None,
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        words = number_lists.TITLES.get(name, _("A year of calls") if name == YEAR else "")
        return f"{words}, {display(self.number)}" if words and self.number else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        if name in number_lists.TABLES:
            return number_lists.TABLES[name](context["story"], self.figure_title(name))
        if not context["year"]:
            return None
        table = number_figures.table(context["story"].months)
        return replace(table, title=f"{table.title} {context['number']}")

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date] | None:
        return self._year(context) if name == YEAR else None

    def _year(self, context: Mapping[str, Any]) -> tuple[date, date]:
        zone = ZoneInfo(self.request.tenant.time_zone)
        first = context["story"].months[0].first.astimezone(zone).date()
        return first, timezone.localdate(timezone=zone)

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        if name != YEAR:
            return ""
        first, today = self._year(context)
        zone = ZoneInfo(self.request.tenant.time_zone)
        return coverage_words(coverage_of(first, today, today, zone, Part()), zone)

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        return super().zone_of_table(name, context) if name == YEAR else timezone.get_current_timezone_name()

    def acts(self, entity: Entity) -> dict[str, Any]:
        """What can be done with an owned number: see whose it is, give it back."""
        declared = entity.connection.declaration.ordering
        if declared is None or declared.kind != entity.kind or entity.missing_since:
            return {}
        operations = declared.operations
        return {
            "identify": offered_one(self.request, entity.connection, operations["identify"], entity),
            "release": offered_one(self.request, entity.connection, operations["release"], entity),
        }
