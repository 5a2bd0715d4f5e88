"""Moments that documents keep as numbers: how a form has them, how people read them, and what was typed.

Gregorian seconds count from the year 0, in UTC; a form shows them as a clock in some time zone does.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as in_words

YEAR_ZERO_S = 62_167_219_200  # 1970 in seconds since the year 0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY_S = 86_400
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


def clock_of(seconds: int, zone: str) -> datetime | None:
    """What a clock of the zone shows then; None beyond the years 1 to 9999."""
    try:
        return (EPOCH + timedelta(seconds=seconds - YEAR_ZERO_S)).astimezone(ZoneInfo(zone))
    except OverflowError:
        return None


def gregorian(seconds: int, zone: str) -> str:
    """Seconds since the year 0 as browsers write them, "2026-11-19T08:00"; as digits beyond the years 1 to 9999."""
    at = clock_of(seconds, zone)
    if at is None:
        return str(seconds)
    return at.replace(tzinfo=None).isoformat(timespec="seconds" if at.second else "minutes")


def gregorian_words(seconds: int, zone: str) -> str:
    """The same as people read it, "19 November 2026, 08:00"."""
    at = clock_of(seconds, zone)
    return str(seconds) if at is None else in_words(at, "j F Y, H:i:s" if at.second else "j F Y, H:i")


def typed_gregorian(text: str, zone: str) -> int:
    """Seconds since the year 0 of a moment as `gregorian` writes it, or with an offset. Raises ValueError."""
    found = datetime.fromisoformat(text)
    at = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return int((at - EPOCH).total_seconds()) + YEAR_ZERO_S


def time_of_day(seconds: int) -> str:
    """Seconds since midnight as people write them: "08:30"; the end of a day is "24:00"."""
    hours, rest = divmod(seconds, 3600)
    minutes, over = divmod(rest, 60)
    return f"{hours:02}:{minutes:02}" + (f":{over:02}" if over else "")


def typed_time_of_day(text: str) -> int:
    """Seconds since midnight of "8:30", "08:30:15" or "24:00". Raises ValueError."""
    found = _TIME.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()) if found else (99, 0, 0)
    total = hours * 3600 + minutes * 60 + seconds
    if minutes > 59 or seconds > 59 or total > DAY_S:
        raise ValueError(text)
    return total
