"""Open alerts of all tenants, for platform staff, and below them the rules for several tenants."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import Tenant
from accounts.scoping import tenants_scope
from accounts.views_base import StaffRequiredMixin
from portal.ui.keyset import CappedCount
from portal.ui.views import FilteredTableView
from telephony.alerts.words import rule_words
from telephony.figures.tables import Column, Table
from telephony.forms.alerts import StaffAlertFilterForm
from telephony.models import Alert, SharedRule
from telephony.tables.alerts import StaffAlertTable
from telephony.views.alerts import NEAR, told_of
from telephony.views.list_files import ListFileMixin
from telephony.views.staff_alert_rules import offered


class StaffAlertsView(ListFileMixin, StaffRequiredMixin, FilteredTableView):
    """What is grave first, then the newest; what is snoozed or acknowledged stands back unless it is asked for.

    The alerts are exported as every list, the rules as the small list beside it.

    Rows are read in the scope of all tenants that are open, and drawn outside of it.
    """

    title = gettext_lazy("Open alerts of all tenants")
    template_name = "telephony/staff_alerts.html"
    extra_context = {"base_name": "base_staff.html"}
    table_class = StaffAlertTable
    filter_form_class = StaffAlertFilterForm
    order = ("-is_grave", "-opened_at", "-id")
    empty_title = gettext_lazy("No open alerts")
    empty_text = gettext_lazy("No tenant has one that waits for somebody.")

    @cached_property
    def tenants(self) -> list[int]:
        return list(Tenant.objects.filter(closed_at=None).values_list("pk", flat=True))

    def scope(self) -> AbstractContextManager[None]:
        return tenants_scope(self.tenants)

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.filter(closed_at=None).select_related("tenant", *NEAR)

    @cached_property
    def count(self) -> CappedCount:
        with self.scope():
            return super().count

    def get_table(self) -> StaffAlertTable:
        with self.scope():
            table = super().get_table()
            assert isinstance(table, StaffAlertTable)
            table.told = {one.pk: told_of(one, one.tenant) for one in self.page.rows}
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            rules=[(one, rule_words(one), _where(one)) for one in SharedRule.objects.order_by("pk")],
            offered=offered(),
            **kwargs,
        )

    def list_title(self) -> str:
        return _("Rules for several tenants")

    def whole_list(self, context: Mapping[str, Any]) -> Table | None:
        columns = [
            Column(_("Rule"), name="rule"),
            Column(_("What it looks for"), name="looks_for"),
            Column(_("Where"), name="where"),
            Column(_("Tenants"), name="tenants"),
            Column(_("Is on"), "yes", "is_on"),
        ]
        names = dict(Tenant.objects.values_list("pk", "name"))
        rows = [
            [
                str(rule),
                capfirst(words),
                where,
                ", ".join(names[pk] for pk in rule.tenants if pk in names),
                rule.is_on,
            ]
            for rule, words, where in context["rules"]
        ]
        return Table(title=self.list_title(), columns=columns, rows=rows) if rows else None


def _where(rule: SharedRule) -> str:
    count = len(rule.tenants)
    if not count:
        return _("all tenants, those to come too")
    return ngettext("%(count)s tenant", "%(count)s tenants", count) % {"count": count}
