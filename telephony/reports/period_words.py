"""The days of a report in words: in full at its head, in brief in its subject, and those that it is compared with."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.lib.periods import Period, Word
from portal.ui import formats
from telephony.figures.missing import days_words
from telephony.reports.asked import Asked


def period_words(period: Period, word: str) -> str:
    """ "week 46, 9 to 15 November 2026"; one day by its name, a whole month by its own."""
    if word == Word.LAST_WEEK:
        return f"{brief_words(period, word)}, {days_words(period)}"
    if period.first == period.last:
        return formats.date_words(period.first, "l j F Y")
    return brief_words(period, word)


def brief_words(period: Period, word: str) -> str:
    """ "week 46", "October 2026", "Thursday 12 November", else the days."""
    if word == Word.LAST_WEEK:
        return pgettext("days", "week %(week)s") % {"week": period.first.isocalendar().week}
    if period.first == period.last:
        return formats.date_words(period.first, "l j F")
    if word == Word.LAST_MONTH:
        return formats.date_words(period.first, "F Y")
    return days_words(period)


def as_of_words(local: datetime) -> str:
    """ "as of 29 November 2026"."""
    return _("as of %(day)s") % {"day": formats.date_words(local, "j F Y")}


def before_words(asked: Asked) -> str:
    """The days that a figure is compared with, as briefly as they can be named."""
    match asked.report.period:
        case Word.LAST_WEEK:
            return _("week %(week)s") % {"week": asked.before.first.isocalendar().week}
        case Word.LAST_MONTH:
            return formats.date_words(asked.before.first, "F")
        case Word.YESTERDAY:
            return formats.date_words(asked.before.first, "l j")
        case _:
            return _("the period before")
