"""A document edited as JSON, for what has no control of its own. Ends in the same preview as the form."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic import TemplateView

from portal.lib.errors import InvalidInput, ProviderError
from telephony.forms.whole_document import DocumentForm
from telephony.services import editing
from telephony.services.door import why_not as why_connection_cannot
from telephony.services.entities import fingerprints_of
from telephony.views.changes import place_of
from telephony.views.editing import OperationMixin


class EditJsonView(OperationMixin, TemplateView):
    """The whole document in one box."""

    template_name = "telephony/edit_json.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.kwargs, self.request = kwargs, request
        if getattr(request, "tenant", None) is None:
            raise Http404
        editor = self.editor
        if not editor.is_whole or editor.makes or editor.removes:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def form(self) -> DocumentForm:
        editor: Any = self.editor
        given = self.request.POST if self.request.method == "POST" else None
        return DocumentForm(
            seen=self.seen,
            build=editor.document,
            read=editor.read,
            fingerprints=fingerprints_of(self.entity),
            data=given,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.request.menu_entry = place_of(self.door.line, self.entity)  # type: ignore[attr-defined]
        return super().get_context_data(
            form=kwargs.pop("form", None) or self.form(),
            editor=self.editor,
            door=self.door,
            home=self.home,
            home_label=self.place[1],
            object_label=self.editor.object_label(self.door.address, self.seen, self.door.around),
            why_not=why_connection_cannot(self.link, self.editor.operation),
            title=str(self.entity),
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form()
        if form.is_valid():
            try:
                change = editing.propose(
                    self.link,
                    self.editor.operation.key,
                    self.door.address,
                    form.wanted(),
                    seen=form.seen,
                    fingerprints=form.fingerprints,
                    person=request.user,  # type: ignore[arg-type]
                    entity=self.door.entity,
                    line=self.door.line,
                )
            except InvalidInput as error:
                form.refuse(error)
            except ProviderError as error:
                form.add_error(None, error.message)
            else:
                return self.review(change)
        return self.render_to_response(self.get_context_data(form=form, **kwargs))
