"""Parts of the overview that are counted call by call: each is asked for when it comes into view, apart from the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from portal.ui.svg import Figure
from telephony.models import Entity
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.reports.fates import fate_words, fates_figure
from telephony.services import analytics, report_facts
from telephony.services.number_names import names_of
from telephony.views.lines import FragmentOrPageMixin
from telephony.views.overview_asked import AskedMixin
from telephony.views.overview_figures import span_words

FATES_WITHIN = 62  # days: each missed call is followed by itself, a tenth of a second a thousand


class FatesView(AskedMixin, FragmentOrPageMixin, TenantRightMixin, TemplateView):
    """What became of missed calls."""

    right = Right.CALLS_LIST
    menu_entry = "telephony:overview"
    fragment = "telephony/_overview_fates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        zone = ZoneInfo(self.request.tenant.time_zone)
        _form, span, part = self.asked(zone, timezone.now().astimezone(zone).date())
        is_short = span.days <= FATES_WITHIN
        return super().get_context_data(
            title=_("What became of missed calls"),
            object=_("What became of missed calls"),
            span_words=span_words(span),
            within=FATES_WITHIN,
            is_short=is_short,
            figure=self._figure(span, part, zone) if is_short else None,
            **kwargs,
        )

    def _figure(self, span: Span, part: Part, zone: ZoneInfo) -> Figure | None:
        """The bar, and its table with a way to the calls of each fate; None where nobody with a number was missed."""
        line = Entity.objects.filter(pk=part.line).first() if part.line else self.group
        scope = report_facts.Scope(connection_id=part.connection, line=line)
        found = report_facts.fates(*span.instants(zone), scope, zone)
        if not found.all:
            return None
        rows = []
        for fate, words, _css in fate_words():
            url = self.url_of(span, part, direction="inbound", fate=fate.value)
            count = formats.count(found.of(fate))
            rows.append((words, format_html('<a href="{}">{}</a>', url, count) if found.of(fate) else count))
        return replace(fates_figure(found), rows=rows, css="paper")


class CallersView(AskedMixin, FragmentOrPageMixin, TenantRightMixin, TemplateView):
    """Who called most."""

    right = Right.CALLS_LIST
    menu_entry = "telephony:overview"
    fragment = "telephony/_overview_callers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        zone = ZoneInfo(self.request.tenant.time_zone)
        _form, span, part = self.asked(zone, timezone.now().astimezone(zone).date())
        callers = analytics.by_caller(span, zone, part)
        return super().get_context_data(
            title=_("Who calls most"),
            object=_("Who calls most"),
            span_words=span_words(span),
            callers=[(one, self.url_of(span, part, direction="inbound", q=one.number)) for one in callers],
            names=names_of(one.number for one in callers),
            **kwargs,
        )
