"""Open alerts of all tenants, for platform staff."""

from __future__ import annotations

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from accounts.models import Tenant
from accounts.scoping import tenants_scope
from accounts.views_base import StaffRequiredMixin
from telephony.alerts.words import rule_words
from telephony.models import Alert, AlertRule, SharedRule
from telephony.tables.alerts import state_pill
from telephony.views.alerts import NEAR, told_of
from telephony.views.staff_alert_rules import offered

MOST_SHOWN = 200


def _where(rule: SharedRule) -> str:
    count = len(rule.tenants)
    if not count:
        return _("all tenants, those to come too")
    return ngettext("%(count)s tenant", "%(count)s tenants", count) % {"count": count}


class StaffAlertsView(StaffRequiredMixin, View):
    """What is grave first, then the newest; what is snoozed or acknowledged stands back unless it is asked for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        tenants = Tenant.objects.filter(closed_at=None)
        asked = {name: request.GET.get(name, "").replace("\0", "").strip()[:80] for name in ("q", "kind")}
        if asked["q"]:
            tenants = tenants.filter(Q(name__icontains=asked["q"]) | Q(slug__icontains=asked["q"]))
        is_all = request.GET.get("all") == "1"
        with tenants_scope(tenants.values_list("pk", flat=True)):
            alerts = Alert.objects.filter(closed_at=None).select_related("tenant", *NEAR)
            if asked["kind"] in AlertRule.Kind.values:
                alerts = alerts.filter(rule__kind=asked["kind"])
            if not is_all:
                alerts = alerts.waiting(timezone.now())
            found = list(alerts.order_by("-is_grave", "-opened_at", "-pk")[: MOST_SHOWN + 1])
            rows = [(alert, told_of(alert, alert.tenant), state_pill(alert)) for alert in found[:MOST_SHOWN]]
        values = {
            "rows": rows,
            "has_more": len(found) > MOST_SHOWN,
            "kinds": AlertRule.Kind.choices,
            "rules": [(one, rule_words(one), _where(one)) for one in SharedRule.objects.order_by("pk")],
            "offered": offered(),
            "is_all": is_all,
            **asked,
        }
        return render(request, "telephony/staff_alerts.html", values)
