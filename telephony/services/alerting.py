"""Looking at the rules of each tenant every few minutes: what begins, what ends, and whom to tell.

One row of the ledger a tenant. What a look found, the alerts that it opened and ended, and the mails that tell of them are
one transaction behind the row's fence: of two that look at once one writes, and whatever dies leaves either all or nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Tenant
from accounts.scoping import tenant_scope, unscoped
from telephony.models import Alert, AlertRule, AlertWatch, Connection
from telephony.services import alert_mails, alert_rules, alert_sharing, ledger
from telephony.services.alert_episodes import Known, Step, step
from telephony.services.alert_kinds import KINDS
from telephony.services.alert_kinds.base import Reading, Round, Verdict
from telephony.services.alert_late import not_raised

AGAIN_AFTER = timedelta(hours=1)  # a look that was given up
FORGOTTEN_AFTER = timedelta(days=14)  # of which no look could say anything
MOST_TENANTS = 2_000


def open_due(now: datetime) -> int:
    """Let each tenant that has a connection be looked at; how many are new, or were given up and are tried again."""
    with unscoped("dispatch"):
        watched = set(AlertWatch.objects.order_by().values_list("tenant_id", flat=True))
        linked = Connection.objects.filter(unlinked_at=None, tenant__closed_at=None).order_by()
        wanted = set(linked.values_list("tenant_id", flat=True).distinct()) - watched
        given_up = AlertWatch.objects.filter(due_at=None, tenant__closed_at=None).exclude(
            looked_at__gt=now - AGAIN_AFTER
        )
        again = list(given_up.values_list("tenant_id", flat=True)[:MOST_TENANTS])
    for tenant_id in sorted(wanted)[:MOST_TENANTS]:
        with tenant_scope(tenant_id):
            AlertWatch.objects.bulk_create([AlertWatch(due_at=now)], ignore_conflicts=True)
    for tenant_id in again:
        with tenant_scope(tenant_id):
            AlertWatch.objects.filter(due_at=None).update(due_at=now, looked_at=now)
    return len(wanted) + len(again)


def advance(watch: AlertWatch) -> None:
    """Look at a leased tenant once. Raises LeaseLost."""
    now = timezone.now()
    tenant = Tenant.objects.get(pk=watch.tenant_id)
    if tenant.closed_at is not None:
        ledger.write(watch, due_at=None, looked_at=now)
        return
    alert_rules.settle_usual()
    alert_sharing.settle(tenant.pk)
    round_ = Round(tenant, now)
    rules = list(AlertRule.objects.select_related("connection", "place").order_by("pk"))
    found = {rule: list(KINDS[rule.kind].look(rule, round_)) for rule in rules if rule.is_on}
    with transaction.atomic():
        # Locks the row: whoever else looks waits, and then finds that it is not theirs any more.
        ledger.write(watch, due_at=now + timedelta(seconds=settings.ALERTS_EVERY_S), looked_at=now)
        keep(_unchanged(rules), found, now)
        alert_mails.put_into_ledger(tenant, now)


def _unchanged(rules: Iterable[AlertRule]) -> list[AlertRule]:
    """Those that still look at what they looked at; whoever changes one now waits, and then ends what we open."""
    locked = AlertRule.objects.select_for_update(of=("self",)).order_by("pk")
    current = {rule.pk: (rule.is_on, alert_rules.aim_of(rule)) for rule in locked}
    return [rule for rule in rules if current.get(rule.pk) == (rule.is_on, alert_rules.aim_of(rule))]


def keep(rules: Iterable[AlertRule], found: Mapping[AlertRule, Iterable[Reading]], now: datetime) -> None:
    """Open, see and end alerts by what a look found. The caller's transaction holds the tenant's watch."""
    uncleared = Alert.objects.filter(cleared_at=None).select_for_update(of=("self",)).order_by("pk")
    known = {(alert.rule_id, alert.subject): alert for alert in uncleared}
    for rule in rules:
        readings = {reading.subject.key: reading for reading in found.get(rule, ())}
        new = not_raised(rule, {key: one for key, one in readings.items() if (rule.pk, key) not in known})
        for key, reading in readings.items():
            if key in new or (rule.pk, key) in known:
                _step(rule, known.pop((rule.pk, key), None), reading, now)
        for alert in [one for (rule_id, _key), one in known.items() if rule_id == rule.pk]:
            if not rule.is_on:
                _end(alert, Alert.End.RULE, now)
            elif _is_gone(rule, alert) or now - alert.last_seen_at > FORGOTTEN_AFTER:
                _end(alert, Alert.End.GONE, now)


def _is_gone(rule: AlertRule, alert: Alert) -> bool:
    """Whether what a look does not mention any more is over: a day or night that is past is, once it is left alone."""
    return KINDS[rule.kind].absent == Verdict.CLEAR or "is_late" in alert.evidence


def _step(rule: AlertRule, alert: Alert | None, reading: Reading, now: datetime) -> None:
    done = step(known_of(alert), reading.verdict)
    if done == Step.OPEN:
        subject = reading.subject
        Alert.objects.create(
            rule=rule,
            subject=subject.key,
            connection_id=subject.connection,
            place_id=subject.place,
            is_grave=reading.evidence.get("is_grave", KINDS[rule.kind].is_grave),
            opened_at=now,
            last_seen_at=now,
            evidence=_evidence(reading),
        )
    elif alert is not None and done == Step.SEE:
        alert.last_seen_at, alert.evidence = now, _evidence(reading)
        alert.save(update_fields=["last_seen_at", "evidence"])
    elif alert is not None and done in (Step.END, Step.CLEAR):
        _end(alert, Alert.End.GONE, now)


def _evidence(reading: Reading) -> dict[str, object]:
    return {**reading.evidence, "name": reading.subject.name}


def known_of(alert: Alert | None) -> Known:
    if alert is None:
        return Known.NOTHING
    return Known.OPEN if alert.closed_at is None else Known.CLOSED_BY_PERSON


def _end(alert: Alert, end: Alert.End, now: datetime) -> None:
    """What a person had closed keeps when and how."""
    alert.cleared_at = now
    if alert.closed_at is None:
        alert.closed_at, alert.end = now, end
    alert.save(update_fields=["cleared_at", "closed_at", "end"])
