"""Where a callflow is copied to, and a file that is brought in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from telephony.forms.json_text import LONGEST, read_json
from telephony.forms.uploads import UploadField

INTO = gettext_lazy("Into the account")


class CopyForm(forms.Form):
    """`choices`: the accounts, under their tenants."""

    use_required_attribute = False
    to = forms.ChoiceField(label=INTO)

    def __init__(self, choices: Sequence[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = forms.ChoiceField(label=INTO, choices=choices)


class BringForm(forms.Form):
    """A document as a file or as text, and the account that it is brought into; cleans to `document`."""

    use_required_attribute = False
    connection = forms.ChoiceField(label=INTO)
    file = UploadField(label=gettext_lazy("File"), required=False, most_bytes=LONGEST)
    text = forms.CharField(
        label=gettext_lazy("or its text"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "sb-mono"}),
        help_text=gettext_lazy(
            "The JSON of a callflow, as it is downloaded here or as the provider writes it."
        ),
    )

    def __init__(self, choices: Sequence[tuple[str, str]], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["connection"] = forms.ChoiceField(label=INTO, choices=choices)

    @property
    def origin(self) -> str:
        """Where the document comes from, for people; call after `is_valid`."""
        file = self.files.get("file")
        return str(getattr(file, "name", "")) or _("a text")

    def clean(self) -> Any:
        found = super().clean() or {}
        if self.errors:
            return found
        try:
            text = found["file"].decode() if found.get("file") else found.get("text", "")
        except UnicodeDecodeError:
            self.add_error("file", _("This file is no text."))
            return found
        if not text:
            self.add_error("text", _("A file or a text is needed."))
            return found
        return {**found, "document": read_json(text)}
