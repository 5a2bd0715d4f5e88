"""Which days of a figure are not all here, in words: in every file of it, and on the stamp of a report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.lib.periods import Period
from portal.ui import formats
from telephony.services.period_coverage import PeriodCoverage


def days_words(period: Period) -> str:
    """ "9 to 15 November 2026"."""
    return pgettext("days", "%(first)s to %(last)s") % {
        "first": formats.date_words(period.first, _first_pattern(period)),
        "last": formats.date_words(period.last, "j F Y"),
    }


def _first_pattern(period: Period) -> str:
    if period.first.year != period.last.year:
        return "j F Y"
    return "j" if period.first.month == period.last.month else "j F"


def missing_words(not_whole: Iterable[tuple[str, date]]) -> str:
    """Each connection with its days: "Keyyo: Monday 16 November. VoIPcloud: 3 days, 16 to 20 November 2026." """
    missing: dict[str, list[date]] = {}
    for connection, day in not_whole:
        missing.setdefault(connection, []).append(day)
    told = []
    for name, days in missing.items():
        if len(days) == 1:
            words = formats.date_words(days[0], "l j F")
        else:
            span = days_words(Period(min(days), max(days)))
            words = _("%(count)s days, %(span)s") % {"count": len(days), "span": span}
        told.append(_("%(connection)s: %(days)s.") % {"connection": name, "days": words})
    return " ".join(told)


def coverage_words(coverage: PeriodCoverage, first: date) -> str:
    """What a file of figures from `first` on says above its rows; "" where all of their days are here."""
    if coverage.not_whole:
        days = missing_words((one.connection.name, one.day) for one in coverage.not_whole)
        return _("Not complete: %(days)s") % {"days": days}
    if coverage.since is not None and coverage.since > first:
        return _("Not complete: calls are here from %(since)s on.") % {
            "since": formats.date_words(coverage.since, "j F Y")
        }
    return ""
