"""Opening hours at a provider: the preview of what is written, how it goes, taking it back; rules that are taken over."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import why_not
from portal.lib.errors import InvalidInput, ProviderError
from telephony.figures.tables import Table
from telephony.forms.hours import TakeOverForm
from telephony.hours_figures import week_figure
from telephony.hours_tables import lines_table
from telephony.models import Connection, HoursPlacement, HoursRun
from telephony.services import (
    hours_going_on,
    hours_planning,
    hours_reading,
    hours_removing,
    hours_words,
    hours_writing,
)
from telephony.services.hours_reading import Taken
from telephony.services.hours_steps import lines_of
from telephony.services.opening_hours import Schedule
from telephony.views.hours import HoursPage
from telephony.views.list_files import ListFileMixin

FRAGMENT = "telephony/_hours_run.html"


def _connection(slug: str) -> Connection:
    found = next((one for one in hours_planning.connections() if one.slug == slug), None)
    if found is None:
        raise Http404
    return found


class HoursPlanView(HoursPage, View):
    """Compare with the provider, and keep what has to be written as a preview."""

    right = Right.SCHEDULES_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        connection = _connection(kwargs["connection"])
        try:
            run = hours_planning.plan(self.schedule, connection, request.user)  # type: ignore[arg-type]
        except hours_planning.NothingToWrite:
            words = _("%(provider)s has these hours already.")
            messages.info(request, words % {"provider": connection.declaration.label})
        except ProviderError as error:
            messages.error(request, _("Nothing was sent. %(reason)s") % {"reason": error.message})
        else:
            return HttpResponseRedirect(self.url("hours_run", pk=run.pk))
        return HttpResponseRedirect(self.home())


class HoursRemovePlanView(HoursPage, View):
    """Keep as a preview what has to go at the provider so that these hours apply there no longer."""

    right = Right.SCHEDULES_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        connection = _connection(kwargs["connection"])
        placement = get_object_or_404(HoursPlacement, hours=self.schedule.row, connection=connection)
        try:
            run = hours_removing.plan_removal(placement, request.user)  # type: ignore[arg-type]
        except hours_planning.NothingToWrite:
            words = _("Nothing of them is at %(provider)s any more.")
            messages.info(request, words % {"provider": connection.declaration.label})
        except ProviderError as error:
            messages.error(request, _("Nothing was sent. %(reason)s") % {"reason": error.message})
        else:
            return HttpResponseRedirect(self.url("hours_run", pk=run.pk))
        return HttpResponseRedirect(self.home())


class RunPage(HoursPage):
    """A page of one run; `pk` of the address is the run's."""

    @cached_property
    def run(self) -> HoursRun:
        rows = HoursRun.objects.select_related(
            "placement__hours__tenant",
            "placement__connection__credential",
            "placement__connection__tenant",
            "reverts",
            "person",
        )
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def page(self, run: HoursRun | None = None) -> HttpResponse:
        return HttpResponseRedirect(self.url("hours_run", pk=(run or self.run).pk))

    def home(self) -> str:
        return self.url("hours_detail", pk=self.run.placement.hours_id)


class HoursRunView(ListFileMixin, RunPage, TemplateView):
    """What is to be written, step by step, and what came of it."""

    template_name = "telephony/hours_run.html"

    def get_template_names(self) -> list[str]:
        return [FRAGMENT if self.request.htmx and self.request.GET.get("part") else self.template_name]

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.request.htmx and self.request.GET.get("part") and self.run.state != HoursRun.State.SENDING:
            response["HX-Refresh"] = "true"  # it has ended: the whole page tells it
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.run
        lines = lines_of(run)
        done = sum(line.step.is_done for line in lines)
        refused = (
            why_not(self.request, Right.SCHEDULES_EDIT)
            if Right.SCHEDULES_EDIT not in self.request.rights
            else ""
        )
        later = run.reverted_by.exclude(state=HoursRun.State.PREVIEW).order_by("-pk").first()
        return super().get_context_data(
            run=run,
            lines=lines,
            done=done,
            percent=100 * done / len(lines) if lines else None,
            connection=run.placement.connection,
            sentence=hours_words.sentence(Schedule(run.placement.hours)),
            home=self.home(),
            can_revert=later is None and done and run.state in (HoursRun.State.DONE, HoursRun.State.STOPPED),
            reverted_by=later,
            users=hours_removing.users_of(run.placement) if run.removes else [],
            why_not=refused,
            title=_("Opening hours: %(name)s") % {"name": run.placement.hours},
            **kwargs,
        )

    def list_title(self) -> str:
        told = {"title": _("What was written"), "subject": self.run.placement.hours}
        return _("%(title)s: %(subject)s") % told

    def whole_list(self, context: Mapping[str, Any]) -> Table:
        return lines_table(self.list_title(), context["lines"])


