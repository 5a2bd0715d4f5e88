"""Filters of the list of changes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from portal.ui.forms import FilterForm, PeriodField, RowField, any_of
from telephony.models import Change, Entity


class ChangeFilterForm(FilterForm):
    """Without a state, previews that nobody sent are left out."""

    q = forms.CharField(label=_("Words, ticket or operation"), max_length=80)
    period = PeriodField(label=_("Made"))
    state = forms.ChoiceField(label=_("State"), choices=any_of(Change.State))
    line = RowField(
        label=_("Line"),
        queryset=Entity.objects.lines().only("name", "number", "remote_id").order_by("name", "id"),
        empty_label=_("any"),
    )
    entity = RowField(label=_("Object"), queryset=Entity.objects.none(), empty_label=_("any"))
    person = RowField(label=_("Person"), queryset=Person.objects.none(), empty_label=_("any"))

    def __init__(self, *args: Any, zone: ZoneInfo, tenant: Any, **kwargs: Any) -> None:
        self.zone = zone
        super().__init__(*args, **kwargs)
        asked = str(self.data.get("entity") or "")
        if asked.isascii() and asked.isdigit():  # reached from an object's page: its changes alone
            objects = Entity.objects.filter(pk=int(asked[:18]))
            self.fields["entity"].queryset = objects  # type: ignore[attr-defined]
            self.fields["entity"].widget.choices = self.fields["entity"].choices  # type: ignore[attr-defined]
        else:
            del self.fields["entity"]
        self.fields["person"].queryset = tenant.people.order_by("name")  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def narrow(self, records: QuerySet) -> QuerySet:
        values = self.cleaned_data
        if words := values["q"]:
            records = records.filter(
                Q(summary__icontains=words)
                | Q(object_label__icontains=words)
                | Q(why__icontains=words)
                | Q(ticket__iexact=words)
                | Q(operation=words)
            )
        if period := values["period"]:
            records = records.filter(created_at__gte=period.start) if period.start else records
            records = records.filter(created_at__lt=period.end) if period.end else records
        if state := values["state"]:
            records = records.filter(state=state)
        else:
            records = records.exclude(state__in=(Change.State.DRAFT, Change.State.CONFLICT))
        for name in ("line", "person", "entity"):
            if values.get(name):
                records = records.filter(**{name: values[name]})
        return records
