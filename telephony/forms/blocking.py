"""For how long a number is refused, and the second word that it takes where it is somebody's."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.days import midnight
from portal.lib.numbers import canonical
from portal.ui.forms import DayField

SPANS = {"1": timedelta(days=1), "7": timedelta(days=7), "30": timedelta(days=30)}
DAY = "day"


class BlockForm(forms.Form):
    """`until` in the end is an instant, None for good. `typed` is asked for only where `needs_word` says so."""

    use_required_attribute = False

    until = forms.ChoiceField(
        label=gettext_lazy("For how long"),
        choices=(
            ("", gettext_lazy("for good")),
            ("1", gettext_lazy("for a day")),
            ("7", gettext_lazy("for a week")),
            ("30", gettext_lazy("for 30 days")),
            (DAY, gettext_lazy("up to the end of a day")),
        ),
        required=False,
    )
    last_day = DayField(
        label=gettext_lazy("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("only where a day is chosen above"),
    )
    why = forms.CharField(label=gettext_lazy("Why"), required=False, max_length=300)
    typed = forms.CharField(
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def __init__(
        self, data: Any = None, *, number: str, shown: str, region: str, zone: ZoneInfo, needs_word: bool
    ) -> None:
        super().__init__(data)
        self.number, self.region, self.zone = number, region, zone
        if needs_word:
            words = _("To block it all the same, type the number: %(number)s")
            self.fields["typed"].label = words % {"number": shown}
        else:
            del self.fields["typed"]

    def clean_typed(self) -> str:
        typed = self.cleaned_data["typed"]
        if canonical(typed, self.region) != self.number:
            raise ValidationError(_("The number was not typed; nothing was sent."))
        return typed

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        choice, last_day = values.get("until"), values.get("last_day")
        values["ends_at"] = timezone.now() + SPANS[choice] if choice in SPANS else None
        if choice == DAY:
            values["ends_at"] = self._after(last_day)
        return values

    def _after(self, last_day: date | None) -> datetime | None:
        """The instant at which the day is over."""
        if last_day is None:
            if "last_day" not in self.errors:
                self.add_error("last_day", _("Say which day."))
            return None
        ends_at = midnight(last_day + timedelta(days=1), self.zone)
        if ends_at <= timezone.now():
            self.add_error("last_day", _("This day is over."))
        return ends_at
