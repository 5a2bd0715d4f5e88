"""Long work of a tenant, as one list; and one edit of many objects, row by row, with its progress."""

from __future__ import annotations

from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.ui.keyset import CAP, BadCursor, CappedCount
from portal.ui.links import tenant_url
from portal.ui.merged import MergedPage
from portal.ui.views import FilteredTableView
from telephony.forms.bulk import BulkRowFilterForm, StartForm
from telephony.forms.jobs import LongWorkFilterForm
from telephony.models import BulkRow, Job, long_work
from telephony.services import bulk, bulk_hands, bulk_results, bulk_upload
from telephony.services.bulk_words import words_of
from telephony.tables.bulk import BulkRowTable
from telephony.tables.jobs import LongWorkTable
from telephony.views import job_acts
from telephony.views.lines import FragmentOrPageMixin

OPEN = (Job.State.WAITING, Job.State.RUNNING)
ENDED = (Job.State.DONE, Job.State.STOPPED, Job.State.FAILED)


class JobListView(TenantRightMixin, FilteredTableView):
    """All long work of the tenant, whoever asked for it."""

    right = Right.EXPORTS_MAKE
    title = gettext_lazy("Jobs")
    table_class = LongWorkTable
    filter_form_class = LongWorkFilterForm
    order = ("-created_at", "-id")
    empty_title = gettext_lazy("No jobs yet")
    empty_text = gettext_lazy(
        "Exports, edits of many objects and other long work stand here with their progress."
    )

    @cached_property
    def page(self) -> MergedPage:  # type: ignore[override]
        self.filter_form.full_clean()
        sources = self.filter_form.sources()  # type: ignore[attr-defined]
        try:
            return MergedPage(sources, self.request.GET.get("cursor", ""), self.page_size)
        except BadCursor:
            return MergedPage(sources, "", self.page_size)

    def counted(self, cap: int | None = CAP) -> CappedCount:
        return self.page.counted(cap)

    def get_table(self) -> LongWorkTable:
        table = super().get_table()
        assert isinstance(table, LongWorkTable)
        table.results = long_work.results_of(self.page.rows)
        return table

    def empty_action(self) -> tuple[str, str] | None:
        return _("Go to the lines"), tenant_url(self.request.tenant, "telephony:line_list")


class JobDetailView(TenantRightMixin, FilteredTableView):
    """An edit of many objects, row by row: to look over before it is started, and what became of it. Any other job
    leads to its file."""

    right = Right.EXPORTS_MAKE
    menu_entry = "telephony:job_list"
    template_name = "telephony/job_detail.html"
    table_class = BulkRowTable
    filter_form_class = BulkRowFilterForm
    order = ("position", "id")
    empty_title = gettext_lazy("No rows")

    @cached_property
    def job(self) -> Job:
        return get_object_or_404(Job.objects.select_related("person", "reverts"), pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.job.kind == Job.Kind.EXPORT and self.job.person_id == request.user.pk:
            url = tenant_url(self.request.tenant, "telephony:export_detail", pk=self.job.pk)
            return HttpResponseRedirect(url)
        if self.job.kind != Job.Kind.BULK:
            context = {
                "job": self.job,
                "title": self.job.label,
                "is_open": self.job.state in OPEN,
                **job_acts.acts_of(request, self.job),
            }
            return TemplateResponse(request, "telephony/job_plain.html", {"view": self, **context})
        if bulk_upload.is_compared(self.job):
            return TemplateResponse(
                request, "telephony/sheet_reading.html", {"view": self, **reading_of(self.job)}
            )
        told = self.job.parameters
        if told.get("sheet_errors") and self.job.state == Job.State.FAILED:
            shown = {"sheet_errors": told["sheet_errors"], "sheet_count": told["sheet_count"]}
            context = {"view": self, "title": self.job.label, **shown}
            return TemplateResponse(request, "telephony/bulk_import.html", context)
        if (
            told.get("sheet_errors")
            or self.job.state == Job.State.DRAFT
            and not (self.job.parameters.get("wishes") or self.job.parameters.get("file") or self.job.reverts)
        ):
            return HttpResponseRedirect(
                tenant_url(self.request.tenant, "telephony:bulk_edit", pk=self.job.pk)
            )
        return super().get(request, *args, **kwargs)

    def export_url(self) -> str:
        return ""  # its page offers what came of each row

    def get_queryset(self) -> Any:
        return BulkRow.objects.filter(job=self.job).select_related(
            "connection", "connection__credential", "connection__tenant", "change"
        )

    def get_table(self) -> BulkRowTable:
        table = super().get_table()
        table.words = words_of(self.page.rows)
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **{"title": self.job.label, **standing_of(self.job, self.request), **kwargs}
        )


