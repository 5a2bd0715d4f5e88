"""The editor of a draft of a callflow: acts on it, and the settings of its steps.

Every act is a small POST. It leads back to the page, or answers a script, which says what its page shows, with what
differs from that (telephony/callflow_board.py); nothing needs script.
"""

from __future__ import annotations

from collections.abc import ItemsView, Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from accounts.rights import Right
from portal.lib.errors import ProviderError
from portal.lib.secrets import Unreadable
from portal.ui.views import FragmentMixin
from telephony.callflow_board import digest, digests_of
from telephony.callflow_outline import places_to_move_to
from telephony.forms import rows
from telephony.forms.callflow_edits import ActForm, Tools, no_such_act, patch_of, with_number, words_of
from telephony.forms.editing import SEEN, EditForm
from telephony.models import CallflowDraft
from telephony.providers.callflows import edits
from telephony.providers.callflows.actions import Action, Category
from telephony.providers.callflows.edits import Refused
from telephony.providers.callflows.tree import Flow
from telephony.services import callflow_bringing as bringing
from telephony.services import callflow_clipboard, callflow_drafts
from telephony.services.callflow_clipboard import Clip
from telephony.services.callflow_drafts import Stale
from telephony.services.callflow_offers import offers_at
from telephony.services.callflow_scene import ROOT, Scene, scene_of
from telephony.services.callflow_secrets import marks_back
from telephony.services.callflow_text import flow_of
from telephony.views import ways_back
from telephony.views.callflow_drafts import DraftPage
from telephony.views.callflow_parcels import send_on_where_it_lacks
from telephony.views.callflow_settings import Settings
from telephony.views.object_fields import way_to_make

# In the session, as JSON text: the document of a part, of which account it is, and its secrets, sealed.
CLIPBOARD = "callflow_clipboard"
GIVEN = "give"  # the name of the buttons that put a number on the list
SHOWN = "shown"  # what the page of a script shows, as `digests_of` reads it
PANEL = "flow-panel"
PARTS: Mapping[str, str] = {  # what an act may change beside drawing and outline, by its id on the page
    "flow-draft": "telephony/_callflow_draft.html",
    "flow-trouble": "telephony/_callflow_trouble.html",
    "flow-legend": "telephony/_callflow_legend.html",
    "flow-lint": "telephony/_callflow_lint.html",
    PANEL: "telephony/_callflow_form.html",
}


