"""Rules of time that a provider has already: which fit opening hours, why others do not, and taking them over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Person
from portal.lib.dates import date_words, day_number
from portal.lib.errors import InvalidInput
from telephony.models import Connection, Entity, HolidayChoice, HoursException, HoursPlacement, OpeningHours
from telephony.providers.holiday_calendar import PublicHoliday, holidays_of
from telephony.providers.hours import DAY, Spans, Timetable, Week, Yearly, typed
from telephony.providers.hours import week_of as as_week
from telephony.providers.hours_keeping import CLOSED, LEFT, OPEN
from telephony.providers.hours_phrases import week_words
from telephony.services import opening_hours
from telephony.services.hours_planning import keeping_of
from telephony.services.hours_words import exception_words


@dataclass(frozen=True, kw_only=True)
class FoundRule:
    """A rule at the provider. `role` is what it seems to mean; `reason` why it cannot be taken over, "" if it can."""

    entity: Entity
    role: str
    reason: str

    @property
    def name(self) -> str:
        return f"rule-{self.entity.pk}"


def found_rules(connection: Connection, zone: str) -> list[FoundRule]:
    """Every rule of the connection that was read, by name."""
    keeping = keeping_of(connection)
    today = timezone.localdate()
    written = _written(connection)
    rows = (
        Entity.objects.present()
        .filter(connection=connection, kind=keeping.rule_kind)
        .order_by("name_key", "id")
    )
    found = []
    for entity in rows:
        reasons = {
            role: keeping.why_unfit(entity.document, zone, today, closes=role == CLOSED)
            for role in (OPEN, CLOSED)
        }
        fitting = [role for role, reason in reasons.items() if not reason]
        found.append(
            FoundRule(
                entity=entity,
                role=LEFT if entity.remote_id in written else _guess(entity.document, fitting),
                reason="" if fitting else reasons[CLOSED],
            )
        )
    return found


def _written(connection: Connection) -> set[str]:
    """Identifiers of the rules that stand for hours which are kept here already."""
    placements = HoursPlacement.objects.filter(connection=connection)
    return {one["id"] for placement in placements for one in placement.rules}


def _guess(document: Mapping[str, Any], fitting: Sequence[str]) -> str:
    """What comes back each week is taken for open times, a day of the year or a date for closed ones."""
    if not fitting or document.get("enabled") is False:
        return LEFT
    is_weekly = document.get("cycle") in ("weekly", "daily") and "time_window_start" in document
    return OPEN if is_weekly and OPEN in fitting else CLOSED


@dataclass(frozen=True)
class Taken:
    """What would be kept: a schedule that is not stored yet, with what belongs to it."""

    row: OpeningHours
    choices: list[HolidayChoice]
    exceptions: list[HoursException]
    notes: list[str]


def take_over(
    connection: Connection, name: str, zone: str, country: str, roles: Mapping[int, str], today: date
) -> Taken:
    """The hours that these rules say, by entity id. Raises InvalidInput where one does not fit."""
    keeping = keeping_of(connection)
    rows = Entity.objects.present().filter(connection=connection, kind=keeping.rule_kind, pk__in=roles)
    by_role: dict[str, list[Mapping[str, Any]]] = {CLOSED: [], OPEN: []}
    for entity in rows.order_by("name_key", "id"):
        if roles[entity.pk] in by_role:
            by_role[roles[entity.pk]].append(entity.document)
    try:
        timetable = keeping.read_back(by_role[CLOSED], by_role[OPEN], zone, today)
    except ValueError as error:
        raise InvalidInput(str(error)) from error
    row = OpeningHours(name=name, time_zone=zone, country=country, tenant=connection.tenant)
    row.week = [[list(pair) for pair in day] for day in typed(timetable.week)]
    return _with_days(row, timetable, today)


def _with_days(row: OpeningHours, timetable: Timetable, today: date) -> Taken:
    """Days of the year as public holidays where the country has them; single dates as holidays or exceptions."""
    taken = Taken(row, [], [], [])
    known = holidays_of(row.country, row.region, today.year, opening_hours.YEARS)
    yearly, dates = dict(timetable.yearly), dict(timetable.dates)
    for holiday in known:
        coming = [day for day in holiday.dates if day >= today]
        _take_holiday(taken, holiday, coming, yearly, dates, timetable)
    for pattern, limits in sorted(yearly.items()):
        _take_other_day(taken, pattern, limits, timetable, today)
    for first, last, opening in _stretches(dates):
        taken.exceptions.append(_exception(first, last, opening))
    return taken


def _take_holiday(
    taken: Taken,
    holiday: PublicHoliday,
    coming: Sequence[date],
    yearly: dict[Yearly, Spans],
    dates: dict[date, Spans],
    timetable: Timetable,
) -> None:
    """Closed needs no row; a holiday that no rule knows is a day as usual."""
    if holiday.yearly in yearly:
        limits = yearly.pop(holiday.yearly)
        if limits:
            spans = [[span.begin, span.end] for span in limits]
            taken.choices.append(
                HolidayChoice(key=holiday.key, treatment=HolidayChoice.Treatment.SHORTER, spans=spans)
            )
        return
    shut = [day for day in coming if not timetable.opening(day)]
    if holiday.yearly is None and shut and any(dates.get(day) == () for day in coming):
        for day in shut:
            dates.pop(day, None)
        return
    if holiday.yearly is None and coming and all(not timetable.week[day.weekday()] for day in coming):
        return  # closed either way
    taken.choices.append(HolidayChoice(key=holiday.key, treatment=HolidayChoice.Treatment.USUAL))


def _take_other_day(taken: Taken, pattern: Yearly, limits: Spans, timetable: Timetable, today: date) -> None:
    """A day of every year that is no public holiday: an exception in each of the years that are known."""
    first, last = today, date(today.year + 1, 12, 31)
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if pattern.falls_on(day) and timetable.opening(day) != timetable.week[day.weekday()]:
            taken.exceptions.append(_exception(day, day, timetable.opening(day)))
    taken.notes.append(
        _(
            "%(month)s %(day)s of every year is no public holiday here; it is kept as an exception until next year."
        )
        % {
            "month": date_words(date(today.year, pattern.month, 1), "F"),
            "day": day_number(pattern.day) if pattern.day else "",
        }
    )


def _stretches(dates: Mapping[date, Spans]) -> list[tuple[date, date, Spans]]:
    """Days after each other with the same opening, as one."""
    found: list[tuple[date, date, Spans]] = []
    for day, opening in sorted(dates.items()):
        if found and found[-1][1] + timedelta(days=1) == day and found[-1][2] == opening:
            found[-1] = (found[-1][0], day, opening)
        else:
            found.append((day, day, opening))
    return found


def _exception(first: date, last: date, opening: Spans) -> HoursException:
    means = HoursException.Means.HOURS if opening else HoursException.Means.CLOSED
    return HoursException(
        name=_("Taken over"),
        means=means,
        begins_on=first,
        ends_on=last,
        ends_minute=DAY,
        spans=[[span.begin, span.end] for span in opening],
    )


def keep(taken: Taken, person: Person | None, request: Any = None) -> OpeningHours:
    """Store what was taken over."""
    opening_hours.save(taken.row, person, request)
    opening_hours.keep_holidays(taken.row, taken.choices, person, request)
    for one in taken.exceptions:
        one.hours = taken.row
        opening_hours.keep_exception(one, person, request)
    return taken.row


def week_of(taken: Taken) -> Week:
    return as_week(taken.row.week)


def words_of(taken: Taken) -> list[str]:
    """What would be kept, a fact a line."""
    facts = [week_words(week_of(taken))]
    usual = {one.key for one in taken.choices if one.treatment == HolidayChoice.Treatment.USUAL}
    known = holidays_of(taken.row.country, "", timezone.localdate().year, opening_hours.YEARS)
    if kept := [one.name for one in known if one.key not in usual]:
        facts.append(_("Public holidays kept: %(names)s") % {"names": ", ".join(kept)})
    facts += [exception_words(one) for one in taken.exceptions[:12]]
    if (more := len(taken.exceptions) - 12) > 0:
        facts.append(ngettext("%(n)d more exception", "%(n)d more exceptions", more) % {"n": more})
    return [*facts, *taken.notes]
