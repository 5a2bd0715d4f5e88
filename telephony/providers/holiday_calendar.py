"""Public holidays of a country and region: by which rule they come back, or on which dates they fall.

From the library `holidays`. A holiday is known by its name in the language of its country; people read it in theirs
where the library has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from telephony.providers.hours import LAST, Yearly

if TYPE_CHECKING:
    from holidays import HolidayBase

COUNTRIES = {
    "FR": _("France"),
    "BE": _("Belgium"),
    "CH": _("Switzerland"),
    "GB": _("United Kingdom"),
    "ES": _("Spain"),
    "US": _("United States"),
}
SPAN_YEARS = 14  # the rule of a day is told by as many years; after fewer, "fourth" and "last" look the same


@dataclass(frozen=True)
class PublicHoliday:
    """`dates` are those of the years asked for, in order; `yearly` is the rule behind them where there is one."""

    key: str
    name: str
    dates: tuple[date, ...]
    yearly: Yearly | None = None


def regions_of(country: str) -> list[tuple[str, str]]:
    """Codes and names of a country's regions, by name."""
    if country not in COUNTRIES:
        return []
    named = _calendar(country).get_subdivision_aliases()
    found = [(code, (aliases or [code])[0]) for code, aliases in named.items()]
    return sorted(found, key=lambda pair: pair[1])


def holidays_of(country: str, region: str, first_year: int, years: int = 2) -> tuple[PublicHoliday, ...]:
    """In the order of the first year's days. Empty without a country."""
    if country not in COUNTRIES or region not in {"", *dict(regions_of(country))}:
        return ()
    return _holidays_of(country, region, first_year, years, get_language() or "en")


@lru_cache(maxsize=256)
def _holidays_of(
    country: str, region: str, first_year: int, years: int, language: str
) -> tuple[PublicHoliday, ...]:
    span = range(first_year, first_year + max(SPAN_YEARS, years))
    by_key = _dates_by_name(country, region, span)
    said = _said(country, region, span, language)
    until = first_year + years
    found = [
        PublicHoliday(
            key=key,
            name=said.get((dates[0], index), key),
            dates=near,
            yearly=_rule_of(dates) if len(dates) == len(span) else None,
        )
        for key, (dates, index) in by_key.items()
        if (near := tuple(day for day in dates if day.year < until))
    ]
    return tuple(sorted(found, key=lambda one: (one.dates[0].timetuple().tm_yday, one.key)))


def _dates_by_name(country: str, region: str, years: range) -> dict[str, tuple[list[date], int]]:
    """Dates in order, and which of several names of the first date it is."""
    own = _calendar(country).default_language
    calendar = _calendar(country, subdiv=region or None, years=years, language=own)
    found: dict[str, tuple[list[date], int]] = {}
    for day in sorted(calendar):
        for index, name in enumerate(calendar.get_list(day)):
            found.setdefault(name, ([], index))[0].append(day)
    return found


def _said(country: str, region: str, years: range, language: str) -> Mapping[tuple[date, int], str]:
    """Names as a person of this language reads them, by day and place among the day's names."""
    known = _calendar(country).supported_languages
    spoken = next((one for one in known if one.split("_")[0] == language.split("-")[0]), "en_US")
    calendar = _calendar(country, subdiv=region or None, years=years, language=spoken)
    return {(day, index): name for day in calendar for index, name in enumerate(calendar.get_list(day))}


def _calendar(country: str, **options: Any) -> HolidayBase:
    import holidays  # a start that needs no holiday reads no calendars of five religions

    return holidays.country_holidays(country, **options)


def _rule_of(dates: list[date]) -> Yearly | None:
    """The rule that all of these dates follow, one of each year."""
    first = dates[0]
    if all((day.month, day.day) == (first.month, first.day) for day in dates):
        return Yearly(first.month, day=first.day)
    if any((day.month, day.weekday()) != (first.month, first.weekday()) for day in dates):
        return None
    weeks = {(day.day - 1) // 7 + 1 for day in dates}
    if len(weeks) == 1 and max(weeks) < 5:
        return Yearly(first.month, ordinal=weeks.pop(), weekday=first.weekday())
    if all((day + timedelta(days=7)).month != day.month for day in dates):
        return Yearly(first.month, ordinal=LAST, weekday=first.weekday())
    return None