class CallflowEditView(FragmentMixin, DraftPage, TemplateView):
    """The editor. A POST without an act begins the draft."""

    template_name = "telephony/callflow_edit.html"
    fragment_target = PANEL
    fragment_template_name = "telephony/_callflow_form.html"
    folds_at_first = True
    request: Any
    led_to = ""  # the step that an act chose
    acted: CallflowDraft | None = None  # the draft after it

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
                own = self._settings(self.request.POST.get("step", ""))
                settings = own.form(self.request.POST)
                if (name := self.request.POST.get(ways_back.FIELD)) is not None:
                    return way_to_make(self.request, settings, name)
                if rows.ACT in self.request.POST:
                    settings = own.form_again(rows.rearranged(self.request.POST))
                elif given := self.request.POST.get(GIVEN, ""):
                    settings = own.form_again(with_number(self.request.POST, given))
                elif own.is_valid(settings):
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
        except Unreadable as error:
            trouble = error.message
        self.forget()
        if self.acted is not None and not self.is_new:
            self.draft = self.acted
        self.led_to = step
        if SHOWN in self.request.POST:
            return self._patch(settings, trouble)
        if settings is not None:
            return self.render_to_response(self.get_context_data(settings=settings, **self.kwargs))
        if trouble:
            messages.error(self.request, trouble)
        elif self.request.POST.get("then") == "review":
            return HttpResponseRedirect(self.url("callflow_review"))
        return self.back(step)

    def _patch(self, settings: EditForm | None, trouble: str) -> HttpResponse:
        """What differs from what the page shows, for static/js/callflow_patch.js."""
        shown, token = digests_of(self.request.POST[SHOWN]), get_token(self.request)
        if self.request.POST["act"] == "settings":
            shown.pop(PANEL, None)  # what was typed gives way to what was kept of it
        context = self.get_context_data(settings=settings, trouble=trouble, **self.kwargs)
        revision = context["draft"].revision
        context |= {
            "revision": "",
            "act_url": self.request.path,
            "csrf_token": token,
        }  # a script says them itself
        signed, seen = context["form"].initial[SEEN], repr(context["form"].seen)
        parts = {}
        for name, template in PARTS.items():
            html = render_to_string(template, context, self.request)
            said = digest(
                html.replace(token, "").replace(signed, seen)
            )  # both are others each time they are written
            if shown.get(name) != said:
                parts[name] = (said, html)
        return JsonResponse({**self.board.patch(shown), "revision": revision, "parts": parts})

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
        said, draft = form.cleaned_data, self._draft
        what, number = said["act"], said["step"]
        if what in ("undo", "redo"):
            before = self.flow
            self.acted = getattr(callflow_drafts, what)(draft, said["revision"])
            return _nearest(self.wanted_step, before, flow_of(self.acted.flow))
        if what in ("copy", "cut"):
            if number not in self.flow:
                raise Refused(edits.Reason.NO_SUCH_STEP)
            self._copy(number)
            if what == "copy":
                return ""
            what = form.cleaned_data["act"] = "remove_branch"
        fresh, above = self.flow.fresh, self.flow[number].parent if number in self.flow else None
        clip = self._clip() if what == "paste" else Clip()
        try:
            make = patch_of(form, self._tools(what, clip))
        except KeyError:
            raise forms.ValidationError(no_such_act()) from None
        acted = callflow_drafts.act(draft, said["revision"], what, make, number, known=clip.known)
        self.acted = acted
        if clip.lost:
            bringing.note_lost(acted, clip.lost, fresh)
        if what in ("add", "wrap", "paste", "duplicate"):
            return str(fresh)
        if what == "fix" and fresh in flow_of(acted.flow):
            return str(fresh)  # the step that mends it is to be filled in
        if what in ("remove", "remove_branch"):
            return ROOT if above is None else str(above)
        return ""

    def _copy(self, number: int) -> None:
        self.request.session[CLIPBOARD] = callflow_clipboard.text_of(self._draft, self.flow.part(number))

    def _clip(self) -> Clip:
        text = self.request.session.get(CLIPBOARD)
        return callflow_clipboard.clip_of(text, self.link) if text else Clip()

    def _tools(self, what: str, clip: Clip) -> Tools:
        problems = self.problems if what == "fix" else ()
        return Tools(
            actions=self.callflows.actions,
            ending=self.callflows.ending,
            refuge=self.callflows.refuge,
            clipboard=clip.part,
            marks_back=marks_back,
            fixes=[one.fix for one in problems],
        )

    # ---- settings of a step, or of the callflow ----

    def _settings(self, step: str) -> Settings:
        """Of a step; of the callflow where there is none of that number."""
        number = int(step) if step.isdecimal() and int(step) in self.flow else None
        return Settings(self.request, self.link, self.flow, number)

    def _keep_settings(self, settings: Settings, form: EditForm) -> None:
        change, revision = settings.change(form), self.request.POST.get("revision", "")
        if change is not None and revision.isdecimal():
            self.acted = callflow_drafts.act(self._draft, int(revision), *change, settings.number)

    # ---- the page ----

    @property
    def _draft(self) -> CallflowDraft:
        if self.draft is None:
            raise Http404
        return self.draft

    @property
    def wanted_step(self) -> str:
        """Where an act led; else a script says what is chosen on its page, or the address does."""
        return self.led_to or self.request.POST.get("chosen", "")[:20] or super().wanted_step

    @property
    def has_script(self) -> bool:
        """Whether a script asks: it lists by itself where a step can move to, and what can be put above it."""
        return self.is_fragment or SHOWN in self.request.POST

    @property
    def palette(self) -> ItemsView[Category, tuple[Action, ...]]:
        return self.callflows.actions.by_category.items()

    @cached_property
    def scene(self) -> Scene:
        return scene_of(
            self.flow,
            self.callflows,
            self.around,
            self.problems,
            folded=self.folded,
            opened=self.opened,
            marks={} if self.is_new else self.differences.after,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        settings = kwargs.pop("settings", None) or self._settings(self.chosen).form()
        number = None if self.chosen == ROOT else int(self.chosen)
        panel = {
            "callflow": self.entity,
            "draft": self._draft,
            "revision": self._draft.revision,
            "act_url": self.here(step="" if number is None else self.chosen),
            "panel": self.panel,
            "form": settings,
            "groups": list(settings.grouped()),
            "folded": list(settings.folded()),
            "modules_above": () if self.has_script else self.palette,
            "offers": offers_at(self.flow, self.link, self.network, number),
            "may_order": Right.NUMBERS_ORDER in self.request.rights and self.link.can("numbers.order"),
            "try_url": self.url("callflow_try"),
            "has_clipboard": CLIPBOARD in self.request.session,
            "links": self.links(),
            "places": "" if self.has_script else places_to_move_to(self.scene, self.chosen),
        }
        if self.is_fragment:
            return super().get_context_data(**panel, **kwargs)
        return super().get_context_data(**panel, **self._around_it(), **kwargs)

    def _around_it(self) -> dict[str, Any]:
        """What the page says beside the panel."""
        draft, found = self._draft, self.differences
        return {
            "title": str(self.entity) or self.entity.remote_id,
            "editable": True,
            "problems": self.problems,
            "problem_ways": self.problem_ways,
            "module_count": len(self.callflows.actions),
            "palette": self.palette,
            "others": [] if self.is_new else callflow_drafts.drafts_of_others(self.entity, self.request.user),
            "moved": callflow_drafts.has_moved(draft),
            "change_count": len(found.after) + sum(1 for one in found.before.values() if one == "gone"),
            "root_changed": bool(found.root),
            "can_redo": draft.acts.filter(number=draft.position + 1).exists(),
            "scene": self.scene,
            "board": self.board,
            "unfold_url": self.unfolded,
            "is_new": self.is_new,
            "review_url": self.url("callflow_review"),
            "origin": self.url("callflow_detail"),
            "refusals": callflow_drafts.refusals(draft),
        }


def _nearest(step: str, before: Flow, after: Flow) -> str:
    """What is chosen where a step went: the nearest above it that is still there. "" where it did not go."""
    if not step.isdecimal() or int(step) not in before or int(step) in after:
        return ""
    return next((str(one) for one in before.above(int(step)) if one in after), ROOT)
