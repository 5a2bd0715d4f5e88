"""Which figures a request asks for, and the addresses of the calls behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from portal.lib.days import midnight
from portal.ui.links import tenant_url
from telephony.figures.missing import coverage_words, kept_words
from telephony.figures.ways import Ways
from telephony.forms.overview import FiguresForm
from telephony.menu import connections_of
from telephony.models import Entity
from telephony.models.places import Place
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.services.period_coverage import coverage_of
from telephony.services.retention import no_longer_kept

OVER_TIME = (
    "volume",
    "rate",
    "heat",
    "level",
    "peaks",
)  # figures that go back over a month where few days are asked for


OF_CALLS = ("callers", "fates", "peaks")  # counted call by call


def kept_from(figure: str, days: Span, zone: ZoneInfo, part: Part) -> date | None:
    """Before which day calls are not in a figure any more; None where it has all of its days.

    Hours are counted call by call only of what a line had of a queue or group.
    """
    is_of_calls = figure in OF_CALLS or (figure == "heat" and part.is_crossing)
    return no_longer_kept(midnight(days.first, zone)) if is_of_calls else None


class AskedMixin:
    """The overview and the parts of it that are asked for apart; they take the same query."""

    request: Any
    group: Entity | None = None

    def missing(self, name: str, _context: Mapping[str, Any]) -> str:
        zone, _form, days, part = self._asked_for(name)
        lacking = coverage_words(coverage_of(days.first, days.last, days.today, zone, part), zone)
        return " ".join(filter(None, [lacking, kept_words(kept_from(name, days, zone, part))]))

    def days_of_table(self, name: str, _context: Mapping[str, Any]) -> tuple[date, date] | None:
        _zone, _form, days, _part = self._asked_for(name)
        return days.first, days.last

    def part_of_table(self, name: str, _context: Mapping[str, Any]) -> str:
        """The connection, line, queue or group that was asked for."""
        _zone, form, _days, _part = self._asked_for(name)
        chosen = [form.cleaned_data.get(one) for one in ("connection", "line", "group")]
        return ", ".join(str(one) for one in chosen if one)

    def _asked_for(self, figure: str) -> tuple[ZoneInfo, FiguresForm, Span, Part]:
        """Of a figure its days, which are more than those asked for where it goes back further."""
        zone = ZoneInfo(self.request.tenant.time_zone)
        form, span, part = self.asked(zone, timezone.now().astimezone(zone).date())
        return zone, form, span.trend if figure in OVER_TIME else span, part

    def asked(self, zone: ZoneInfo, today: date) -> tuple[FiguresForm, Span, Part]:
        listed = Entity.objects.call_places().order_by("name_key", "id")
        places = [Place(*row) for row in listed.values_list(*Place._fields)]
        form = FiguresForm(
            self.request.GET,
            zone=zone,
            connections=connections_of(self.request),
            lines=[one for one in places if not one.is_group],
            groups=[one for one in places if one.is_group],
        )
        form.full_clean()
        part = form.as_part()
        if chosen := form.chosen_group:
            self.group = Entity.objects.defer("document").get(pk=chosen.pk)
            part = replace(part, connection=self.group.connection_id, group=self.group.remote_id)
        return form, form.as_span(today), part

    @property
    def currencies(self) -> dict[int, str]:
        """Of the tenant's connections, by id."""
        return {one.pk: one.currency for one in connections_of(self.request)}

    def url_of(self, span: Span, part: Part, **more: object) -> str:
        return self.calls_url(span.first, span.last, part, **more)

    def calls_url(self, first: date, last: date, part: Part, **more: object) -> str:
        return self._ways(part).calls(first, last, **more)

    def running_url(self, at: datetime, part: Part) -> str:
        return self._ways(part).running(at)

    def _ways(self, part: Part) -> Ways:
        return Ways(tenant=self.request.tenant, part=part, group=self.group.pk if self.group else None)

    def part_url(self, name: str) -> str:
        """A part of the overview, of the same figures."""
        query = self.request.GET.urlencode()
        address = tenant_url(self.request.tenant, name)
        return f"{address}?{query}" if query else address

    def group_url(self, pk: int) -> str:
        """The overview of a queue or group, of the same days."""
        query = self.request.GET.copy()
        query["group"] = str(pk)
        return f"{tenant_url(self.request.tenant, 'telephony:overview')}?{query.urlencode()}"
