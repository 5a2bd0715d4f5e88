"""The line that a person calls and texts from in a tenant, unless told otherwise."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from telephony.forms.calling import SourceForm
from telephony.providers.calling import Act
from telephony.services import calling
from telephony.views.calling import SourcesMixin, words_of


class MyLineView(SourcesMixin, TenantRightMixin, TemplateView):
    right = Right.CALLS_START
    menu_entry = "telephony:call_list"
    act = Act.CALL

    def get_template_names(self) -> list[str]:
        return ["telephony/_my_line.html" if self.request.htmx else "telephony/my_line.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", self._form())
        return super().get_context_data(
            has_sources=bool(self.sources), has_own=bool(self.own), title=_("The line I call from"), **kwargs
        )

    def _form(self, data: Any = None) -> SourceForm:
        initial = {"source": self.guessed, **self.own}
        return SourceForm(self.choices(), region=self.request.tenant.region, data=data, initial=initial)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "forget" in request.POST:
            calling.forget(self.request.user)
            messages.success(request, _("You are asked for a line at the next call."))
            return HttpResponseRedirect(request.path)
        form = self._form(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        source = self.sources[form.cleaned_data["source"]]
        own_number = form.cleaned_data.get("own_number", "") if source.line is None else ""
        calling.remember(self.request.user, source, own_number)
        messages.success(request, _("Your calls start from %(line)s.") % {"line": words_of(source)})
        return HttpResponseRedirect(request.path)
