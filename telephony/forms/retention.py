"""How long a tenant keeps its calls, live events and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from telephony.models import Retention

MONTHS = (1, 3, 6, 12, 13, 18, 24, 36, 60, 120)


def _words(months: int) -> str:
    return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}


CHOICES = [("", _("For ever")), *[(months, lazy(_words, str)(months)) for months in MONTHS]]


def _part(label: Any, help_text: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, help_text=help_text, choices=CHOICES, coerce=int, empty_value=None, required=False
    )


class RetentionForm(forms.Form):
    """`seal` stands for what was chosen: whoever is asked "sure?" says yes to that and to nothing else."""

    calls_months = _part(_("Calls"), _("With the provider's records of them. Figures of older days stay."))
    events_months = _part(_("Live events"), _("What lines told while calls went on."))
    files_months = _part(_("Files"), _("Reports as they were sent, and exports."))

    @property
    def months(self) -> Mapping[str, int | None]:
        return {part: self.cleaned_data[f"{part}_months"] for part in Retention.PARTS}

    @property
    def seal(self) -> str:
        return "-".join(str(self.months[part] or "") for part in Retention.PARTS)
