"""What is wrong with connections and their syncs: found anew at each look, from what the tables say.

The overview lists all of it; alerts are raised for what keeps calls or settings from coming (alert_kinds/trouble.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db.models import Count, Max

from telephony.models import Connection, Coverage, Credential, SyncRun, SyncState, UnreadableRecord
from telephony.services import runs

LOOKED_BACK = timedelta(days=60)
BEHIND_AFTER = timedelta(hours=2)  # and six syncs


class Sort(StrEnum):
    NEEDS_RECONNECT = "needs_reconnect"
    BEHIND = "behind"
    HELD_BACK = "held_back"
    GIVEN_UP = "given_up"
    MISSING_DAYS = "missing_days"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """One thing. `count` of days or records; `error` as the provider or the sync said it."""

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
        return self.sort not in (Sort.MISSING_DAYS, Sort.UNREADABLE)


def linked() -> list[Connection]:
    return list(Connection.objects.filter(unlinked_at=None).select_related("credential").order_by("pk"))


def troubles_of(connections: Sequence[Connection], now: datetime, today: date) -> list[Trouble]:
    """Of these connections; `today` is the tenant's. A few small queries."""
    return [
        *_dead_grants(connections),
        *_parked(),
        *_behind(connections, now),
        *_missing_days(connections, today),
        *_unreadable(),
    ]


def _dead_grants(connections: Sequence[Connection]) -> Iterator[Trouble]:
    for connection in connections:
        if connection.credential.state == Credential.State.NEEDS_RECONNECT:
            yield Trouble(
                sort=Sort.NEEDS_RECONNECT,
                connection=connection.pk,
                name=connection.name,
                since=connection.credential.state_since,
            )


def _behind(connections: Sequence[Connection], now: datetime) -> Iterator[Trouble]:
    """Calls came, and have not come for long, though the grant is alive and nobody paused it."""
    synced = dict(
        SyncState.objects.filter(stream="calls").order_by().values_list("connection_id", "last_success_at")
    )
    for connection in connections:
        last = synced.get(connection.pk)
        if last is None or connection.is_paused or not connection.can("calls.list"):
            continue
        if connection.credential.state != Credential.State.WORKING:
            continue
        if now - last > max(BEHIND_AFTER, 6 * runs.interval(connection, "calls")):
            yield Trouble(sort=Sort.BEHIND, connection=connection.pk, name=connection.name, since=last)


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


def _missing_days(connections: Sequence[Connection], today: date) -> Iterator[Trouble]:
    missing = (
        Coverage.objects.filter(state=Coverage.State.MISSING, day__gte=today - LOOKED_BACK, day__lt=today)
        .values("connection_id")
        .annotate(days=Count("pk"))
    )
    names = {connection.pk: connection.name for connection in connections}
    for row in missing:
        if row["connection_id"] in names:
            yield Trouble(
                sort=Sort.MISSING_DAYS,
                connection=row["connection_id"],
                name=names[row["connection_id"]],
                count=row["days"],
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
