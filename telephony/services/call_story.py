"""What happened in one call, put together for its page from records, names and neighbours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from telephony.models import Call, CallRecord, Entity
from telephony.models.calls import Direction
from telephony.services.number_names import names_of

NEIGHBOURS = 6
COUNTED_DAYS = 30


@dataclass(frozen=True)
class Leg:
    """One record as a bar of the timeline: seconds from the call's start, and what it was."""

    record: CallRecord
    label: str
    starts_s: int
    rings_s: int
    talks_s: int


@dataclass(frozen=True)
class Story:
    """A call with all that its page shows. `other` is the outside number; of an internal call, who called."""

    call: Call
    other: str
    names: Mapping[str, str]
    records: Sequence[CallRecord]
    legs: Sequence[Leg]
    total_s: int
    lines: Mapping[str, Entity]
    neighbours: Sequence[Call]
    calls_in_month: int
    ended_at: datetime | None


def story_of(call: Call) -> Story:
    records = list(call.records.order_by("started_at", "pk"))
    other = call.callee if call.direction == Direction.OUTBOUND else call.caller
    names = names_of(
        [call.caller, call.callee, *(record.caller for record in records), *(r.callee for r in records)]
    )
    csis = {record.line_remote_id for record in records if record.line_remote_id}
    lines = {
        entity.remote_id: entity
        for entity in Entity.objects.filter(
            connection_id=call.connection_id, is_line=True, remote_id__in=csis
        )
    }
    legs = [_leg(call, record, lines, names) for record in records]
    total_s = max((leg.starts_s + leg.rings_s + leg.talks_s for leg in legs), default=0)
    around = _neighbours(call, other)
    ended_at = call.started_at + timedelta(seconds=total_s) if total_s else None
    return Story(call, other, names, records, legs, total_s, lines, around, _in_month(call, other), ended_at)


def _leg(call: Call, record: CallRecord, lines: Mapping[str, Entity], names: Mapping[str, str]) -> Leg:
    line = lines.get(record.line_remote_id)
    label = line.name if line else names.get(record.callee, record.callee)
    starts_s = max(0, int((record.started_at - call.started_at).total_seconds()))
    return Leg(record, label, starts_s, record.wait_s or 0, record.duration_s or 0)


def _neighbours(call: Call, other: str) -> list[Call]:
    if not other:
        return []
    calls = Call.objects.involving(other).exclude(pk=call.pk).order_by("-started_at", "-pk")
    return list(calls[:NEIGHBOURS])


def _in_month(call: Call, other: str) -> int:
    if not other:
        return 0
    since = call.started_at - timedelta(days=COUNTED_DAYS)
    return Call.objects.involving(other).between(since, call.started_at + timedelta(seconds=1)).count()
