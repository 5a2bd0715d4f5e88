"""A draft of a callflow: acts on it, its forms, and publishing it through the one door.

Every act is a small POST that answers the whole work area (htmx) or leads back to the page; nothing needs script.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from accounts.rights import Right
from portal.lib.canonical import checksum
from portal.lib.errors import ProviderError
from portal.ui.links import tenant_url
from portal.ui.views import FragmentMixin
from telephony.callflow_drawing import drawing_of
from telephony.forms import rows
from telephony.forms.callflow_edits import (
    ActForm,
    Tools,
    keys_of,
    no_such_act,
    patch_of,
    words_of,
)
from telephony.forms.editing import EditForm
from telephony.models import CallflowDraft, Change, Entity
from telephony.providers.callflows import edits
from telephony.providers.callflows.actions import Rule
from telephony.providers.callflows.edits import Refused
from telephony.providers.callflows.lint import Fault, Problem
from telephony.providers.callflows.tree import Flow, read
from telephony.providers.edit_fields import Field
from telephony.services import callflow_drafts
from telephony.services.callflow_around import problems_of, targets_of
from telephony.services.callflow_bringing import left_empty
from telephony.services.callflow_drafts import Stale, differences, flow_of
from telephony.services.callflow_scene import ROOT, Scene, scene_of
from telephony.services.edit_surroundings import surroundings
from telephony.views import ways_back
from telephony.views.callflow_pages import CallflowPage
from telephony.views.callflow_parcels import send_on_where_it_lacks
from telephony.views.callflow_settings import Settings
from telephony.views.object_fields import way_to_make

CLIPBOARD = "callflow_clipboard"  # in the session: the document of a part, as JSON text
SPARE = 40  # numbers of the account that lead nowhere, as they are offered
STOPPING = frozenset({Fault.MISSING_VALUE, Fault.WRONG_VALUE})


class DraftPage(CallflowPage):
    """A page of the person's own draft."""

    right = Right.CALLFLOWS_EDIT
    url_name = "callflow_edit"
    is_new = False  # there is no live callflow yet

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
        return read(json.loads(self.draft.base))

    @cached_property
    def problems(self) -> list[Problem]:
        """What was left empty when it was brought in stands first."""
        left = left_empty(self.draft, self.flow, self.callflows) if self.draft is not None else []
        return [*left, *problems_of(self.flow, self.link, self.around)]

    def forget(self) -> None:
        """The draft moved on: what was made of it is made anew."""
        for name in ("draft", "flow", "targets", "around", "problems", "scene", "chosen", "step", "panel"):
            self.__dict__.pop(name, None)

    def back(self, step: str = "") -> HttpResponse:
        address = self.here(step=step or self.request.GET.get("step", ""))
        return HttpResponseRedirect(address if address.startswith("/") else f"{self.home}{address}")

    @property
    def stopping(self) -> list[Problem]:
        """What the provider would refuse, and is the draft's doing."""
        before = {(one.fault, one.number, one.path) for one in self._problems_before}
        return [
            one
            for one in self.problems
            if one.fault in STOPPING and (one.fault, one.number, one.path) not in before
        ]

    @cached_property
    def _problems_before(self) -> list[Problem]:
        return problems_of(self.base, self.link, self.around)


