"""Callflows being edited: a person's draft of one, and the acts that made it."""

from __future__ import annotations

import json

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from telephony.models.changes import Change
from telephony.models.connections import Connection
from telephony.models.entities import Entity


class CallflowDraft(TenantOwned):
    """What one person makes of one callflow; nobody else's is touched by it.

    entity    the callflow; None for one that is not made yet, in the account `connection`
    base      the provider's document as it was read when the draft began: JSON text, for the database keeps no order
    flow      the steps as they are now, with their numbers (`services/callflow_text.py`)
    position  how many of the acts are in force; those after it can be done again
    revision  counts every act, so that a second window does not write over the first
    change    the preview that publishes it, once there is one
    secrets_sealed  the values that marks in `base` and `flow` stand for (`services/callflow_secrets.py`)
    left_empty  what a callflow that was brought in named and nobody put another in place of:
                [{"step", "kind", "name", "held": checksum of the step's settings then}]
    """

    entity = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="callflow_drafts"
    )
    connection = models.ForeignKey(
        Connection, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    base = models.TextField()
    flow = models.TextField()
    position = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)
    change = models.ForeignKey(Change, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    secrets_sealed = models.TextField(blank=True)
    left_empty = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("draft of a callflow")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "entity", "person"], name="callflow_draft_once"),
            models.CheckConstraint(
                condition=models.Q(entity__isnull=True, connection__isnull=False)
                | models.Q(entity__isnull=False, connection__isnull=True),
                name="callflow_draft_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.entity) if self.entity is not None else self.name

    @property
    def name(self) -> str:
        """What the draft calls it."""
        return str(json.loads(self.flow.partition("\n")[0])["root"].get("name") or _("New callflow"))

    @property
    def link(self) -> Connection:
        """The account that it is of."""
        if self.entity is not None:
            return self.entity.connection
        assert self.connection is not None
        return self.connection


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


class CallflowFindings(TenantOwned):
    """How many faults a callflow has as it stood among the other objects at `judged_at`.

    grave   calls are lost by them, or the provider refuses them; `light` are worth a look
    """

    entity = models.OneToOneField(Entity, on_delete=models.CASCADE, related_name="findings")
    steps = models.PositiveIntegerField()
    grave = models.PositiveIntegerField()
    light = models.PositiveIntegerField()
    judged_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "entity"], name="callflow_findings_once")]

    def __str__(self) -> str:
        return f"{self.grave} + {self.light}"
