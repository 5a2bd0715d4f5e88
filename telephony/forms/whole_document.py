"""A document edited as JSON: what differs from what was seen is wanted, each field under its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from portal.lib.canonical import canonical_json
from portal.lib.errors import InvalidInput
from portal.lib.wording import labelled
from telephony.forms.editing import FINGERPRINTS, SALT, SEEN, opened
from telephony.forms.json_text import read_json, shown_json
from telephony.providers.drafts import PLACEHOLDER
from telephony.providers.edit_fields import Fields

DOCUMENT = "document"


class DocumentForm(forms.Form):
    """The whole document as text. `seen` are its fields as they were loaded; they travel along, signed."""

    use_required_attribute = False
    document = forms.CharField(
        label=lazy("Document"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "sb-mono", "wrap": "off"}),
        help_text=lazy(
            "A field that is taken out is removed at the provider. *** stands for a secret; leave it to keep it."
        ),
    )

    def __init__(
        self,
        *,
        seen: Fields,
        build: Callable[[Fields], Fields],
        read: Callable[[Mapping[str, Any]], Fields],
        fingerprints: Mapping[str, str] | None = None,
        data: Any = None,
    ) -> None:
        loaded = {**seen, FINGERPRINTS: dict(fingerprints or {})}
        self.seen = opened(data[SEEN]) if data is not None and data.get(SEEN) else loaded
        token = signing.dumps(self.seen, salt=SALT, compress=True)
        self.fingerprints: dict[str, str] = self.seen.pop(FINGERPRINTS, {})
        self._read = read
        super().__init__(data, initial={SEEN: token, DOCUMENT: shown_json(build(self.seen))})
        self.fields[SEEN] = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_document(self) -> Fields:
        found = read_json(self.cleaned_data[DOCUMENT])
        if not isinstance(found, dict):
            raise forms.ValidationError(_("A document is an object: it begins with { and ends with }."))
        fields = self._read(found)
        for name, value in fields.items():
            if value == PLACEHOLDER and self.seen.get(name) != PLACEHOLDER:
                words = _("%(name)s: there was no secret; type the value itself instead of ***.")
                raise forms.ValidationError(words % {"name": name})
        return fields

    def wanted(self) -> Fields:
        """Fields that differ; None for those that were taken out. Call after `is_valid`."""
        fields = self.cleaned_data[DOCUMENT]
        changed = {
            name: value
            for name, value in fields.items()
            if name not in self.seen or canonical_json(value) != canonical_json(self.seen[name])
        }
        return {**changed, **{name: None for name in self.seen if name not in fields}}

    def refuse(self, error: InvalidInput) -> None:
        """Every reason with its place, at the document."""
        self.add_error(DOCUMENT, list(_reasons(error)))


def _reasons(error: InvalidInput) -> Iterator[str]:
    for name, reason in error.fields.items():
        yield labelled(name, reason) if name else reason
    if not error.fields:
        yield error.message
