"""Which tenants and days a request for figures over all tenants asks for, and the way to the calls behind them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import Tenant
from portal.lib.names import named
from portal.ui.links import tenant_url
from telephony.figures.missing import tenants_kept_words, tenants_words
from telephony.forms.overview import TenantFiguresForm, TenantNameForm
from telephony.forms.staff_calls import MOST_TENANTS
from telephony.models.spans import Span
from telephony.services import tenant_figures
from telephony.services.retention import no_longer_kept_of
from telephony.views.overview_asked import OF_CALLS, OVER_TIME

PERIOD = ("period", "period_from", "period_to")


class StaffAskedMixin:
    """Which tenants and days a request asks for. Days are each tenant's own, today is that of most of them.

    A page has the first of the tenants, a file all of them.
    """

    request: Any
    is_for_file: bool

    @cached_property
    def form(self) -> TenantFiguresForm:
        form = TenantFiguresForm(self.request.GET, zone=self._zone)
        form.full_clean()
        return form

    @cached_property
    def span(self) -> Span:
        return self.form.as_span(timezone.localdate(timezone=self._zone))

    @cached_property
    def _zone(self) -> ZoneInfo:
        """What most of the tenants have; of two with as many, whose clocks are ahead. One tenant far east does not end
        the day of all others."""
        now, of_zones = timezone.now(), Counter(tenant.time_zone for tenant in self.shown)
        if not of_zones:
            return ZoneInfo(timezone.get_current_timezone_name())
        zones = {ZoneInfo(name): count for name, count in of_zones.items()}
        return max(zones, key=lambda zone: (zones[zone], now.astimezone(zone).replace(tzinfo=None), zone.key))

    @cached_property
    def tenants(self) -> list[Tenant]:
        tenants = Tenant.objects.filter(closed_at=None)
        name_form = TenantNameForm(self.request.GET)
        name_form.full_clean()
        if words := name_form.cleaned_data.get("q"):
            tenants = tenants.filter(named(words) | Q(slug__icontains=words))
        found = tenants.order_by("name_key", "pk")
        return list(found if self.is_for_file else found[: MOST_TENANTS + 1])

    @property
    def shown(self) -> Sequence[Tenant]:
        return self.tenants if self.is_for_file else self.tenants[:MOST_TENANTS]

    def missing(self, name: str, _context: Mapping[str, Any]) -> str:
        lacking = tenants_words(tenant_figures.lacks_of(self.shown, self._days_of(name)))
        return " ".join(filter(None, [lacking, self.kept_words(name)]))

    def kept_words(self, figure: str) -> str:
        """What a figure that is counted call by call lacks of calls that are not kept; "" where it lacks none."""
        if figure not in (*OF_CALLS, "never"):
            return ""
        return tenants_kept_words(no_longer_kept_of(self.shown, self._days_of(figure)))

    def days_of_table(self, name: str, _context: Mapping[str, Any]) -> tuple[date, date] | None:
        days = self._days_of(name)
        return days.first, days.last

    def part_of_table(self, _name: str, _context: Mapping[str, Any]) -> str:
        """Of the tenants whose name has these words."""
        return str(self.form.cleaned_data.get("q") or "")

    def _days_of(self, figure: str) -> Span:
        return self.span.trend if figure in OVER_TIME else self.span

    def zone_of_table(self, _name: str, _context: Mapping[str, Any]) -> str:
        """The reader's, whose times are told; days have none."""
        return timezone.get_current_timezone_name()

    @property
    def query(self) -> str:
        """The period as it was asked for, for pages of a tenant."""
        asked = self.request.GET
        return urlencode({name: asked[name] for name in PERIOD if asked.get(name)})

    def calls_url(self, days: tuple[date, date] | None = None, /, **more: object) -> str:
        """Voice calls of these tenants, of some days or of those asked for, that `more` says of: fields of the filter."""
        return self._calls(**self._days(days), **more)

    def running_url(self, at: datetime) -> str:
        """Those that went on at an instant."""
        return self._calls(running=at.isoformat())

    def tenant_url(self, tenant: Tenant, name: str, **more: object) -> str:
        """A page of one of them, of the same days."""
        return f"{tenant_url(tenant, name)}?{urlencode(self._days(None) | more)}"

    def _calls(self, **more: object) -> str:
        values = {"medium": "voice", "tenants": self.form.cleaned_data.get("q"), **more}
        set_ones = {name: value for name, value in values.items() if value not in (None, "")}
        return f"{reverse('telephony:staff_calls')}?{urlencode(set_ones)}"

    def _days(self, days: tuple[date, date] | None) -> dict[str, object]:
        first, last = days or (self.span.first, self.span.last)
        return {"period": "dates", "period_from": first.isoformat(), "period_to": last.isoformat()}
