"""Long work that a person asked for, and the views of lists that they keep."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from portal.lib.names import name_key_field
from telephony.models.leased import Leased


class AnyJob(Leased):
    """Abstract. Resumable, with progress, a file kept until it expires."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Preview")
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Running")
        PAUSED = "paused", _("Paused")
        STOPPED = "stopped", _("Stopped")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        EXPIRED = "expired", _("Expired")

    label = models.CharField(max_length=250)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    cursor = models.JSONField(default=dict, blank=True)
    done_rows = models.PositiveBigIntegerField(default=0)
    total_rows = models.PositiveBigIntegerField(null=True, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    file_bytes = models.PositiveBigIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label


class Job(TenantOwned, AnyJob):
    """An export, a bulk edit or a mail of a tenant.

    reverts   the bulk edit that this one takes back
    """

    class Kind(models.TextChoices):
        EXPORT = "export", _("Export")
        MAIL = "mail", _("Mail")
        BULK = "bulk", _("Edit of many")

    kind = models.CharField(max_length=10, choices=Kind)
    reverts = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reverted_by"
    )

    class Meta:
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="job_recent"),
            models.Index(fields=["due_at"], name="job_due", condition=models.Q(due_at__isnull=False)),
        ]


class StaffExport(AnyJob):
    """An export that platform staff asked for: of several tenants, so that it is none's."""

    class Meta:
        indexes = [
            models.Index(fields=["person", "-created_at", "-id"], name="staff_export_recent"),
            models.Index(
                fields=["due_at"], name="staff_export_due", condition=models.Q(due_at__isnull=False)
            ),
        ]


class SavedView(TenantOwned):
    """A named filter of one list, kept by one person or shared with the tenant."""

    person = models.ForeignKey(
        "accounts.Person", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    page = models.CharField(max_length=60)
    name = models.CharField(_("name"), max_length=80)
    name_key = name_key_field()
    query = models.CharField(max_length=1000)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name_key"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "person", "page", "name"], name="saved_view_once")
        ]

    def __str__(self) -> str:
        return self.name
