"""Who is called, and what rings first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.lib.numbers import to_e164


class StartCallForm(forms.Form):
    """A number in any notation, and a source.

    choices   sources by connection: (name, [(key, words), ...])
    own       keys of the sources for which the own number is asked
    """

    use_required_attribute = False

    number = forms.CharField(
        label=gettext_lazy("Number to call"),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    source = forms.ChoiceField(
        label=gettext_lazy("What rings first"),
        help_text=gettext_lazy("Remembered for your next call."),
    )
    own_number = forms.CharField(
        label=gettext_lazy("Your number there"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=gettext_lazy("The number or extension of your own telephone; it rings first."),
    )

    def __init__(
        self,
        choices: Sequence[tuple[str, Sequence[tuple[str, str]]]],
        own: Sequence[str],
        *,
        region: str,
        data: Any = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.own, self.region = own, region
        cast(forms.ChoiceField, self.fields["source"]).choices = choices
        if not own:
            del self.fields["own_number"]

    @property
    def own_keys(self) -> str:
        """For the part of the page that shows the own number only where it is needed."""
        return " ".join(self.own)

    def clean_number(self) -> str:
        text = self.cleaned_data["number"]
        number = to_e164(text, self.region)
        if number is None:
            raise forms.ValidationError(_("This is no telephone number."))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("source") in self.own and not cleaned.get("own_number"):
            self.add_error("own_number", _("This is needed."))
        return cleaned
