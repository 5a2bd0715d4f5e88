"""A tenant's own settings, and closing it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts import audit
from accounts.forms import BusinessHoursForm, CloseForm, TenantForm
from accounts.models import AuditEvent, Tenant
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url


class SettingsView(TenantRightMixin, View):
    right = Right.SETTINGS_EDIT

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = request.tenant  # type: ignore[attr-defined]
        return _page(request, TenantForm(instance=tenant), BusinessHoursForm(hours=tenant.business_hours))

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        tenant = Tenant.objects.get(pk=request.tenant.pk)  # type: ignore[attr-defined]
        form = TenantForm(request.POST, instance=tenant)
        hours = BusinessHoursForm(request.POST, hours=tenant.business_hours)
        if not (form.is_valid() & hours.is_valid()):
            return _page(request, form, hours, status=422)
        changed = list(form.changed_data)
        if hours.hours() != tenant.business_hours:
            changed.append("business_hours")
        tenant.business_hours = hours.hours()
        form.save()
        if changed:
            audit.record(
                AuditEvent.Verb.SETTINGS,
                tenant=tenant,
                person=request.user,
                object_label=tenant.name,
                detail={"fields": changed},
                request=request,
            )
        messages.success(request, _("The settings are saved."))
        return HttpResponseRedirect(tenant_url(tenant, "accounts:settings"))


class CloseView(TenantRightMixin, View):
    """Closes the tenant: nobody but platform staff enters it any more. Its data stays until they delete it."""

    right = Right.TENANT_CLOSE

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return render(request, "accounts/close.html", {"form": CloseForm(slug=slug)})

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        form = CloseForm(request.POST, slug=slug)
        if not form.is_valid():
            return render(request, "accounts/close.html", {"form": form}, status=422)
        tenant = request.tenant  # type: ignore[attr-defined]
        Tenant.objects.filter(pk=tenant.pk, closed_at=None).update(closed_at=timezone.now())
        audit.record(
            AuditEvent.Verb.SETTINGS,
            tenant=tenant,
            person=request.user,
            object_label=tenant.name,
            detail={"what": "closed"},
            request=request,
        )
        messages.success(request, _("%(tenant)s is closed.") % {"tenant": tenant})
        return HttpResponseRedirect("/")


def _page(
    request: HttpRequest, form: TenantForm, hours: BusinessHoursForm, status: int = 200
) -> HttpResponse:
    values: dict[str, Any] = {"form": form, "hours": hours, "may_close": Right.TENANT_CLOSE in request.rights}  # type: ignore[attr-defined]
    return render(request, "accounts/settings.html", values, status=status)