class RunAct(RunPage, View, ABC):
    """Something done to a run, by a form without fields."""

    right = Right.SCHEDULES_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return self.act()
        except hours_writing.NotOpen:
            messages.info(request, _("This has gone on meanwhile; here is how it stands."))
        except hours_planning.NothingToWrite:
            messages.info(request, _("There is nothing left to take back."))
        except ProviderError as error:
            messages.error(request, _("Nothing was sent. %(reason)s") % {"reason": error.message})
        return self.page()

    @abstractmethod
    def act(self) -> HttpResponse:
        """Do it, and lead on. Raises NotOpen, NothingToWrite and ProviderError, before anything was sent."""


class HoursSendView(RunAct):
    """Write a preview, or go on after a stop."""

    def act(self) -> HttpResponse:
        hours_going_on.go_on(self.run, self.request.user)
        return self.page()


class HoursStopView(RunAct):
    """Begin no further step."""

    def act(self) -> HttpResponse:
        hours_going_on.stop(self.run, self.request.user)
        return self.page()


class HoursCompareView(RunAct):
    """What is left of a stopped run, compared anew."""

    def act(self) -> HttpResponse:
        try:
            return self.page(hours_going_on.compare_anew(self.run, self.request.user))
        except hours_planning.NothingToWrite:
            words = _("%(provider)s has these hours already.")
            label = self.run.placement.connection.declaration.label
            messages.info(self.request, words % {"provider": label})
            return HttpResponseRedirect(self.home())


class HoursDiscardView(RunAct):
    def act(self) -> HttpResponse:
        home = self.home()
        hours_writing.discard(self.run)
        messages.info(self.request, _("Discarded. Nothing was sent."))
        return HttpResponseRedirect(home)


class HoursRevertView(RunAct):
    """The preview of what takes all of it back."""

    def act(self) -> HttpResponse:
        return self.page(hours_writing.revert(self.run, self.request.user))


class TakeOverView(HoursPage, TemplateView):
    """The rules that a provider has, what they seem to mean, and the hours that they would become."""

    right = Right.SCHEDULES_EDIT
    template_name = "telephony/hours_take_over.html"

    @cached_property
    def connection(self) -> Connection:
        return _connection(self.kwargs["connection"])

    @cached_property
    def form(self) -> TakeOverForm:
        zone = self.connection.time_zone or self.request.tenant.time_zone
        rules = hours_reading.found_rules(self.connection, zone)
        data = self.request.POST if self.request.method == "POST" else None
        initial = {
            "name": self.connection.name[:60],
            "time_zone": zone,
            "country": self.request.tenant.region,
        }
        return TakeOverForm(data=data, rules=rules, initial=initial)

    def taken(self) -> Taken | None:
        """What the form says would be kept; None where it cannot be. Reasons stand in the form."""
        form = self.form
        if not form.is_bound or not form.is_valid():
            return None
        if not form.roles():
            form.add_error(None, _("Choose at least one rule."))
            return None
        data = form.cleaned_data
        try:
            return hours_reading.take_over(
                self.connection,
                data["name"],
                data["time_zone"],
                data["country"],
                form.roles(),
                timezone.localdate(),
            )
        except InvalidInput as error:
            form.add_error(None, error.message)
            return None

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        taken = self.taken()
        if taken is None or "keep" not in request.POST:
            return self.render_to_response(self.get_context_data(taken=taken))
        row = hours_reading.keep(taken, self.request.user, request)
        messages.success(request, _("Taken over. Nothing was written to a provider."))
        return HttpResponseRedirect(self.url("hours_detail", pk=row.pk))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        taken = kwargs.get("taken")
        if taken is not None:
            kwargs["taken_words"] = hours_reading.words_of(taken)
            kwargs["taken_week"] = week_figure(hours_reading.week_of(taken))
        shown = {
            "form": self.form,
            "connection": self.connection,
            "home": self.url("hours"),
            "title": _("Rules at %(connection)s") % {"connection": self.connection},
        }
        return super().get_context_data(**{**kwargs, **shown})
