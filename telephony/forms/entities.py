"""Filters of lines, numbers and other cached objects."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.lib.numbers import to_e164
from portal.ui.forms import FilterForm
from telephony.models import Connection
from telephony.models.entities import EntityQuerySet

STATES = [
    ("", _("any")),
    ("in_service", _("In service")),
    ("setup_pending", _("Being set up")),
    ("suspended", _("Suspended")),
    ("cancellation_pending", _("Being cancelled")),
    ("cancelled", pgettext_lazy("state of a service", "Cancelled")),
]


class EntityFilterForm(FilterForm):
    q = forms.CharField(label=_("Name, number or extension"), max_length=80)
    status = forms.ChoiceField(label=_("State"), choices=STATES)

    region = "FR"

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        values = self.cleaned_data
        if text := values["q"]:
            records = records.matching(to_e164(text, self.region) or text)
        if status := values["status"]:
            records = records.filter(status=status)
        return records


class LineFilterForm(EntityFilterForm):
    connection = forms.ModelChoiceField(
        label=_("Connection"), queryset=Connection.objects.order_by("name"), empty_label=_("any")
    )
    kind = forms.ChoiceField(label=_("Kind"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        connections = Connection.objects.order_by("name")
        kinds = {
            kind.kind: kind.plural
            for connection in connections
            for kind in connection.declaration.kinds.values()
        }
        self.fields["kind"].choices = [("", _("any")), *kinds.items()]  # type: ignore[attr-defined]

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        records = super().narrow(records)
        if connection := self.cleaned_data["connection"]:
            records = records.filter(connection=connection)
        if kind := self.cleaned_data["kind"]:
            records = records.filter(kind=kind)
        return records
