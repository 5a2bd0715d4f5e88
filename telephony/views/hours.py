"""Opening hours: the week, holidays and exceptions of a schedule. Writing them to a provider: hours_planning.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.dates import MONTHS, WEEKDAYS_ABBR
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.ui.links import tenant_url
from telephony.figures.tables import Table
from telephony.forms.hours import ExceptionForm, HolidaysForm, HoursForm, InstantForm
from telephony.hours_figures import week_figure
from telephony.hours_tables import days_table, week_table
from telephony.models import HoursException, OpeningHours
from telephony.providers.holiday_calendar import COUNTRIES
from telephony.providers.hours import is_open, next_turn
from telephony.services import hours_words, opening_hours
from telephony.services.hours_planning import connections
from telephony.services.hours_standing import places
from telephony.services.opening_hours import OFFICE, Schedule, named_stretches, year_of
from telephony.views.list_files import ListFilesMixin

INDEX = "telephony:hours"


class HoursPage(TenantRightMixin):
    """A page of opening hours; `pk` of the address is a schedule's."""

    right = Right.LINES_READ
    menu_entry = INDEX
    kwargs: dict[str, Any]

    @cached_property
    def schedules(self) -> list[Schedule]:
        return opening_hours.schedules()

    @cached_property
    def schedule(self) -> Schedule:
        found = next((one for one in self.schedules if one.row.pk == self.kwargs["pk"]), None)
        if found is None:
            raise Http404
        return found

    def url(self, name: str, **kwargs: Any) -> str:
        return tenant_url(self.request.tenant, f"telephony:{name}", **kwargs)

    def home(self) -> str:
        return self.url("hours_detail", pk=self.schedule.row.pk)


