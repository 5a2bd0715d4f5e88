"""Opening hours as a person says them."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.lib.dates import date_words
from telephony.models import HolidayChoice, HoursException
from telephony.providers.holiday_calendar import COUNTRIES, regions_of
from telephony.providers.hours import DAY
from telephony.providers.hours_phrases import clock, times, week_words
from telephony.services.opening_hours import Schedule, spans_of


def sentence(schedule: Schedule) -> str:
    """The whole of it, without what is over."""
    parts = [week_words(schedule.hours.week)]
    kept = [row for row in schedule.holidays if row.is_kept]
    shut = sum(row.treatment == HolidayChoice.Treatment.CLOSED for row in kept)
    if shut:
        words = ngettext(
            "closed on %(n)d public holiday of %(place)s",
            "closed on %(n)d public holidays of %(place)s",
            shut,
        )
        parts.append(words % {"n": shut, "place": place(schedule.row.country, schedule.row.region)})
    parts += [
        _("%(name)s at most %(times)s")
        % {"name": row.holiday.name, "times": times([(span.begin, span.end) for span in row.spans])}
        for row in kept
        if row.treatment == HolidayChoice.Treatment.SHORTER
    ]
    coming = [one for one in schedule.exceptions if not is_over(one, schedule)]
    parts += [exception_words(one) for one in coming[:2]]
    if (more := len(coming) - 2) > 0:
        parts.append(ngettext("%(n)d more exception", "%(n)d more exceptions", more) % {"n": more})
    return pgettext("between the parts of a sentence", "; ").join(parts) + "."


def place(country: str, region: str) -> str:
    """France; Moselle (France)"""
    name = str(COUNTRIES.get(country, country))
    return f"{dict(regions_of(country)).get(region, region)} ({name})" if region else name


def is_over(one: HoursException, schedule: Schedule) -> bool:
    return one.ends_on < schedule.today


def exception_words(one: HoursException) -> str:
    """closed from 24 December 14:00 to 3 January (Inventory)"""
    return f"{then_words(one)} ({one.name})"


def then_words(one: HoursException) -> str:
    """closed from 24 December 14:00 to 3 January"""
    then = {
        HoursException.Means.CLOSED: _("closed"),
        HoursException.Means.OPEN: pgettext("opening hours", "open"),
        HoursException.Means.HOURS: times([(span.begin, span.end) for span in spans_of(one.spans)])
        or _("closed"),
    }[HoursException.Means(one.means)]
    return f"{then} {when_words(one)}"


def when_words(one: HoursException) -> str:
    """on 24 December 2026; from 24 December 2026 14:00 to 3 January 2027"""
    is_whole = one.begins_minute == 0 and one.ends_minute == DAY
    first, last = date_words(one.begins_on, "j F Y"), date_words(one.ends_on, "j F Y")
    if one.begins_on == one.ends_on:
        if is_whole:
            return _("on %(day)s") % {"day": first}
        return _("on %(day)s, %(times)s") % {
            "day": first,
            "times": times([(one.begins_minute, one.ends_minute)]),
        }
    begin = first if one.begins_minute == 0 else f"{first} {clock(one.begins_minute)}"
    end = last if one.ends_minute == DAY else f"{last} {clock(one.ends_minute)}"
    return _("from %(begin)s to %(end)s") % {"begin": begin, "end": end}
