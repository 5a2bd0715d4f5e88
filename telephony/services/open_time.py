"""How long one was open between two instants: what a caller waited of the opening hours of a tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from telephony.providers.hours import Hours, days

Stretch = tuple[datetime, datetime]


class OpenTime:
    """The open time from `start_at` to `end_at`: a minute counts where any of the schedules is open.

    Without schedules every minute counts, and `is_bounded` is false.
    """

    def __init__(self, schedules: Sequence[Hours], start_at: datetime, end_at: datetime) -> None:
        self.is_bounded = bool(schedules)
        self.end_at = end_at
        stretches = (one for hours in schedules for one in _open(hours, start_at, end_at))
        self.stretches = _merged(stretches) if schedules else [(start_at, end_at)]

    def seconds_since(self, at: datetime) -> int:
        """From an instant, not before `start_at`, to the end."""
        return sum(int((end - max(begin, at)).total_seconds()) for begin, end in self.stretches if end > at)

    def seconds_between(self, begin_at: datetime, end_at: datetime) -> int:
        """Between two instants of the span."""
        common = ((max(begin, begin_at), min(end, end_at)) for begin, end in self.stretches)
        return sum(int((end - begin).total_seconds()) for begin, end in common if begin < end)

    def back(self, seconds: int, before: datetime) -> datetime:
        """The instant from which it was open for so long until another; the beginning where that is not enough."""
        left = timedelta(seconds=seconds)
        for begin, end in reversed(self.stretches):
            end = min(end, before)
            if begin < end:
                if end - begin >= left:
                    return end - left
                left -= end - begin
        return self.stretches[0][0] if self.stretches else before


def _open(hours: Hours, start_at: datetime, end_at: datetime) -> Iterator[Stretch]:
    zone = ZoneInfo(hours.zone)
    for day in days(start_at.astimezone(zone).date(), end_at.astimezone(zone).date()):
        for span in hours.opening(day):
            begin = max(_instant(day, span.begin, zone), start_at)
            end = min(_instant(day, span.end, zone), end_at)
            if begin < end:
                yield begin, end


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return (datetime.combine(day, time(), zone) + timedelta(minutes=minute)).astimezone(UTC)


def _merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    found: list[Stretch] = []
    for begin, end in sorted(stretches):
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((begin, end))
    return found
