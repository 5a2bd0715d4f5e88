"""Which callflow is to ask opening hours, and what happens there while one is closed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _


class CallflowForm(forms.Form):
    use_required_attribute = False
    callflow = forms.ChoiceField(label=_("Callflow"))

    def __init__(self, choices: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["callflow"] = forms.ChoiceField(label=_("Callflow"), choices=choices)


class ClosedForm(forms.Form):
    """`choices`: what may happen while one is closed."""

    use_required_attribute = False
    closed = forms.ChoiceField(label=_("While you are closed"))

    def __init__(self, choices: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["closed"] = forms.ChoiceField(
            label=_("While you are closed"),
            choices=[("", _("choose")), *choices],
            help_text=_("While you are open the call goes on as it does today."),
        )
