"""Let a callflow ask opening hours: which one, and what happens while one is closed; then the preview of the callflow."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from portal.lib.errors import InvalidInput, ProviderError
from telephony.forms.hours_routing import CallflowForm, ClosedForm
from telephony.models import Entity, HoursPlacement
from telephony.services import hours_routing
from telephony.services.comparing import NothingToWrite
from telephony.views.hours import HoursPage


class HoursRouteView(HoursPage, TemplateView):
    """`?callflow=ID` has chosen it."""

    right = Right.CALLFLOWS_EDIT
    template_name = "telephony/hours_route.html"

    @cached_property
    def placement(self) -> HoursPlacement:
        rows = HoursPlacement.objects.select_related(
            "hours__tenant", "connection__credential", "connection__tenant"
        )
        found = get_object_or_404(
            rows.exclude(set_remote_id=""),
            hours=self.schedule.row,
            connection__slug=self.kwargs["connection"],
        )
        if hours_routing.route_of(found.connection) is None:
            raise Http404
        return found

    @cached_property
    def callflows(self) -> list[Entity]:
        return hours_routing.callflows_to_lead(self.placement.connection)

    @cached_property
    def callflow(self) -> Entity | None:
        wanted = self.request.GET.get("callflow", "")
        found = next((one for one in self.callflows if str(one.pk) == wanted), None)
        if found is not None:
            found.connection = self.placement.connection
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        choices = [(str(one.pk), str(one)) for one in self.callflows]
        way = hours_routing.way_of(self.callflow) if self.callflow else None
        form = kwargs.pop("form", None)
        if form is None and way is not None and not way.why_not:
            form = ClosedForm(way.closed)
        shown = {
            "schedule": self.schedule,
            "connection": self.placement.connection,
            "callflow": self.callflow,
            "choose": CallflowForm(choices, self.request.GET if self.callflow else None),
            "way": way,
            "form": form,
            "home": self.home(),
            "title": _("Let a callflow ask them"),
        }
        return super().get_context_data(**{**kwargs, **shown})

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        callflow = self.callflow
        if callflow is None:
            return self.render_to_response(self.get_context_data())
        form = ClosedForm(hours_routing.way_of(callflow).closed, request.POST)
        if form.is_valid():
            try:
                change = hours_routing.lead(
                    self.placement,
                    callflow,
                    form.cleaned_data["closed"],
                    request.user,  # type: ignore[arg-type]
                )
            except NothingToWrite:
                messages.info(request, _("This callflow asks them already."))
                return HttpResponseRedirect(self.home())
            except InvalidInput as error:
                form.add_error("closed", list(error.fields.values()) or error.message)
            except ProviderError as error:
                form.add_error(None, error.message)
            else:
                return HttpResponseRedirect(self.url("change_detail", pk=change.pk))
        return self.render_to_response(self.get_context_data(form=form))
