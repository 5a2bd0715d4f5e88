"""Reports: the list, one of them with its runs, and the form with its preview.

A run's page: report_runs.py. How all of them look: report_looks.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import FormView, TemplateView, View

from accounts.models import Membership, Person
from accounts.outbox import has_outbox
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from portal.ui.links import tenant_url
from portal.ui.looks import look_of
from portal.ui.views import FilteredTableView
from telephony.figures.tables import Column, Table
from telephony.forms.reports import ReportForm
from telephony.models import Connection, Entity, Report, ReportRun
from telephony.reports.document import without_ways
from telephony.reports.figures import FIGURES, READY
from telephony.reports.workshop import WORKSHOP, covered_words, document_of
from telephony.services import report_files, report_schedule
from telephony.services.report_sending import may
from telephony.tables.report_words import cadence_words
from telephony.tables.reports import ReportTable
from telephony.views.list_files import ListFileMixin
from telephony.views.report_looks import worn_by
from telephony.views.report_notes import note

INDEX = "telephony:report_list"
RUNS_SHOWN = 30
MOST_PLACES = 2_000  # lines to choose from


class ReportPage(TenantRightMixin):
    """A page of one report, `pk` of its address."""

    right = Right.REPORTS_SCHEDULE
    menu_entry = INDEX
    kwargs: dict[str, Any]

    @cached_property
    def report(self) -> Report:
        known = Report.objects.select_related("connection", "line", "owner", "tenant")
        return get_object_or_404(known, pk=self.kwargs["pk"])

    def needs_owner(self) -> bool:
        """Whether whom it is sent for may not schedule it, or see what is in it: it is sent for who keeps it, then."""
        report = self.report
        return report.paused_why == Report.Pause.RIGHTS or not may(report.owner, report, WORKSHOP)

    def url(self, name: str, **kwargs: Any) -> str:
        return tenant_url(self.request.tenant, f"telephony:{name}", **kwargs)

    def home(self) -> HttpResponse:
        return HttpResponseRedirect(self.url("report_detail", pk=self.report.pk))


class ReportListView(TenantRightMixin, FilteredTableView):
    right = Right.REPORTS_SCHEDULE
    template_name = "telephony/report_list.html"
    table_class = ReportTable
    queryset = Report.objects.select_related("owner")
    order = ("name_key", "id")
    title = gettext_lazy("Reports")
    empty_title = gettext_lazy("No reports yet")
    empty_text = gettext_lazy(
        "Figures that come by mail, without asking: choose a ready-made one, or begin with an empty page."
    )

    def prepare(self, rows: Sequence[Report]) -> None:
        runs = ReportRun.objects.filter(report__in=[row.pk for row in rows])
        latest = runs.order_by("report_id", "-created_at", "-id").distinct("report_id")
        self.lasts = {run.report_id: run for run in latest}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        ready = [(key, key.label, one.what) for key, one in READY.items()]
        context = super().get_context_data(ready=ready, has_outbox=has_outbox(), **kwargs)
        context["table"].lasts = self.lasts
        return context


class ReportView(ListFileMixin, ReportPage, TemplateView):
    """A report with its latest runs; a file has all of them."""

    template_name = "telephony/report_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.report
        runs = report.runs.select_related("asked_by").order_by("-created_at", "-pk")
        here = Membership.objects.filter(
            tenant=report.tenant_id, person=OuterRef("pk"), person__is_active=True
        )
        members = Person.objects.filter(pk__in=report.members).annotate(is_here=Exists(here))
        return super().get_context_data(
            title=report.title,
            report=report,
            cadence=capfirst(cadence_words(report)),
            period="" if report.is_of_now else report.get_period_display(),
            figures=[FIGURES[key].label for key in report.figures if key in FIGURES],
            formats=[Report.Format(one).label for one in report.formats],
            recipients=[
                *((f"{one} ({one.email})", one.is_here) for one in members.order_by("name_key", "pk")),
                *((one, True) for one in report.addresses),
            ],
            needs_owner=self.needs_owner(),
            language=dict(settings.LANGUAGES)[report.language],
            coming=coming_of(report),
            runs=[
                (run, covered_words(report, run.period, run.made_at or run.due_for_at))
                for run in (runs if self.is_for_file else runs[:RUNS_SHOWN])
            ],
            **kwargs,
        )

    def list_title(self) -> str:
        told = {"title": pgettext("of a report", "Runs"), "subject": self.report.title}
        return _("%(title)s: %(subject)s") % told

    def whole_list(self, context: Mapping[str, Any]) -> Table:
        columns = [
            Column(_("Period"), name="period"),
            Column(_("Asked"), "moment", "asked_for_at"),
            Column(_("How"), name="how"),
            Column(_("By"), name="by"),
            Column(_("Late"), "yes", "is_late"),
            Column(pgettext("report", "Complete"), "yes", "is_complete"),
            Column(_("State"), name="state"),
        ]
        rows = [
            [
                capfirst(period),
                run.due_for_at.isoformat(),
                run.get_sort_display(),
                str(run.asked_by or ""),
                run.is_late,
                run.is_whole if run.made_at and not self.report.is_of_now else None,
                str(look_of("report_run", run.state).word),
            ]
            for run, period in context["runs"]
        ]
        return Table(title=self.list_title(), columns=columns, rows=rows)


def coming_of(report: Report) -> list[tuple[str, str]]:
    """The next three runs: when, in the report's zone, and the days that each covers."""
    coming = report_schedule.next_runs(report, timezone.now())
    return [
        (f"{formats.date_words(local, 'l j F Y')}, {local:%H:%M}", covered_words(report, period, local))
        for local, period in ((at.astimezone(report.zone), period) for at, period in coming)
    ]