def standing_of(job: Job, request: HttpRequest) -> dict[str, Any]:
    """How a job stands, for its page and for the part of it that follows its progress."""
    counts = bulk.counts(job)
    rights = request.rights  # type: ignore[attr-defined]
    is_draft = job.state == Job.State.DRAFT
    missing = next((right for right in bulk.rights_of(job) if right not in rights), None)
    good = None if counts[BulkRow.State.NEW] else counts[BulkRow.State.READY]
    may_revert = job.state in ENDED and counts[BulkRow.State.APPLIED] > 0
    return {
        "job": job,
        "counts": [
            (BulkRow.State(state), count)
            for state, count in counts.items()
            if count and state != BulkRow.State.NEW
        ],
        "tasks": bulk.tasks(job) if is_draft and job.parameters.get("contacts") else (),
        "left_out": job.parameters.get("left_out", {}) if is_draft else {},
        "new": counts[BulkRow.State.NEW],
        "ready": counts[BulkRow.State.READY],
        "impossible": counts[BulkRow.State.IMPOSSIBLE] + job.parameters.get("fault_count", 0),
        "faults": job.parameters.get("faults", ()) if is_draft else (),
        "fault_count": job.parameters.get("fault_count", 0),
        "same": job.parameters.get("same", 0) if is_draft else 0,
        "bad": sum(counts[state] for state in BulkRow.BAD),
        "total": job.total_rows,
        "percent": 100 * job.done_rows / job.total_rows if job.total_rows else None,
        "is_open": job.state in OPEN or (is_draft and counts[BulkRow.State.NEW] > 0),
        "is_draft": is_draft,
        "is_running": job.state in OPEN,
        "is_ended": job.state in ENDED,
        "hands": bulk_hands.hands_of(job) if job.state in OPEN else "",
        "may_revert": may_revert,
        "irreversible": bulk.irreversible(job) if is_draft or may_revert else "",
        "missing": why_not(request, missing) if missing else "",
        "form": StartForm(initial={"why": job.parameters.get("why", "")}, good=good) if is_draft else None,
        "file_url": tenant_url(request.tenant, "telephony:job_results", pk=job.pk),  # type: ignore[attr-defined]
    }


def reading_of(job: Job) -> dict[str, Any]:
    """How far the file of a job is compared."""
    lines = job.parameters.get("upload", 0)
    percent = 100 * job.done_rows / lines if lines else None
    is_open = bulk_upload.is_compared(job)
    return {"job": job, "title": job.label, "lines": lines, "percent": percent, "is_open": is_open}


class SheetProgressView(TenantRightMixin, FragmentOrPageMixin, TemplateView):
    """How far a file is compared; once it is, the job's page shows what it changes."""

    right = Right.EXPORTS_MAKE
    menu_entry = "telephony:job_list"
    fragment = "telephony/_sheet_progress.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = get_object_or_404(Job.objects.select_related("person"), pk=kwargs["pk"], kind=Job.Kind.BULK)
        return super().get_context_data(**reading_of(job), **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if not context["is_open"]:
            response["HX-Refresh"] = "true"
        return response


class JobProgressView(TenantRightMixin, FragmentOrPageMixin, TemplateView):
    """How far an edit of many objects is; when it ends, or all its rows are judged, the whole page is asked anew."""

    right = Right.EXPORTS_MAKE
    menu_entry = "telephony:job_list"
    fragment = "telephony/_job_progress.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = get_object_or_404(
            Job.objects.filter(kind=Job.Kind.BULK).select_related("person", "reverts"), pk=kwargs["pk"]
        )
        return super().get_context_data(**standing_of(job, self.request), **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if not context["is_open"]:
            response["HX-Refresh"] = "true"
        return response


class JobResultsView(TenantRightMixin, View):
    """What became of each row, as CSV."""

    right = Right.EXPORTS_MAKE

    def get(self, request: HttpRequest, slug: str, pk: int) -> StreamingHttpResponse:
        job = get_object_or_404(Job, pk=pk, kind=Job.Kind.BULK)
        tenant_id = request.tenant.pk  # type: ignore[attr-defined]
        response = StreamingHttpResponse(
            bulk_results.csv_lines(job, tenant_id), content_type="text/csv; charset=utf-8"
        )
        response["Content-Disposition"] = f'attachment; filename="job-{job.pk}.csv"'
        return response


class RunningJobsView(TenantRightMixin, TemplateView):
    """The top bar's slot: the person's jobs in progress."""

    right = None
    template_name = "telephony/_running_jobs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = (Job.Kind.EXPORT, Job.Kind.BULK)
        own = Job.objects.filter(kind__in=shown, person=self.request.user, state__in=OPEN)
        jobs = own.order_by("-created_at")[:3]
        return super().get_context_data(
            jobs=[
                (job, round(100 * job.done_rows / job.total_rows) if job.total_rows else None) for job in jobs
            ],
            **kwargs,
        )
