"""Files that people send: their kind and size are told at the field, before anything is sent on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from portal.lib.files import ending_of, media_type_of


class UploadField(forms.FileField):
    """A file, cleaned to its bytes. `accepts`: media types that it may be of, by its first bytes; none: any."""

    def __init__(self, *, accepts: Sequence[str] = (), most_bytes: int | None = None, **kwargs: Any) -> None:
        self.accepts, self.most_bytes = tuple(accepts), most_bytes
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "accept": ",".join(self.accepts)} if self.accepts else {}

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return b""
        if self.most_bytes is not None and file.size > self.most_bytes:
            raise forms.ValidationError(
                _("At most %(most)s; this file has %(size)s.")
                % {"most": filesizeformat(self.most_bytes), "size": filesizeformat(file.size)}
            )
        content: bytes = file.read()
        if self.accepts and media_type_of(content) not in self.accepts:
            raise forms.ValidationError(
                _("This must be a file of the kind %(kinds)s.")
                % {"kinds": " / ".join(dict.fromkeys(ending_of(one).lstrip(".") for one in self.accepts))}
            )
        return content