class ReportFormView(ReportPage, FormView):
    """A new report, from a ready-made one where `ready` names it; `preview` shows it without keeping anything."""

    template_name = "telephony/report_form.html"
    form_class = ReportForm
    is_new = True

    @cached_property
    def report(self) -> Report:
        asked = self.request.GET.get("ready", "")
        ready = asked if asked in Report.Ready.values else ""
        return Report(tenant=self.request.tenant, owner=self.request.user, ready=ready)

    def get_initial(self) -> dict[str, Any]:
        person, tenant, ready = self.request.user, self.request.tenant, self.report.ready
        return {
            "name": self.report.title,
            "every": "week",
            "weekdays": [1],
            "period": "last_week",
            "at": "06:00",
            "time_zone": tenant.time_zone,
            "language": tenant.language,
            "formats": ["body", "pdf"],
            "members": [person.pk],
            **(READY[Report.Ready(ready)].initial if ready else {}),
        }

    def get_form_kwargs(self) -> dict[str, Any]:
        rights = self.request.rights
        offered = [(key, one.label) for key, one in FIGURES.items() if one.right in rights]
        places = Entity.objects.call_places().defer("document").order_by("name_key", "pk")
        linked = Connection.objects.filter(unlinked_at=None)
        people = Person.objects.filter(memberships__tenant=self.request.tenant, is_active=True)
        return {
            **super().get_form_kwargs(),
            "figures": offered,
            "connections": _with(self.report.connection, linked.order_by("name_key", "pk")),
            "places": _with(self.report.line, places[:MOST_PLACES]),
            "people": list(people.distinct().order_by("name_key", "pk")),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        title = _("New report") if self.is_new else self.report.title
        kwargs.setdefault("needs_owner", not self.is_new and self.needs_owner())
        return super().get_context_data(title=title, report=self.report, is_new=self.is_new, **kwargs)

    def form_valid(self, form: ReportForm) -> HttpResponse:
        report = form.fill(self.report)
        if "preview" in self.request.POST:
            period = report_schedule.covered(report, timezone.now())
            document, _asked = document_of(report, period)
            if Right.CALLS_LIST not in self.request.rights:
                document = without_ways(document)
            context = self.get_context_data(
                form=form, document=document, coming=coming_of(report), **worn_by(self.request, document)
            )
            return self.render_to_response(context)
        owner = self.request.user if self.needs_owner() else None
        if owner is not None and not may(
            owner, report, WORKSHOP
        ):  # who acts as staff where they are a member
            form.add_error(None, _("It would be sent for you, and your role here may not schedule it."))
            return self.form_invalid(form)
        report_schedule.keep(report, timezone.now(), owner)
        note(self.request, report, "made" if self.is_new else "changed")
        words = _("%(report)s is kept, and sent for you from now on.") if owner else _("%(report)s is kept.")
        messages.success(self.request, words % {"report": report.title})
        return self.home()

    def form_invalid(self, form: ReportForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


def _with(one: Any, offered: Iterable[Any]) -> list[Any]:
    """What is offered, and what the report is of already: an edit of something else leaves that as it is."""
    found = list(offered)
    return found if one is None or one in found else [one, *found]


class ReportEditView(ReportFormView):
    is_new = False
    report = ReportPage.report

    def get_initial(self) -> dict[str, Any]:
        return ReportForm.initial_of(self.report)


class ReportActView(ReportPage, View):
    """run, test, pause, go-on, delete."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int, act: str) -> HttpResponse:
        report, person = self.report, self.request.user
        if act in ("run", "test"):
            sort = ReportRun.Sort.TEST if act == "test" else ReportRun.Sort.BY_HAND
            run = report_schedule.run_now(report, person, sort)
            note(request, report, act)
            return HttpResponseRedirect(self.url("report_run", pk=run.pk))
        if act == "pause":
            report_schedule.pause(report, timezone.now())
            messages.success(
                request, _("It is paused: what is due from now on is not sent until you let it go on.")
            )
        elif act == "go-on":
            report_schedule.go_on(report, person if self.needs_owner() else report.owner, timezone.now())
            messages.success(request, _("It goes on. What was due while it was paused is not made."))
        elif act == "delete":
            report.delete()
            report_files.forget_orphans()
            note(request, report, act)
            messages.success(request, _("%(report)s is deleted.") % {"report": report.title})
            return HttpResponseRedirect(self.url("report_list"))
        else:
            raise Http404
        note(request, report, act)
        return self.home()
