"""Spans of whole local days that figures are about, and the like ones before them that they are compared with."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.lib.days import midnight

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SHORTEST_TREND, TREND = 7, 30
DAYS_BY_DAY, DAYS_BY_WEEK = 62, 400


@dataclass(frozen=True, kw_only=True)
class Span:
    """From one local day to another, both with.

    name    in which words it was asked for: today, last_month, ...; "dates" for two dates
    today   the day that is not over yet
    """

    name: str
    first: date
    last: date
    today: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def is_to_date(self) -> bool:
        return self.last == self.today

    @property
    def is_whole_month(self) -> bool:
        return self.first.day == 1 and (self.last + DAY) == self._next_month(self.first)

    @property
    def before(self) -> Span:
        """What it is compared with: the same weekday, the week, month or year before, or as many days just before.

        Of a month or year that is not over as many days as have begun, as far as the other has them.
        """
        if self.name in ("today", "yesterday", "week", "last_week"):
            first, last = self.first - WEEK, self.last - WEEK
        elif self.name in ("month", "last_month"):
            last_before = self.first - DAY
            first = last_before.replace(day=1)
            last = first.replace(day=min(self.last.day, last_before.day)) if self.is_to_date else last_before
        elif self.name == "year":
            first, last = _year_before(self.first), _year_before(self.last)
        else:
            first, last = self.first - self.days * DAY, self.first - DAY
        return replace(self, first=first, last=last, name="")

    def since(self, day: date | None) -> Span:
        """Its days from one on, the last at least; all of them where none is told."""
        return self if day is None else replace(self, first=min(max(day, self.first), self.last))

    @property
    def trend(self) -> Span:
        """What figures over time show: itself, or the thirty days up to its end where it has few days."""
        if self.days >= SHORTEST_TREND:
            return self
        return replace(self, name="", first=self.last - (TREND - 1) * DAY)

    @property
    def step(self) -> str:
        """As what its days are drawn: a name of rollup_reading.GROUPS."""
        return "day" if self.days <= DAYS_BY_DAY else "week" if self.days <= DAYS_BY_WEEK else "month"

    def steps(self) -> list[date]:
        """The days on which its steps begin; the first may be before the span."""
        begin = {
            "day": self.first,
            "week": self.first - self.first.weekday() * DAY,
            "month": self.first.replace(day=1),
        }[self.step]
        found = [begin]
        while (following := self._after(found[-1])) <= self.last:
            found.append(following)
        return found

    def part_of(self, step: date) -> tuple[date, date]:
        """The days of the span that belong to a step."""
        return max(step, self.first), min(self._after(step) - DAY, self.last)

    def _after(self, step: date) -> date:
        if self.step == "month":
            return self._next_month(step)
        return step + (DAY if self.step == "day" else WEEK)

    @staticmethod
    def _next_month(first: date) -> date:
        return first + timedelta(days=monthrange(first.year, first.month)[1])

    def instants(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The half-open span of its days."""
        return midnight(self.first, zone), midnight(self.last + DAY, zone)


def _year_before(day: date) -> date:
    """The same day a year before; of the 29th of February the 28th."""
    last = monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=min(day.day, last))
