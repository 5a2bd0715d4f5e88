"""Rules of alerts: those that every tenant has from the start, and what people make of theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import AuditEvent, Person, Tenant
from telephony.models import Alert, AlertRule, SharedRule
from telephony.models.alerts import AnyRule
from telephony.services.alert_kinds import KINDS

USUAL = tuple(kind.key for kind in KINDS.values() if kind.is_usual)


def settle_usual() -> None:
    """Make the rules that the scope's tenant has without setting anything up, where they are not there yet."""
    made = set(AlertRule.objects.exclude(made_as="").values_list("made_as", flat=True))
    rules = [
        AlertRule(kind=key, made_as=key, tells_managers=True, **KINDS[key].defaults)
        for key in USUAL
        if key not in made
    ]
    if rules:
        AlertRule.objects.bulk_create(rules, ignore_conflicts=True)


def aim_of(rule: AlertRule) -> tuple[object, ...]:
    """What it looks at: alerts of another aim are no longer its own."""
    return rule.of, rule.connection_id, rule.place_id, rule.period, sorted(rule.left_out)


def keep(rule: AlertRule, *, is_other: bool) -> None:
    """Save it; where it looks at something else now, what is open of it ends."""
    now = timezone.now()
    with transaction.atomic():
        rule.save()
        if is_other:
            open_ones = Alert.objects.filter(rule=rule, closed_at=None)
            open_ones.update(closed_at=now, end=Alert.End.RULE)
            Alert.objects.filter(rule=rule, cleared_at=None).update(cleared_at=now)


def switch(rule: AlertRule, *, is_on: bool) -> None:
    """The next look ends what is open of a rule that is off."""
    AlertRule.objects.filter(pk=rule.pk).update(is_on=is_on, changed_at=timezone.now())


def _said(what: str, tenant: Tenant) -> str:
    """What was done, in the tenant's language."""
    with translation.override(tenant.language):
        return {
            "made": _("alert rule made"),
            "changed": _("alert rule changed"),
            "on": _("alert rule switched on"),
            "off": _("alert rule switched off"),
            "delete": _("alert rule deleted"),
        }[what]


def note(rule: AnyRule, what: str, person: Person, request: HttpRequest, tenant: Tenant) -> None:
    audit.record(
        AuditEvent.Verb.SETTINGS,
        tenant=tenant,
        person=person,
        object_label=str(KINDS[rule.kind].label),
        detail={"alert_rule": what, "summary": _said(what, tenant)},
        request=request,
    )


def currencies_for(rule: AnyRule, used: Iterable[str]) -> list[str]:
    """Which may be chosen, out of those of all connections: the most used first, since a new rule begins with the first."""
    counted = Counter(one for one in used if one)
    found = sorted(counted, key=lambda currency: (-counted[currency], currency))
    return found if not rule.currency or rule.currency in found else [*found, rule.currency]


def tenants_of(rule: SharedRule) -> list[Tenant]:
    """Those that are open and in which it stands."""
    return [one for one in Tenant.objects.filter(closed_at=None).order_by("pk") if rule.stands_in(one.pk)]


def note_shared(rule: SharedRule, before: Sequence[Tenant], person: Person, request: HttpRequest) -> None:
    """What became of it, to each tenant that it stands in or stood in before; one that is deleted stands in none."""
    now = tenants_of(rule) if rule.pk else []
    for tenant in {*before, *now}:
        what = "delete" if tenant not in now else "changed" if tenant in before else "made"
        note(rule, what, person, request, tenant)
