"""Exports and other long jobs: asked for, watched, fetched."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, why_not
from portal.ui.links import next_url, tenant_url
from portal.ui.views import FilteredTableView, FragmentMixin
from telephony.forms.bulk import BulkRowFilterForm, StartForm
from telephony.forms.calls import ExportForm
from telephony.models import BulkRow, Job
from telephony.services import bulk, bulk_results, exporting
from telephony.services.bulk_sending import BAD
from telephony.services.bulk_words import words_of
from telephony.tables.bulk import BulkRowTable
from telephony.tables.jobs import JobTable
from telephony.views import changes
from telephony.views.calls import filter_form
from telephony.views.lines import FragmentOrPageMixin
from telephony.views.listed import view_of

OPEN = (Job.State.WAITING, Job.State.RUNNING)
ENDED = (Job.State.DONE, Job.State.STOPPED, Job.State.FAILED)


class JobListView(TenantRightMixin, FilteredTableView):
    right = Right.EXPORTS_MAKE
    title = gettext_lazy("Jobs")
    table_class = JobTable
    order = ("-created_at", "-id")
    empty_title = gettext_lazy("No jobs yet")
    empty_text = gettext_lazy("Exports and other long work stand here with their progress.")

    def get_queryset(self) -> Any:
        begun = Job.objects.exclude(kind=Job.Kind.BULK, state=Job.State.DRAFT)
        return begun.exclude(kind=Job.Kind.MAIL).select_related("person")

    def empty_action(self) -> tuple[str, str] | None:
        return _("Go to the calls"), tenant_url(self.request.tenant, "telephony:call_list")


class ExportListView(JobListView):
    """The person's own exports and their files."""

    title = gettext_lazy("Exports")
    empty_title = gettext_lazy("No exports yet")
    empty_text = gettext_lazy(
        "An export takes the whole filter of a list, not only the page. Files are kept for 7 days."
    )

    def get_queryset(self) -> Any:
        own = Job.objects.filter(kind=Job.Kind.EXPORT, person=self.request.user)
        return own.select_related("person")


class ExportCallsView(TenantRightMixin, View):
    """Ask for an export of the calls that a filter leaves."""

    right = Right.EXPORTS_MAKE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = request.tenant  # type: ignore[attr-defined]
        form = ExportForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose XLSX or CSV."))
            return HttpResponseRedirect(tenant_url(tenant, "telephony:call_list"))
        search = filter_form(request, QueryDict(request.POST.get("query", "")[:2000]))
        search.full_clean()
        if search.errors:
            messages.error(request, _("A filter is not valid; nothing was exported."))
            return HttpResponseRedirect(tenant_url(tenant, "telephony:call_list"))
        job = exporting.request_export(
            tenant, self.request.user, search.as_search(), form.cleaned_data["format"]
        )
        return HttpResponseRedirect(tenant_url(tenant, "telephony:export_detail", pk=job.pk))


class ExportObjectsView(TenantRightMixin, View):
    """Ask for the objects that a list's filter leaves as a file, to be edited and brought back."""

    right = Right.EXPORTS_MAKE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = request.tenant  # type: ignore[attr-defined]
        form, view = ExportForm(request.POST), view_of(request, slug)
        if view is None or not form.is_valid():
            messages.error(request, _("A filter is not valid; nothing was exported."))
            return HttpResponseRedirect(next_url(request, tenant_url(tenant, "telephony:line_list")))
        job = exporting.request_objects(
            tenant, self.request.user, view.search(), str(view.title), form.cleaned_data["format"]
        )
        return HttpResponseRedirect(tenant_url(tenant, "telephony:export_detail", pk=job.pk))


class ExportChangesView(TenantRightMixin, View):
    """Ask for an export of the changes that a filter leaves."""

    right = Right.EXPORTS_MAKE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = request.tenant  # type: ignore[attr-defined]
        form = ExportForm(request.POST)
        search = changes.filter_form(request, QueryDict(request.POST.get("query", "")[:2000]))
        search.full_clean()
        if search.errors or not form.is_valid():
            messages.error(request, _("A filter is not valid; nothing was exported."))
            return HttpResponseRedirect(tenant_url(tenant, "telephony:change_list"))
        job = exporting.request_export(
            tenant, self.request.user, search.as_search(), form.cleaned_data["format"]
        )
        return HttpResponseRedirect(tenant_url(tenant, "telephony:export_detail", pk=job.pk))


class OwnExportMixin(TenantRightMixin):
    """One of the person's own exports; somebody else's is not found."""

    right = Right.EXPORTS_MAKE

    def get_queryset(self) -> Any:
        return Job.objects.filter(kind=Job.Kind.EXPORT, person=self.request.user)


class ExportDetailView(OwnExportMixin, FragmentMixin, DetailView):
    template_name = "telephony/export_detail.html"
    fragment_template_name = "telephony/_export_progress.html"
    context_object_name = "job"

    @property
    def is_fragment(self) -> bool:
        return bool(self.request.htmx)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job = self.object
        percent = 100 * job.done_rows / job.total_rows if job.total_rows else None
        return super().get_context_data(title=job.label, is_open=job.state in OPEN, percent=percent, **kwargs)


class ExportFileView(OwnExportMixin, View):
    def get(self, request: HttpRequest, slug: str, pk: int) -> FileResponse:
        job = self.get_queryset().filter(pk=pk, state=Job.State.DONE).first()
        if job is None:
            raise Http404
        try:
            file = exporting.file_of(job).open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        return FileResponse(file, as_attachment=True, filename=job.file_name)


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
        if self.job.kind != Job.Kind.BULK:
            name = "telephony:export_detail" if self.job.person_id == request.user.pk else ""
            if not name:
                raise Http404
            return HttpResponseRedirect(tenant_url(self.request.tenant, name, pk=self.job.pk))
        if self.job.state == Job.State.DRAFT and not (
            self.job.parameters.get("operation") or self.job.parameters.get("file") or self.job.reverts
        ):
            return HttpResponseRedirect(
                tenant_url(self.request.tenant, "telephony:bulk_edit", pk=self.job.pk)
            )
        return super().get(request, *args, **kwargs)

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
        "bad": sum(counts[state] for state in BAD),
        "total": job.total_rows,
        "percent": 100 * job.done_rows / job.total_rows if job.total_rows else None,
        "is_open": job.state in OPEN or (is_draft and counts[BulkRow.State.NEW] > 0),
        "is_draft": is_draft,
        "is_running": job.state in OPEN,
        "is_ended": job.state in ENDED,
        "may_revert": may_revert,
        "irreversible": bulk.irreversible(job) if is_draft or may_revert else "",
        "missing": why_not(request, missing) if missing else "",
        "form": StartForm(initial={"why": job.parameters.get("why", "")}, good=good) if is_draft else None,
        "file_url": tenant_url(request.tenant, "telephony:job_results", pk=job.pk),  # type: ignore[attr-defined]
    }


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
