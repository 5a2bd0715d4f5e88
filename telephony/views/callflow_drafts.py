"""What all pages of a draft of a callflow stand on; its review, from where it is published through the one door, and earlier
versions brought back into it. Editing it: callflow_editing.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from portal.lib.canonical import canonical_json
from portal.lib.errors import ProviderError
from portal.lib.numbers import display
from portal.ui.links import tenant_url
from telephony.callflow_drawing import drawing_of
from telephony.models import CallflowDraft, Change
from telephony.providers.callflows import edits
from telephony.providers.callflows.lint import Fault, Problem
from telephony.providers.callflows.tree import Flow
from telephony.providers.edit_fields import Field, Surroundings
from telephony.providers.editing import Editor
from telephony.providers.operations import Text
from telephony.services import callflow_drafts, callflow_moving, callflow_versions
from telephony.services.callflow_around import problems_of, targets_of
from telephony.services.callflow_bringing import left_empty
from telephony.services.callflow_drafts import Differences, differences
from telephony.services.callflow_moving import Move
from telephony.services.callflow_numbers import with_a_number
from telephony.services.callflow_scene import scene_of
from telephony.services.callflow_text import flow_in, flow_of
from telephony.services.edit_surroundings import surroundings
from telephony.views.callflow_pages import CallflowPage

MADE_OF_DRAFT = (
    "draft",
    "flow",
    "differences",
    "targets",
    "around",
    "problems",
    "problem_ways",
    "scene",
    "at_first",
    "folded",
    "chosen",
    "step",
    "panel",
    "board",
)
STOPPING = frozenset({Fault.MISSING_VALUE, Fault.WRONG_VALUE, Fault.NO_NUMBER})


class DraftPage(CallflowPage):
    """A page of the person's own draft."""

    right = Right.CALLFLOWS_EDIT
    url_name = "callflow_edit"
    is_new = False  # there is no live callflow yet
    entity_without = ("document",)

    @cached_property
    def draft(self) -> CallflowDraft | None:
        return callflow_drafts.draft_of(self.entity, self.request.user)

    @cached_property
    def flow(self) -> Flow:
        if self.draft is None:
            raise Http404
        return flow_of(self.draft.flow)

    @cached_property
    def base(self) -> Flow:
        assert self.draft is not None
        return flow_in(self.draft.base)

    @cached_property
    def problems(self) -> list[Problem]:
        """What was left empty when it was brought in stands first."""
        left = left_empty(self.draft, self.flow, self.callflows) if self.draft is not None else []
        found = problems_of(self.flow, self.link, self.around)
        return [
            *left,
            *(
                with_a_number(one, self.link, self.network, self.flow)
                if one.fault is Fault.NO_NUMBER
                else one
                for one in found
            ),
        ]

    @cached_property
    def differences(self) -> Differences:
        """What the draft changes of what it began from."""
        return differences(self.base, self.flow)

    def forget(self) -> None:
        """The draft moved on: what was made of it is made anew."""
        for name in MADE_OF_DRAFT:
            self.__dict__.pop(name, None)

    def back(self, step: str = "") -> HttpResponse:
        address = self.here(step=step or self.request.GET.get("step", ""))
        return HttpResponseRedirect(address if address.startswith("/") else f"{self.home}{address}")

    @property
    def stopping(self) -> list[Problem]:
        """What the provider would refuse: it is the draft's doing, or keeps it from taking any change of the callflow."""
        before = {(one.fault, one.number, one.path) for one in self._problems_before}
        before -= {(Fault.NO_NUMBER, None, "")}
        return [
            one
            for one in self.problems
            if one.fault in STOPPING and (one.fault, one.number, one.path) not in before
        ]

    @cached_property
    def _problems_before(self) -> list[Problem]:
        return problems_of(self.base, self.link, self.around)


