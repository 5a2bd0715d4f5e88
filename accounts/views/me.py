"""A person's own pages: profile, and what they may do where."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_POST
from django.views.generic import FormView, TemplateView
from django.views.i18n import set_language as set_language_cookie

from accounts.explaining import matrix
from accounts.forms import ProfileForm
from accounts.switching import tenants_of
from accounts.views_base import SignedInMixin


class ProfileView(SignedInMixin, FormView):
    template_name = "accounts/me.html"
    form_class = ProfileForm
    success_url = reverse_lazy("accounts:me")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "instance": self.request.user}

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        person = form.save()
        with override(person.language):
            messages.success(self.request, _("Your profile is saved."))
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(tenants=tenants_of(self.request.user), **kwargs)  # type: ignore[arg-type]


class RightsView(SignedInMixin, TemplateView):
    """Which right in which tenant, and why: by role, or because a provider offers no such thing."""

    template_name = "accounts/rights.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(matrix=matrix(self.request.user), **kwargs)  # type: ignore[arg-type]


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language: on the person where somebody is signed in, and in this browser."""
    response = set_language_cookie(request)
    chosen = response.cookies.get("language")
    if chosen and request.user.is_authenticated:
        request.user.language = chosen.value
        request.user.save(update_fields=["language"])
    return response


set_language.is_public = "it changes only the asker's own language"  # type: ignore[attr-defined]
