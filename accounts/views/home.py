"""Where one lands: sign in, the last tenant, or the choice among them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.views.generic import TemplateView, View

from accounts.switching import choices, home_of, tenants_of
from accounts.views_base import SignedInMixin


class HomeView(View):
    """Redirects: signed out to sign in, else to the last tenant, the only one, the staff page or the choice."""

    is_public = "it only redirects"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return HttpResponseRedirect(resolve_url(settings.LOGIN_URL))
        tenants = [tenant for tenant, _rights, _role in tenants_of(request.user)]
        last = next((tenant for tenant in tenants if tenant.pk == request.user.last_tenant_id), None)
        if last or len(tenants) == 1:
            return HttpResponseRedirect(home_of(last or tenants[0]))
        name = "accounts:staff" if request.user.is_staff and not tenants else "accounts:chooser"
        return HttpResponseRedirect(reverse(name))


class ChooserView(SignedInMixin, TemplateView):
    template_name = "accounts/chooser.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(choices=choices(self.request), **kwargs)
