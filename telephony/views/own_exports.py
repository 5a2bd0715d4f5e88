"""Asking for what a page shows, watching it and fetching its file: alike in a tenant (exports.py) and for platform staff
(staff_exports.py). Everybody has their own exports only; somebody else's is not found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import DetailView, View

from accounts.models import Tenant
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView, FragmentMixin
from telephony.forms.calls import ExportForm
from telephony.models import AnyJob
from telephony.services import export_asking, export_files
from telephony.views import page_exports
from telephony.views.figure_files import FigureFilesMixin

LONGEST = 4_000  # letters of an address
OPEN = (AnyJob.State.WAITING, AnyJob.State.RUNNING)


def export_address(tenant: Tenant | None, page: str, **kwargs: Any) -> str:
    """Of a page of exports: `list`, `page`, `detail`, `file` or `act`. Without a tenant it is platform staff's."""
    if tenant is None:
        return reverse(f"telephony:staff_export_{page}", kwargs=kwargs)
    return tenant_url(tenant, f"telephony:export_{page}", **kwargs)


def page_address(page: Mapping[str, str]) -> str:
    """Where an export's page stands."""
    return f"{page['path']}?{page['query']}" if page["query"] else page["path"]


class AskForPage(View):
    """Ask for what a page shows: a list, whole, or one of its figures."""

    http_method_names = ["post"]
    request: Any

    def post(self, request: HttpRequest, **_kwargs: Any) -> HttpResponse:
        told = {name: request.POST.get(name, "") for name in ("path", "query", "figure")}
        if max(map(len, told.values())) > LONGEST:  # cut off it would be another filter
            raise Http404
        tenant, person = self.request.tenant, self.request.user
        view = page_exports.opened(told["path"], told["query"], tenant, person, self.request.rights)
        title, form = self._title(view, told["figure"]), ExportForm(request.POST)
        if not form.is_valid():
            messages.error(request, _("Choose XLSX, CSV or JSON."))
            return HttpResponseRedirect(page_address(told))
        if isinstance(view, FilteredTableView) and not view.filter_form.is_valid():
            messages.error(request, _("A filter is not valid; nothing was exported."))
            return HttpResponseRedirect(page_address(told))
        page = {name: value for name, value in told.items() if value or name != "figure"}
        job = export_asking.request_page(tenant, person, title, form.cleaned_data["format"], page, request)
        return HttpResponseRedirect(export_address(tenant, "detail", pk=job.pk))

    def _title(self, view: View, figure: str) -> str:
        """What the export is called; a list that has one of its own is not found here."""
        if isinstance(view, FigureFilesMixin) and (title := view.figure_title(figure)):
            return title
        own = export_address(self.request.tenant, "page")
        if not figure and isinstance(view, FilteredTableView) and view.export_url() == own:
            return view.export_title()
        raise Http404


class ExportProgress(FragmentMixin, DetailView):
    """How far an export is, and its file."""

    template_name = "telephony/export_detail.html"
    fragment_template_name = "telephony/_export_progress.html"
    context_object_name = "job"
    request: Any

    @property
    def is_fragment(self) -> bool:
        return bool(self.request.htmx)

    def list_address(self, job: AnyJob) -> str:
        """Where the list of an export stands that is not of a page; "" where nobody knows."""
        return ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        job, tenant = self.object, self.request.tenant
        percent = 100 * job.done_rows / job.total_rows if job.total_rows else None
        back = page_address(job.parameters) if job.parameters.get("path") else self.list_address(job)
        told = {
            "title": job.label,
            "is_open": job.state in OPEN,
            "percent": percent,
            "back": back,
            "list_url": export_address(tenant, "list"),
            "file_url": export_address(tenant, "file", pk=job.pk),
        }
        return super().get_context_data(**told, **kwargs)

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if self.is_fragment and not context["is_open"]:
            response["HX-Refresh"] = "true"  # the whole page offers something else now
        return response


class ExportFile(View):
    get_queryset: Any

    def get(self, request: HttpRequest, pk: int, **_kwargs: Any) -> FileResponse:
        job = self.get_queryset().filter(pk=pk, state=AnyJob.State.DONE).first()
        if job is None:
            raise Http404
        try:
            file = export_files.file_of(job).open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        return FileResponse(file, as_attachment=True, filename=job.file_name)
