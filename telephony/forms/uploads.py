"""Files that people send: their kind and size are told at the field, before anything is sent on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from portal.lib.files import Uploaded, ending_of, media_type_of


class UploadField(forms.FileField):
    """A file, cleaned to its bytes, which know its name. `accepts`: media types that it may be of, by its first bytes; none:
    any. Where there is script it is judged as it is chosen, and how much of it is sent is shown (uploads.js)."""

    def __init__(self, *, accepts: Sequence[str] = (), most_bytes: int | None = None, **kwargs: Any) -> None:
        self.accepts, self.most_bytes = tuple(accepts), most_bytes
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        attrs = super().widget_attrs(widget)
        if self.accepts:
            attrs["accept"] = ",".join(self.accepts)
        if self.most_bytes is not None:
            attrs["data-most-bytes"] = self.most_bytes
            attrs["data-too-big"] = _("At most %(most)s.") % {"most": filesizeformat(self.most_bytes)}
        return attrs

    @property
    def limits(self) -> str:
        """What may be chosen, in words: "mp3 / wav, at most 8 MB"; "" where anything may."""
        size = filesizeformat(self.most_bytes) if self.most_bytes is not None else ""
        if not self.accepts:
            return _("At most %(most)s.") % {"most": size} if size else ""
        kinds = self._kinds()
        return _("%(kinds)s, at most %(most)s.") % {"kinds": kinds, "most": size} if size else f"{kinds}."

    def _kinds(self) -> str:
        return " / ".join(dict.fromkeys(ending_of(one).lstrip(".").upper() for one in self.accepts))

    def clean(self, data: Any, initial: Any = None) -> Any:
        file = super().clean(data, initial)
        if not file:
            return b""
        if self.most_bytes is not None and file.size > self.most_bytes:
            raise forms.ValidationError(
                _("At most %(most)s; this file has %(size)s.")
                % {"most": filesizeformat(self.most_bytes), "size": filesizeformat(file.size)}
            )
        content = Uploaded(file.read())
        content.name = file.name
        if self.accepts and media_type_of(content) not in self.accepts:
            raise forms.ValidationError(
                _("This must be a file of the kind %(kinds)s.") % {"kinds": self._kinds()}
            )
        return content
