"""Spans of local days by words: "last week", "this month to date". Pure; days as instants: days.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from portal.lib.days import midnight


class Word(StrEnum):
    YESTERDAY = "yesterday"
    LAST_7_DAYS = "last_7_days"
    LAST_30_DAYS = "last_30_days"
    LAST_WEEK = "last_week"
    LAST_MONTH = "last_month"
    WEEK_TO_DATE = "week_to_date"
    MONTH_TO_DATE = "month_to_date"


@dataclass(frozen=True, order=True)
class Period:
    """Whole local days, from `first` to `last`, both within."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    def span(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """From local midnight to local midnight, in UTC: each day has 23 to 25 hours."""
        return midnight(self.first, zone), midnight(self.last + timedelta(days=1), zone)


def period_of(word: str, today: date) -> Period:
    """The days that a word means on a day. Only whole days: none of them reaches into today.

    "To date" means up to yesterday; on the first day of a week or month it is the one that has just ended.
    """
    yesterday = today - timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    match Word(word):
        case Word.YESTERDAY:
            return Period(yesterday, yesterday)
        case Word.LAST_7_DAYS:
            return Period(today - timedelta(days=7), yesterday)
        case Word.LAST_30_DAYS:
            return Period(today - timedelta(days=30), yesterday)
        case Word.LAST_WEEK:
            return Period(monday - timedelta(days=7), monday - timedelta(days=1))
        case Word.LAST_MONTH:
            end = today.replace(day=1) - timedelta(days=1)
            return Period(end.replace(day=1), end)
        case Word.WEEK_TO_DATE:
            return Period(yesterday - timedelta(days=yesterday.weekday()), yesterday)
        case Word.MONTH_TO_DATE:
            return Period(yesterday.replace(day=1), yesterday)


def before(word: str, period: Period) -> Period:
    """What a period is compared with: the month before a month, else as many days of the same weekdays before it."""
    if Word(word) in (Word.LAST_MONTH, Word.MONTH_TO_DATE):
        end = period.first - timedelta(days=1)
        first = end.replace(day=1)
        whole = Word(word) == Word.LAST_MONTH
        return Period(first, end if whole else min(end, first + (period.last - period.first)))
    back = timedelta(days=7 * ((len(period.days) + 6) // 7))
    return Period(period.first - back, period.last - back)
