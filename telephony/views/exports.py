"""Exports: asked for by a list, watched, fetched. A person's own only. Those of platform staff: staff_exports.py."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
)
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import next_url, tenant_url
from portal.ui.views import FilteredTableView
from telephony.forms.calls import ExportForm
from telephony.models import AnyJob, Job
from telephony.services import export_asking
from telephony.tables.jobs import ExportTable
from telephony.views import changes
from telephony.views.calls import filter_form
from telephony.views.job_acts import acts_of
from telephony.views.listed import view_of
from telephony.views.own_exports import AskForPage, ExportFile, ExportProgress

LISTS = {"calls": "telephony:call_list", "changes": "telephony:change_list"}


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
        return Job.objects.filter(kind=Job.Kind.EXPORT, person=self.request.user)

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


class ExportPageView(TenantRightMixin, AskForPage):
    right = Right.EXPORTS_MAKE


class OwnExportMixin(TenantRightMixin):
    right = Right.EXPORTS_MAKE

    def get_queryset(self) -> Any:
        return Job.objects.filter(kind=Job.Kind.EXPORT, person=self.request.user)


class ExportDetailView(OwnExportMixin, ExportProgress):
    def list_address(self, job: AnyJob) -> str:
        name = LISTS.get(job.parameters.get("what", ""))
        return tenant_url(self.request.tenant, name) if name else ""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**acts_of(self.request, self.object), **kwargs)


class ExportFileView(OwnExportMixin, ExportFile):
    pass
