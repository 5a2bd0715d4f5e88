"""Pages of platform staff: all tenants at a glance, and the demo's mails."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.generic import View

from accounts import facts, outbox
from accounts.models import Tenant
from accounts.switching import home_of
from accounts.tenancy import use_staff_power
from accounts.views_base import StaffRequiredMixin, TenantRightMixin
from portal.ui.links import next_url

MOST_TENANTS = 500


class TenantsView(StaffRequiredMixin, View):
    """Every tenant with what the apps tell about it, and the way in (which is audited)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        tenants = Tenant.objects.annotate(people_count=Count("memberships", distinct=True))
        if words := request.GET.get("q", "").replace("\0", "").strip()[:80]:
            tenants = tenants.filter(Q(name__icontains=words) | Q(slug__icontains=words))
        found = list(tenants.order_by("closed_at", "name_key")[: MOST_TENANTS + 1])
        values: dict[str, Any] = {
            "rows": facts.facts_of(found[:MOST_TENANTS]),
            "columns": facts.columns(),
            "words": words,
            "has_more": len(found) > MOST_TENANTS,
        }
        return render(request, "accounts/staff.html", values)


class PowerView(TenantRightMixin, View):
    """In a tenant of one's own: act as platform staff (`on=1`, audited and shown on every page), or by one's role."""

    right = None
    http_method_names = ["post"]

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        if not request.user.is_staff:
            raise PermissionDenied(_("Only platform staff can act as such."))
        tenant, membership = request.tenant, request.membership  # type: ignore[attr-defined]
        is_on = request.POST.get("on") == "1"
        if membership is not None:
            use_staff_power(request, tenant, is_on=is_on)
            if not is_on:
                role = membership.get_role_display()
                messages.info(request, _("You act by your role again: %(role)s.") % {"role": role})
        return HttpResponseRedirect(next_url(request, home_of(tenant)))


class OutboxView(StaffRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        if not outbox.has_outbox():
            raise Http404
        return render(
            request, "accounts/outbox.html", {"mails": [one for one in outbox.mails() if not one.is_report]}
        )


class MailView(StaffRequiredMixin, View):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        mail = outbox.mail_of(key) if outbox.has_outbox() else None
        if mail is None or mail.is_report:
            raise Http404
        return render(request, "accounts/mail.html", {"mail": mail})
