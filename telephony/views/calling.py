"""Starting a call: who is called and what rings first; then the question whether to, with what it costs."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
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
from telephony.services import calling, editing
from telephony.services.calling import Source
from telephony.services.edit_surroundings import cost_a_minute
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
        """First what is wanted, which is shown to be looked over; then the word to do it, with the number of the draft."""
        if "change" in request.POST:
            return self._start(request.POST["change"])
        form = self.form(request.POST)
        if form.is_valid():
            values = form.cleaned_data
            source = self.sources[values["source"]]
            try:
                change = calling.ask(
                    source, values.get("own_number", ""), values["number"], self.request.user
                )
            except ProviderError as error:
                form.add_error(None, error.message)
            else:
                return self.render_to_response(self._question(form, change, source))
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def _question(self, form: StartCallForm, change: Change, source: Source) -> dict[str, Any]:
        number = form.cleaned_data["number"]
        return self.get_context_data(
            form=form,
            change=change,
            first=_words(source) if source.line else form.cleaned_data["own_number"],
            called=number,
            cost_micros=cost_a_minute(source.connection, number),
            currency=source.connection.currency,
        )

    def _start(self, pk: str) -> HttpResponse:
        """Make the call, once, and lead to its change: it tells how it ended."""
        change = calling.asked(self.request.user, pk)
        if change is None:
            raise Http404
        url = tenant_url(self.request.tenant, "telephony:change_detail", pk=change.pk)
        try:
            change = calling.start(change, self.request.user, self.request)
        except editing.NotOpen:
            messages.info(self.request, _("This call was asked for already; it is not made twice."))
        except (editing.PreviewExpired, editing.Discarded):
            messages.info(self.request, _("That was asked too long ago. Nothing was called."))
            return HttpResponseRedirect(tenant_url(self.request.tenant, "telephony:call_start"))
        except ProviderError as error:
            messages.error(self.request, error.message)
        else:
            if change.state == Change.State.APPLIED:
                words = _("The telephone that you chose rings; when it is picked up, the number is called.")
                messages.success(self.request, words)
        return HttpResponseRedirect(url)


def _words(source: Source) -> str:
    if source.line is None:
        return _("my own number at %(connection)s") % {"connection": source.connection.name}
    number = display(source.line.number) if source.line.number else source.line.extension
    return f"{source.line} ({number})" if number and number != str(source.line) else str(source.line)
