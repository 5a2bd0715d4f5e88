"""How long a tenant keeps its calls, live events and files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from portal.lib.wording import labelled
from telephony.models import Retention

MONTHS = (1, 3, 6, 12, 13, 18, 24, 36, 60, 120)


def _words(months: int) -> str:
    return ngettext("%(n)s month", "%(n)s months", months) % {"n": months}


def _usual_words(days: int) -> str:
    return ngettext("%(n)s day (default)", "%(n)s days (default)", days) % {"n": days}


def _choices(part: str) -> list[tuple[Any, Any]]:
    """What is usual first, which is chosen where a tenant says nothing."""
    spoken = [(months, lazy(_words, str)(months)) for months in MONTHS]
    if usual := Retention.USUAL_DAYS[part]:
        return [("", lazy(_usual_words, str)(usual)), *spoken, (Retention.FOR_EVER, _("For ever"))]
    return [("", _("For ever (default)")), *spoken]


def _part(part: str, label: Any, help_text: Any) -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=label, help_text=help_text, choices=_choices(part), coerce=int, empty_value=None, required=False
    )


class RetentionForm(forms.Form):
    """`seal` stands for what was chosen: whoever is asked "sure?" says yes to that and to nothing else."""

    calls_months = _part(
        "calls", _("Calls"), _("With the provider's records of them. Figures of older days stay.")
    )
    events_months = _part("events", _("Live events"), _("What lines told while calls went on."))
    files_months = _part("files", _("Files"), _("Reports as they were sent, and exports."))

    @property
    def months(self) -> Mapping[str, int | None]:
        return {part: self.cleaned_data[f"{part}_months"] for part in Retention.PARTS}

    @property
    def changes_in_words(self) -> str:
        """ "Calls: 6 months"."""
        told = []
        for name in self.changed_data:
            value = self.cleaned_data[name]
            chosen = dict(_choices(name.removesuffix("_months")))["" if value is None else value]
            told.append(labelled(self[name].label, chosen))
        return ", ".join(told)

    @property
    def seal(self) -> str:
        said = [self.months[part] for part in Retention.PARTS]
        return "-".join("" if months is None else str(months) for months in said)
