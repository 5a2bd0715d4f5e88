"""Which days of a year's calls of a connection are here: a calendar, and its days as a table."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.ui import grids
from portal.ui.svg import Figure
from telephony.figures.missing import coverage_words
from telephony.figures.tables import Column, Table
from telephony.models import Connection, Coverage
from telephony.models.rollups import Part
from telephony.services.period_coverage import coverage_of, fetchable, lacking_days

YEAR = dt.timedelta(days=364)
WITH_CALLS = ("complete", "partial")


@dataclass(frozen=True, kw_only=True)
class CoverageYear:
    """The calendar of a year and its sums by state.

    days       those of which something is known, or should be
    fetchable  what may be asked for once more, days of earlier years too
    """

    first: dt.date
    last: dt.date
    days: Mapping[dt.date, grids.Day]
    figure: Figure
    counts: Counter[str]
    fetchable: Sequence[dt.date]


def year_of(connection: Connection, now: dt.datetime) -> CoverageYear:
    zone = ZoneInfo(connection.time_zone)
    today = now.astimezone(zone).date()
    first = today - YEAR
    rows = Coverage.objects.filter(connection=connection, day__range=(first, today))
    days = {row.day: grids.Day(state=row.state, count=row.calls) for row in rows}
    lacking = lacking_days(connection, now)
    for day in lacking:
        if day >= first:
            days.setdefault(day, grids.Day(state="missing"))  # of which there is no row
    if days:
        days = {**_since_then(connection, first, today), **days}
    counts: Counter[str] = Counter(day.state for day in days.values())
    label = _(
        "Coverage of calls by day, one year: %(complete)d complete, %(partial)d partial, %(missing)d missing"
    ) % {
        "complete": counts["complete"],
        "partial": counts["partial"],
        "missing": counts["missing"],
    }
    return CoverageYear(
        first=first,
        last=today,
        days=days,
        figure=grids.calendar(days, first, today, label=label),
        counts=counts,
        fetchable=fetchable(lacking, zone),
    )


def _since_then(connection: Connection, first: dt.date, today: dt.date) -> dict[dt.date, grids.Day]:
    """Days of which nothing is to be known yet: today, or those since it was unlinked."""
    if connection.unlinked_at is None:
        return {today: grids.Day(state="fetching")}
    unlinked = max(first, connection.unlinked_at.astimezone(ZoneInfo(connection.time_zone)).date())
    over = range((today - unlinked).days + 1)
    return {unlinked + dt.timedelta(days=n): grids.Day(state="after") for n in over}


def coverage_table(title: str, year: CoverageYear) -> Table | None:
    """A row a day, with its calls where they are known; None where no day is."""
    if not year.counts:
        return None
    columns = [
        Column(_("Day"), "day", "day"),
        Column(_("State"), name="state"),
        Column(_("Calls"), "count", "calls"),
    ]
    words, rows = grids.state_words(year.days.values()), []
    for back in range((year.last - year.first).days + 1):
        day = year.first + dt.timedelta(days=back)
        known = year.days.get(day, grids.Day(state="before"))
        calls = known.count if known.state in WITH_CALLS else None
        rows.append([day.isoformat(), words[known.state], calls])
    return Table(title=title, columns=columns, rows=rows)


def missing_words(connection: Connection, year: CoverageYear) -> str:
    """Which of its days are not all here; "" where all are."""
    zone = ZoneInfo(connection.time_zone)
    found = coverage_of(year.first, year.last, year.last, zone, Part(connection=connection.pk))
    return coverage_words(found, zone)
