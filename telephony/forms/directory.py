"""Filters of the directory."""

from __future__ import annotations

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.numbers import to_e164
from portal.ui.forms import FilterForm, RowField
from telephony.models import Connection


class DirectoryFilterForm(FilterForm):
    """`folder` is the remote id of a folder; `region` understands national numbers."""

    q = forms.CharField(label=_("Name, company or number"), max_length=80)
    folder = forms.CharField(label=_("Folder"), max_length=200, widget=forms.HiddenInput)
    connection = RowField(
        label=_("Connection"), queryset=Connection.objects.order_by("name_key"), empty_label=_("any")
    )
    region = "FR"

    def narrow(self, records: QuerySet) -> QuerySet:
        values = self.cleaned_data
        if words := values["q"]:
            number = to_e164(words, self.region)
            found = Q(name__icontains=words) | Q(document__company__icontains=words)
            found |= Q(number=number) if number else Q(number__icontains=words)
            records = records.filter(found)
        if values["folder"]:
            records = records.filter(document__branch_uid=values["folder"])
        if values.get("connection"):
            records = records.filter(connection=values["connection"])
        return records