class HoursView(ListFilesMixin, HoursPage, TemplateView):
    """One schedule; without `pk` the first of the tenant."""

    template_name = "telephony/hours_detail.html"

    @cached_property
    def schedule(self) -> Schedule:
        if "pk" in self.kwargs:
            return super().schedule
        return self.schedules[0]

    def get_template_names(self) -> list[str]:
        return [self.template_name if self.schedules else "telephony/hours_empty.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refused = why_not(self.request, Right.SCHEDULES_EDIT) if not self.may_edit else ""
        may_route = Right.CALLFLOWS_EDIT in self.request.rights
        common = {
            "why_not": refused,
            "may_route": may_route,
            "sources": connections(),
            "title": _("Opening hours"),
        }
        if not self.schedules:
            return super().get_context_data(**common, **kwargs)
        schedule, months = self.schedule, self._months()
        return super().get_context_data(
            schedule=schedule,
            schedules=self.schedules,
            sentence=hours_words.sentence(schedule),
            week=week_figure(schedule.hours.week),
            year=str(self.year),
            years=self._other_years(),
            coming=[(row, row.next_from(schedule.today)) for row in schedule.holidays],
            months=months,
            has_special=any(month["named"] for month in months),
            weekday_names=[WEEKDAYS_ABBR[index] for index in range(7)],
            exceptions=[
                (one, hours_words.then_words(one), hours_words.is_over(one, schedule))
                for one in schedule.exceptions
            ],
            places=places(schedule),
            place_of_holidays=hours_words.place(schedule.row.country, schedule.row.region),
            **self._asked(),
            **common,
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        if not self.schedules:
            return ""
        titles = {"week": _("Week"), "year": _("Special days of %(year)s") % {"year": self.year}}
        told = {"title": titles.get(name), "subject": self.schedule.row}
        return _("%(title)s: %(subject)s") % told if name in titles else ""

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        if not self.schedules:
            return None
        title = self.figure_title(name)
        if name == "week":
            return week_table(title, self.schedule.hours.week)
        return days_table(title, [day for month in year_of(self.schedule, self.year) for day in month])

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        return str(self.schedule.row.zone)

    @property
    def may_edit(self) -> bool:
        return Right.SCHEDULES_EDIT in self.request.rights

    @cached_property
    def year(self) -> int:
        """This one or one of the next two; holidays of others are not known here."""
        first = self.schedule.today.year
        wanted = self.request.GET.get("year", "")
        return (
            int(wanted) if wanted.isdigit() and first <= int(wanted) < first + opening_hours.YEARS else first
        )

    def _other_years(self) -> list[str]:
        """The years before and after that can be shown; text, which is not grouped by thousands."""
        first = self.schedule.today.year
        known = range(first, first + opening_hours.YEARS)
        return [str(year) for year in (self.year - 1, self.year + 1) if year in known]

    def _months(self) -> list[dict[str, Any]]:
        months = year_of(self.schedule, self.year)
        return [
            {
                "name": MONTHS[index + 1],
                "weeks": _weeks(days),
                "named": named_stretches(days),
            }
            for index, days in enumerate(months)
        ]

    def _asked(self) -> dict[str, Any]:
        """Whether one is open at the moment that was asked about, else now."""
        zone = ZoneInfo(self.schedule.row.zone)
        form = InstantForm(self.request.GET) if "at" in self.request.GET else InstantForm()
        at = timezone.now()
        if form.is_bound and form.is_valid():
            at = form.cleaned_data["at"].replace(tzinfo=zone)
        else:
            form.initial["at"] = at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
        local = at.astimezone(zone)
        hours = self.schedule.hours
        return {
            "form": form,
            "at": local,
            "is_open_then": is_open(hours, at),
            "turns_at": next_turn(hours, at),
            "special": self._special(local.date()),
        }

    def _special(self, day: date) -> str:
        exception, holiday = self.schedule.exception_on(day), self.schedule.holiday_on(day)
        return exception.name if exception else holiday.holiday.name if holiday else ""


def _weeks(days: list[Any]) -> list[list[Any]]:
    """Rows of seven, None where the month has not begun or is over."""
    cells = [None] * days[0].date.weekday() + days
    cells += [None] * (-len(cells) % 7)
    return [cells[start : start + 7] for start in range(0, len(cells), 7)]


class HoursEditView(HoursPage, FormView):
    """Name, zone, calendar and week; without `pk` of new hours."""

    right = Right.SCHEDULES_EDIT
    template_name = "telephony/hours_form.html"

    @cached_property
    def row(self) -> OpeningHours:
        if "pk" in self.kwargs:
            return self.schedule.row
        tenant = self.request.tenant
        return OpeningHours(
            tenant=tenant, week=OFFICE, country=tenant.region if tenant.region in COUNTRIES else ""
        )

    def get_form(self, form_class: Any = None) -> HoursForm:
        data = self.request.POST if self.request.method == "POST" else None
        return HoursForm(data=data, row=self.row)

    def form_valid(self, form: HoursForm) -> HttpResponse:
        is_new = self.row.pk is None
        opening_hours.save(form.filled(), self.request.user, self.request)
        messages.success(
            self.request, _("Added.") if is_new else _("Kept. Nothing was written to a provider.")
        )
        return HttpResponseRedirect(self.url("hours_detail", pk=self.row.pk))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        is_new = self.row.pk is None
        home = self.url("hours") if is_new else self.home()
        title = _("New opening hours") if is_new else _("Edit opening hours")
        return super().get_context_data(row=self.row, is_new=is_new, home=home, title=title, **kwargs)


class HoursHolidaysView(HoursPage, FormView):
    """What becomes of each public holiday."""

    right = Right.SCHEDULES_EDIT
    template_name = "telephony/hours_holidays.html"

    def get_form(self, form_class: Any = None) -> HolidaysForm:
        data = self.request.POST if self.request.method == "POST" else None
        return HolidaysForm(data=data, rows=self.schedule.holidays)

    def form_valid(self, form: HolidaysForm) -> HttpResponse:
        opening_hours.keep_holidays(
            self.schedule.row, form.cleaned_data["choices"], self.request.user, self.request
        )
        messages.success(self.request, _("Kept. Nothing was written to a provider."))
        return HttpResponseRedirect(self.home())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.schedule.row
        context = super().get_context_data(
            row=row,
            home=self.home(),
            place=hours_words.place(row.country, row.region),
            title=_("Public holidays"),
            **kwargs,
        )
        lines = context["form"].lines()
        context["lines"] = [(line, line.row.next_from(self.schedule.today)) for line in lines]
        return context


class HoursExceptionView(HoursPage, FormView):
    """One exception; without `exception` a new one."""

    right = Right.SCHEDULES_EDIT
    template_name = "telephony/hours_exception.html"

    @cached_property
    def one(self) -> HoursException:
        if "exception" in self.kwargs:
            return _exception(self.schedule, self.kwargs["exception"])
        return HoursException(hours=self.schedule.row)

    def get_form(self, form_class: Any = None) -> ExceptionForm:
        data = self.request.POST if self.request.method == "POST" else None
        return ExceptionForm(data=data, one=self.one)

    def form_valid(self, form: ExceptionForm) -> HttpResponse:
        opening_hours.keep_exception(form.filled(), self.request.user, self.request)
        messages.success(self.request, _("Kept. Nothing was written to a provider."))
        return HttpResponseRedirect(self.home())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = _("Edit exception") if self.one.pk else _("New exception")
        return super().get_context_data(
            row=self.schedule.row, one=self.one, home=self.home(), title=title, **kwargs
        )


def _exception(schedule: Schedule, pk: int) -> HoursException:
    return get_object_or_404(
        HoursException.objects.select_related("hours", "hours__tenant"), pk=pk, hours=schedule.row
    )


class HoursExceptionRemoveView(HoursPage, View):
    right = Right.SCHEDULES_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        opening_hours.remove_exception(_exception(self.schedule, kwargs["exception"]), request.user, request)  # type: ignore[arg-type]
        messages.success(request, _("Removed. Nothing was written to a provider."))
        return HttpResponseRedirect(self.home())


class HoursRemoveView(HoursPage, View):
    right = Right.SCHEDULES_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        opening_hours.remove(self.schedule.row, request.user, request)  # type: ignore[arg-type]
        messages.success(request, _("Removed here. What was written to a provider stays there."))
        return HttpResponseRedirect(self.url("hours"))
