"""When an Australian trades business telephones: the week, holidays of New South Wales, summer storms, hours of a day.

Pure functions of the date, so that any day can be made again alone.
"""

from bisect import bisect
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from zoneinfo import ZoneInfo

import holidays

# Monday to Sunday, against a usual working day.
_WEEK = (1.14, 1.05, 1.0, 1.0, 0.92, 0.3, 0.09)
# Weight of each half hour from half past six in the morning, when the vans leave.
_FROM_HALF_PAST_SIX = (
    2,
    5,
    9,
    12,
    13,
    13,
    12,
    11.5,
    11,
    10,
    9,
    7.5,
    7.5,
    9,
    10,
    10,
    9.5,
    9,
    8,
    6.5,
    4,
    2,
    1,
    0.5,
)
_BUSINESS = (*(0.0,) * 13, *_FROM_HALF_PAST_SIX, *(0.0,) * (48 - 13 - len(_FROM_HALF_PAST_SIX)))
_ALWAYS = tuple(1.0 + 1.5 * (12 <= half < 44) for half in range(48))


@lru_cache(8)
def _running(is_always_open: bool) -> tuple[list[float], float]:
    shares = list(accumulate(_ALWAYS if is_always_open else _BUSINESS))
    return shares, shares[-1]


def second_of_day(chance: float, *, is_always_open: bool = False) -> int:
    """Turn a number in [0, 1) into a second since midnight."""
    shares, total = _running(is_always_open)
    wanted = chance * total
    half = min(bisect(shares, wanted), 47)
    below = shares[half - 1] if half else 0.0
    width = shares[half] - below
    return int(1800 * (half + ((wanted - below) / width if width else 0.0)))


@lru_cache(64)
def _holidays_of(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("AU", subdiv="NSW", years=year))


def volume(day: date) -> float:
    """Share of a usual working day's calls."""
    season = 1.15 if day.month in (12, 1, 2) else 0.96  # storms and air conditioners
    if (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 5):
        season *= 0.5
    weight = _WEEK[6] if day in _holidays_of(day.year) else _WEEK[day.weekday()]
    return weight * season


@lru_cache(4096)
def midnight_s(day: date, zone: ZoneInfo) -> int:
    """The Unix second at which a day begins."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp())


def length_s(day: date, zone: ZoneInfo) -> int:
    """23, 24 or 25 hours."""
    return midnight_s(day + timedelta(days=1), zone) - midnight_s(day, zone)


def day_of(second: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(second, zone).date()


def written(second: float, zone: ZoneInfo, *, has_offset: bool) -> str:
    """ISO 8601 in the zone of the PBX, "2025-03-04T09:15:07+11:00", or without the offset."""
    local = datetime.fromtimestamp(second, UTC).astimezone(zone)
    return (local if has_offset else local.replace(tzinfo=None)).isoformat()