class CallflowEditView(FragmentMixin, DraftPage, TemplateView):
    """The editor. A POST without an act begins the draft."""

    template_name = "telephony/callflow_edit.html"
    fragment_target = "flow-panel"
    fragment_template_name = "telephony/_callflow_form.html"
    request: Any

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is None:
            return HttpResponseRedirect(self.url("callflow_detail"))
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "act" not in request.POST:
            return self._begin()
        if self.draft is None:
            messages.warning(request, _("There is no draft any more."))
            return HttpResponseRedirect(self.url("callflow_detail"))
        if request.POST["act"] == "discard":
            self.draft.delete()
            messages.success(
                request,
                _("The draft was discarded; nothing was made.")
                if self.is_new
                else _("The draft was discarded; the live callflow is as it was."),
            )
            return HttpResponseRedirect(self.url("callflow_detail"))
        return self._acted()

    def _begin(self) -> HttpResponse:
        try:
            callflow_drafts.begin(self.entity, self.request.user)
        except ProviderError as error:
            messages.error(self.request, error.message)
            return HttpResponseRedirect(self.url("callflow_detail"))
        return self.back()

    def _acted(self) -> HttpResponse:
        """Do what was asked, and show what came of it."""
        step, trouble, settings = "", "", None
        try:
            if (elsewhere := self._mapped_first()) is not None:
                return elsewhere
            if self.request.POST["act"] == "settings":
                own = self._settings()
                settings = own.form(self.request.POST)
                if (name := self.request.POST.get(ways_back.FIELD)) is not None:
                    return way_to_make(self.request, settings, name)
                if rows.ACT in self.request.POST:
                    settings = own.form_again(rows.rearranged(self.request.POST))
                elif settings.is_valid():
                    self._keep_settings(own, settings)
                    settings = None
            else:
                step = self._act()
        except Refused as error:
            trouble = words_of(error)
        except Stale:
            trouble = _("The draft moved on in another window; this is how it stands now.")
        except forms.ValidationError as error:
            trouble = " ".join(error.messages)
        self.forget()
        if step:
            self.__dict__["chosen"] = step if step in self.scene.steps else ROOT
        if not self.request.htmx and settings is None:
            if trouble:
                messages.error(self.request, trouble)
            return self.back(step)
        context = self.get_context_data(settings=settings, trouble=trouble, **self.kwargs)
        if not self.request.htmx:
            return self.render_to_response(context)
        self.template_name = "telephony/_callflow_work.html"
        return self.render_to_response(context)

    def _mapped_first(self) -> HttpResponse | None:
        """The way to the page that maps a document which names what this account has not."""
        form = ActForm(self.request.POST)
        if self.request.POST["act"] != "replace" or not form.is_valid():
            return None
        assert self.draft is not None
        return send_on_where_it_lacks(self.request, self.draft, form.cleaned_data["document"])

    # ---- acts ----

    def _act(self) -> str:
        """The id of the step that is chosen afterwards, "" for the same as before."""
        form = ActForm(self.request.POST)
        if not form.is_valid():
            raise forms.ValidationError([error for errors in form.errors.values() for error in errors])
        said, draft = form.cleaned_data, self.draft
        assert draft is not None
        what, number = said["act"], said["step"]
        if what in ("undo", "redo"):
            getattr(callflow_drafts, what)(draft, said["revision"])
            return ""
        if what in ("copy", "cut"):
            if number not in self.flow:
                raise Refused(edits.Reason.NO_SUCH_STEP)
            self.request.session[CLIPBOARD] = json.dumps(self.flow.part(number), ensure_ascii=False)
            if what == "copy":
                return ""
            what = form.cleaned_data["act"] = "remove_branch"
        fresh, above = self.flow.fresh, self.flow[number].parent if number in self.flow else None
        try:
            make = patch_of(form, self._tools())
        except KeyError:
            raise forms.ValidationError(no_such_act()) from None
        callflow_drafts.act(draft, said["revision"], what, make, number)
        if what in ("add", "wrap", "paste", "duplicate"):
            return str(fresh)
        if what in ("remove", "remove_branch"):
            return ROOT if above is None else str(above)
        return ""

    def _tools(self) -> Tools:
        clipboard = self.request.session.get(CLIPBOARD)
        return Tools(
            actions=self.callflows.actions,
            ending=self.callflows.ending,
            clipboard=json.loads(clipboard) if clipboard else None,
            fixes=[(one.fix.edit, one.fix.arguments) if one.fix else ("", {}) for one in self.problems],
        )

    # ---- settings of a step, or of the callflow ----

    def _settings(self) -> Settings:
        """Of the step that the form says, else of the one that is chosen."""
        text = self.request.POST.get("step") if self.request.method == "POST" else self.chosen
        number = int(text) if text and text.isdecimal() and int(text) in self.flow else None
        return Settings(self.request, self.link, self.flow, number)

    def _keep_settings(self, settings: Settings, form: EditForm) -> None:
        assert self.draft is not None
        change, revision = settings.change(form), self.request.POST.get("revision", "")
        if change is not None and revision.isdecimal():
            callflow_drafts.act(self.draft, int(revision), *change, settings.number)

    # ---- the page ----

    @cached_property
    def scene(self) -> Scene:
        return scene_of(
            self.flow,
            self.callflows,
            self.around,
            self.problems,
            folded=self.folded,
            opened=self.opened,
            marks={} if self.is_new else differences(self.base, self.flow).after,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.draft
        if draft is None:
            raise Http404
        settings = kwargs.pop("settings", None) or self._settings().form()
        number = None if self.chosen == ROOT else int(self.chosen)
        found = differences(self.base, self.flow)
        return super().get_context_data(
            title=str(self.entity) or self.entity.remote_id,
            callflow=self.entity,
            draft=draft,
            act_url=self.here(),
            editable=True,
            problems=self.problems,
            panel=self.panel,
            form=settings,
            groups=list(settings.grouped()),
            folded=list(settings.folded()),
            palette=self.callflows.actions.by_category.items(),
            module_count=len(self.callflows.actions),
            free_keys=self._free_keys(number),
            own_keys=self._own_keys(number),
            takes_below=number is None or self._takes_below(number),
            branch_help=self._branch_help(number),
            has_clipboard=CLIPBOARD in self.request.session,
            others=[] if self.is_new else callflow_drafts.drafts_of_others(self.entity, self.request.user),
            moved=not self.is_new and checksum(self.entity.document) != checksum(json.loads(draft.base)),
            is_new=self.is_new,
            refusals=callflow_drafts.refusals(draft),
            review_url=self.url("callflow_review"),
            origin=self.url("callflow_detail"),
            change_count=len(found.after) + sum(1 for one in found.before.values() if one == "gone"),
            root_changed=bool(found.root),
            can_redo=draft.acts.filter(number=draft.position + 1).exists(),
            places=[
                (one.id, f"{'· ' * (one.level - 1)}{one.word} {one.name}")
                for one in self.scene.steps.values()
            ],
            spare=self._spare() if number is None else (),
            **self.board(),
            **kwargs,
        )

    def _takes_below(self, number: int) -> bool:
        action = self.callflows.actions.get(self.flow[number].module)
        return action is None or action.branches.rule is not Rule.NONE

    def _free_keys(self, number: int | None) -> list[tuple[str, str]]:
        """The branches that a step may still get, with their words."""
        if number is None:
            return []
        node = self.flow[number]
        taken = {key for key, _child in node.branches}
        return [(key, words) for key, words in self._keys(number) if key not in taken]

    def _own_keys(self, number: int | None) -> list[tuple[str, str]]:
        """The branches that may lead to a step instead."""
        parent = None if number is None else self.flow[number].parent
        return [] if parent is None else self._free_keys(parent)

    def _keys(self, number: int) -> list[tuple[str, str]]:
        action = self.callflows.actions.get(self.flow[number].module)
        found = [
            (key, str(action.branches.words.get(key, _("then"))) if action else _("then"))
            for key in keys_of(action)
        ]
        if action is not None and action.branches.rule is Rule.TIMES:
            rules = Entity.objects.present().filter(connection=self.link, kind=self.callflows.rule_kind)
            found += list(rules.order_by("name_key", "pk").values_list("remote_id", "name")[:200])
        return found

    def _branch_help(self, number: int | None) -> str:
        action = None if number is None else self.callflows.actions.get(self.flow[number].module)
        return str(action.branches.help) if action is not None and action.branches.pattern else ""

    def _spare(self) -> list[str]:
        """Numbers of the account that lead to no callflow."""
        taken = set(self.network.numbers) | {str(one) for one in self.flow.root.get("numbers") or ()}
        rows = Entity.objects.present().filter(connection=self.link, facet=Entity.Facet.NUMBER)
        numbers = rows.exclude(number="").order_by("number").values_list("number", flat=True)[:500]
        return [one for one in numbers if one not in taken][:SPARE]


class CallflowRestoreView(DraftPage, View):
    """An earlier version in the draft, as one act: it is reviewed and published like any other."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        entity, wanted = self.entity, request.POST.get("change", "")
        if not wanted.isdecimal():
            return HttpResponseRedirect(self.url("callflow_detail"))
        rows = Change.objects.filter(entity=entity, operation=self.callflows.update)
        change = get_object_or_404(rows, pk=wanted)
        if not callflow_drafts.is_version(change):
            raise Http404
        document = callflow_drafts.version_of(change)
        try:
            draft = callflow_drafts.begin(entity, request.user)  # type: ignore[arg-type]
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self.url("callflow_detail"))
        callflow_drafts.act(draft, None, "replace", lambda flow: edits.replace_all(flow, document))
        return HttpResponseRedirect(self.url("callflow_review"))


class CallflowReviewView(DraftPage, TemplateView):
    """The draft beside the live callflow; a POST goes through the one door to the preview."""

    template_name = "telephony/callflow_review.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.draft is None:
            return HttpResponseRedirect(self.url("callflow_detail"))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = differences(self.base, self.flow)
        targets = targets_of(self.link, [self.base, self.flow])
        around = self.network.around(self.entity.remote_id, targets)
        before = scene_of(self.base, self.callflows, around, marks=found.before)
        marks = {} if self.is_new else found.after
        after = scene_of(self.flow, self.callflows, around, self.problems, marks=marks)
        names = {one.name: one.label for one in self._root_fields()}
        return super().get_context_data(
            title=_("Review: %(name)s") % {"name": self.entity},
            callflow=self.entity,
            draft=self.draft,
            before=drawing_of(before),
            after=drawing_of(after),
            steps=[one for one in after.steps.values() if one.mark],
            gone=[one for one in before.steps.values() if one.mark == "gone"],
            root=[
                (names.get(name, name), self.base.root.get(name), self.flow.root.get(name))
                for name in found.root
            ],
            stopping=self.stopping,
            is_same=not found,
            is_new=self.is_new,
            home=self.home,
            origin=self.url("callflow_detail"),
            **kwargs,
        )

    def _root_fields(self) -> Sequence[Field]:
        editor = self.link.declaration.editor(self.callflows.update)
        return editor.fields(surroundings(self.link, editor, None, {}, {}))

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        draft = self.draft
        if draft is None or self.stopping:
            return HttpResponseRedirect(self.url("callflow_review"))
        try:
            change = callflow_drafts.propose(draft, request.user)  # type: ignore[arg-type]
        except ProviderError as error:
            messages.error(request, error.message)
            return HttpResponseRedirect(self.url("callflow_review"))
        url = tenant_url(request.tenant, "telephony:change_detail", pk=change.pk)  # type: ignore[attr-defined]
        return HttpResponseRedirect(url)
