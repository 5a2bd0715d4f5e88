"""Spans of days and their steps in words."""

from __future__ import annotations

from datetime import date

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from telephony.models.spans import Span

WEEK, FEW_DAYS = 7, 10  # days that are told by their weekday alone; with it


def span_words(span: Span) -> str:
    """ "on 19 November 2026", or "from 21 October to 19 November 2026"."""
    if span.first == span.last:
        return _("on %(day)s") % {"day": formats.date_words(span.first, "j F Y")}
    pattern = "j F" if span.first.year == span.last.year else "j F Y"
    return _("from %(first)s to %(last)s") % {
        "first": formats.date_words(span.first, pattern),
        "last": formats.date_words(span.last, "j F Y"),
    }


def step_words(span: Span, step: date) -> str:
    """A step as an axis names it."""
    first, _last = span.part_of(step)
    if span.days <= FEW_DAYS:
        return formats.date_words(first, "D" if span.days <= WEEK else "D j")
    return formats.date_words(first, formats.SHORT_MONTH_YEAR if span.step == "month" else formats.SHORT_DAY)


def long_step_words(span: Span, step: date) -> str:
    """A step at the beginning of a sentence."""
    if span.step == "month":
        return capfirst(formats.date_words(step, "F Y"))
    if span.step == "week":
        return _("The week of %(day)s") % {"day": formats.date_words(step, "j F")}
    return capfirst(formats.date_words(step, "l j F"))


def step_head(span: Span) -> str:
    return {"day": _("Day"), "week": _("Week of"), "month": _("Month")}[span.step]


def measure_of(span: Span) -> str:
    """ "30 days, by day"."""
    steps = {"day": _("by day"), "week": _("by week"), "month": _("by month")}
    days = ngettext("%(days)s day", "%(days)s days", span.days) % {"days": formats.count(span.days)}
    return f"{days}, {steps[span.step]}"


def weekday_words(number: int, *, whole: bool = False) -> str:
    """An ISO weekday."""
    return formats.date_words(
        date(2024, 1, number), "l" if whole else "D"
    )  # the 1st of January 2024 was a Monday
