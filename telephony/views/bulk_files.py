"""Objects as a file: those of a draft with their fields as columns, out and back in; the file of a list, edited, back in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from telephony.models import Job
from telephony.services import bulk, bulk_sheet, bulk_upload
from telephony.views.bulk import BulkEditView

FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BadFile(Exception):
    """The file as a whole cannot be taken; the message says why."""


class SheetView(BulkEditView):
    """The objects of a draft as a file with their fields as columns (GET, `?format=`), and back in (POST)."""

    typed = None  # the page shows the forms as they were

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.found[0]:
            return HttpResponseRedirect(self.page(self.job))
        file_format = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
        operation = request.GET.get("operation", "")
        known = {key for part in self.found[0] for key, _editor in part.others}
        content = bulk_sheet.sheet(self.job, operation if operation in known else "", file_format)
        response = HttpResponse(content, content_type=FILE_TYPES[file_format])
        response["Content-Disposition"] = f'attachment; filename="objects-{self.job.pk}.{file_format}"'
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            taken = taken_from(request, self.job)
        except (bulk_sheet.BadSheet, BadFile) as bad:
            return self.render_to_response(self.get_context_data(**told(bad)), status=422)
        except bulk.NotOpen:
            messages.info(request, _("This was started already; here is how it stands."))
            taken = self.job
        return HttpResponseRedirect(self.page(taken))


class ImportView(TenantRightMixin, TemplateView):
    """A file of a list, edited, back in: what it changes becomes a draft."""

    right = Right.BULK_EDIT
    template_name = "telephony/bulk_import.html"
    menu_entry = "telephony:job_list"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            job = taken_from(request)
        except (bulk_sheet.BadSheet, BadFile) as bad:
            return self.render_to_response(self.get_context_data(**told(bad)), status=422)
        return HttpResponseRedirect(tenant_url(request.tenant, "telephony:job_detail", pk=job.pk))  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Bring in an edited file"), **kwargs)


def taken_from(request: HttpRequest, job: Job | None = None) -> Job:
    """The draft of an uploaded file, or the job that compares it first. Raises BadFile, BadSheet, and bulk.NotOpen where
    the job was started."""
    file = request.FILES.get("file")
    if file is None or file.size is None:
        raise BadFile(_("Choose a file."))
    if file.size > bulk_sheet.MOST_BYTES:
        words = _("The file is larger than %(most)s MB.")
        raise BadFile(words % {"most": bulk_sheet.MOST_BYTES // 1_000_000})
    try:
        return bulk_upload.receive(file.read(), request.user, job)  # type: ignore[arg-type]
    except bulk_sheet.UnreadableFile as error:
        raise BadFile(str(error)) from error


def told(bad: bulk_sheet.BadSheet | BadFile) -> dict[str, Any]:
    """What is wrong with a file, for its page."""
    if isinstance(bad, BadFile):
        return {"sheet_error": str(bad), "sheet_errors": ()}
    return {"sheet_errors": bad.faults[: bulk_upload.MOST_ERRORS], "sheet_count": len(bad.faults)}
