"""How many calls a search finds, as roll-ups know it: to count the rows of a large tenant's month takes seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from portal.lib.days import midnight
from telephony.models import Entity
from telephony.models.call_search import OUTCOMES, CallSearch, keys_in
from telephony.models.calls import Direction, Medium
from telephony.models.rollups import Part
from telephony.models.spans import DAY
from telephony.services.retention import no_longer_kept
from telephony.services.rollup_reading import HourSum, by_hour, sums

# What cells of days are told apart by, and what hours are asked for by.
SUMMED = frozenset(
    {"start_at", "end_at", "medium", "direction", "outcome", "connection", "line", "besides", "group"}
)
OF_CLOCKS = frozenset({"weekday", "hour", "zone"})
QUARTER = timedelta(minutes=15)
# Which sum of an hour answers which direction and outcome.
_OF_HOURS = {
    ("", ""): "calls",
    (Direction.INBOUND, ""): "inbound",
    (Direction.INBOUND, "reached"): "reached",
    (Direction.INBOUND, "unreached"): "missed",
}


def summed(search: CallSearch, zone: ZoneInfo) -> int | None:
    """Of whole days of the tenant's zone, or of hours of any, in the tenant's scope; None where roll-ups do not tell so
    much apart, or outlast calls.
    """
    asked = set(search.to_parameters())
    if search.start_at is None or search.end_at is None or asked - SUMMED - OF_CLOCKS:
        return None
    if no_longer_kept(search.start_at):
        return None
    part = _part_of(search)
    if part is None:
        return 0
    if asked & OF_CLOCKS:
        if search.besides:
            return None
        return _of_hours(search, part, search.start_at, search.end_at)
    return _of_days(search, part, zone, search.start_at, search.end_at)


def _part_of(search: CallSearch) -> Part | None:
    """None where nothing is of both."""
    if not search.group:
        return Part(connection=search.connection, line=search.line)
    group = Entity.objects.defer("document").filter(pk=search.group).first()
    if group is None or search.connection not in (None, group.connection_id):
        return None
    return Part(connection=group.connection_id, line=search.line, group=group.remote_id)


def _of_days(
    search: CallSearch, part: Part, zone: ZoneInfo, start_at: datetime, end_at: datetime
) -> int | None:
    first = start_at.astimezone(zone).date()
    last = (end_at - timedelta(microseconds=1)).astimezone(zone).date()
    if (midnight(first, zone), midnight(last + DAY, zone)) != (start_at, end_at):
        return None
    outcomes = OUTCOMES.get(search.outcome, (search.outcome,))
    besides = keys_in(search.besides) if search.besides else []
    keys = ("medium", "direction", "outcome", *(["line_id"] if besides else []))
    return sum(
        row.calls
        for row in sums(keys, first, last, zone, part)
        for medium, direction, outcome, *line_ids in [row.key]
        if not any(line_id in besides for line_id in line_ids)
        and search.medium in ("", medium)
        and search.direction in ("", direction)
        and (not search.outcome or outcome in outcomes)
    )


def _of_hours(search: CallSearch, part: Part, start_at: datetime, end_at: datetime) -> int | None:
    measure = _OF_HOURS.get((search.direction, search.outcome))
    is_kept = search.medium == Medium.VOICE and measure is not None and not part.is_crossing
    if not is_kept or any(at.timestamp() % QUARTER.total_seconds() for at in (start_at, end_at)):
        return None
    return sum(
        getattr(hour, measure or "")
        for hour in by_hour(start_at, end_at, ZoneInfo(search.zone or "UTC"), part)
        if _is_of(hour, search)
    )


def _is_of(hour: HourSum, search: CallSearch) -> bool:
    return search.weekday in (None, hour.weekday) and search.hour in (None, hour.hour)
