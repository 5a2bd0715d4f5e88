"""Edits of many objects: choose them in a list, say what is wanted, look at each row, start, watch, take back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from accounts.rights import Right
from accounts.views_base import TenantRightMixin, require_right
from portal.ui.links import next_url, tenant_url
from telephony.forms.bulk import BulkForm, StartForm
from telephony.models import Connection, Entity, Job
from telephony.providers.editing import Editor
from telephony.services import bulk, bulk_below, bulk_choice, bulk_judging, bulk_upload, ledger
from telephony.services.bulk_words import in_a_sentence
from telephony.services.door import right_for
from telephony.views.listed import view_of

MOST_TICKED = 1000


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
            messages.error(request, too_many())
            return HttpResponseRedirect(home)
        return HttpResponseRedirect(tenant_url(tenant, "telephony:bulk_edit", pk=job.pk))


def too_many() -> str:
    words = _("One job takes at most %(count)s objects; narrow the filter.")
    return words % {"count": number_format(bulk.MOST_ROWS)}


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


@dataclass(frozen=True, kw_only=True)
class ShownPart:
    """A part of the page of an edit: the objects that one operation edits, and the form of its fields.

    counts   how many of what kind at which connection
    others   the operations that it can be instead, in words
    """

    part: bulk_choice.Part
    form: BulkForm
    counts: Sequence[tuple[Connection, str, int]]
    others: Sequence[tuple[str, Any]]

    @property
    def operation(self) -> str:
        return self.part.operation

    @property
    def title(self) -> Any:
        return _title_of(self.part.editor)


def _title_of(editor: Editor) -> Any:
    return editor.title or editor.operation.summary


class BulkEditView(BulkJobMixin, TemplateView):
    """What the objects are to be: for those of each provider which operation, and which of its fields.

    `?operation=KEY`, several times where there are several parts, chooses among the operations.
    """

    template_name = "telephony/bulk_edit.html"
    menu_entry = "telephony:job_list"

    @cached_property
    def found(self) -> tuple[list[bulk_choice.Part], list[Entity]]:
        asked = self.request.GET.getlist("operation") or list(self.job.parameters.get("wishes", {}))
        return bulk_choice.parts_of(bulk_choice.samples(bulk.chosen(self.job)), asked)

    @cached_property
    def typed(self) -> Any:
        """What was typed into the forms; None where nothing was."""
        return self.request.POST if self.request.method == "POST" else None

    @cached_property
    def parts(self) -> list[ShownPart]:
        counts = counts_of(self.job)
        shown = []
        for place, part in enumerate(self.found[0]):
            fields, around = bulk_choice.fields_of(part.pairs)
            prefix = f"also{place}" if place else None
            form = BulkForm(fields, around, editor=part.editor, data=self.typed, prefix=prefix)
            own = [counts[one.connection_id, one.kind] for one, _editor in part.pairs]
            others = [(key, _title_of(editor)) for key, editor in part.others]
            shown.append(ShownPart(part=part, form=form, counts=own, others=others))
        return shown

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_said = self.job.reverts_id or self.job.parameters.get("file")
        if self.job.state != Job.State.DRAFT or is_said:
            return HttpResponseRedirect(self.page(self.job))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.parts:
            messages.error(request, _("Nothing of these can be edited together."))
            return HttpResponseRedirect(request.path)
        good = [one for one in self.parts if one.form.is_valid()]
        wishes = [bulk.Wish(one.operation, one.form.wanted(), one.form.how()) for one in good]
        wishes = [wish for wish in wishes if wish.wanted]
        if len(good) == len(self.parts) and not wishes:
            self.parts[0].form.add_error(None, _("Tick at least one field that is to be changed."))
        elif len(good) == len(self.parts):
            for one in self.parts:
                if one.form.wanted():
                    require_right(request, right_for(one.part.editor.operation))
            try:
                bulk.want(self.job, *wishes)
            except bulk.NotOpen:
                messages.info(request, _("This was started already; here is how it stands."))
            return HttpResponseRedirect(self.page(self.job))
        return self.render_to_response(self.get_context_data(), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        parts, counts = self.parts, counts_of(self.job)
        told = self.job.parameters
        context: dict[str, Any] = {
            "sheet_errors": told.get("sheet_errors", ()),
            "sheet_count": told.get("sheet_count", 0),
            "job": self.job,
            "parts": parts,
            "has_choice": any(len(one.others) > 1 for one in parts),
            "query": urlencode([("operation", one.operation) for one in parts]),
            "sheet_query": urlencode({"operation": parts[0].operation} if len(parts) == 1 else {}),
            "left": [counts[one.connection_id, one.kind] for one in self.found[1]],
            "below": bulk_below.below(self.job),
            "sets": list(counts.values()),
            "title": self.job.label,
            **kwargs,
        }
        return super().get_context_data(**context)


class BulkBelowView(BulkJobMixin, View):
    """What hangs below the objects of a draft is edited in their place: the objects of the kind `kind`."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        page = tenant_url(request.tenant, "telephony:bulk_edit", pk=self.job.pk)  # type: ignore[attr-defined]
        try:
            made = bulk_below.choose(self.job, request.POST.get("kind", ""), request.user)  # type: ignore[arg-type]
        except bulk.NotOpen:
            messages.info(request, _("This was started already; here is how it stands."))
        except bulk.NothingChosen:
            messages.error(request, _("Nothing of that kind hangs below them any more."))
        except bulk.TooMany:
            messages.error(request, too_many())
        else:
            page = tenant_url(request.tenant, "telephony:bulk_edit", pk=made.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(page)


def counts_of(job: Job) -> dict[tuple[int, str], tuple[Connection, str, int]]:
    """The exact set, in words: how many of what kind at which connection, by connection and kind."""
    groups = bulk.chosen(job).order_by().values("connection", "kind").annotate(n=Count("pk"))
    links = {one.pk: one for one in Connection.objects.filter(pk__in=groups.values("connection"))}
    found = {}
    for group in groups.order_by("-n", "kind"):
        connection = links[group["connection"]]
        kind = connection.declaration.kinds.get(group["kind"])
        words = (kind.plural if group["n"] != 1 else kind.label) if kind else group["kind"]
        found[connection.pk, group["kind"]] = connection, in_a_sentence(words), group["n"]
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
        except (bulk.NotOpen, ledger.NotHeld):
            messages.info(request, _("This went on meanwhile; here is how it stands."))
        except bulk.NothingChosen:
            messages.error(
                request, _("Nothing of it can be taken back: no row was applied, or all of it was already.")
            )
        return HttpResponseRedirect(self.page(self.job))

    def start(self) -> str:
        form = StartForm(self.request.POST)
        if not form.is_valid():
            messages.error(self.request, _("Some values are not valid; nothing was started."))
        elif bulk_judging.is_held_back(self.job) and not form.cleaned_data["allows_bad"]:
            words = _(
                "Nothing was started: some rows are not possible. Say that the others are to be written."
            )
            messages.error(self.request, words)
        else:
            bulk.start(self.job, self.request.user, **form.cleaned_data)
        return self.page(self.job)

    def pause(self) -> str:
        bulk.pause(self.job)
        return self.page(self.job)

    def resume(self) -> str:
        bulk.resume(self.job)
        return self.page(self.job)

    def stop(self) -> str:
        (bulk_upload if bulk_upload.is_compared(self.job) else bulk).stop(self.job)
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
