"""Starting a call: the page says what will ring and who is called; its button does it."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.errors import ProviderError
from portal.lib.numbers import display, to_e164
from portal.ui.links import tenant_url
from telephony.forms.calling import StartCallForm
from telephony.models import Change
from telephony.services import calling
from telephony.services.calling import Source
from telephony.services.number_names import names_of


class StartCallView(TenantRightMixin, TemplateView):
    """`?number=` is who is called; what rings first is what the person chose last."""

    right = Right.CALLS_START
    menu_entry = "telephony:call_list"
    template_name = "telephony/call_start.html"

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {one.key: one for one in calling.sources()}

    def form(self, data: Any = None) -> StartCallForm:
        found = [
            (name, [(one.key, _words(one)) for one in group])
            for name, group in groupby(self.sources.values(), key=lambda one: one.connection.name)
        ]
        own = [key for key, one in self.sources.items() if one.line is None]
        region = self.request.tenant.region
        return StartCallForm(found, own, region=region, data=data, initial=self._initial())

    def _initial(self) -> dict[str, str]:
        initial = {"number": self.request.GET.get("number", "").replace("\0", "")[:40]}
        last = calling.remembered(self.request.user)
        if last is not None:
            key = f"line-{last.line_id}" if last.line_id else f"own-{last.connection_id}"
            initial |= {"source": key, "own_number": last.own_number}
        return initial

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.form()
        number = to_e164(str(form["number"].value() or ""), self.request.tenant.region) or ""
        return super().get_context_data(
            form=form,
            name=names_of([number]).get(number, ""),
            has_sources=bool(self.sources),
            title=_("Call"),
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        form = self.form(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            source = self.sources[values["source"]]
            try:
                change = calling.start(
                    source,
                    values.get("own_number", ""),
                    values["number"],
                    request.user,  # type: ignore[arg-type]
                    request,
                )
            except ProviderError as error:
                form.add_error(None, error.message)
            else:
                return self._done(change, source, values["number"])
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _done(self, change: Change, source: Source, number: str) -> HttpResponse:
        """To the change: it tells how it ended. Where it went well, a sentence says who is called."""
        if change.state == Change.State.APPLIED:
            words = _("%(first)s rings first; then %(number)s is called.")
            who = str(source.line) if source.line else _("Your telephone")
            messages.success(self.request, words % {"first": who, "number": display(number)})
        url = tenant_url(self.request.tenant, "telephony:change_detail", pk=change.pk)
        return HttpResponseRedirect(url)


def _words(source: Source) -> str:
    if source.line is None:
        return _("my own number at %(connection)s") % {"connection": source.connection.name}
    number = display(source.line.number) if source.line.number else source.line.extension
    return f"{source.line} ({number})" if number and number != str(source.line) else str(source.line)
