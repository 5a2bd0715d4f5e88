"""Local days as instants. A day goes from local midnight to local midnight: 23 to 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins, in UTC. Where midnight is skipped, the first moment after."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def first_of_month(day: date, months_before: int = 0) -> date:
    """The first of the month so many months before a day's own."""
    years, month = divmod(day.year * 12 + day.month - 1 - months_before, 12)
    return date(years, month + 1, 1)


def days_between(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> list[date]:
    """The local days that a half-open span touches."""
    if end_at <= start_at:
        return []
    first = start_at.astimezone(zone).date()
    last = (end_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def stretch_of_hour(day: date, hour: int | None, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The half-open span in UTC in which the clocks of a local day show the hour, the whole day for None: all of it, and
    more only where they show a time twice.
    """
    is_last = hour in (None, 23)
    begin = datetime.combine(day, time(hour or 0), zone)
    end = datetime.combine(day + timedelta(days=is_last), time(0 if is_last else (hour or 0) + 1), zone)
    return begin.astimezone(UTC), end.replace(fold=1).astimezone(UTC)