class CallflowRestoreView(DraftPage, View):
    """An earlier version in the draft, as one act: it is reviewed and published like any other.

    `change` is its id, `side` which version of it: what it left, or what it found.
    """

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        entity, wanted = self.entity, request.POST.get("change", "")
        if not wanted.isdecimal():
            return HttpResponseRedirect(self.url("callflow_detail"))
        rows = Change.objects.filter(entity=entity, operation=self.callflows.update)
        change = get_object_or_404(rows, pk=wanted)
        side = callflow_versions.BEFORE if request.POST.get("side") == "before" else callflow_versions.AFTER
        if not callflow_versions.is_version(change) or not getattr(change, side):
            raise Http404
        try:
            document = callflow_versions.version_of(change, side)
            draft = callflow_drafts.begin(entity, request.user)  # type: ignore[arg-type]
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self.url("callflow_detail"))
        callflow_drafts.act(draft, None, "replace", lambda flow: edits.become(flow, document))
        return HttpResponseRedirect(self.url("callflow_review"))


class CallflowReviewView(DraftPage, TemplateView):
    """The draft beside the live callflow; a POST goes through the one door to the preview."""

    template_name = "telephony/callflow_review.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is None:
            return HttpResponseRedirect(self.url("callflow_detail"))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.differences
        targets = targets_of(self.link, [self.base, self.flow])
        around = self.network.around(self.entity.remote_id, targets)
        before = scene_of(self.base, self.callflows, around, marks=found.before)
        marks = {} if self.is_new else found.after
        after = scene_of(self.flow, self.callflows, around, self.problems, marks=marks)
        root = [(name, self.base.root.get(name), self.flow.root.get(name)) for name in found.root]
        return super().get_context_data(
            title=_("Review: %(name)s") % {"name": self.entity},
            callflow=self.entity,
            draft=self.draft,
            before=drawing_of(before) if found else "",
            after=drawing_of(after) if found else "",
            steps=[one for one in after.steps.values() if one.mark],
            gone=[one for one in before.steps.values() if one.mark == "gone"],
            root=[
                (self._label(name), self._said(name, old), self._said(name, new)) for name, old, new in root
            ],
            stopping=[(self.problems.index(one), one) for one in self.stopping],
            problem_ways=self.problem_ways,
            moves=self.moves,
            is_stuck=any(one.why_not for one in self.moves),
            is_same=not found,
            is_new=self.is_new,
            home=self.home,
            origin=self.url("callflow_detail"),
            **kwargs,
        )

    @cached_property
    def moves(self) -> list[Move]:
        """What other callflows give up for it."""
        assert self.draft is not None
        return callflow_moving.moves_of(self.draft, self.network)

    def _may_move(self) -> bool:
        """Whether the numbers that others have can come here, and the person says so."""
        return not self.moves or ("move" in self.request.POST and not any(one.why_not for one in self.moves))

    @cached_property
    def _root_fields(self) -> Mapping[str, Field]:
        return {one.name: one for one in self._editor.fields(self._surroundings)}

    @cached_property
    def _editor(self) -> Editor:
        return self.link.declaration.editor(self.callflows.update)

    @cached_property
    def _surroundings(self) -> Surroundings:
        return surroundings(self.link, self._editor, None, {}, {})

    def _label(self, name: str) -> Text:
        return self._root_fields[name].label if name in self._root_fields else name

    def _said(self, name: str, value: Any) -> str:
        """A setting of the callflow itself in words; what nobody declared, and whole objects, as JSON."""
        if name in self._root_fields:
            return self._root_fields[name].say(value, self._surroundings).plain(display)
        return "–" if value is None else canonical_json(value)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        draft = self.draft
        if draft is None or self.stopping or not self._may_move():
            return HttpResponseRedirect(self.url("callflow_review"))
        try:
            change = callflow_moving.propose(draft, self.moves, request.user)  # type: ignore[arg-type]
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self.url("callflow_review"))
        url = tenant_url(request.tenant, "telephony:change_detail", pk=change.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(url)
