"""Filters of the list of callflows."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.lib.numbers import to_e164
from portal.ui.forms import ANY_ONE, FilterForm, RowField, any_of
from telephony.models import Connection
from telephony.models.entities import EntityQuerySet

FEATURES, ALL = "features", "all"
SOME, GRAVE = "some", "grave"
OF_FEATURES = Q(document__featurecode__has_any_keys=["name", "number"])


class CallflowFilterForm(FilterForm):
    q = forms.CharField(label=_("Name, number or pattern"), max_length=80)
    what = forms.ChoiceField(
        choices=[("", _("of numbers")), (FEATURES, _("feature codes")), (ALL, _("all"))],
        required=False,
        widget=forms.HiddenInput,  # the saved views choose it
    )
    problems = forms.ChoiceField(
        label=_("Problems"),
        choices=any_of([(SOME, _("with problems")), (GRAVE, _("with grave problems"))]),
        required=False,
    )
    connection = RowField(
        label=_("Connection"), queryset=Connection.objects.order_by("name_key"), empty_label=ANY_ONE
    )

    region = "FR"

    def narrow(self, records: EntityQuerySet) -> EntityQuerySet:  # type: ignore[override]
        values = self.cleaned_data
        if values["what"] == FEATURES:
            records = records.filter(OF_FEATURES)
        elif values["what"] != ALL:
            records = records.filter(~OF_FEATURES | Q(document__featurecode__isnull=True))
        if values["problems"] == GRAVE:
            records = records.filter(findings__grave__gt=0)
        elif values["problems"] == SOME:
            records = records.filter(Q(findings__grave__gt=0) | Q(findings__light__gt=0))
        if text := values["q"]:
            wanted = to_e164(text, self.region) or text
            anywhere = Q(document__numbers__icontains=wanted) | Q(document__patterns__icontains=text)
            records = records.matching(wanted) | records.filter(anywhere)
        if connection := values["connection"]:
            records = records.filter(connection=connection)
        return records
