"""Filters of the calls of all tenants: those of a tenant's history, but for what is a row of one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Tenant
from portal.lib.days import midnight
from portal.lib.names import named
from portal.ui.forms import RowField
from telephony.forms.calls import CallFields
from telephony.models.call_search import CallSearch

MOST_TENANTS = 200  # a page looks at


class StaffCallFilterForm(CallFields):
    """Of open tenants. `zone` is the reader's, and says what today is: days and hours are those of each tenant's clocks.

    `tenants` is what figures over all tenants were searched by; where a page cannot look at all of them anybody may.
    """

    tenant = RowField(
        label=_("Tenant"),
        queryset=Tenant.objects.filter(closed_at=None).order_by("name_key", "pk"),
        empty_label=pgettext_lazy("a tenant", "any"),
    )
    tenants = forms.CharField(label=_("Name of a tenant"), max_length=80)
    field_order = ("q", "tenant", "tenants")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tenant: Any = self.fields["tenant"]
        if len(tenant.rows) <= MOST_TENANTS and not self.data.get("tenants"):
            del self.fields["tenants"]

    def tenants_asked(self) -> QuerySet[Tenant]:
        """Whose calls are looked for, by name."""
        tenants = Tenant.objects.filter(closed_at=None)
        if (one := self.cleaned_data.get("tenant")) is not None:
            tenants = tenants.filter(pk=one.pk)
        if words := self.cleaned_data.get("tenants"):
            tenants = tenants.filter(named(words) | Q(slug__icontains=words))
        return tenants.order_by("name_key", "pk")

    def search_of(self, tenant: Tenant) -> CallSearch:
        """The same days, weekdays and hours by the tenant's clocks, unless the address names others; instants stay."""
        search = self.as_search()
        if self.cleaned_data.get("in_zone"):
            return search
        zone = ZoneInfo(tenant.time_zone)
        if search.zone:
            search = replace(search, zone=zone.key)
        if self.cleaned_data.get("instants"):
            return search
        return replace(
            search, start_at=self._there(search.start_at, zone), end_at=self._there(search.end_at, zone)
        )

    def _there(self, at: datetime | None, zone: ZoneInfo) -> datetime | None:
        """When the day that begins at an instant here begins in another zone."""
        return midnight(at.astimezone(self.zone).date(), zone) if at else None
