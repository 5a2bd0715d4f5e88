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
_UNENDED = (CallRecord.Standing.OPEN, CallRecord.Standing.STALE)


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
    """A call with all that its page shows. `other` is the outside number; of an internal call, who called.

    group      what of the call's queue or group is kept, None where it has none or nothing is known of it
    ended_at   None while a record says that the call has not ended
    """

    call: Call
    other: str
    names: Mapping[str, str]
    records: Sequence[CallRecord]
    legs: Sequence[Leg]
    total_s: int
    lines: Mapping[str, Entity]
    group: Entity | None
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
    groups = _groups(call)
    legs = [_leg(call, record, lines, groups, names) for record in records]
    total_s = max((leg.starts_s + leg.rings_s + leg.talks_s for leg in legs), default=0)
    around = _neighbours(call, other)
    has_ended = total_s and not any(record.standing in _UNENDED for record in records)
    ended_at = call.started_at + timedelta(seconds=total_s) if has_ended else None
    return Story(
        call=call,
        other=other,
        names=names,
        records=records,
        legs=legs,
        total_s=total_s,
        lines=lines,
        group=groups.get(call.group_remote_id),
        neighbours=around,
        calls_in_month=_in_month(call, other),
        ended_at=ended_at,
    )


def _groups(call: Call) -> dict[str, Entity]:
    """The queue or group that the call was offered to, by its remote id; a user may have the same one."""
    if not call.group_remote_id:
        return {}
    rows = Entity.objects.filter(
        connection_id=call.connection_id,
        facet__in=(Entity.Facet.QUEUE, Entity.Facet.GROUP),
        remote_id=call.group_remote_id,
    )
    return {entity.remote_id: entity for entity in rows.order_by("facet")}


def _leg(
    call: Call,
    record: CallRecord,
    lines: Mapping[str, Entity],
    groups: Mapping[str, Entity],
    names: Mapping[str, str],
) -> Leg:
    place = groups.get(record.group_remote_id) or lines.get(record.line_remote_id)
    label = place.name if place else names.get(record.callee, record.callee)
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
