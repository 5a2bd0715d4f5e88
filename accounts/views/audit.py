"""Who did what in a tenant, newest first."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import AuditEvent, Person
from accounts.rights import Right
from accounts.tables.audit import AuditTable
from accounts.views_base import TenantRightMixin
from portal.ui.forms import ANY_ONE, FilterForm, PeriodField, RowField, any_of
from portal.ui.views import FilteredTableView


class AuditFilterForm(FilterForm):
    verb = forms.ChoiceField(label=_("What"), choices=any_of(AuditEvent.Verb))
    person = RowField(label=_("Who"), queryset=Person.objects.none(), empty_label=ANY_ONE)
    period = PeriodField(label=_("When"))

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]

    def narrow(self, records: QuerySet) -> QuerySet:
        if verb := self.cleaned_data["verb"]:
            records = records.filter(verb=verb)
        if person := self.cleaned_data["person"]:
            records = records.filter(person=person)
        if period := self.cleaned_data["period"]:
            if period.start:
                records = records.filter(at__gte=period.start)
            if period.end:
                records = records.filter(at__lt=period.end)
        return records


class AuditView(TenantRightMixin, FilteredTableView):
    right = Right.AUDIT_READ
    title = _("Audit")
    table_class = AuditTable
    filter_form_class = AuditFilterForm
    order = ("-at", "-id")
    empty_title = _("Nothing matches")
    empty_text = _("Nobody did such a thing in this time. Take a filter away to see more.")

    def get_queryset(self) -> QuerySet[AuditEvent]:
        return AuditEvent.objects.of(self.request.tenant)

    def get_filter_form(self) -> FilterForm:
        members = Person.objects.filter(memberships__tenant=self.request.tenant).order_by("name_key")
        return AuditFilterForm(self.request.GET, people=members)
