"""The ledger's row: due work with a lease and a fence, so that one worker at a time advances it."""

from __future__ import annotations

from django.db import models


class Leased(models.Model):
    """Abstract. `due_at` empty means nothing to do; `fence` grows with every lease, and a worker writes
    only while the fence is still its own."""

    due_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_owner = models.CharField(max_length=80, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        abstract = True
