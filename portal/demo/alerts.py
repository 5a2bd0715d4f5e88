"""Rules of alerts of the demo's first tenant, beside those that it has from the start; what they find is up to its calls."""

from __future__ import annotations

from accounts.models import Person, Tenant
from accounts.scoping import tenant_scope
from portal.demo.logins import OWNER
from portal.demo.reports import OUTSIDE
from telephony.models import AlertRule
from telephony.services.alert_kinds import KINDS

Kind, Of, Period = AlertRule.Kind, AlertRule.Of, AlertRule.Period


def settle() -> None:
    """Make them where people made none yet; the worker looks at them from its first minute on."""
    person = Person.objects.get(email=OWNER)
    with tenant_scope(Tenant.objects.get(slug="corvane")):
        if AlertRule.objects.filter(made_as="").exists():
            return
        rules = (
            {"kind": Kind.ANSWER_RATE, "of": Of.EACH_GROUP, "period": Period.WEEK, "limit_percent": 75},
            {"kind": Kind.WAITING, "of": Of.WHOLE, "period": Period.WEEK, "addresses": [OUTSIDE]},
            {"kind": Kind.COST, "period": Period.WEEK, "limit_micros": 90_000_000, "currency": "EUR"},
            {"kind": Kind.NEW_COUNTRY},
        )
        for given in rules:
            usual = KINDS[str(given["kind"])].defaults
            AlertRule.objects.create(**{**usual, "members": [person.pk], "owner": person, **given})
