"""Exports of platform staff: of lists and figures over all tenants, which belong to none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from accounts.views_base import StaffRequiredMixin
from portal.ui.views import FilteredTableView
from telephony.models import StaffExport
from telephony.services import export_asking, exporting, ledger
from telephony.tables.jobs import ExportTable
from telephony.views.job_acts import AGAIN
from telephony.views.own_exports import (
    OPEN,
    AskForPage,
    ExportFile,
    ExportProgress,
    export_address,
)

STAFF = {"base_name": "base_staff.html"}


class OwnStaffExportMixin(StaffRequiredMixin):
    request: Any

    def get_queryset(self) -> Any:
        return StaffExport.objects.filter(person=self.request.user)


class StaffExportListView(OwnStaffExportMixin, FilteredTableView):
    extra_context = STAFF
    table_class = ExportTable
    order = ("-created_at", "-id")

    title = gettext_lazy("Exports")
    empty_title = gettext_lazy("No exports yet")
    empty_text = gettext_lazy(
        "An export of a list or a figure over all tenants stands here with its progress. Files are kept for 7 days."
    )

    def empty_action(self) -> tuple[str, str] | None:
        return _("Go to the figures"), reverse("telephony:staff_figures")


class StaffExportPageView(StaffRequiredMixin, AskForPage):
    pass


class StaffExportDetailView(OwnStaffExportMixin, ExportProgress):
    extra_context = STAFF

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        told = {
            "may_stop": self.object.state in OPEN,
            "stop_url": export_address(None, "act", pk=self.object.pk, act="stop"),
            "may_again": self.object.state in AGAIN,
            "again_url": export_address(None, "act", pk=self.object.pk, act="again"),
        }
        return super().get_context_data(**told, **kwargs)


class StaffExportFileView(OwnStaffExportMixin, ExportFile):
    pass


class StaffExportActView(OwnStaffExportMixin, View):
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int, act: str) -> HttpResponse:
        job = get_object_or_404(self.get_queryset(), pk=pk)
        if act not in ACTS:
            raise Http404
        try:
            job = ACTS[act](self, job)
        except ledger.NotHeld:
            messages.info(request, _("This went on meanwhile; here is how it stands."))
        return HttpResponseRedirect(export_address(None, "detail", pk=job.pk))

    def stop(self, job: Any) -> Any:
        exporting.stop(job)
        return job

    def again(self, job: Any) -> Any:
        if job.state not in AGAIN:
            raise Http404
        return export_asking.request_again(job, self.request.user, self.request)


ACTS: dict[str, Callable[[StaffExportActView, Any], Any]] = {
    "stop": StaffExportActView.stop,
    "again": StaffExportActView.again,
}
