"""Calls over all tenants, for platform staff: what figures over all of them lead to, and any other search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.models import Tenant
from accounts.scoping import tenant_scope, tenants_scope
from accounts.views_base import StaffRequiredMixin
from portal.ui.keyset import CAP, CappedCount
from portal.ui.parted import Part, PartedPage
from portal.ui.sheets import Sheet
from portal.ui.views import FilteredTableView, SavedView
from telephony.forms.staff_calls import MOST_TENANTS, StaffCallFilterForm
from telephony.models import Call, Connection, Entity
from telephony.models.call_search import CallSearch
from telephony.models.calls import CallQuerySet
from telephony.services.call_count import summed
from telephony.services.number_names import names_by_tenant
from telephony.tables.staff_calls import StaffCallTable
from telephony.views.calls import fixed_query, tabs


class StaffCallsView(StaffRequiredMixin, FilteredTableView):
    """Which calls of a tenant are meant is asked in its own scope, by its own clocks; what stands beside them is read in the
    scope of all, and they are drawn outside of any. A page looks at the first of the tenants, a file at all of them.
    """

    title = gettext_lazy("Calls of all tenants")
    template_name = "telephony/staff_calls.html"
    extra_context = {"base_name": "base_staff.html"}
    table_class = StaffCallTable
    order = ("-started_at", "-id")
    empty_title = gettext_lazy("No calls yet")
    empty_text = gettext_lazy(
        "Calls of a tenant arrive by themselves once one of its accounts is connected: the newest month first."
    )

    def get_filter_form(self) -> StaffCallFilterForm:
        zone = ZoneInfo(timezone.get_current_timezone_name())
        form = StaffCallFilterForm(self.request.GET, zone=zone)
        form.validate()
        return form

    def get_queryset(self) -> CallQuerySet:
        calls: CallQuerySet = Call.objects.all()
        return calls

    @cached_property
    def tenants(self) -> list[Tenant]:
        assert isinstance(self.filter_form, StaffCallFilterForm)
        asked = self.filter_form.tenants_asked()
        return list(asked if self.is_for_file else asked[: MOST_TENANTS + 1])

    @property
    def looked_at(self) -> Sequence[Tenant]:
        return self.tenants if self.is_for_file else self.tenants[:MOST_TENANTS]

    def scope(self) -> AbstractContextManager[None]:
        return tenants_scope(self.looked_at)

    @cached_property
    def parts(self) -> list[Part]:
        """A tenant each. Those of one zone share a queryset, which means rows of the scope that it is read in; but a number
        that is looked for has names and a notation of each tenant.
        """
        assert isinstance(self.filter_form, StaffCallFilterForm)
        known: dict[CallSearch, CallQuerySet] = {}
        parts = []
        for tenant in self.looked_at:
            search, scope = self.filter_form.search_of(tenant), partial(tenant_scope, tenant)
            if search.number or search not in known:
                with scope():
                    known[search] = search.narrow(self.get_queryset(), region=tenant.region)
            parts.append(Part(known[search], scope))
        return parts

    def page_at(self, cursor: str) -> PartedPage[Call]:
        whole = Part(self.get_queryset(), self.scope)
        return PartedPage(whole, self.parts, self.order_in_force, cursor, self.page_size)

    def counted(self, cap: int | None = CAP) -> CappedCount:
        assert isinstance(self.page, PartedPage)
        count = self.page.counted(cap)
        return self._summed() or count if count.is_capped else count

    def _summed(self) -> CappedCount | None:
        """What a figure leads to is as many as the figure says, however many rows that is."""
        assert isinstance(self.filter_form, StaffCallFilterForm)
        found = 0
        for tenant in self.looked_at:
            with tenant_scope(tenant):
                known = summed(self.filter_form.search_of(tenant), ZoneInfo(tenant.time_zone))
            if known is None:
                return None
            found += known
        return CappedCount(found, is_capped=False)

    def saved_views(self) -> list[SavedView]:
        return tabs(fixed_query(self.request.GET))

    def prepare(self, rows: Sequence[Any]) -> None:
        tenants = {tenant.pk: tenant for tenant in self.looked_at}
        numbers: dict[int, set[str]] = defaultdict(set)
        for call in rows:
            numbers[call.tenant_id] |= {call.caller, call.callee} - {""}
        with self.scope():
            names = names_by_tenant(numbers)
            connections = Connection.objects.only("provider", "name", "currency")
            lines = Entity.objects.only("name")
            prefetch_related_objects(rows, Prefetch("connection", connections), Prefetch("line", lines))
        for call in rows:
            call.tenant = tenants[call.tenant_id]
            call.caller_name = names.get((call.tenant_id, call.caller), "")
            call.callee_name = names.get((call.tenant_id, call.callee), "")

    def sheet(self) -> Sheet:
        return Sheet(self.get_table(), has_names=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            looked_at=len(self.looked_at), has_more=len(self.tenants) > len(self.looked_at), **kwargs
        )
