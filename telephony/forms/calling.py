"""Who is called or texted, and from which line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.lib.numbers import to_e164
from portal.lib.sms import BASIC, EXTENSION, measure


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What may act.

    sources   by connection: (name, [(key, words), ...])
    own       keys of the sources for which the own number is asked
    longest   of a text, by key of the source
    has_none  none is chosen at first
    """

    sources: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    own: Sequence[str] = ()
    longest: Mapping[str, int] = field(default_factory=dict)
    has_none: bool = False


def _telephone(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.TextInput(attrs={"inputmode": "tel"})
    return forms.CharField(label=label, max_length=40, widget=widget, help_text=help_text)


class SourceForm(forms.Form):
    """From which line. Where the provider knows no lines, the person's own number is asked for."""

    use_required_attribute = False

    source = forms.ChoiceField(label=gettext_lazy("From"))
    own_number = forms.CharField(
        label=gettext_lazy("Your number there"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
        help_text=gettext_lazy("The number or extension of your own telephone; it rings first."),
    )

    def __init__(
        self,
        choices: Choices,
        *,
        region: str,
        data: Any = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.choices, self.region = choices, region
        nothing = [("", _("Choose a line"))] if choices.has_none else []
        cast(forms.ChoiceField, self.fields["source"]).choices = [*nothing, *choices.sources]
        if not choices.own:
            del self.fields["own_number"]

    @property
    def own_keys(self) -> str:
        """For the part of the page that shows the own number only where it is needed."""
        return " ".join(self.choices.own)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("source") in self.choices.own and not cleaned.get("own_number"):
            self.add_error("own_number", _("This is needed."))
        return cleaned

    def _e164(self, name: str) -> str:
        number = to_e164(self.cleaned_data[name], self.region)
        if number is None:
            raise forms.ValidationError(_("This is no telephone number."))
        return number


class CallForm(SourceForm):
    is_kept = forms.BooleanField(label=gettext_lazy("This is my line from now on"), required=False)
    number = _telephone(gettext_lazy("Number to call"))
    field_order = ("number", "source", "own_number")

    def clean_number(self) -> str:
        return self._e164("number")


class JoinForm(CallForm):
    number = _telephone(gettext_lazy("Is called first"))
    second = _telephone(gettext_lazy("Is connected with it"))
    field_order = ("number", "second", "source")

    def clean_second(self) -> str:
        return self._e164("second")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("number") and cleaned["number"] == cleaned.get("second"):
            self.add_error("second", _("This is the same number."))
        return cleaned


class TextForm(CallForm):
    number = _telephone(gettext_lazy("To"))
    text = forms.CharField(
        label=gettext_lazy("Text"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 4, "data-sms": "", "data-basic": BASIC, "data-extension": EXTENSION}
        ),
    )
    field_order = ("number", "text", "source")

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"].replace("\r\n", "\n").replace("\r", "\n").strip()
        if not text:
            raise forms.ValidationError(_("This is needed."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        most = self.choices.longest.get(cleaned.get("source", ""), 0)
        length = len(cleaned.get("text", ""))
        if most and length > most:
            self.add_error(
                "text",
                ngettext(
                    "%(length)s characters; from this line no more than %(most)s is taken.",
                    "%(length)s characters; from this line no more than %(most)s are taken.",
                    most,
                )
                % {"length": length, "most": most},
            )
        return cleaned

    @property
    def length(self) -> Any:
        """How long the text is now, for the line below its field."""
        return measure(str(self["text"].value() or "").replace("\r\n", "\n"))
