"""What a move of a port request asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.ui.forms import MomentField

REASON, SCHEDULE, ZONE = "reason", "schedule_on", "time_zone"


class PortMoveForm(forms.Form):
    """The fields that a move asks for, out of: why, and when (a local time with its zone)."""

    use_required_attribute = False

    def __init__(self, asks: Sequence[str], *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if REASON in asks:
            self.fields[REASON] = forms.CharField(
                label=_("Why, in a few words"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
            )
        if SCHEDULE in asks:
            self.fields[SCHEDULE] = MomentField(
                label=_("When the numbers come over"),
                input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            )
            self.fields[ZONE] = forms.ChoiceField(
                label=_("In the time zone"),
                choices=[(name, name.replace("_", " ")) for name in sorted(available_timezones())],
                initial=zone,
            )

    def values(self) -> dict[str, Any]:
        """The valid form as values of the operation: a moment is {"date_time": "2026-03-01 08:00", "timezone": ...}."""
        found: dict[str, Any] = {}
        if REASON in self.fields:
            found[REASON] = self.cleaned_data[REASON]
        if SCHEDULE in self.fields:
            at = self.cleaned_data[SCHEDULE]
            found[SCHEDULE] = {"date_time": f"{at:%Y-%m-%d %H:%M}", "timezone": self.cleaned_data[ZONE]}
        return found
