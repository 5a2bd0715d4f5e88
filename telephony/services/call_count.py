"""How many calls a search finds, as roll-ups know it: to count the rows of a large tenant's month takes seconds."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from portal.lib.days import midnight
from telephony.models import Entity
from telephony.models.call_search import OUTCOMES, CallSearch
from telephony.models.rollups import Part
from telephony.models.spans import DAY
from telephony.services.retention import no_longer_kept
from telephony.services.rollup_reading import sums

SUMMED = frozenset(
    {"start_at", "end_at", "medium", "direction", "outcome", "connection", "line", "group"}
)  # what cells are told apart by


def summed(search: CallSearch, zone: ZoneInfo) -> int | None:
    """Of whole days of the tenant's zone, in its scope; None where roll-ups do not tell so much apart, or outlast calls."""
    if search.start_at is None or search.end_at is None or set(search.to_parameters()) - SUMMED:
        return None
    first = search.start_at.astimezone(zone).date()
    last = (search.end_at - timedelta(microseconds=1)).astimezone(zone).date()
    if (midnight(first, zone), midnight(last + DAY, zone)) != (search.start_at, search.end_at):
        return None
    if no_longer_kept(search.start_at):
        return None
    part = Part(connection=search.connection, line=search.line)
    if search.group:
        group = Entity.objects.defer("document").filter(pk=search.group).first()
        if group is None or search.connection not in (None, group.connection_id):
            return 0
        part = Part(connection=group.connection_id, line=search.line, group=group.remote_id)
    rows = sums(("medium", "direction", "outcome"), first, last, zone, part)
    outcomes = OUTCOMES.get(search.outcome, (search.outcome,))
    return sum(
        row.calls
        for row in rows
        for medium, direction, outcome in [row.key]
        if search.medium in ("", medium)
        and search.direction in ("", direction)
        and (not search.outcome or outcome in outcomes)
    )
