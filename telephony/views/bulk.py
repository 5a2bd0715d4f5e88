"""Edits of many objects: choose them in a list, say what is wanted, look at each row, start, watch, take back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right
from portal.ui.links import next_url, tenant_url
from telephony.forms.bulk import BulkForm, StartForm
from telephony.models import Connection, Job
from telephony.services import bulk, bulk_choice, bulk_sheet
from telephony.services.door import right_for
from telephony.views.listed import view_of

MOST_TICKED = 1000
MOST_ERRORS = 50  # of a file, shown at once
FILE_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class BulkChooseView(TenantRightMixin, View):
    """Objects of a list become the rows of a draft: those that are ticked, or all that the list's filter leaves."""

    right = Right.BULK_EDIT
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = request.tenant  # type: ignore[attr-defined]
        home = next_url(request, tenant_url(tenant, "telephony:line_list"))
        view = view_of(request, slug)
        if view is None:
            messages.error(request, _("A filter is not valid; nothing was chosen."))
            return HttpResponseRedirect(home)
        listed = view.records.order_by(*view.order_in_force)
        if request.POST.get("which") != "all":
            ticked = [pk for pk in request.POST.getlist("selected")[:MOST_TICKED] if pk.isdecimal()]
            listed = listed.filter(pk__in=ticked)
        try:
            job = bulk.choose(self.request.user, listed)
        except bulk.NothingChosen:
            messages.error(request, _("Tick the objects that are to be edited."))
            return HttpResponseRedirect(home)
        except bulk.TooMany:
            words = _("One job takes at most %(count)s objects; narrow the filter.")
            messages.error(request, words % {"count": bulk.MOST_ROWS})
            return HttpResponseRedirect(home)
        return HttpResponseRedirect(tenant_url(tenant, "telephony:bulk_edit", pk=job.pk))


class BulkJobMixin(TenantRightMixin):
    """One edit of many objects. Who changes it needs the rights of its operations, too."""

    right = Right.BULK_EDIT
    kwargs: dict[str, Any]

    @cached_property
    def job(self) -> Job:
        rows = Job.objects.filter(kind=Job.Kind.BULK).select_related("person", "reverts")
        return get_object_or_404(rows, pk=self.kwargs["pk"])

    def page(self, job: Job) -> str:
        return tenant_url(self.request.tenant, "telephony:job_detail", pk=job.pk)


class BulkEditView(BulkJobMixin, TemplateView):
    """Which operation, which of its fields, and what they are to be. `?operation=KEY` chooses among several."""

    template_name = "telephony/bulk_edit.html"
    menu_entry = "telephony:job_list"

    @cached_property
    def offered(self) -> dict[str, Any]:
        return bulk_choice.choices(bulk_choice.samples(bulk.chosen(self.job)))

    @cached_property
    def operation(self) -> str:
        wanted = self.request.GET.get("operation") or self.job.parameters.get("operation", "")
        return wanted if wanted in self.offered else next(iter(self.offered), "")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.job.state != Job.State.DRAFT or self.job.reverts_id or self.job.parameters.get("file"):
            return HttpResponseRedirect(self.page(self.job))
        return super().get(request, *args, **kwargs)

    @cached_property
    def form(self) -> BulkForm | None:
        if not self.operation:
            return None
        pairs = self.offered[self.operation]
        fields, around = bulk_choice.fields_of(pairs)
        data = self.request.POST if self.request.method == "POST" else None
        return BulkForm(fields, around, editor=pairs[0][1], data=data)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.form is None:
            messages.error(request, _("Nothing of these can be edited together."))
            return HttpResponseRedirect(request.path)
        _entity, editor = self.offered[self.operation][0]
        require_right(request, right_for(editor.operation))
        if not self.form.is_valid():
            return self.render_to_response(self.get_context_data(), status=422)
        try:
            bulk.want(self.job, self.operation, self.form.wanted(), self.form.how())
        except bulk.NotOpen:
            messages.info(request, _("This was started already; here is how it stands."))
        return HttpResponseRedirect(self.page(self.job))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = {
            "job": self.job,
            "form": self.form,
            "rows": list(self.form.rows()) if self.form else [],
            "operation": self.operation,
            "choices": [
                (key, pairs[0][1].title or pairs[0][1].operation.summary)
                for key, pairs in self.offered.items()
            ],
            "sets": sets_of(self.job),
            "title": self.job.label,
            **kwargs,
        }
        return super().get_context_data(**context)


