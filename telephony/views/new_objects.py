"""A new object of an account: from its list, or in place, from the form of another that is to point to it.

In place it stands in a dialog (htmx): form, preview and outcome are the fragments of the same pages, and the answer
of the last tells the select what was made. Without script the pages themselves lead there and back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from telephony.forms.editing import EditForm
from telephony.models import Change, Connection
from telephony.providers.edit_fields import Field, Fields
from telephony.providers.editing import Editor
from telephony.services.door import Door, door_of
from telephony.views import ways_back
from telephony.views.changes import list_of
from telephony.views.editing import EditView, OperationMixin


class NewObjectMixin(OperationMixin):
    """A new object of a kind, in the account itself."""

    below = None

    @cached_property
    def link(self) -> Connection:
        rows = Connection.objects.select_related("credential", "tenant")
        return get_object_or_404(rows, slug=self.kwargs["connection"])

    @cached_property
    def editor(self) -> Editor:
        maker = self.link.declaration.maker_of(self.kwargs["kind"])
        if maker is None:
            raise Http404
        return maker

    @cached_property
    def door(self) -> Door:
        return door_of(self.link, self.editor.operation.key, {})

    @property
    def place(self) -> tuple[str, str]:
        return list_of(self.request.tenant, self.link, self.editor.kind)  # type: ignore[attr-defined]


class NewView(NewObjectMixin, EditView):
    """The form of a new object. `?back=ADDRESS&field=NAME`: where it is wanted for."""

    def _form(self, fields: Sequence[Field], *, seen: Fields, **more: Any) -> EditForm:
        """Beside the form that it is opened from, controls have other names of their own; nothing else is made there."""
        if not self.request.htmx:  # type: ignore[attr-defined]
            return super()._form(fields, seen=seen, **more)
        form = super()._form(fields, seen=seen, auto_id="new_%s", **more)
        for field in form.fields.values():
            field.makers = []  # type: ignore[attr-defined]
        return form

    @property
    def place(self) -> tuple[str, str]:
        """The form that it is made for, else its list."""
        back, _field = ways_back.form_of(self.request)
        return (back, _("What you were editing")) if back else super().place

    def get_template_names(self) -> list[str]:
        return ["telephony/_new_form.html" if self.request.htmx else self.template_name]  # type: ignore[attr-defined]

    def review(self, change: Change) -> HttpResponse:
        ways_back.remember(self.request, change)
        return super().review(change)
