"""Calls, twice: as the provider's rows, and as what a person counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts.scoping import TenantManager, TenantOwned, TenantQuerySet
from portal.lib.names import name_key_field
from portal.lib.wire_json import decode_json
from telephony.models.connections import Connection
from telephony.models.entities import Entity


class Direction(models.TextChoices):
    INBOUND = "inbound", _("In")
    OUTBOUND = "outbound", _("Out")
    INTERNAL = "internal", _("Internal")


class Medium(models.TextChoices):
    VOICE = "voice", _("Call")
    SMS = "sms", _("SMS")
    DATA = "data", _("Data")


class Outcome(models.TextChoices):
    ANSWERED = "answered", _("Answered")
    MISSED = "missed", _("Missed")
    BUSY = "busy", _("Busy")
    FAILED = "failed", _("Failed")
    VOICEMAIL = "voicemail", _("Voicemail")
    FORWARDED = "forwarded", _("Forwarded")
    CANCELLED = "cancelled", _("Cancelled")
    ABANDONED = "abandoned", _("Abandoned")
    TIMED_OUT = "timed_out", _("Timed out")
    UNKNOWN = "unknown", _("Unknown")


# What people mean by an answered and by a missed call; who left a message is neither.
REACHED = (Outcome.ANSWERED, Outcome.FORWARDED)
MISSED = (Outcome.MISSED, Outcome.BUSY, Outcome.ABANDONED, Outcome.TIMED_OUT)
UNANSWERED = (Outcome.MISSED, Outcome.BUSY, Outcome.ABANDONED, Outcome.TIMED_OUT, Outcome.VOICEMAIL)
LONGEST = timedelta(days=1)  # so far back calls are looked for that may still be going on


class CallQuerySet(TenantQuerySet):
    def between(self, start_at: datetime, end_at: datetime) -> CallQuerySet:
        """Started in the half-open span."""
        return self.filter(started_at__gte=start_at, started_at__lt=end_at)

    def running_at(self, at: datetime) -> CallQuerySet:
        """Begun, and neither given up nor hung up yet; its end is told by the seconds waited and talked."""
        lasted_s = Coalesce("wait_s", 0) + Coalesce("duration_s", 0)
        ended_at = models.F("started_at") + models.ExpressionWrapper(
            lasted_s * models.Value(timedelta(seconds=1)), models.DurationField()
        )
        begun = self.filter(started_at__lte=at, started_at__gt=at - LONGEST)
        return begun.alias(ended_at=ended_at).filter(ended_at__gt=at)

    def involving(self, number: str) -> CallQuerySet:
        """Caller or callee is this number (E.164 or the provider's text)."""
        return self.involving_any([number])

    def involving_any(self, numbers: Iterable[str]) -> CallQuerySet:
        """Caller or callee is one of these; served by the reversed columns, as the ends of numbers are."""
        reversed_ = [number[::-1] for number in numbers]
        return self.filter(models.Q(caller_reversed__in=reversed_) | models.Q(callee_reversed__in=reversed_))

    def of_group(self, entity_id: int) -> CallQuerySet:
        """Offered to this queue or group."""
        group = Entity.objects.filter(pk=entity_id).values_list("connection_id", "remote_id").first()
        if group is None:
            return self.none()
        return self.filter(connection_id=group[0], group_remote_id=group[1])

    def ending_with(self, digits: str) -> CallQuerySet:
        """Caller or callee ends with these digits; served by the reversed columns."""
        tail = digits[::-1]
        return self.filter(
            models.Q(caller_reversed__startswith=tail) | models.Q(callee_reversed__startswith=tail)
        )


# Calls and their records come by the hundred thousand, and each foreign key that PostgreSQL checks costs a stored row
# as much as all its indexes. Theirs are not checked: the store takes both ids from rows of the same transaction,
# deletion goes through Django, and `check_isolation` compares both sides. Nor have they an index of their own: every
# query names the tenant, and the indexes that begin with it, and go on with connection or line, serve it.
_PLAIN: dict[str, Any] = {"db_constraint": False, "db_index": False}


def _tenant() -> models.ForeignKey:
    return models.ForeignKey(
        "accounts.Tenant", on_delete=models.CASCADE, related_name="+", editable=False, **_PLAIN
    )


class KeptJSONField(models.JSONField):
    """JSON that is kept as it was written and read as a whole: it can neither be searched nor compared in PostgreSQL.

    Its type is `json`: rows of calls are copied in a fifth less time than with `jsonb`, which takes each document apart.
    What is read is told by the rules of the wire, for it may stand there as a provider sent it.
    """

    def db_type(self, connection: Any) -> str:
        return "json"

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        return f"{sql}::text", params

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return None if value is None else decode_json(value.encode())


class Call(TenantOwned):
    """One call as a person counts it; folded from the records of one fold key.

    `started_at` never changes after insert. Money is in millionths of the connection's currency.
    `line` is where it belongs (the answering line, else the first that rang, else the calling one).
    """

    Direction = Direction
    Medium = Medium
    Outcome = Outcome

    tenant = _tenant()
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="calls", **_PLAIN)
    fold_key = models.CharField(max_length=120)
    started_at = models.DateTimeField()
    medium = models.CharField(max_length=8, choices=Medium, default=Medium.VOICE)
    direction = models.CharField(max_length=10, choices=Direction)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.UNKNOWN)
    caller = models.CharField(max_length=80, blank=True)
    caller_reversed = models.CharField(max_length=80, blank=True)
    callee = models.CharField(max_length=80, blank=True)
    callee_reversed = models.CharField(max_length=80, blank=True)
    duration_s = models.PositiveIntegerField(null=True, blank=True)
    wait_s = models.PositiveIntegerField(null=True, blank=True)
    quantity = models.BigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True)
    cost_micros = models.BigIntegerField(null=True, blank=True)
    destination = models.CharField(max_length=80, blank=True)
    line = models.ForeignKey(
        Entity, null=True, blank=True, on_delete=models.SET_NULL, related_name="calls", **_PLAIN
    )
    line_remote_id = models.CharField(max_length=200, blank=True)
    group_remote_id = models.CharField(max_length=200, blank=True)
    record_count = models.PositiveSmallIntegerField(default=1)
    is_time_ambiguous = models.BooleanField(default=False)

    objects: ClassVar[Any] = TenantManager.from_queryset(CallQuerySet)()

    class Meta:
        verbose_name = _("call")
        constraints = [models.UniqueConstraint(fields=["tenant", "connection", "fold_key"], name="call_once")]
        indexes = [
            models.Index(fields=["tenant", "-started_at", "-id"], name="call_recent"),
            models.Index(fields=["tenant", "line", "-started_at", "-id"], name="call_line"),
            # One index per side finds whole numbers and their ends.
            models.Index(
                fields=["tenant", "caller_reversed", "-started_at"],
                name="call_caller_rev",
                opclasses=["", "varchar_pattern_ops", ""],
            ),
            models.Index(
                fields=["tenant", "callee_reversed", "-started_at"],
                name="call_callee_rev",
                opclasses=["", "varchar_pattern_ops", ""],
            ),
            # Most calls are answered: they are found soon by time alone, and each index costs a twelfth of storing a call.
            models.Index(
                fields=["tenant", "outcome", "-started_at", "-id"],
                name="call_outcome",
                condition=~models.Q(outcome=Outcome.ANSWERED),
            ),
            # Who called and was not answered, read without the rows.
            models.Index(
                fields=["tenant", "-started_at", "-id", "caller_reversed"],
                name="call_unanswered",
                condition=models.Q(direction=Direction.INBOUND, medium=Medium.VOICE, outcome__in=UNANSWERED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.caller} -> {self.callee}"


class CallRecord(TenantOwned):
    """One provider row. Unique per connection and stream; written again only when its content changed.

    standing   what a reading of its whole stretch of time said beside the row: not ended yet, never ended, or gone from
               the provider's list (kept, and counted); "" for the usual case. See services/standings.py
    """

    class Standing(models.TextChoices):
        OPEN = "open", _("Not ended yet")
        STALE = "stale", _("Never said to have ended")
        GONE = "gone", _("No longer listed by the provider")

    tenant = _tenant()
    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="call_records", **_PLAIN
    )
    call = models.ForeignKey(
        Call, null=True, blank=True, on_delete=models.SET_NULL, related_name="records", **_PLAIN
    )
    stream = models.CharField(max_length=40)
    remote_key = models.CharField(max_length=120)
    fold_key = models.CharField(max_length=120)
    content_hash = models.BinaryField(max_length=16)
    started_at = models.DateTimeField()
    medium = models.CharField(max_length=8, choices=Medium)
    direction = models.CharField(max_length=10, choices=Direction)
    outcome = models.CharField(max_length=12, choices=Outcome)
    caller = models.CharField(max_length=80, blank=True)
    callee = models.CharField(max_length=80, blank=True)
    presented = models.CharField(max_length=80, blank=True)
    line_remote_id = models.CharField(max_length=200, blank=True)
    group_remote_id = models.CharField(max_length=200, blank=True)
    duration_s = models.PositiveIntegerField(null=True, blank=True)
    wait_s = models.PositiveIntegerField(null=True, blank=True)
    quantity = models.BigIntegerField(null=True, blank=True)
    unit = models.CharField(max_length=12, blank=True)
    cost_micros = models.BigIntegerField(null=True, blank=True)
    destination = models.CharField(max_length=80, blank=True)
    is_time_ambiguous = models.BooleanField(default=False)
    standing = models.CharField(max_length=5, choices=Standing, blank=True, db_default="")
    raw = KeptJSONField(default=dict)
    first_seen_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "stream", "remote_key"], name="call_record_once"
            )
        ]
        indexes = [
            # Also how the records of a fold key are found: its call has an index for it, and ids are cheap to index.
            models.Index(fields=["call"], name="call_record_call"),
            models.Index(
                fields=["tenant", "connection", "started_at"],
                name="call_record_open",
                condition=models.Q(standing="open"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.remote_key}"


class UnreadableRecord(TenantOwned):
    """A provider row that could not be understood, kept with its reason until somebody looked."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="unreadable_records")
    stream = models.CharField(max_length=40)
    content_key = models.CharField(max_length=32)
    reason = models.CharField(max_length=300)
    raw = models.JSONField()
    seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "connection", "stream", "content_key"], name="unreadable_once"
            )
        ]

    def __str__(self) -> str:
        return self.reason


class NumberName(TenantOwned):
    """Whose number it is, for lists. Rebuilt from contacts and lines; a person's own word wins."""

    class Source(models.TextChoices):
        PERSON = "person", _("entered here")
        LINE = "line", _("a line")
        CONTACT = "contact", _("the directory")

    number = models.CharField(max_length=80)
    name = models.CharField(max_length=250)
    name_key = name_key_field()
    source = models.CharField(max_length=10, choices=Source)
    entity = models.ForeignKey(Entity, null=True, blank=True, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number", "source", "entity"], name="number_name_once")
        ]
        indexes = [models.Index(fields=["tenant", "number"], name="number_name_number")]

    def __str__(self) -> str:
        return f"{self.name} {self.number}"
