"""Keyyo's wall time: dates without a zone are read and written in Europe/Paris."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
_BOUND = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}))?", re.ASCII)


@lru_cache(4096)
def midnight_s(day: date) -> int:
    """The Unix second at which a day begins in Paris."""
    return int(datetime(day.year, day.month, day.day, tzinfo=PARIS).timestamp())


def day_of(second: float) -> date:
    """The Parisian day that holds a Unix second."""
    return datetime.fromtimestamp(second, PARIS).date()


def day_length_s(day: date) -> int:
    """23, 24 or 25 hours, in seconds."""
    return midnight_s(day + timedelta(days=1)) - midnight_s(day)


def bound_s(text: str) -> int:
    """Read `YYYY-MM-DD HH:MM`, time optional, as a Unix second. Raises ValueError.

    In the doubled hour of autumn the first pass is meant; in the missing hour of spring the instant at which the
    clock is put forward, so that windows which meet on the wall meet in time too.
    """
    match = _BOUND.fullmatch(text)
    if match is None:
        raise ValueError(f"not a date: {text}")
    year, month, day, hour, minute = (int(part or 0) for part in match.groups())
    wall = datetime(year, month, day, hour, minute, tzinfo=PARIS)
    if datetime.fromtimestamp(wall.timestamp(), PARIS).hour != hour:
        wall = wall.replace(minute=0)
    return int(wall.timestamp())


def paris_text(second: float) -> str:
    """`YYYY-MM-DD HH:MM:SS` in Paris."""
    return datetime.fromtimestamp(second, PARIS).strftime("%Y-%m-%d %H:%M:%S")


def months_before(day: date, months: int) -> date:
    """The same day so many months ago, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return date(year, month + 1, min(day.day, (following - timedelta(days=1)).day))


def utc(second: float) -> datetime:
    return datetime.fromtimestamp(second, UTC)
