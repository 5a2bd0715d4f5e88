"""Days of opening hours in words."""

from __future__ import annotations

from django import template

from portal.lib.dates import date_words
from portal.lib.wording import labelled
from telephony.models import HolidayChoice
from telephony.providers.hours_phrases import day_words, times
from telephony.services.opening_hours import Day, HolidayRow

register = template.Library()


@register.simple_tag
def opening_words(day: Day) -> str:
    return day_words(day.opening)


@register.simple_tag
def day_title(day: Day) -> str:
    """Friday 25 December: closed (Noël)"""
    words = labelled(date_words(day.date, "l j F"), day_words(day.opening))
    return f"{words} ({day.name})" if day.name else words


@register.simple_tag
def holiday_words(row: HolidayRow) -> str:
    """Of a holiday that is not just closed: as usual, or its shorter hours."""
    if row.treatment == HolidayChoice.Treatment.SHORTER:
        return times([(span.begin, span.end) for span in row.spans])
    return str(HolidayChoice.Treatment(row.treatment).label)
