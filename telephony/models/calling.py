"""From where a person starts calls."""

from __future__ import annotations

from django.db import models

from accounts.scoping import TenantOwned


class CallSource(TenantOwned):
    """What rings first when a person starts a call: the line that they chose last, or their own number there."""

    person = models.ForeignKey("accounts.Person", on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey("telephony.Connection", on_delete=models.CASCADE, related_name="+")
    line = models.ForeignKey(
        "telephony.Entity", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    own_number = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "person"], name="call_source_once")]

    def __str__(self) -> str:
        return str(self.line or self.own_number)
