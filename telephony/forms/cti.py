"""The password that signs the actions of one line."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _


class LinePasswordForm(forms.Form):
    """Write-only: what is kept is never shown again. An empty password forgets the one that is kept."""

    use_required_attribute = False

    line = forms.ChoiceField(label=_("Line"))
    password = forms.CharField(
        label=_("SIP password of the line"),
        max_length=128,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept encrypted and never shown again. Empty deletes the one that is kept."),
    )

    def __init__(self, lines: list[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["line"]).choices = lines
