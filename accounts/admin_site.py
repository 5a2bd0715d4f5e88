"""`/admin/`: the registry, for platform staff who have shown a second factor. Nobody signs in there."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _

from accounts.tenancy import has_second_factor, second_factor_first, sign_in_first


class AdminSite(admin.AdminSite):
    site_header = site_title = _("Switchboard registry")
    index_title = _("People, tenants and provider applications")
    site_url = "/staff/"
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Only our own registrations: packages that register themselves are no registry."""
        models = model_or_iterable if isinstance(model_or_iterable, (list, tuple)) else [model_or_iterable]
        own = [model for model in models if model._meta.app_label in ("accounts", "telephony")]
        super().register(own, admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_authenticated and user.is_active and user.is_staff and has_second_factor(request)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Where Django shows its own form: to the portal's sign-in, or to the second factor."""
        target = request.GET.get("next", "/admin/")
        if not request.user.is_authenticated:
            return sign_in_first(request)
        if not request.user.is_staff:
            raise Http404
        return second_factor_first(request) or HttpResponseRedirect(
            target if target.startswith("/admin/") else "/admin/"
        )
