"""Days hour by hour, call by call: what a look at a day that goes on would have seen. Whole days come from roll-ups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncHour

from telephony.models import AlertRule
from telephony.models.rollups import WAIT_BOUNDS
from telephony.services import rollup_reading
from telephony.services.alert_kinds.base import part_of
from telephony.services.analytics import calls_of
from telephony.services.rollup_reading import span_of

MOST_CALLS = 300_000  # a second or two; of more the days alone are looked at


def is_possible(rule: AlertRule, first: date, last: date, zone: ZoneInfo) -> bool:
    """Whether the calls of these days are few enough to be read one by one while a person waits."""
    calls = sum(row.calls for row in rollup_reading.sums(("medium",), first, last, zone, part_of(rule)))
    return calls <= MOST_CALLS


def sums(
    by: Sequence[str], first: date, last: date, zone: ZoneInfo, rule: AlertRule
) -> Iterator[rollup_reading.Sum]:
    """As of roll-ups, the hour of the day before the other keys. Waits are told apart by the rule's limit alone; what
    the keys tell apart, and lengths, are not summed."""
    calls = calls_of(part_of(rule)).between(*span_of(first, last, zone)).order_by()
    in_time = Count("pk", filter=Q(wait_s__lt=rule.limit_s or 0))
    rows = (
        calls.annotate(hour=TruncHour("started_at", tzinfo=zone))
        .values_list("hour", *by)
        .annotate(many=Count("pk"), cost=Sum("cost_micros"), told=Count("wait_s"), in_time=in_time)
    )
    for *key, many, cost, told, quick in rows.order_by("hour"):
        waits = (quick, *[0] * (len(WAIT_BOUNDS) - 1), told - quick)
        yield rollup_reading.Sum(
            tuple(key),
            calls=many,
            inbound=0,
            reached=0,
            outbound=0,
            talk_s=0,
            wait_s=0,
            cost_micros=cost or 0,
            waits=waits,
        )
