"""Gregorian seconds, in which Kazoo tells nearly every moment: counted from the year 0, in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

EPOCH_S = 62_167_219_200  # the Unix epoch in Gregorian seconds
LAST_S = 315_569_519_999  # 9999-12-31 23:59:59


def to_gregorian(moment: datetime) -> int:
    """Whole Gregorian seconds of an aware moment, rounded down."""
    return int(moment.timestamp() // 1) + EPOCH_S


def from_gregorian(seconds: Any) -> datetime:
    """The moment in UTC, from a number or its text. Raises ValueError for anything but a moment of years 1 to 9999."""
    number = int(str(seconds))
    try:
        return datetime.fromtimestamp(number - EPOCH_S, UTC)
    except (OverflowError, OSError) as error:
        raise ValueError(f"{number} is no moment in Gregorian seconds") from error
