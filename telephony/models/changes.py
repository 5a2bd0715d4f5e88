"""Everything written to a provider: what was there, what was sent, what came back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from telephony.models.connections import Connection
from telephony.models.entities import Entity
from telephony.models.leased import Leased


class Change(TenantOwned, Leased):
    """One write through the one door. A draft is the preview; nothing has been sent yet.

    operation   key in the provider's catalog
    address     path values ({"csi": "33199001001", "profile": "default"})
    seen        fields as the person's form was loaded from
    before      fields at the provider when the draft was made, after = read back after sending
    wanted      the fields that the person wants, only those that change
    sent        redacted request as it went out; answer likewise; with the provider's quote where it asked for money
    needs       a change that is sent before this one; both stand in one preview
    Secrets stand as placeholders in all of these; their values are in `secrets_sealed`.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Preview")
        SENDING = "sending", _("Sending")
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused")
        CONFLICT = "conflict", _("Conflict")
        CHARGES = "charges", _("Waits for a word on charges")
        UNKNOWN = "unknown", _("Unknown")
        NOT_APPLIED = "not_applied", _("Not applied")
        REVERTED = "reverted", _("Taken back")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="changes")
    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="changes"
    )
    line = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="line_changes"
    )
    operation = models.CharField(max_length=120)
    address = models.JSONField(default=dict)
    object_label = models.CharField(max_length=250)
    summary = models.CharField(max_length=250)
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    seen = models.JSONField(default=dict)
    before = models.JSONField(null=True)
    wanted = models.JSONField(default=dict)
    sent = models.JSONField(null=True)
    answer = models.JSONField(null=True)
    after = models.JSONField(null=True)
    fields_refused = models.JSONField(default=dict)
    secrets_sealed = models.TextField(blank=True)
    error = models.CharField(max_length=500, blank=True)
    is_reversible = models.BooleanField(default=True)
    accepts_charges = models.BooleanField(default=False)
    reverts = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="reverted_by"
    )
    needs = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="needed_by"
    )
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    person_label = models.CharField(max_length=254, blank=True)
    why = models.CharField(max_length=300, blank=True)
    ticket = models.CharField(max_length=60, blank=True)
    request_id = models.CharField(max_length=80, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("change")
        indexes = [
            models.Index(fields=["tenant", "-created_at", "-id"], name="change_recent"),
            models.Index(fields=["tenant", "entity", "-created_at"], name="change_entity"),
            models.Index(fields=["tenant", "line", "-created_at"], name="change_line"),
            models.Index(fields=["tenant", "connection", "address"], name="change_address"),
            models.Index(fields=["due_at"], name="change_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.summary

    @property
    def compared_at(self) -> datetime:
        """When a preview was last compared with the provider; of what was sent, when it was made."""
        if self.expires_at is None:
            return self.created_at
        return self.expires_at - timedelta(seconds=settings.PREVIEW_LIFETIME_S)

    @property
    def written_at(self) -> datetime:
        """When it was sent, else when it was made."""
        return self.sent_at or self.created_at
