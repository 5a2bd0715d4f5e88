"""Calls as they happen: addresses that lines send their events to, the events, and the calls that they tell about."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantOwned
from telephony.models.calls import Direction, Outcome
from telephony.models.connections import Connection
from telephony.models.entities import Entity


class LineHook(TenantOwned):
    """The address of ours that one line sends its events to. The secret in it says which line, and lets them in.

    secret_sealed   the secret; `digest` is its keyed hash, by which it is found
    previous_...    the secret before the last rotation, valid until `previous_until`
    previous_used_at   when an event last came with it
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="hooks")
    line = models.ForeignKey(Entity, on_delete=models.CASCADE, related_name="hooks")
    secret_sealed = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    previous_sealed = models.TextField(blank=True)
    previous_digest = models.CharField(max_length=64, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    previous_used_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    rotated_at = models.DateTimeField(null=True, blank=True)
    first_event_at = models.DateTimeField(null=True, blank=True)
    last_event_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "line"], name="line_hook_once"),
            models.UniqueConstraint(
                fields=["previous_digest"],
                condition=~models.Q(previous_digest=""),
                name="line_hook_previous_once",
            ),
        ]

    def __str__(self) -> str:
        return f"hook of line {self.line_id}"


class LiveFeed(TenantOwned):
    """What a connection tells of its calls as they happen. Whoever stores events of it holds this row.

    Where running calls are read (services/live_polling.py):
    read_at         when that last worked; failing_since: since when it does not
    unseen          of the legs that the last reading lacked, by dialogue: when (ISO 8601); the second ends them
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="live_feeds")
    last_event_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    unseen = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant", "connection"], name="live_feed_once")]

    def __str__(self) -> str:
        return f"feed of {self.connection_id}"


class LiveCall(TenantOwned):
    """One call, folded from its events (services/live_folding.py).

    keys             what ties events to it; events with a key in common are of one call
    other            the number at the far end; "" is withheld
    line_remote_id   where it is now, or where it ended; `first_line_remote_id` where it came in; "" at none
    ringing          remote ids of all lines that ring
    legs             each line's side, in order: the fields of `live_folding.Leg`
    is_end_unknown   nothing was heard of it for hours, so that it counts as over
    """

    class State(models.TextChoices):
        RINGING = "ringing", _("Ringing")
        TALKING = "talking", _("Talking")
        WAITING = "waiting", _("Waiting")
        ENDED = "ended", _("Ended")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="live_calls")
    keys = ArrayField(models.CharField(max_length=90))
    state = models.CharField(max_length=8, choices=State)
    direction = models.CharField(max_length=10, choices=Direction)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    other = models.CharField(max_length=80, blank=True)
    line_remote_id = models.CharField(max_length=200, blank=True)
    first_line_remote_id = models.CharField(max_length=200, blank=True)
    ringing = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    is_group = models.BooleanField(default=False)
    is_end_unknown = models.BooleanField(default=False)
    started_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_event_at = models.DateTimeField()
    legs = models.JSONField(default=list)

    class Meta:
        verbose_name = _("call that goes on")
        indexes = [
            GinIndex(fields=["keys"], name="live_call_keys"),
            models.Index(fields=["tenant", "-started_at", "-id"], name="live_call_recent"),
            models.Index(
                fields=["tenant", "last_event_at"],
                condition=~models.Q(state="ended"),
                name="live_call_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.direction} {self.state}"


class CallEvent(TenantOwned):
    """One event of one line's side of a call, once however often it came. Fields as in `drafts.CallEventDraft`.

    line_remote_id   "" of a side that no line has: the caller's, while the provider holds the call
    happened_at   as the provider says, else when it came
    is_foreign    it names a line that is not one of the account: kept, and part of no call
    """

    class Kind(models.TextChoices):
        SETUP = "setup", _("Call begins")
        CONNECT = "connect", _("Call is answered")
        RELEASE = "release", _("Call ends")

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="call_events")
    call = models.ForeignKey(LiveCall, null=True, blank=True, on_delete=models.CASCADE, related_name="events")
    line_remote_id = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=7, choices=Kind)
    direction = models.CharField(max_length=10, choices=Direction)
    other = models.CharField(max_length=80, blank=True)
    dialogue = models.CharField(max_length=80)
    replaces = models.CharField(max_length=80, blank=True)
    call_ref = models.CharField(max_length=80, blank=True)
    session = models.CharField(max_length=80, blank=True)
    redirecting = models.CharField(max_length=80, blank=True)
    is_group = models.BooleanField(default=False)
    is_mailbox = models.BooleanField(default=False)
    is_foreign = models.BooleanField(default=False)
    happened_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("call event")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "dialogue", "line_remote_id", "kind"], name="call_event_once"
            )
        ]
        indexes = [models.Index(fields=["tenant", "connection", "-received_at"], name="call_event_recent")]

    def __str__(self) -> str:
        return f"{self.line_remote_id} {self.kind}"
