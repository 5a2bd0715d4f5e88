"""Local days as instants. A day goes from local midnight to local midnight: 23 to 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant at which a local day begins, in UTC. Where midnight is skipped, the first moment after."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)


def days_between(start_at: datetime, end_at: datetime, zone: ZoneInfo) -> list[date]:
    """The local days that a half-open span touches."""
    if end_at <= start_at:
        return []
    first = start_at.astimezone(zone).date()
    last = (end_at - timedelta(microseconds=1)).astimezone(zone).date()
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
