"""A text that the server is to read aloud."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from telephony.providers.sounds import Sounds


class SpeakForm(forms.Form):
    use_required_attribute = False

    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 4}))
    voice = forms.ChoiceField(label=_("Voice"), widget=forms.Select(attrs={"data-pick": ""}))

    def __init__(self, sounds: Sounds, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        voice: Any = self.fields["voice"]
        voice.choices = sounds.voices
        self.fields["text"].max_length = sounds.longest  # type: ignore[attr-defined]
        self.fields["text"].validators.append(forms.CharField(max_length=sounds.longest).validators[0])
