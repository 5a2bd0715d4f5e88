"""Which local days of a connection's calls are whole. A day is whole once windows without a gap have reached its end."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.db.models.functions import TruncDate

from portal.lib.days import days_between, midnight
from telephony.models import Call, Connection, Coverage
from telephony.providers.drafts import Window


def reached(day: Window, complete_until: datetime | None, read: Window) -> datetime | None:
    """Up to where a day is whole once `read` was read too; None while its beginning is missing."""
    known = complete_until or day.start_at
    if read.start_at > known:
        return complete_until
    until = min(max(known, read.end_at), day.end_at)
    return until if until > day.start_at else complete_until


def mark_read(connection: Connection, window: Window, now: datetime) -> None:
    """All streams of this window are stored: note it for each day that it touches, with the day's calls counted."""
    zone = ZoneInfo(connection.time_zone)
    days = days_between(window.start_at, window.end_at, zone)
    if not days:
        return
    known = dict(
        Coverage.objects.filter(connection=connection, day__in=days).values_list("day", "complete_until")
    )
    counts = _counts(connection, days, zone)
    rows = []
    for day in days:
        span = _span(day, zone)
        until = reached(span, known.get(day), window)
        state = Coverage.State.COMPLETE if until == span.end_at else Coverage.State.PARTIAL
        rows.append(
            Coverage(
                connection=connection,
                day=day,
                state=state,
                complete_until=until,
                calls=counts.get(day, 0),
                read_at=now,
            )
        )
    Coverage.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["tenant", "connection", "day"],
        update_fields=["state", "complete_until", "calls", "read_at"],
    )


def mark_fetching(connection: Connection, window: Window, now: datetime) -> None:
    """Days of the window that nothing is known about are being fetched from now on."""
    days = days_between(window.start_at, window.end_at, ZoneInfo(connection.time_zone))
    rows = [
        Coverage(connection=connection, day=day, state=Coverage.State.FETCHING, read_at=now) for day in days
    ]
    Coverage.objects.bulk_create(rows, ignore_conflicts=True)
    Coverage.objects.filter(connection=connection, day__in=days, state=Coverage.State.MISSING).update(
        state=Coverage.State.FETCHING
    )


def mark_given_up(connection: Connection, window: Window) -> None:
    """The window will not be fetched for now: its days that were waiting are missing."""
    days = days_between(window.start_at, window.end_at, ZoneInfo(connection.time_zone))
    Coverage.objects.filter(connection=connection, day__in=days, state=Coverage.State.FETCHING).update(
        state=Coverage.State.MISSING
    )


def _span(day: date, zone: ZoneInfo) -> Window:
    return Window(midnight(day, zone), midnight(day + timedelta(days=1), zone))


def _counts(connection: Connection, days: list[date], zone: ZoneInfo) -> dict[date, int]:
    stored = Call.objects.filter(
        connection=connection,
        started_at__gte=midnight(days[0], zone),
        started_at__lt=midnight(days[-1] + timedelta(days=1), zone),
    )
    by_day = stored.annotate(local_day=TruncDate("started_at", tzinfo=zone)).order_by().values("local_day")
    return dict(by_day.annotate(count=Count("pk")).values_list("local_day", "count"))
