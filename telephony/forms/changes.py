"""Filters of the list of changes."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Person
from portal.ui.forms import ANY_ONE, FilterForm, PeriodField, RowField, any_of
from telephony.models import Change, Entity
from telephony.models.change_search import ChangeSearch


class ChangeFilterForm(FilterForm):
    """Without a state, previews that nobody sent are left out."""

    q = forms.CharField(label=_("Words, ticket or operation"), max_length=80)
    period = PeriodField(label=_("Made"))
    state = forms.ChoiceField(label=_("State"), choices=any_of(Change.State))
    line = RowField(
        label=_("Line"),
        queryset=Entity.objects.lines().only("name", "number", "remote_id").order_by("name_key", "id"),
        empty_label=ANY_ONE,
    )
    entity = RowField(label=_("Object"), queryset=Entity.objects.none(), empty_label=_("any"))
    person = RowField(label=_("Person"), queryset=Person.objects.none(), empty_label=ANY_ONE)

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
        self.fields["person"].queryset = tenant.people.order_by("name_key")  # type: ignore[attr-defined]

    def full_clean(self) -> None:
        with timezone.override(self.zone):
            super().full_clean()

    def as_search(self) -> ChangeSearch:
        """The valid filters as data; call after the form was cleaned."""
        values = self.cleaned_data
        period = values["period"]
        ids = {name: row.pk for name in ("line", "entity", "person") if (row := values.get(name))}
        return ChangeSearch(
            words=values["q"],
            start_at=period.start if period else None,
            end_at=period.end if period else None,
            state=values["state"],
            **ids,
        )

    def narrow(self, records: QuerySet) -> QuerySet:
        return self.as_search().narrow(records)
