"""When a report goes out, in words, and what became of a run."""

from __future__ import annotations

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from portal.lib.cadence import EVERY_DAY
from portal.lib.dates import day_number
from telephony.models import Report

WORKING_DAYS = [1, 2, 3, 4, 5]


def cadence_words(report: Report) -> str:
    """ "Monday at 06:00, Europe/Paris", "every day at 06:00, Europe/Paris": within a sentence."""
    days = _days(report)
    return _("%(days)s at %(time)s, %(zone)s") % {
        "days": days,
        "time": f"{report.at:%H:%M}",
        "zone": report.time_zone,
    }


def _days(report: Report) -> str:
    if report.month_day is not None:
        return _("day %(day)s of each month") % {"day": day_number(report.month_day)}
    if len(report.weekdays) == len(EVERY_DAY):
        return _("every day")
    if report.weekdays == WORKING_DAYS:
        return _("Monday to Friday")
    return ", ".join(str(WEEKDAYS[day - 1]) for day in report.weekdays)
