"""Alerts: what a tenant is to be told of, each time that it holds, and whose turn it is to look.

What each kind looks at: services/alert_kinds. Looking, opening and ending: services/alerting.py.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.scoping import TenantManager, TenantOwned, TenantQuerySet
from telephony.models.connections import Connection
from telephony.models.entities import Entity
from telephony.models.leased import Leased

NOTE_AT_MOST = 500


class AlertWatch(TenantOwned, Leased):
    """The work of looking at a tenant's rules, again and again: one row a tenant."""

    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="alert_watch_once")]
        indexes = [
            models.Index(fields=["due_at"], name="alert_watch_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"alerts of {self.tenant_id}"


class AnyRule(models.Model):
    """Abstract. What is looked at, within which limits, and whom to tell. Which limits a rule has, its kind says.

    left_out            ids of lines or groups that a rule for each of them, the future ones too, leaves alone
    limit_percent       a share in percent; limit_s: seconds; limit_micros: money in `currency`; limit_calls: a count
    least_calls         of fewer calls nothing is said
    period              the local days that are counted together; "" for kinds that look at instants
    from_time, until_time   of a night, by the tenant's clocks
    known_days          how far back a country counts as known
    members             ids of people who sign in; addresses: of others, whose mails have no links
    tells_managers      owners and administrators too, whoever they are then
    tells_end           the next mail says which alerts are over
    changed_at          since when it stands as it stands: of days before, nothing is raised late
    """

    class Kind(models.TextChoices):
        TROUBLE = "trouble", _("Connection or sync in trouble")
        QUIET = "quiet", _("No calls in opening hours")
        ANSWER_RATE = "answer_rate", _("Answer rate too low")
        WAITING = "waiting", _("Callers wait too long")
        COST = "cost", _("Cost too high")
        NEW_COUNTRY = "new_country", _("New country called at night")

    class Of(models.TextChoices):
        WHOLE = "whole", _("all calls of the tenant")
        EACH_CONNECTION = "each_connection", _("each connection, those to come too")
        EACH_LINE = "each_line", _("each line, those to come too")
        EACH_GROUP = "each_group", _("each queue and group, those to come too")
        CONNECTION = "connection", _("one connection")
        PLACE = "place", _("one line, queue or group")

    class Period(models.TextChoices):
        TODAY = "today", _("today")
        WEEK = "week", _("the last 7 days")
        MONTH = "month", _("this month")

    kind = models.CharField(max_length=12, choices=Kind)
    of = models.CharField(max_length=16, choices=Of, default=Of.WHOLE)
    left_out = models.JSONField(default=list, blank=True)
    limit_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    limit_s = models.PositiveIntegerField(null=True, blank=True)
    limit_micros = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    limit_calls = models.PositiveIntegerField(null=True, blank=True)
    least_calls = models.PositiveIntegerField(null=True, blank=True)
    period = models.CharField(max_length=8, choices=Period, blank=True)
    from_time = models.TimeField(null=True, blank=True)
    until_time = models.TimeField(null=True, blank=True)
    known_days = models.PositiveSmallIntegerField(null=True, blank=True)
    members = models.JSONField(default=list, blank=True)
    addresses = models.JSONField(default=list, blank=True)
    tells_managers = models.BooleanField(default=False)
    tells_end = models.BooleanField(default=True)
    is_on = models.BooleanField(default=True)
    owner = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.get_kind_display())


class SharedRule(AnyRule):
    """A rule of platform staff that stands in several tenants, as one of each one's own (services/alert_sharing.py).

    tenants   ids; all of them, those to come too, where it is empty. `members` are people of the staff
    """

    tenants = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("alert rule of several tenants")

    def stands_in(self, tenant_id: int) -> bool:
        return not self.tenants or tenant_id in self.tenants


class AlertRule(TenantOwned, AnyRule):  # type: ignore[django-manager-missing]
    """A rule of a tenant.

    connection, place   where `of` says so; a place is a line, queue or group
    made_as             the kind of a rule that every tenant has from the start; "" for those that people made
    shared              id of the SharedRule that it follows; its `members` are then people of the staff
    """

    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    place = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    made_as = models.CharField(max_length=12, blank=True)
    shared = models.PositiveBigIntegerField(null=True, blank=True)

    class Meta:
        verbose_name = _("alert rule")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "made_as"], condition=~models.Q(made_as=""), name="alert_rule_made_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "shared"],
                condition=models.Q(shared__isnull=False),
                name="alert_rule_shared_once",
            ),
        ]


class AlertQuerySet(TenantQuerySet):
    def waiting(self, now: datetime) -> AlertQuerySet:
        """For somebody to look: open, not acknowledged, not snoozed."""
        is_awake = models.Q(snoozed_until=None) | models.Q(snoozed_until__lte=now)
        return self.filter(is_awake, closed_at=None, acknowledged_at=None)


class Alert(TenantOwned):
    """One episode of one rule and one subject: from when it held until it does no longer.

    subject        what of the rule's it is about: "" for the rule's own one, else "line-7", "connection-2"
    connection, place   the same, to lead there
    evidence       numbers of the last look at which it held, see services/alert_kinds: of the kind's own keys, and
                   "name" of the subject
    is_grave       somebody should look at once
    last_seen_at   when it held last
    closed_at      when it ended, by itself or by a person; cleared_at: when it held no longer. Between the two a person
                   has said that it is enough, and no other one begins
    told_at        when its mails were put into the ledger, empty where they are still to be; of what was put off since,
                   they are once more. To whom, and who was told that it is over: services/alert_told.py
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("alert", "Open")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        SNOOZED = "snoozed", _("Snoozed")
        CLOSED = "closed", pgettext_lazy("alert", "Closed")

    class End(models.TextChoices):
        GONE = "gone", _("It is over")
        PERSON = "person", _("Closed by a person")
        RULE = "rule", _("Its rule was switched off or changed")

    rule = models.ForeignKey(AlertRule, on_delete=models.CASCADE, related_name="alerts")
    subject = models.CharField(max_length=120, blank=True)
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    place = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_grave = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, choices=End, blank=True)
    evidence = models.JSONField(default=dict)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    acted_by = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    note = models.CharField(_("note"), max_length=NOTE_AT_MOST, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(AlertQuerySet)()

    class Meta:
        verbose_name = _("alert")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "rule", "subject"],
                condition=models.Q(cleared_at=None),
                name="alert_once_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["tenant", "-opened_at", "-id"], name="alert_recent"),
            models.Index(
                fields=["tenant", "-is_grave", "-opened_at", "-id"],
                name="alert_open",
                condition=models.Q(closed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.subject}"

    @property
    def state(self) -> str:
        return self.state_at(timezone.now())

    def state_at(self, now: datetime) -> str:
        if self.closed_at is not None:
            return self.State.CLOSED
        if self.snoozed_until is not None and self.snoozed_until > now:
            return self.State.SNOOZED
        return self.State.ACKNOWLEDGED if self.acknowledged_at is not None else self.State.OPEN
