"""The filter of all long work."""

from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import FilterForm, any_of
from telephony.models.long_work import SORTS, STANDINGS


class LongWorkFilterForm(FilterForm):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=any_of([(name, sort.label) for name, sort in SORTS.items()])
    )
    standing = forms.ChoiceField(label=_("State"), choices=any_of(STANDINGS))

    def sources(self) -> list[QuerySet]:
        """The rows of each sort that the valid fields leave; call after the form was cleaned."""
        kind, standing = (self.cleaned_data.get(name, "") for name in ("kind", "standing"))
        return [sort.found(standing) for name, sort in SORTS.items() if kind in ("", name)]