class SheetView(BulkEditView):
    """The objects of a draft as a file with their fields as columns (GET, `?format=`), and back in (POST)."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.operation:
            return HttpResponseRedirect(self.page(self.job))
        file_format = "xlsx" if request.GET.get("format") == "xlsx" else "csv"
        content = bulk_sheet.sheet(self.job, self.operation, file_format)
        response = HttpResponse(content, content_type=FILE_TYPES[file_format])
        response["Content-Disposition"] = f'attachment; filename="objects-{self.job.pk}.{file_format}"'
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            taken = taken_from(request, self.job)
        except bulk_sheet.BadSheet as bad:
            return self.render_to_response(self.get_context_data(**told(bad)), status=422)
        except bulk.NotOpen:
            messages.info(request, _("This was started already; here is how it stands."))
            taken = self.job
        return HttpResponseRedirect(self.page(taken))

    @cached_property
    def form(self) -> BulkForm | None:
        """The other way to say what is wanted; nothing was typed into it."""
        fields, around = bulk_choice.fields_of(self.offered[self.operation]) if self.operation else ([], None)
        return BulkForm(fields, around, editor=self.offered[self.operation][0][1]) if around else None


class ImportView(TenantRightMixin, TemplateView):
    """A file of a list, edited, back in: what it changes becomes a draft."""

    right = Right.BULK_EDIT
    template_name = "telephony/bulk_import.html"
    menu_entry = "telephony:job_list"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            job = taken_from(request)
        except bulk_sheet.BadSheet as bad:
            return self.render_to_response(self.get_context_data(**told(bad)), status=422)
        return HttpResponseRedirect(tenant_url(request.tenant, "telephony:job_detail", pk=job.pk))  # type: ignore[attr-defined]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Bring in an edited file"), **kwargs)


def taken_from(request: HttpRequest, job: Job | None = None) -> Job:
    """The draft of an uploaded file. Raises BadSheet, and bulk.NotOpen where the job was started."""
    file = request.FILES.get("file")
    if file is None or file.size is None:
        raise bulk_sheet.BadSheet([_("Choose a file.")])
    if file.size > bulk_sheet.MOST_BYTES:
        words = _("The file is larger than %(most)s MB.") % {"most": bulk_sheet.MOST_BYTES // 1_000_000}
        raise bulk_sheet.BadSheet([words])
    try:
        return bulk_sheet.take(file.read(), request.user, job)  # type: ignore[arg-type]
    except bulk_sheet.UnreadableFile as error:
        raise bulk_sheet.BadSheet([error]) from error


def told(bad: bulk_sheet.BadSheet) -> dict[str, Any]:
    """What is wrong with a file, for its page."""
    return {"sheet_errors": bad.faults[:MOST_ERRORS], "sheet_count": len(bad.faults)}


def sets_of(job: Job) -> list[tuple[Connection, str, int]]:
    """The exact set, in words: how many of what kind at which connection."""
    groups = list(
        bulk.chosen(job)
        .order_by()
        .values("connection", "kind")
        .annotate(n=Count("pk"))
        .order_by("-n", "kind")
    )
    links = {one.pk: one for one in Connection.objects.filter(pk__in=[one["connection"] for one in groups])}
    found = []
    for group in groups:
        connection = links[group["connection"]]
        kind = connection.declaration.kinds.get(group["kind"])
        words = str(kind.plural if kind and group["n"] != 1 else kind.label if kind else group["kind"])
        found.append((connection, words, group["n"]))
    return found


class BulkActView(BulkJobMixin, View):
    """What a person does with a job: start, pause, resume, stop, retry, discard, revert."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        act = ACTS.get(self.kwargs["act"])
        if act is None:
            raise Http404
        for right in bulk.rights_of(self.job):
            require_right(request, right)
        try:
            return HttpResponseRedirect(act(self))
        except bulk.NotOpen:
            messages.info(request, _("This went on meanwhile; here is how it stands."))
        except bulk.NothingChosen:
            messages.error(
                request, _("Nothing of it can be taken back: no row was applied, or all of it was already.")
            )
        return HttpResponseRedirect(self.page(self.job))

    def start(self) -> str:
        form = StartForm(self.request.POST)
        if form.is_valid():
            bulk.start(self.job, self.request.user, **form.cleaned_data)
        else:
            messages.error(self.request, _("Some values are not valid; nothing was started."))
        return self.page(self.job)

    def pause(self) -> str:
        bulk.pause(self.job)
        return self.page(self.job)

    def resume(self) -> str:
        bulk.resume(self.job)
        return self.page(self.job)

    def stop(self) -> str:
        bulk.stop(self.job)
        return self.page(self.job)

    def retry(self) -> str:
        count = bulk.retry(self.job)
        words = ngettext("%(n)s row is tried again.", "%(n)s rows are tried again.", count)
        messages.info(self.request, words % {"n": count})
        return self.page(self.job)

    def discard(self) -> str:
        bulk.discard(self.job)
        messages.info(self.request, _("Discarded. Nothing was sent."))
        return tenant_url(self.request.tenant, "telephony:job_list")

    def revert(self) -> str:
        return self.page(bulk.revert(self.job, self.request.user))


ACTS: dict[str, Callable[[BulkActView], str]] = {
    "start": BulkActView.start,
    "pause": BulkActView.pause,
    "resume": BulkActView.resume,
    "stop": BulkActView.stop,
    "retry": BulkActView.retry,
    "discard": BulkActView.discard,
    "revert": BulkActView.revert,
}
