"""The rows of an edit of many objects: one write of one object each, so that a job can be taken up where it was."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from telephony.models.changes import Change
from telephony.models.connections import Connection
from telephony.models.entities import Entity
from telephony.models.jobs import Job


class BulkRow(TenantOwned):
    """One object of a bulk edit, from the preview to what became of it.

    entity      the object that was chosen; empty once it is gone
    bundle      rows of one bundle are written by one worker, one after the other: they stand in one list
    operation   key in the provider's catalog; `address` its path values
    wanted      fields that the person wants; `seen` what the preview showed, of these fields, with fingerprints of
                secrets. Secrets stand as placeholders in both; their values are in `secrets_sealed`
    change      the write through the door, once it was begun
    reverts     the write that this row takes back
    error       why it cannot be, where no change says it
    tries       how often it was begun
    """

    class State(models.TextChoices):
        NEW = "new", _("Not looked at yet")
        READY = "ready", _("To be written")
        SAME = "same", _("Already so")
        IMPOSSIBLE = "impossible", _("Not possible")
        SENDING = "sending", _("Sending")
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused")
        CONFLICT = "conflict", _("Conflict")
        UNKNOWN = "unknown", _("Unknown")
        NOT_APPLIED = "not_applied", _("Not applied")

    BAD = (State.REFUSED, State.CONFLICT, State.UNKNOWN, State.NOT_APPLIED)

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    entity = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(max_length=250)
    bundle = models.CharField(max_length=460, blank=True)
    operation = models.CharField(max_length=120, blank=True)
    address = models.JSONField(default=dict)
    wanted = models.JSONField(default=dict)
    seen = models.JSONField(null=True)
    secrets_sealed = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.NEW)
    change = models.ForeignKey(Change, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reverts = models.ForeignKey(Change, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    error = models.CharField(max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "job", "position"], name="bulk_row_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "job", "state", "bundle", "position"], name="bulk_row_next")
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def reason(self) -> str:
        """Why it ended as it did, in words; "" where all is well."""
        return self.error or (self.change.error if self.change else "")
