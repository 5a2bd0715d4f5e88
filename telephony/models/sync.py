"""What syncing remembers: how far each stream is, each run, what days are whole, each request made."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from telephony.models.connections import Connection
from telephony.models.leased import Leased


class SyncState(TenantOwned):
    """Where one stream of a connection stands ("calls", "entities"): its schedule and its cursor.

    synced_until   calls before this instant are stored (never later than now minus the overlap)
    declined_months   how many months of older calls were wished when a person stopped fetching all of them: the schedule
                      asks for none of those; None while nobody has, or since somebody asked for all of them again
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="sync_states")
    stream = models.CharField(max_length=40)
    synced_until = models.DateTimeField(null=True, blank=True)
    backfilled_from = models.DateTimeField(null=True, blank=True)
    declined_months = models.PositiveSmallIntegerField(null=True, blank=True)
    next_due_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "connection", "stream"], name="sync_state_once")
        ]
        indexes = [models.Index(fields=["next_due_at"], name="sync_state_due")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.stream}"


class SyncRun(TenantOwned, Leased):
    """One run over one window. Its cursor and the rows it brought are committed together.

    Of each sort at most one is open (waiting or running); others queue behind it. Of all open runs of a connection
    one is advanced at a time: the database itself allows one worker's lease per connection (services/ledger.py).
    """

    class What(models.TextChoices):
        CALLS = "calls", _("Calls")
        BACKFILL = "backfill", _("Older calls")
        ENTITIES = "entities", _("Objects")

    class State(models.TextChoices):
        QUEUED = "queued", _("Queued")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        COMPLETE = "complete", _("Complete")
        REFUSED = "refused", _("Refused")
        PARKED = "parked", _("Parked")
        STOPPED = "stopped", _("Stopped")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="runs")
    what = models.CharField(max_length=10, choices=What)
    kinds = models.JSONField(default=list, blank=True)
    window_start_at = models.DateTimeField(null=True, blank=True)
    window_end_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    cursor = models.JSONField(default=dict, blank=True)
    step = models.CharField(max_length=200, blank=True)
    done_parts = models.PositiveIntegerField(default=0)
    total_parts = models.PositiveIntegerField(default=0)
    rows_read = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_changed = models.PositiveIntegerField(default=0)
    rows_removed = models.PositiveIntegerField(default=0)
    rows_unreadable = models.PositiveIntegerField(default=0)
    requests = models.PositiveIntegerField(default=0)
    waits_for = models.CharField(max_length=120, blank=True)
    error = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "connection", "-created_at", "-id"], name="sync_run_recent"),
            models.Index(fields=["due_at"], name="sync_run_due", condition=models.Q(due_at__isnull=False)),
            models.Index(
                fields=["connection", "what"], name="sync_run_queued", condition=models.Q(state="queued")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "what"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="sync_run_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["connection"],
                condition=~models.Q(lease_owner__in=["", "dispatcher"]),
                name="sync_run_one_lease",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of {self.connection_id}"

    @property
    def step_label(self) -> str:
        """What is read now: a kind of object in the provider's words, or a month and a list of calls."""
        declared = self.connection.declaration
        if kind := declared.kinds.get(self.step):
            return str(kind.plural)
        month, _blank, stream = self.step.partition(" ")
        if stream not in declared.stream_labels:
            return self.step
        return f"{date_format(dt.date.fromisoformat(f'{month}-01'), 'F Y')}, {declared.stream_labels[stream]}"


class Coverage(TenantOwned):
    """Whether one local day of one connection's calls is whole."""

    class State(models.TextChoices):
        COMPLETE = "complete", _("complete")
        PARTIAL = "partial", _("partial")
        MISSING = "missing", _("missing")
        FETCHING = "fetching", _("being fetched")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="coverage")
    day = models.DateField()
    state = models.CharField(max_length=10, choices=State)
    complete_until = models.DateTimeField(null=True, blank=True)
    calls = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "connection", "day"], name="coverage_once")]

    def __str__(self) -> str:
        return f"{self.connection_id} {self.day} {self.state}"


class RequestLog(TenantOwned):
    """One request to a provider, without secrets: feeds health, the operations page and latency figures."""

    connection = models.ForeignKey(Connection, null=True, on_delete=models.CASCADE, related_name="requests")
    operation = models.CharField(max_length=120)
    method = models.CharField(max_length=8)
    status = models.PositiveSmallIntegerField(null=True)
    error = models.CharField(max_length=60, blank=True)
    elapsed_ms = models.PositiveIntegerField()
    is_person = models.BooleanField(default=False)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["tenant", "connection", "-at"], name="request_recent")]

    def __str__(self) -> str:
        return f"{self.method} {self.operation} {self.status}"
