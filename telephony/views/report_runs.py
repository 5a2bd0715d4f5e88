"""One run of a report: what was sent, to whom, and what became of each mail; and the report mails of the demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from csp.decorators import csp_replace
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts import outbox
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from portal.ui.looks import look_of
from portal.ui.views import FragmentMixin
from telephony.figures.tables import Column, Table
from telephony.models import ReportReceipt, ReportRun
from telephony.reports import workshop
from telephony.reports.document import without_ways
from telephony.reports.figures import FIGURES
from telephony.reports.mail import TYPES, file_words
from telephony.services import report_files, report_schedule
from telephony.views.figure_files import FigureFilesMixin
from telephony.views.report_looks import worn_by
from telephony.views.report_notes import note

INDEX = "telephony:report_list"
RECEIPTS = "receipts"
OPEN = (ReportRun.State.WAITING, ReportRun.State.SENDING)


class RunPage(TenantRightMixin):
    right = Right.REPORTS_SCHEDULE
    menu_entry = INDEX
    kwargs: dict[str, Any]

    @cached_property
    def run(self) -> ReportRun:
        known = ReportRun.objects.select_related("report", "asked_by", "remakes")
        return get_object_or_404(known, pk=self.kwargs["pk"])


class ReportRunView(RunPage, FragmentMixin, FigureFilesMixin, TemplateView):
    """While it is being made and sent the page asks for its state by itself."""

    template_name = "telephony/report_run.html"
    fragment_template_name = "telephony/_report_run.html"

    @property
    def is_fragment(self) -> bool:
        return bool(self.request.htmx)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.run
        document = None if self.is_fragment else workshop.kept(run)
        if document is not None:
            if Right.CALLS_LIST not in self.request.rights:
                document = without_ways(document)
            kwargs |= worn_by(self.request, document)
        return super().get_context_data(
            title=run.report.title,
            run=run,
            period=workshop.covered_words(run.report, run.period, run.made_at or run.due_for_at),
            is_open=run.state in OPEN,
            may_again=run.state not in OPEN and run.sort != ReportRun.Sort.TEST,
            remade=run.remade_by.order_by("-pk").first(),
            arrived=0 if self.is_fragment else workshop.arrived_since(run),
            files=[(file["name"], file_words(file)) for file in run.files],
            receipts=list(run.receipts.select_related("person").order_by("pk")),
            document=document,
            **kwargs,
        )

    def figure_title(self, name: str) -> str:
        if name == RECEIPTS:
            told = {"title": _("Receipts"), "subject": self.run.report.title}
            return _("%(title)s: %(subject)s") % told
        document = workshop.kept(self.run)
        sections = document.sections if document else []
        return next((one.title for one in sections if one.key == name and one.columns), "")

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        if name == RECEIPTS:
            return receipts_table(self.figure_title(name), context["receipts"])
        document = context["document"]
        sections = document.sections if document else []
        return next((one.table for one in sections if one.key == name and one.columns), None)

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        if not _is_of_calls(name):
            return ""
        stamp = context["document"].stamp
        return "" if stamp.is_whole else f"{stamp.title}. {stamp.text}"

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date] | None:
        return (self.run.period.first, self.run.period.last) if _is_of_calls(name) else None

    def part_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        return str(context["document"].scope) if _is_of_calls(name) else ""

    def zone_of_table(self, name: str, context: Mapping[str, Any]) -> str:
        document = context["document"]
        return str(document.zone if document else self.run.report.time_zone)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.is_fragment and not context["is_open"]:
            response["HX-Refresh"] = "true"
        return response


def receipts_table(title: str, receipts: Sequence[ReportReceipt]) -> Table:
    columns = [
        Column(_("Address"), name="address"),
        Column(_("Person"), name="person"),
        Column(_("State"), name="state"),
        Column(_("When"), "moment", "at"),
        Column(_("Error"), name="error"),
    ]
    rows = [
        [
            one.address,
            str(one.person or ""),
            str(look_of("report_receipt", one.state).word),
            one.at.isoformat() if one.at else None,
            one.trouble,
        ]
        for one in receipts
    ]
    return Table(title=title, columns=columns, rows=rows)


def _is_of_calls(section: str) -> bool:
    return section in FIGURES and FIGURES[section].right == Right.CALLS_LIST


class RunAgainView(RunPage, View):
    """The same days once more, to everybody."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int) -> HttpResponse:
        run = self.run
        if run.state in OPEN or run.sort == ReportRun.Sort.TEST:
            raise Http404
        again = report_schedule.run_again(run, self.request.user)
        note(request, run.report, "again")
        return HttpResponseRedirect(tenant_url(self.request.tenant, "telephony:report_run", pk=again.pk))


class ReportFileView(RunPage, View):
    """One of the files that went out."""

    def get(self, request: HttpRequest, slug: str, pk: int, file: str) -> HttpResponse:
        if file not in {one["name"] for one in self.run.files}:
            raise Http404
        content = report_files.read(self.run, file)
        if content is None:
            raise Http404
        return _file(file, content)


def _file(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type=TYPES[name.rpartition(".")[2]])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class OutboxPage(TenantRightMixin):
    """The demo keeps mails as files; the tenant's own are those that its receipts name."""

    right = Right.REPORTS_SCHEDULE
    menu_entry = INDEX

    def own(self) -> list[outbox.Mail]:
        if not outbox.has_outbox():
            raise Http404
        found = [mail for mail in outbox.mails() if mail.is_report]
        known = ReportReceipt.objects.filter(message_id__in=[mail.message_id for mail in found])
        ids = set(known.values_list("message_id", flat=True))
        return [mail for mail in found if mail.message_id in ids]

    def mail(self, key: str) -> outbox.Mail:
        found = next((mail for mail in self.own() if mail.key == key), None)
        if found is None:
            raise Http404
        return found


class ReportOutboxView(OutboxPage, TemplateView):
    template_name = "telephony/report_outbox.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Report mails of the demo"), mails=self.own(), **kwargs)


class ReportMailView(OutboxPage, TemplateView):
    template_name = "telephony/report_mail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        mail = self.mail(self.kwargs["key"])
        return super().get_context_data(title=mail.subject, mail=mail, **kwargs)


@method_decorator(
    csp_replace(
        {
            "default-src": ["'none'"],
            "style-src": ["'unsafe-inline'"],
            "img-src": ["data:"],
            "frame-ancestors": ["'self'"],
            "sandbox": ["allow-same-origin"],
        }
    ),
    name="dispatch",
)
class ReportMailBodyView(OutboxPage, View):
    """The mail's page as its reader sees it: its styles stand in its elements, its pictures come with it."""

    def get(self, request: HttpRequest, slug: str, key: str) -> HttpResponse:
        response = HttpResponse(outbox.page_of(self.mail(key)))
        response["X-Frame-Options"] = "SAMEORIGIN"
        return response


class ReportMailFileView(OutboxPage, View):
    """One of the files that the mail brought."""

    def get(self, request: HttpRequest, slug: str, key: str, file: str) -> HttpResponse:
        content = outbox.file_of(self.mail(key), file)
        if content is None:
            raise Http404
        return _file(file, content)
