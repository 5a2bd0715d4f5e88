"""What is wrong with connections and their syncs: found anew at each look, from what the tables say.

The overview lists all of it; alerts are raised for what keeps calls or settings from coming (alert_kinds/trouble.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.db.models import Count, Max

from telephony.models import Connection, Credential, SyncRun, SyncState, UnreadableRecord
from telephony.services import runs
from telephony.services.period_coverage import fetchable, lacking_of, of_calls

LOOKED_BACK = timedelta(days=60)
BEHIND_AFTER = timedelta(hours=2)  # and six syncs


class Sort(StrEnum):
    NEEDS_RECONNECT = "needs_reconnect"
    BEHIND = "behind"
    PAUSED = "paused"  # by a person
    HELD_BACK = "held_back"
    GIVEN_UP = "given_up"
    MISSING_DAYS = "missing_days"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing. `count` of records, or of days that are missing, be it since then; `error` as the provider or the sync said
    it."""

    sort: Sort
    connection: int
    name: str
    since: datetime | None = None
    count: int = 0
    error: str = ""
    what: str = ""

    @property
    def key(self) -> str:
        return " ".join(filter(None, [self.sort, str(self.connection), self.what]))

    @property
    def is_grave(self) -> bool:
        return self.sort not in (Sort.PAUSED, Sort.MISSING_DAYS, Sort.UNREADABLE)


def linked() -> list[Connection]:
    """Each with the first day of which anything is known, as `since`."""
    found = of_calls().filter(unlinked_at=None).select_related("credential").order_by("pk")
    return list(found)


def troubles_of(connections: Sequence[Connection], now: datetime, zone: ZoneInfo) -> list[Trouble]:
    """Of these, which `linked` found; `zone` is the tenant's. A few small queries."""
    return [*_unread(connections, now, zone), *_parked(), *_unreadable()]


def _unread(connections: Sequence[Connection], now: datetime, zone: ZoneInfo) -> Iterator[Trouble]:
    """Why nothing comes from a connection, with the days that are missing since; and days that are missing besides."""
    synced = dict(
        SyncState.objects.filter(stream="calls").order_by().values_list("connection_id", "last_success_at")
    )
    today = now.astimezone(zone).date()
    lacking = lacking_of(connections, today - LOOKED_BACK, today, zone)
    for connection in connections:
        pk, name, last = connection.pk, connection.name, synced.get(connection.pk)
        days = fetchable(lacking[pk], zone)
        if sort := _why_unread(connection, last, now):
            since = connection.credential.state_since if sort == Sort.NEEDS_RECONNECT else last
            before = [day for day in days if last and day < last.astimezone(zone).date()]
            missed = len(days) - len(before)
            yield Trouble(sort=sort, connection=pk, name=name, since=since, count=missed)
            days = before
        if days:
            yield Trouble(sort=Sort.MISSING_DAYS, connection=pk, name=name, count=len(days))


def _why_unread(connection: Connection, last: datetime | None, now: datetime) -> Sort | None:
    """`last` is when its calls were read; where they never were, its sync has only begun, or was given up."""
    if connection.credential.state == Credential.State.NEEDS_RECONNECT:
        return Sort.NEEDS_RECONNECT
    if connection.is_paused:
        return Sort.PAUSED
    if last is None or not connection.can("calls.list"):
        return None
    if connection.credential.state != Credential.State.WORKING:
        return None
    is_behind = now - last > max(BEHIND_AFTER, 6 * runs.interval(connection, "calls"))
    return Sort.BEHIND if is_behind else None


def _parked() -> Iterator[Trouble]:
    """What waits for somebody, and what was given up, until a later one of its sort is complete."""
    given_up = [SyncRun.State.PARKED, SyncRun.State.REFUSED]
    found = SyncRun.objects.filter(state__in=given_up, connection__unlinked_at=None)
    found = found.select_related("connection")
    for run in found.order_by("connection_id", "what", "-created_at").distinct("connection_id", "what"):
        later = SyncRun.objects.filter(
            connection=run.connection,
            what=run.what,
            state=SyncRun.State.COMPLETE,
            created_at__gt=run.created_at,
        )
        if not later.exists():
            yield Trouble(
                sort=Sort.HELD_BACK if run.cursor.get("held_back") else Sort.GIVEN_UP,
                connection=run.connection_id,
                name=run.connection.name,
                since=run.finished_at or run.created_at,
                error=run.error,
                what=run.what,
            )


def _unreadable() -> Iterator[Trouble]:
    rows = UnreadableRecord.objects.values("connection_id", "connection__name").annotate(
        rows=Count("pk"), last=Max("seen_at")
    )
    for row in rows:
        yield Trouble(
            sort=Sort.UNREADABLE,
            connection=row["connection_id"],
            name=row["connection__name"],
            count=row["rows"],
            since=row["last"],
        )
