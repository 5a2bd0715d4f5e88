"""Dates in words, by Django's patterns and in the language in force: the one place that knows how it writes a first.

Every date that has its day before the name of its month is worded here, `{{ day|date_words:"j F Y" }}` in templates.
Times alone, and dates of digits alone, need none of it.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def date_words(day: dt.date, pattern: str) -> str:
    """A date, "1 May 2026" by "j F Y"; of an instant as its own zone has it, with its time where the pattern has one."""
    language = translation.get_language()
    if "H" in pattern:
        return formats.date_format(day, _pattern(pattern, day.day == 1, language))
    return date_in(dt.date(day.year, day.month, day.day), pattern, language)


@lru_cache(maxsize=4096)
def date_in(day: dt.date, pattern: str, language: str | None) -> str:
    """As `date_words` of a date, in the language in force, for who has looked it up already: lists ask for the same days
    over and over."""
    return formats.date_format(day, _pattern(pattern, day.day == 1, language))


def day_number(number: int) -> str:
    """A day of a month as it stands before the month's name."""
    return pgettext("first day of a month, in a date", "1") if number == 1 else str(number)


@lru_cache(maxsize=256)
def _pattern(pattern: str, is_first: bool, language: str | None) -> str:
    """The pattern of that language, which is in force; it may write the first of a month in a way of its own, "1er"."""
    translated = _(pattern)
    if not is_first:
        return translated
    return translated.replace("j", "".join(f"\\{letter}" for letter in day_number(1)))
