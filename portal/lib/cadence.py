"""When something that repeats by the clock on the wall is due: weekdays or a day of the month, at a time, in a zone.

Pure. A time that a spring night leaves out is due at the first moment after it; one that an autumn night has twice is
due once, the first time; where a month has no such day, its last one counts. What each time covers: periods.py.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(1, 8))


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """Either `weekdays` (ISO, 1 is Monday) or `month_day` (1 to 31); `at` is the time of the zone's clocks."""

    weekdays: frozenset[int] = frozenset()
    month_day: int | None = None
    at: time
    zone: ZoneInfo

    def __post_init__(self) -> None:
        if bool(self.weekdays) == (self.month_day is not None):
            raise ValueError("weekdays or a day of the month")

    def falls_on(self, day: date) -> bool:
        if self.month_day is None:
            return day.isoweekday() in self.weekdays
        return day.day == min(self.month_day, monthrange(day.year, day.month)[1])

    def after(self, instant: datetime) -> Iterator[datetime]:
        """The instants after this one, in UTC, without end."""
        day = instant.astimezone(self.zone).date() - timedelta(days=1)
        while True:
            if self.falls_on(day) and (due := instant_of(day, self.at, self.zone)) > instant:
                yield due
            day += timedelta(days=1)


def instant_of(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant at which the zone's clocks first show this time of the day, or have just gone past it; in UTC."""
    wall = datetime.combine(day, at)
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if early.astimezone(zone).replace(tzinfo=None) == wall:
        return early
    # The clocks go past it. Both readings of it lie around the moment at which they are put forward.
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        if middle.astimezone(zone).replace(tzinfo=None) < wall:
            early = middle
        else:
            late = middle
    return late.replace(microsecond=0)
