"""When a believable office telephones: seasons, holidays, the week and the hours of a day; French unless told otherwise.

Pure functions of the date, so that any day can be made again alone. Providers turn them into their own records.
"""

import math
from bisect import bisect
from datetime import date, timedelta
from functools import cache, lru_cache
from itertools import accumulate

import holidays

# Weight of each half hour from seven in the morning, for a kind of place; those on call are reached at any hour.
_FROM_SEVEN = {
    "office": (
        0, 0, 0, 4, 9, 12, 13, 12.5, 11.5, 9.5, 5, 2.2, 1.8, 4, 9, 11, 11, 10, 10.5, 9.5, 7, 4, 1.6, 0.5, 0.2,
    ),
    "mobile": (
        0, 1, 3, 5, 7, 8, 8, 8, 8, 7.5, 6, 4, 3.5, 5, 7, 8, 8, 8, 8, 8, 7.5, 6.5, 5, 3.5, 2, 1.2, 0.6, 0.3,
    ),
    "fax": (0, 0, 0.5, 0.5, 3, 3, 3, 3, 2.5, 2.5, 1, 1, 0, 0, 2.5, 2.5, 2.5, 2.5, 2, 2, 1, 1, 0, 0, 0, 0, 0.3),
}  # fmt: skip
_ON_CALL_DAY, _ON_CALL_RUSH = range(13, 46), (14, 15, 37, 38, 39)
# Monday to Sunday, against a usual working day.
_WEEK = {
    "office": (1.18, 1.05, 0.97, 1.0, 0.85, 0.035, 0.008),
    "mobile": (1.1, 1.0, 1.0, 1.0, 0.95, 0.22, 0.1),
    "on_call": (0.9, 0.85, 0.85, 0.9, 1.1, 1.7, 1.6),
    "fax": (1.1, 1.0, 1.0, 1.0, 0.9, 0.02, 0.01),
}
_WORKING_WEEK = {
    "NP": (1, 2, 3, 3, 4, 6, 0)
}  # as which of our days theirs pass; in Nepal Saturday is the day of rest


def _weights(shape: str) -> list[float]:
    if shape == "on_call":
        return [1 + 2.5 * (half in _ON_CALL_DAY) + 2 * (half in _ON_CALL_RUSH) for half in range(48)]
    day = _FROM_SEVEN[shape]
    return [0.0] * 14 + [float(weight) for weight in day] + [0.0] * (34 - len(day))


@cache
def hour_curve(shape: str) -> tuple[list[float], list[float]]:
    """Starts of the half hours in seconds since midnight, and the running share of the day's calls."""
    running = list(accumulate(_weights(shape)))
    return [half * 1800.0 for half in range(48)], [share / running[-1] for share in running]


def wall_second(shape: str, chance: float) -> int:
    """Turn a number in [0, 1) into a second of the day on the clock of the wall."""
    starts, shares = hour_curve(shape)
    at = min(bisect(shares, chance), 47)
    below = shares[at - 1] if at else 0.0
    width = shares[at] - below
    return int(starts[at] + 1800 * ((chance - below) / width if width else 0.0))


@lru_cache(64)
def _holidays_of(year: int, country: str) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year))


def is_holiday(day: date, country: str = "FR") -> bool:
    """A public holiday of the country (ISO, two letters)."""
    return day in _holidays_of(day.year, country)


def is_bridge(day: date, country: str = "FR") -> bool:
    """A working day between a holiday and a week-end, on which many are away."""
    before, after = day - timedelta(days=1), day + timedelta(days=1)
    return (day.weekday() == 4 and is_holiday(before, country)) or (
        day.weekday() == 0 and is_holiday(after, country)
    )


def season(day: date, country: str = "FR") -> float:
    """How busy this time of the year is; 1.0 is usual. In France August is still, and rents fall due early in a month."""
    factor = 1.0 + 0.08 * math.cos((day.timetuple().tm_yday - 20) / 58.1)
    if day.month == 8:
        factor *= 0.55 if country == "FR" else 0.85
    elif day.month == 7 and day.day > 14:
        factor *= 0.8 if country == "FR" else 0.9
    elif (day.month == 12 and day.day > 22) or (day.month == 1 and day.day < 3):
        factor *= 0.45
    return factor * (1.2 if day.day <= 8 and country == "FR" else 1.0)


def volume(shape: str, day: date, country: str = "FR") -> float:
    """Share of a usual working day that this day brings to a place of this shape."""
    if is_holiday(day, country):
        return _WEEK[shape][6] * season(day, country)
    weekday = _WORKING_WEEK[country][day.weekday()] if country in _WORKING_WEEK else day.weekday()
    factor = _WEEK[shape][weekday] * season(day, country)
    return factor * (0.55 if shape != "on_call" and is_bridge(day, country) else 1.0)
