"""Pages of platform staff: all tenants at a glance, and the demo's mails."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import View

from accounts import facts, outbox
from accounts.models import Tenant
from accounts.switching import home_of
from accounts.tables.tenants import TenantTable, tenant_table
from accounts.tenancy import use_staff_power
from accounts.views_base import StaffRequiredMixin, TenantRightMixin
from portal.lib.names import named
from portal.ui.forms import FilterForm, FixedChoices
from portal.ui.links import next_url
from portal.ui.views import FilteredTableView

OPEN, CLOSED, ALL = "", "closed", "all"


class TenantFilterForm(FilterForm):
    q = forms.CharField(label=gettext_lazy("Name of a tenant"))
    state = forms.ChoiceField(
        label=gettext_lazy("State"),
        choices=FixedChoices(
            [
                (OPEN, pgettext_lazy("several tenants", "open")),
                (CLOSED, pgettext_lazy("several tenants", "closed")),
                (ALL, pgettext_lazy("several tenants", "all")),
            ]
        ),
    )

    def narrow(self, records: QuerySet) -> QuerySet:
        if words := self.cleaned_data["q"]:
            records = records.filter(named(words) | Q(slug__icontains=words))
        state = self.cleaned_data["state"] or OPEN
        return records if state == ALL else records.filter(closed_at__isnull=state == OPEN)


class TenantsView(StaffRequiredMixin, FilteredTableView):
    """Every tenant with what the apps tell about it, and the way in (which is audited)."""

    title = gettext_lazy("Tenants")
    template_name = "accounts/staff.html"
    extra_context = {"base_name": "base_staff.html"}
    filter_form_class = TenantFilterForm
    queryset = Tenant.objects.all()
    order = ("name_key", "id")
    empty_title = gettext_lazy("No tenant")
    empty_text = gettext_lazy("A tenant is a customer: people, their connections, and what these tell.")

    @cached_property
    def table_class(self) -> type[TenantTable]:  # type: ignore[override]
        return tenant_table(facts.columns())

    def prepare(self, rows: Sequence[Tenant]) -> None:
        told = facts.facts_of(rows)
        for tenant in rows:
            tenant.facts = told[tenant.pk]  # type: ignore[attr-defined]

    def empty_action(self) -> tuple[str, str]:
        return _("New tenant"), reverse("admin:accounts_tenant_add")


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
