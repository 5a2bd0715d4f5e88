"""Rules of alerts that platform staff keep for several tenants: the form, and what takes one away again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from accounts.models import Person, Tenant
from accounts.scoping import tenants_scope
from accounts.views_base import StaffRequiredMixin
from telephony.alerts.preview import DAYS
from telephony.alerts.shared_preview import shared_preview_of
from telephony.forms.alerts import AlertRuleForm, SharedRuleForm
from telephony.models import AlertRule, Connection, SharedRule
from telephony.services import alert_rules
from telephony.services.alert_kinds import KINDS
from telephony.services.alert_kinds.base import Kind

NARROW = (AlertRule.Of.CONNECTION, AlertRule.Of.PLACE)


def offered() -> list[Kind]:
    return [one for one in KINDS.values() if one.fields]


class SharedRuleNewView(StaffRequiredMixin, FormView):
    """A new rule of the kind that the address names; `preview` shows what it would have raised, and keeps nothing."""

    template_name = "telephony/staff_alert_rule.html"
    form_class = SharedRuleForm
    kwargs: dict[str, Any]

    @cached_property
    def rule(self) -> SharedRule:
        if self.kwargs["kind"] not in {one.key for one in offered()}:
            raise Http404
        kind = KINDS[self.kwargs["kind"]]
        person: Any = self.request.user
        return SharedRule(kind=kind.key, owner=person, members=[person.pk], **kind.defaults)

    @property
    def kind(self) -> Kind:
        return KINDS[self.rule.kind]

    def get_initial(self) -> dict[str, Any]:
        return {**AlertRuleForm.initial_of(self.rule), "tenants": self.rule.tenants}

    def get_form_kwargs(self) -> dict[str, Any]:
        tenants = list(Tenant.objects.filter(closed_at=None).order_by("name_key"))
        with tenants_scope(tenants):
            used = list(Connection.objects.filter(unlinked_at=None).values_list("currency", flat=True))
        return {
            **super().get_form_kwargs(),
            "fields": self.kind.fields,
            "choices": self.kind.choices,
            "labels": self.kind.labels,
            "of": [one for one in self.kind.of if one not in NARROW],
            "currencies": alert_rules.currencies_for(self.rule, used),
            "people": list(Person.objects.filter(is_staff=True, is_active=True).order_by("name_key", "pk")),
            "tenants": tenants,
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kind = self.kind
        more = {"title": kind.label, "has_past": kind.past is not None, "days": DAYS}
        return super().get_context_data(rule=self.rule, kind=kind, **more, **kwargs)

    def form_valid(self, form: SharedRuleForm) -> HttpResponse:
        before = alert_rules.tenants_of(self.rule) if self.rule.pk else []
        if "preview" in self.request.POST:
            preview = shared_preview_of(form.fill(self.rule), timezone.now())
            return self.render_to_response(self.get_context_data(form=form, preview=preview))
        with transaction.atomic():
            form.fill(self.rule).save()
            alert_rules.note_shared(self.rule, before, self.request.user, self.request)  # type: ignore[arg-type]
        messages.success(self.request, _("The rule is kept. Each tenant has it within minutes."))
        return HttpResponseRedirect(reverse("telephony:staff_alerts"))

    def form_invalid(self, form: SharedRuleForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class SharedRuleEditView(SharedRuleNewView):
    @cached_property
    def rule(self) -> SharedRule:
        return get_object_or_404(SharedRule, pk=self.kwargs["pk"])


class SharedRuleDeleteView(StaffRequiredMixin, View):
    """Its tenants lose it, and what it raised, at their next look."""

    http_method_names: Sequence[str] = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rule = get_object_or_404(SharedRule, pk=pk)
        before = alert_rules.tenants_of(rule)
        with transaction.atomic():
            rule.delete()
            alert_rules.note_shared(rule, before, request.user, request)  # type: ignore[arg-type]
        messages.success(request, _("The rule is deleted, and its alerts go with it."))
        return HttpResponseRedirect(reverse("telephony:staff_alerts"))
