"""Callflows being edited: a person's draft of one, and the acts that made it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from telephony.models.changes import Change
from telephony.models.entities import Entity


class CallflowDraft(TenantOwned):
    """What one person makes of one callflow; nobody else's is touched by it.

    base      the provider's document as it was read when the draft began: JSON text, for the database keeps no order
    flow      the steps as they are now, with their numbers (`services/callflow_drafts.py`)
    position  how many of the acts are in force; those after it can be done again
    revision  counts every act, so that a second window does not write over the first
    change    the preview that publishes it, once there is one
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="callflow_drafts")
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    base = models.TextField()
    flow = models.TextField()
    position = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    change = models.ForeignKey(Change, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a callflow")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "entity", "person"], name="callflow_draft_once")
        ]

    def __str__(self) -> str:
        return str(self.entity)


class CallflowAct(TenantOwned):
    """One act on a draft. `undo` and `redo` are patches as JSON text; `step` is where it was done."""

    draft = models.ForeignKey(CallflowDraft, on_delete=models.CASCADE, related_name="acts")
    number = models.PositiveIntegerField()
    what = models.CharField(max_length=20)
    step = models.PositiveIntegerField(null=True)
    undo = models.TextField()
    redo = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "draft", "number"], name="callflow_act_once")
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.what}"
