"""Pages of platform staff: all tenants at a glance, and the demo's mails."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.generic import View

from accounts import facts, outbox
from accounts.models import Tenant
from accounts.views_base import StaffRequiredMixin

MOST_TENANTS = 500


class TenantsView(StaffRequiredMixin, View):
    """Every tenant with what the apps tell about it, and the way in (which is audited)."""

    def get(self, request: HttpRequest) -> HttpResponse:
        tenants = Tenant.objects.annotate(people_count=Count("memberships", distinct=True))
        if words := request.GET.get("q", "").replace("\0", "").strip()[:80]:
            tenants = tenants.filter(Q(name__icontains=words) | Q(slug__icontains=words))
        found = list(tenants.order_by("closed_at", "name")[: MOST_TENANTS + 1])
        values: dict[str, Any] = {
            "rows": facts.facts_of(found[:MOST_TENANTS]),
            "columns": facts.columns(),
            "words": words,
            "has_more": len(found) > MOST_TENANTS,
        }
        return render(request, "accounts/staff.html", values)


class OutboxView(StaffRequiredMixin, View):
    def get(self, request: HttpRequest) -> HttpResponse:
        if not outbox.has_outbox():
            raise Http404
        return render(request, "accounts/outbox.html", {"mails": outbox.mails()})


class MailView(StaffRequiredMixin, View):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        mail = outbox.mail_of(key) if outbox.has_outbox() else None
        if mail is None:
            raise Http404
        return render(request, "accounts/mail.html", {"mail": mail})
