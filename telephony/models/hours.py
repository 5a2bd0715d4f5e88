"""Opening hours of a tenant, and where they were written to.

The hours themselves are values (`telephony/providers/hours.py`); rows hold what people typed. Days and times are those
of a clock on the wall of the hours' zone, never instants.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.scoping import TenantOwned
from portal.lib.names import name_key_field
from telephony.models.changes import Change
from telephony.models.connections import Connection
from telephony.models.leased import Leased


class OpeningHours(TenantOwned):
    """One named schedule.

    time_zone   "" is the tenant's
    week        seven lists, Monday first, of [begin, end] in minutes; an end at or before its begin is the next day's
    country, region   whose public holidays are kept, "" for none; codes of ISO 3166
    """

    name = models.CharField(_("name"), max_length=60)
    name_key = name_key_field()
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    week = models.JSONField(default=list)
    country = models.CharField(_("public holidays of"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=8, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["name_key", "id"]
        verbose_name = _("opening hours")
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="hours_name_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> str:
        return self.time_zone or self.tenant.time_zone


class HolidayChoice(TenantOwned):
    """What becomes of one public holiday; without a row one is closed.

    key     the holiday's name in the language of its country
    spans   of a shorter day: [begin, end] in minutes
    """

    class Treatment(models.TextChoices):
        CLOSED = "closed", _("Closed")
        SHORTER = "shorter", _("Shorter hours")
        USUAL = "usual", _("As usual")

    hours = models.ForeignKey(OpeningHours, on_delete=models.CASCADE, related_name="holiday_choices")
    key = models.CharField(max_length=200)
    treatment = models.CharField(max_length=8, choices=Treatment)
    spans = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "hours", "key"], name="holiday_choice_once")]

    def __str__(self) -> str:
        return self.key


class HoursException(TenantOwned):
    """A time in which something else holds, from one minute of a day up to another; it expires by itself.

    spans   of hours of its own: [begin, end] in minutes
    """

    class Means(models.TextChoices):
        CLOSED = "closed", _("Closed")
        OPEN = "open", pgettext_lazy("opening hours", "Open")
        HOURS = "hours", _("Other hours")

    hours = models.ForeignKey(OpeningHours, on_delete=models.CASCADE, related_name="exceptions")
    name = models.CharField(_("name"), max_length=80)
    means = models.CharField(_("then"), max_length=8, choices=Means, default=Means.CLOSED)
    begins_on = models.DateField(_("from"))
    begins_minute = models.PositiveSmallIntegerField(default=0)
    ends_on = models.DateField(_("until"))
    ends_minute = models.PositiveSmallIntegerField(default=1440)
    spans = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["begins_on", "begins_minute", "id"]

    def __str__(self) -> str:
        return self.name


class HoursPlacement(TenantOwned):
    """Hours as they were last written to a connection: the set, and its rules in order.

    rules      [{"id": ..., "document": ...}] as compiled for the days from `first_on` to `last_on`
    """

    hours = models.ForeignKey(OpeningHours, on_delete=models.CASCADE, related_name="placements")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="hours_placements")
    set_remote_id = models.CharField(max_length=64, blank=True)
    rules = models.JSONField(default=list)
    zone = models.CharField(max_length=64, blank=True)
    first_on = models.DateField(null=True)
    last_on = models.DateField(null=True)
    written_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "hours", "connection"], name="hours_placement_once")
        ]

    def __str__(self) -> str:
        return f"{self.hours} at {self.connection}"


class HoursRun(TenantOwned, Leased):
    """Changes that belong together: hours written to a connection, or that taken back.

    outcome    the placement's fields as they are to be afterwards; "$3" stands for what the step at 3 makes
    previous   the same as they were before
    """

    class State(models.TextChoices):
        PREVIEW = "preview", _("Preview")
        SENDING = "sending", _("Sending")
        DONE = "done", _("Written")
        STOPPED = "stopped", _("Stopped")
        REVERTED = "reverted", _("Taken back")

    placement = models.ForeignKey(HoursPlacement, on_delete=models.CASCADE, related_name="runs")
    reverts = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="reverted_by"
    )
    state = models.CharField(max_length=8, choices=State, default=State.PREVIEW)
    outcome = models.JSONField(default=dict)
    previous = models.JSONField(default=dict)
    error = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    person_label = models.CharField(max_length=254, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="hours_run_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return str(self.placement)

    @property
    def removes(self) -> bool:
        """Whether it takes hours away from the provider that were written there."""
        return not self.reverts_id and not self.outcome.get("set_remote_id")


class HoursStep(TenantOwned):
    """One write of a run, in its place; `change` is what came of it.

    seen       the object as the plan found it, null for a new one
    reverts    the change that it takes back
    tries      how often the provider asked to wait, or was not there
    """

    run = models.ForeignKey(HoursRun, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    operation = models.CharField(max_length=120)
    address = models.JSONField(default=dict)
    seen = models.JSONField(null=True)
    wanted = models.JSONField(default=dict)
    change = models.ForeignKey(Change, null=True, on_delete=models.SET_NULL, related_name="+")
    reverts = models.ForeignKey(Change, null=True, on_delete=models.SET_NULL, related_name="+")
    is_done = models.BooleanField(default=False)
    tries = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["tenant", "run", "position"], name="hours_step_once")]

    def __str__(self) -> str:
        return f"{self.position}: {self.operation}"
