"""Exports: asked for by a list, watched, fetched. A person's own only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import next_url, tenant_url
from portal.ui.views import FilteredTableView, FragmentMixin
from telephony.forms.calls import ExportForm
from telephony.models import Job
from telephony.services import export_asking, export_files
from telephony.tables.jobs import ExportTable
from telephony.views import changes, page_exports
from telephony.views.calls import filter_form
from telephony.views.figure_files import FigureFilesMixin
from telephony.views.job_acts import acts_of
from telephony.views.listed import view_of

LISTS = {"calls": "telephony:call_list", "changes": "telephony:change_list"}
LONGEST = 4_000  # letters of an address
OPEN = (Job.State.WAITING, Job.State.RUNNING)


class ExportListView(TenantRightMixin, FilteredTableView):
    """The person's own exports and their files."""

    right = Right.EXPORTS_MAKE
    table_class = ExportTable
    order = ("-created_at", "-id")

    title = gettext_lazy("Exports")
    empty_title = gettext_lazy("No exports yet")
    empty_text = gettext_lazy(
        "An export takes the whole filter of a list, not only the page. Files are kept for 7 days."
    )

    def get_queryset(self) -> Any:
        own = Job.objects.filter(kind=Job.Kind.EXPORT, person=self.request.user)
        return own.select_related("person")

    def empty_action(self) -> tuple[str, str] | None:
        return _("Go to the calls"), tenant_url(self.request.tenant, "telephony:call_list")


class ExportCallsView(TenantRightMixin, View):
    """Ask for an export of the calls that a filter leaves."""

    right = Right.EXPORTS_MAKE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = request.tenant  # type: ignore[attr-defined]
        form = ExportForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose XLSX, CSV or JSON."))
            return HttpResponseRedirect(tenant_url(tenant, "telephony:call_list"))
        search = filter_form(request, QueryDict(request.POST.get("query", "")[:2000]))
        search.full_clean()
        if search.errors:
            messages.error(request, _("A filter is not valid; nothing was exported."))
            return HttpResponseRedirect(tenant_url(tenant, "telephony:call_list"))
        job = export_asking.request_export(
            tenant, self.request.user, search.as_search(), form.cleaned_data["format"], request
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
        job = export_asking.request_objects(
            tenant, self.request.user, view.search(), str(view.title), form.cleaned_data["format"], request
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
        job = export_asking.request_export(
            tenant, self.request.user, search.as_search(), form.cleaned_data["format"], request
        )
        return HttpResponseRedirect(tenant_url(tenant, "telephony:export_detail", pk=job.pk))


class ExportPageView(TenantRightMixin, View):
    """Ask for what a page shows: a list, whole, or one of its figures."""

    right = Right.EXPORTS_MAKE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = request.tenant  # type: ignore[attr-defined]
        told = {name: request.POST.get(name, "") for name in ("path", "query", "figure")}
        if max(map(len, told.values())) > LONGEST:  # cut off it would be another filter
            raise Http404
        view = page_exports.opened(told["path"], told["query"], tenant, request.user, request.rights)  # type: ignore[arg-type, attr-defined]
        title, form = self._title(view, told["figure"]), ExportForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose XLSX, CSV or JSON."))
            return HttpResponseRedirect(_address(told))
        if isinstance(view, FilteredTableView) and not view.filter_form.is_valid():
            messages.error(request, _("A filter is not valid; nothing was exported."))
            return HttpResponseRedirect(_address(told))
        page = {name: value for name, value in told.items() if value or name != "figure"}
        job = export_asking.request_page(
            tenant, self.request.user, title, form.cleaned_data["format"], page, request
        )
        return HttpResponseRedirect(tenant_url(tenant, "telephony:export_detail", pk=job.pk))

    def _title(self, view: View, figure: str) -> str:
        """What the export is called; a list that has one of its own is not found here."""
        if isinstance(view, FigureFilesMixin) and (title := view.figure_title(figure)):
            return title
        own = tenant_url(self.request.tenant, "telephony:export_page")
        if not figure and isinstance(view, FilteredTableView) and view.export_url() == own:
            return view.export_title()
        raise Http404


def _address(page: Mapping[str, str]) -> str:
    return f"{page['path']}?{page['query']}" if page["query"] else page["path"]


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
        back = _address(job.parameters) if job.parameters.get("path") else self._list_of(job)
        told = {"title": job.label, "is_open": job.state in OPEN, "percent": percent, "back": back}
        return super().get_context_data(**told, **acts_of(self.request, job), **kwargs)

    def _list_of(self, job: Job) -> str:
        name = LISTS.get(job.parameters.get("what", ""))
        return tenant_url(self.request.tenant, name) if name else ""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.is_fragment and not context["is_open"]:
            response["HX-Refresh"] = "true"  # the whole page offers something else now
        return response


class ExportFileView(OwnExportMixin, View):
    def get(self, request: HttpRequest, slug: str, pk: int) -> FileResponse:
        job = self.get_queryset().filter(pk=pk, state=Job.State.DONE).first()
        if job is None:
            raise Http404
        try:
            file = export_files.file_of(job).open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        return FileResponse(file, as_attachment=True, filename=job.file_name)
