"""Numbers that are refused for a while: when each goes off its list again."""

from __future__ import annotations

from django.db import models

from accounts.scoping import TenantOwned
from telephony.models.changes import Change
from telephony.models.entities import Entity
from telephony.models.jobs import Job
from telephony.models.leased import Leased


class BlockEnd(TenantOwned, Leased):
    """When a number is taken off a list of refused callers, by a write of its own; gone once that is done.

    entity    the list, as cached
    change    the write that puts the number there, `job` the edit of many lists that does; with neither of them it was
              there already
    removal   the write that takes it off, once it was begun
    error     why it is still there although its time is over
    tries     how often taking it off failed
    """

    entity = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="block_ends")
    number = models.CharField(max_length=80)
    ends_at = models.DateTimeField()
    change = models.ForeignKey(
        Change, null=True, blank=True, on_delete=models.CASCADE, related_name="block_ends"
    )
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.CASCADE, related_name="block_ends")
    removal = models.ForeignKey(Change, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    error = models.CharField(max_length=500, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    person = models.ForeignKey("accounts.Person", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "entity", "number"], name="block_end_once")]
        indexes = [
            models.Index(fields=["tenant", "number"], name="block_end_number"),
            models.Index(fields=["due_at"], name="block_end_due", condition=models.Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.number
