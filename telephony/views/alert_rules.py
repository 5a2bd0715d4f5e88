"""Rules of alerts: the list, and the form with its preview of what a rule would have raised."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView, View

from accounts.models import Person
from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView
from telephony.alerts.preview import Preview, preview_of
from telephony.alerts.words import of_words, rule_words
from telephony.forms.alerts import AlertRuleForm
from telephony.menu import connections_of
from telephony.models import Alert, AlertRule, Entity
from telephony.services import alert_rules
from telephony.services.alert_kinds import KINDS
from telephony.services.alert_kinds.base import Kind
from telephony.tables.alerts import AlertRuleTable

INDEX = "telephony:alert_list"
MOST_PLACES = 2_000  # lines to choose from


def recipients_words(rule: AlertRule) -> str:
    count = len(rule.members) + len(rule.addresses)
    words = [_("owners and administrators")] if rule.tells_managers else []
    if count:
        words.append(ngettext("%(count)s person", "%(count)s people", count) % {"count": count})
    return ", ".join(words) or _("nobody: only on the page")


class AlertRuleListView(TenantRightMixin, FilteredTableView):
    right = Right.REPORTS_SCHEDULE
    menu_entry = INDEX
    template_name = "telephony/alert_rules.html"
    table_class = AlertRuleTable
    queryset = AlertRule.objects.select_related("connection", "place", "owner")
    order = ("id",)
    title = gettext_lazy("Rules of alerts")
    empty_title = gettext_lazy("No rules yet")
    empty_text = gettext_lazy(
        "The first ones come by themselves as soon as a connection is there; make more with the kinds below."
    )

    def get_table(self) -> AlertRuleTable:
        table = super().get_table()
        assert isinstance(table, AlertRuleTable)
        rows = self.page.rows
        table.told = {one.pk: (rule_words(one), of_words(one), recipients_words(one)) for one in rows}
        opened = Alert.objects.filter(closed_at=None, rule__in=[one.pk for one in rows]).order_by()
        table.opened = dict(opened.values_list("rule").annotate(Count("pk")))
        return table

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(kinds=[one for one in KINDS.values() if one.fields], **kwargs)


class AlertRuleFormView(TenantRightMixin, FormView):
    """A new rule of the kind that the address names; `preview` shows what it would have raised, and keeps nothing."""

    right = Right.REPORTS_SCHEDULE
    menu_entry = INDEX
    template_name = "telephony/alert_rule_form.html"
    form_class = AlertRuleForm
    is_new = True
    kwargs: dict[str, Any]

    @cached_property
    def rule(self) -> AlertRule:
        if self.kwargs["kind"] not in KINDS:
            raise Http404
        kind = KINDS[self.kwargs["kind"]]
        return AlertRule(
            tenant=self.request.tenant,
            kind=kind.key,
            owner=self.request.user,
            members=[self.request.user.pk],
            **kind.defaults,
        )

    @property
    def kind(self) -> Kind:
        return KINDS[self.rule.kind]

    def get_initial(self) -> dict[str, Any]:
        return AlertRuleForm.initial_of(self.rule)

    def get_form_kwargs(self) -> dict[str, Any]:
        linked = [one for one in connections_of(self.request) if one.unlinked_at is None]
        places = Entity.objects.call_places().defer("document").order_by("name_key", "pk")
        people = Person.objects.filter(memberships__tenant=self.request.tenant, is_active=True)
        return {
            **super().get_form_kwargs(),
            "fields": self.kind.fields,
            "choices": self.kind.choices,
            "labels": self.kind.labels,
            "of": self.kind.of,
            "connections": _with(self.rule.connection, linked),
            "places": _with(self.rule.place, places[:MOST_PLACES]),
            "currencies": alert_rules.currencies_for(self.rule, [one.currency for one in linked]),
            "people": list(people.distinct().order_by("name_key", "pk")),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            title=self.kind.label, rule=self.rule, kind=self.kind, is_new=self.is_new, **kwargs
        )

    def form_valid(self, form: AlertRuleForm) -> HttpResponse:
        before = alert_rules.aim_of(self.rule)
        rule = form.fill(self.rule)
        if "preview" in self.request.POST:
            return self.render_to_response(self.get_context_data(form=form, preview=self._preview(rule)))
        alert_rules.keep(rule, is_other=before != alert_rules.aim_of(rule))
        what = "made" if self.is_new else "changed"
        alert_rules.note(rule, what, self.request.user, self.request, rule.tenant)
        messages.success(self.request, _("The rule is kept. It is looked at every few minutes."))
        return HttpResponseRedirect(tenant_url(self.request.tenant, "telephony:alert_rules"))

    def _preview(self, rule: AlertRule) -> Preview | None:
        return preview_of(rule, self.request.tenant, timezone.now())

    def form_invalid(self, form: AlertRuleForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)


class AlertRuleEditView(AlertRuleFormView):
    is_new = False

    @cached_property
    def rule(self) -> AlertRule:
        known = AlertRule.objects.filter(shared=None).select_related("connection", "place", "tenant")
        return get_object_or_404(known, pk=self.kwargs["pk"])


class AlertRuleActView(TenantRightMixin, View):
    """on, off, delete. A rule that every tenant has can be switched off and not deleted."""

    right = Right.REPORTS_SCHEDULE
    menu_entry = INDEX
    http_method_names: Sequence[str] = ["post"]

    def post(self, request: HttpRequest, slug: str, pk: int, act: str) -> HttpResponse:
        own = AlertRule.objects.filter(shared=None).select_related("tenant")
        rule = get_object_or_404(own, pk=pk)
        if act in ("on", "off"):
            alert_rules.switch(rule, is_on=act == "on")
            words = _("The rule is on.") if act == "on" else _("The rule is off; its alerts end.")
        elif act == "delete" and not rule.made_as:
            rule.delete()
            words = _("The rule is deleted, and its alerts with it.")
        else:
            raise Http404
        alert_rules.note(rule, act, self.request.user, self.request, rule.tenant)
        messages.success(request, words)
        return HttpResponseRedirect(tenant_url(self.request.tenant, "telephony:alert_rules"))


def _with(one: Any, offered: Iterable[Any]) -> list[Any]:
    """What is offered, and what the rule is of already: an edit of something else leaves that as it is."""
    found = list(offered)
    return found if one is None or one in found else [one, *found]
