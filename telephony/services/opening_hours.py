"""Opening hours of the tenant: rows as people typed them, and the values that they mean.

Writing them to a provider: hours_planning.py. Reading them from its rules: hours_reading.py. In words: hours_words.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Person, Tenant
from telephony.models import HolidayChoice, HoursException, OpeningHours
from telephony.providers.holiday_calendar import PublicHoliday, holidays_of
from telephony.providers.hours import DAY, Holiday, Hours, Means, Period, Span, Spans, days, merged, week_of

OFFICE: list[list[list[int]]] = [[[540, 750], [810, 1080]]] * 5 + [[], []]
USUAL: list[list[tuple[int, int]]] = [[(540, 1020)]] * 5 + [[], []]
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")  # as Tenant.business_hours has them
YEARS = 3  # this one and the next two: what the calendar shows and what is written


@dataclass(frozen=True)
class HolidayRow:
    """A public holiday with what becomes of it."""

    holiday: PublicHoliday
    treatment: str
    spans: Spans = ()

    @property
    def is_kept(self) -> bool:
        return self.treatment != HolidayChoice.Treatment.USUAL

    def next_from(self, today: date) -> date:
        """The next of its days, else the last that is known."""
        return next((day for day in self.holiday.dates if day >= today), self.holiday.dates[-1])


class Schedule:
    """One schedule with all that belongs to it, read once."""

    def __init__(self, row: OpeningHours, today: date | None = None) -> None:
        self.row = row
        self.today = today or timezone.now().astimezone(ZoneInfo(row.zone)).date()

    @cached_property
    def holidays(self) -> list[HolidayRow]:
        choices = {one.key: one for one in self.row.holiday_choices.all()}
        found = []
        for holiday in holidays_of(self.row.country, self.row.region, self.today.year, YEARS):
            choice = choices.get(holiday.key)
            treatment = choice.treatment if choice else HolidayChoice.Treatment.CLOSED
            found.append(HolidayRow(holiday, treatment, spans_of(choice.spans) if choice else ()))
        return found

    @cached_property
    def exceptions(self) -> list[HoursException]:
        return list(self.row.exceptions.all())

    @cached_property
    def hours(self) -> Hours:
        return Hours(
            week=week_of(self.row.week or [[]] * 7),
            zone=self.row.zone,
            holidays=tuple(_kept(row) for row in self.holidays if row.is_kept),
            periods=tuple(period_of(one) for one in self.exceptions),
        )

    @property
    def last(self) -> date:
        """Until when dates are known and written: the end of next year."""
        return date(self.today.year + 1, 12, 31)

    def holiday_on(self, day: date) -> HolidayRow | None:
        return next((row for row in self.holidays if row.is_kept and day in row.holiday.dates), None)

    def exception_on(self, day: date) -> HoursException | None:
        return next((one for one in reversed(self.exceptions) if period_of(one).part_of(day)), None)


def _kept(row: HolidayRow) -> Holiday:
    limits = row.spans if row.treatment == HolidayChoice.Treatment.SHORTER else ()
    dates = frozenset(row.holiday.dates)
    return Holiday(name=row.holiday.key, yearly=row.holiday.yearly, dates=dates, limits=limits)


def spans_of(pairs: Iterable[Sequence[int]]) -> Spans:
    """Spans of one day from [begin, end]; an end of 0 is midnight."""
    return merged(Span(begin, end or DAY) for begin, end in pairs if begin < (end or DAY))


def period_of(row: HoursException) -> Period:
    return Period(
        begin=_moment(row.begins_on, row.begins_minute),
        end=_moment(row.ends_on, row.ends_minute),
        means=Means(row.means),
        spans=spans_of(row.spans),
        name=row.name,
    )


def _moment(day: date, minute: int) -> datetime:
    return datetime.combine(day, time()) + timedelta(minutes=minute)


def schedules(today: date | None = None) -> list[Schedule]:
    """Those of the tenant, by name; holidays are known from the year of `today` on."""
    rows = OpeningHours.objects.select_related("tenant").prefetch_related("holiday_choices", "exceptions")
    return [Schedule(row, today) for row in rows]


def assumed(tenant: Tenant, today: date) -> Hours:
    """Of a tenant without a schedule: its business hours, else Monday to Friday from 9 to 17; closed on all holidays."""
    told = tenant.business_hours
    week = [[_pair(*told[day])] if day in told else [] for day in DAY_NAMES] if told else USUAL
    closed = HolidayChoice.Treatment.CLOSED
    holidays = holidays_of(tenant.region, "", today.year, YEARS)
    return Hours(
        week=week_of(week),
        zone=tenant.time_zone,
        holidays=tuple(_kept(HolidayRow(one, closed)) for one in holidays),
    )


def _pair(opens: str, closes: str) -> tuple[int, int]:
    begin, end = (time.fromisoformat(clock) for clock in (opens, closes))
    return 60 * begin.hour + begin.minute, 60 * end.hour + end.minute


# ---- keeping what people typed ----


def save(row: OpeningHours, person: Person | None, request: HttpRequest | None = None) -> None:
    with transaction.atomic():
        row.save()
        _note(row, person, request, "saved")


def remove(row: OpeningHours, person: Person | None, request: HttpRequest | None = None) -> None:
    """Forget a schedule; what was written of it to providers stays there."""
    with transaction.atomic():
        _note(row, person, request, "removed")
        row.delete()


def keep_holidays(
    row: OpeningHours,
    choices: Sequence[HolidayChoice],
    person: Person | None,
    request: HttpRequest | None = None,
) -> None:
    """Put these choices in place of all others."""
    with transaction.atomic():
        row.holiday_choices.all().delete()
        for choice in choices:
            choice.hours = row
        HolidayChoice.objects.bulk_create(choices)
        _note(row, person, request, "holidays")


def keep_exception(one: HoursException, person: Person | None, request: HttpRequest | None = None) -> None:
    with transaction.atomic():
        one.save()
        _note(one.hours, person, request, "exception")


def remove_exception(one: HoursException, person: Person | None, request: HttpRequest | None = None) -> None:
    with transaction.atomic():
        _note(one.hours, person, request, "exception removed")
        one.delete()


def _note(row: OpeningHours, person: Person | None, request: HttpRequest | None, what: str) -> None:
    audit.record(
        AuditEvent.Verb.SETTINGS,
        tenant=row.tenant,
        person=person,
        object_label=row.name,
        detail={"opening_hours": what},
        request=request,
    )


# ---- a year at a glance ----


@dataclass(frozen=True)
class Day:
    """One day of the calendar. `look`: open, closed, holiday, exception; `words` say it."""

    date: date
    opening: Spans
    look: str
    name: str = ""


def year_of(schedule: Schedule, year: int) -> list[list[Day]]:
    """Twelve months of days."""
    months: list[list[Day]] = [[] for _month in range(12)]
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        opening = schedule.hours.opening(day)
        exception, holiday = schedule.exception_on(day), schedule.holiday_on(day)
        look = "exception" if exception else "holiday" if holiday else "open" if opening else "closed"
        name = exception.name if exception else holiday.holiday.name if holiday else ""
        months[day.month - 1].append(Day(day, opening, look, name))
    return months


def named_stretches(days: Sequence[Day]) -> list[tuple[Day, Day]]:
    """The days with a name, first and last of those that follow each other with the same name and hours."""
    found: list[tuple[Day, Day]] = []
    for day in days:
        if not day.name:
            continue
        if found:
            first, last = found[-1]
            is_next = last.date + timedelta(days=1) == day.date
            if is_next and (last.name, last.opening) == (day.name, day.opening):
                found[-1] = (first, day)
                continue
        found.append((day, day))
    return found
