"""What is done to a change: sending its preview, discarding or renewing it, taking it back, answering for its costs.

What is only shown of a change is in changes.py.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts.rights import Right
from accounts.views_base import require_right
from portal.lib.errors import ProviderError
from telephony.forms.editing import WhyForm
from telephony.models import Change
from telephony.services import charges, comparing, editing, sending, together
from telephony.views import ways_back
from telephony.views.changes import ChangeDetailView, ChangeMixin


class ChangeSendView(ChangeMixin, View):
    """Write a preview to the provider."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.require_write()
        change = self.change
        why = WhyForm(request.POST)
        why.full_clean()
        editing.note(change, why.cleaned_data.get("why", ""), why.cleaned_data.get("ticket", ""))
        picks = {
            name.removeprefix("pick-"): value
            for name, value in request.POST.items()
            if name.startswith("pick-")
        }
        try:
            editing.send(
                change,
                request.user,  # type: ignore[arg-type]
                picks={name: str(value) for name, value in picks.items()},
                request=request,
            )
        except editing.NotOpen:
            messages.info(request, _("This change was sent already; here is how it ended."))
        except comparing.PicksNeeded:
            messages.warning(
                request, _("Choose for each field that both sides changed which value is to stand.")
            )
        except editing.PreviewExpired:
            self._renew(change)
        except comparing.NothingToWrite:
            return self._leave_theirs(change)
        except ProviderError as error:
            messages.error(request, _("Nothing was sent. %(reason)s") % {"reason": error.message})
        else:
            if change.state == Change.State.CONFLICT:
                messages.warning(
                    request, _("Nothing was sent: the object moved at the provider while you were looking.")
                )
            elif change.state == Change.State.REFUSED and change.fields_refused:
                return self._to_form(change)
            elif secret := sending.shown_once(change):
                return self._show_once(change, secret)
        return self.back_to(change)

    def _show_once(self, change: Change, secret: str) -> HttpResponse:
        """The page with what the provider gave, in this answer alone: it is kept nowhere."""
        view = ChangeDetailView(request=self.request, kwargs=self.kwargs)
        context = {"change": change, "secret": secret, "home": view.home(), "title": change.summary}
        response = render(self.request, "telephony/change_secret.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def _renew(self, change: Change) -> None:
        """A preview that is too old is compared anew; the person looks again."""
        try:
            editing.renew(change, self.request.user)  # type: ignore[arg-type]
        except editing.NotOpen:
            messages.info(self.request, _("This change was sent already; here is how it ended."))
        except ProviderError as error:
            messages.error(self.request, _("Nothing was sent. %(reason)s") % {"reason": error.message})
        else:
            messages.warning(
                self.request,
                _("Nothing was sent: this preview was too old. It was compared anew; look at it once more."),
            )

    def _leave_theirs(self, change: Change) -> HttpResponse:
        """Of every field theirs was chosen: there is no change any more."""
        view = ChangeDetailView(request=self.request, kwargs=self.kwargs)
        home = view.home()
        try:
            editing.discard(change, self.request.user, home=home)  # type: ignore[arg-type]
        except editing.NotOpen:
            messages.info(self.request, _("This change was sent already; here is how it ended."))
            return self.back_to(change)
        messages.info(self.request, _("Theirs stays. Nothing was sent, and the preview is gone."))
        return HttpResponseRedirect(home)

    def _to_form(self, change: Change) -> HttpResponse:
        view = ChangeDetailView(request=self.request, kwargs=self.kwargs)
        view.__dict__["change"] = change
        return HttpResponseRedirect(view.edit_url() or self.page_of(change))


class ChargesView(ChangeMixin, View):
    """Somebody's word on what a write costs: `answer=accept` sends it once more, `answer=refuse` leaves it."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.require_write()
        person: Any = request.user
        try:
            if request.POST.get("answer") == "accept":
                require_right(request, Right.CHARGES_ACCEPT)
                charges.accept(self.change, person, request)
            else:
                charges.refuse(self.change, person)
        except editing.NotOpen:
            messages.info(request, _("This change was sent already; here is how it ended."))
        except ProviderError as error:
            messages.error(request, _("Nothing was sent. %(reason)s") % {"reason": error.message})
        return self.back_to(self.change)


class ChangeDiscardView(ChangeMixin, View):
    """Forget a preview."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.require_write()
        view = ChangeDetailView(request=request, kwargs=self.kwargs)
        home, (back, _field) = view.home(), ways_back.form_behind(request, self.change)
        try:
            editing.discard(self.change, request.user, home=home)  # type: ignore[arg-type]
        except editing.NotOpen:
            messages.warning(
                request, _("This change was sent meanwhile, so it cannot be discarded; here is how it ended.")
            )
            return self.back_to(self.change)
        messages.info(request, _("Discarded. Nothing was sent."))
        return HttpResponseRedirect(back or home)


class ChangeRenewView(ChangeMixin, View):
    """Compare a preview anew with what the provider has now."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.require_write()
        try:
            editing.renew(self.change, request.user)  # type: ignore[arg-type]
        except editing.NotOpen:
            messages.info(request, _("This change was sent already; here is how it ended."))
        except ProviderError as error:
            messages.error(request, error.message)
        return self.back_to(self.change)


class ChangeRevertView(ChangeMixin, View):
    """Make the preview of a change that takes this one back, or one field of it (`field`, repeated)."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        self.require_write()
        names = request.POST.getlist("field") or None
        try:
            if "both" in request.POST and self.change.needs is not None:
                back = together.revert(self.change, request.user)  # type: ignore[arg-type]
            else:
                back = editing.revert(self.change, request.user, names=names)  # type: ignore[arg-type]
        except editing.Irreversible as error:
            messages.error(request, _("This cannot be taken back: %(reason)s") % {"reason": error})
            return self.back_to(self.change)
        except ProviderError as error:
            messages.error(request, error.message)
            return self.back_to(self.change)
        return self.back_to(back)
