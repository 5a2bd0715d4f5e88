"""The page behind an invitation's link: make an account, or join with the one that is there."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts import inviting
from accounts.forms import AccountForm
from accounts.models import Invitation, Person
from accounts.switching import home_of

SESSION_KEY = "invitation_id"


class LinkView(View):
    """Takes the secret out of the address bar: the session remembers the invitation, the page shows it."""

    is_public = "the link's own secret opens it"

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        invitation = inviting.by_token(token)
        if invitation is None:
            request.session.pop(SESSION_KEY, None)
        else:
            request.session[SESSION_KEY] = invitation.pk
        return HttpResponseRedirect(reverse("accounts:invitation"))


class InvitationView(View):
    is_public = "it shows only the invitation that this session holds"

    def get(self, request: HttpRequest) -> HttpResponse:
        invitation = inviting.by_id(request.session.get(SESSION_KEY))
        if invitation is None:
            return render(request, "accounts/invitation_gone.html", status=404)
        return self._page(request, invitation)

    def post(self, request: HttpRequest) -> HttpResponse:
        invitation = inviting.by_id(request.session.get(SESSION_KEY))
        if invitation is None:
            return render(request, "accounts/invitation_gone.html", status=404)
        if request.user.is_authenticated:
            return self._join(request, invitation, request.user)
        if _person_of(invitation) is not None:
            raise Http404
        form = AccountForm(request.POST, email=invitation.email)
        if not form.is_valid():
            return self._page(request, invitation, form, status=422)
        return self._make_account(request, invitation, form)

    def _make_account(self, request: HttpRequest, invitation: Invitation, form: AccountForm) -> HttpResponse:
        person = inviting.make_account(
            invitation,
            name=form.cleaned_data["name"],
            password=form.cleaned_data["password"],
            language=get_language() or "en",
        )
        inviting.join(invitation, person, request)
        request.session.pop(SESSION_KEY, None)
        return perform_login(request, Login(user=person, redirect_url=home_of(invitation.tenant)))

    def _join(self, request: HttpRequest, invitation: Invitation, person: Person) -> HttpResponse:
        if person.email.lower() != invitation.email:
            return self._page(request, invitation, status=403)
        if inviting.join(invitation, person, request) is None:
            return render(request, "accounts/invitation_gone.html", status=404)
        request.session.pop(SESSION_KEY, None)
        messages.success(request, _("You are now in %(tenant)s.") % {"tenant": invitation.tenant})
        return HttpResponseRedirect(home_of(invitation.tenant))

    def _page(
        self, request: HttpRequest, invitation: Invitation, form: AccountForm | None = None, status: int = 200
    ) -> HttpResponse:
        has_account = _person_of(invitation) is not None
        values: dict[str, Any] = {
            "invitation": invitation,
            "has_account": has_account,
            "is_for_me": request.user.is_authenticated and request.user.email.lower() == invitation.email,
            "form": form or AccountForm(email=invitation.email),
        }
        return render(request, "accounts/invitation.html", values, status=status)


def _person_of(invitation: Invitation) -> Person | None:
    return Person.objects.filter(email=invitation.email).first()
