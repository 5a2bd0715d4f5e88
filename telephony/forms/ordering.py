"""The search for numbers to order, and what was chosen of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.numbers import to_e164
from telephony.models import Connection
from telephony.providers.ordering import Wanted

PREFIX, BLOCK, TOWN = "prefix", "block", "town"
WAYS = [
    (PREFIX, gettext_lazy("single numbers")),
    (BLOCK, gettext_lazy("blocks of neighbouring numbers")),
    (TOWN, gettext_lazy("the prefixes of a town")),
]
MOST = 50
_NUMBER = re.compile(r"\+[0-9]{4,17}")


class NumberSearchForm(forms.Form):
    """A GET form: its state is the address of the page."""

    use_required_attribute = False

    at = forms.ChoiceField(label=gettext_lazy("At"))
    way = forms.ChoiceField(label=gettext_lazy("Look for"), choices=WAYS, initial=PREFIX)
    words = forms.CharField(
        label=gettext_lazy("First digits, or the town"),
        max_length=60,
        help_text=gettext_lazy("Such as +331, 01 99, or Lille."),
    )
    count = forms.IntegerField(
        label=gettext_lazy("How many"), min_value=1, max_value=MOST, initial=20, required=False
    )
    size = forms.IntegerField(
        label=gettext_lazy("Numbers in a block"), min_value=2, max_value=100, initial=10, required=False
    )

    def __init__(self, connections: Sequence[Connection], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_among(self, connections)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        words = str(values.get("words", ""))
        if values.get("way") in (PREFIX, BLOCK) and words and not re.fullmatch(r"[0-9+ .()\-/]{1,24}", words):
            self.add_error("words", _("First digits are digits, with or without a plus."))
        return values

    def wanted(self, offset: int = 0) -> Wanted:
        """The valid form as a search."""
        values = self.cleaned_data
        return Wanted(
            way=values["way"],
            prefix=values["words"],
            count=values["count"] or 20,
            size=values["size"] or 10,
            offset=offset,
        )


class NumberBringForm(forms.Form):
    """A number that the tenant has at another carrier. `number` is E.164 in the cleaned data."""

    use_required_attribute = False

    at = forms.ChoiceField(label=gettext_lazy("At"))
    number = forms.CharField(
        label=gettext_lazy("Number"),
        max_length=40,
        help_text=gettext_lazy("As it is dialled, or international with the plus."),
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )

    def __init__(self, connections: Sequence[Connection], region: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.region = region
        _choose_among(self, connections)

    def clean_number(self) -> str:
        number = to_e164(self.cleaned_data["number"], self.region)
        if not number:
            raise forms.ValidationError(_("This is no telephone number."))
        return number


def _choose_among(form: forms.Form, connections: Sequence[Connection]) -> None:
    """Where there is one connection only, nobody is asked which."""
    field: Any = form.fields["at"]
    field.choices = [(one.slug, one.name) for one in connections]
    if len(connections) == 1:
        field.widget, field.required, field.initial = forms.HiddenInput(), False, connections[0].slug


def chosen_numbers(texts: Sequence[str]) -> list[str]:
    """The E.164 numbers among what boxes sent: each box is a number, or the numbers of a block with commas."""
    numbers = [one for text in texts for one in text.split(",")]
    return list(dict.fromkeys(one for one in numbers if _NUMBER.fullmatch(one)))
