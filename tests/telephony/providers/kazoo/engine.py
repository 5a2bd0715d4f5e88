"""Kazoo's engine of time as its source describes it, second by second: whether a set of rules matches at an instant.

Written from facts/kazoo.md, section 12, and apart from the compiler, which it judges.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
NTH = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4}


def matches(rules: Iterable[Mapping[str, Any]], zone: str, instant: datetime) -> bool:
    """Any rule of the set, asked by a step of a callflow in this zone."""
    return any(_matches(rule, zone, instant.astimezone(ZoneInfo(zone))) for rule in rules)


def _matches(rule: Mapping[str, Any], zone: str, local: datetime) -> bool:
    second = local.hour * 3600 + local.minute * 60 + local.second
    begins = _date_of(rule.get("start_date", 62_586_115_200), zone)
    if rule.get("enabled") is False or begins > local.date():
        return False
    if rule.get("enabled") is True:
        return True
    if not rule.get("time_window_start", 0) <= second <= rule.get("time_window_stop", 86_400):
        return False
    return _is_day(rule, local.date(), begins)


def _date_of(gregorian: int, zone: str) -> date:
    """Python counts days from 1 January of the year 1, which is 1; the year 0 had 366."""
    day, second = divmod(gregorian, 86_400)
    utc = datetime.combine(date.fromordinal(day - 366 + 1), time(), UTC) + timedelta(seconds=second)
    return utc.astimezone(ZoneInfo(zone)).date()


def _is_day(rule: Mapping[str, Any], day: date, begins: date) -> bool:
    match rule["cycle"]:
        case "date":
            return day == begins
        case "daily":
            return True
        case "weekly":
            return NAMES[day.weekday()] in rule["wdays"]
        case "yearly" if "ordinal" in rule:
            wanted = [NAMES.index(name) for name in rule["wdays"]]
            return day.month == rule["month"] and any(
                day == _nth(day, one, rule["ordinal"]) for one in wanted
            )
        case "yearly":
            return day.month == rule["month"] and day.day in rule["days"]
    raise AssertionError(rule["cycle"])


def _nth(day: date, weekday: int, ordinal: str) -> date | None:
    length = monthrange(day.year, day.month)[1]
    found = [one for n in range(1, length + 1) if (one := day.replace(day=n)).weekday() == weekday]
    if ordinal == "last":
        return found[-1]
    return found[NTH[ordinal]] if NTH[ordinal] < len(found) else None
