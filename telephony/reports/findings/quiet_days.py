"""Days on which one was open and nobody called or was called, though on the same weekday before there were calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.figures import plain
from telephony.reports.asked import Asked
from telephony.reports.document import Finding
from telephony.services.report_history import OpenDay, open_days

WEEKS, LEAST_WEEKS = 4, 2  # before, whose same weekday says what is usual
LEAST_CALLS = 10  # that there usually are
LIKE = 0.75  # of the open time, which a day before must have had to be compared
LEAST_OPEN_S = 2 * 3600
MOST_NAMED = 3


def find(asked: Asked) -> Iterator[Finding]:
    first = asked.span.first - timedelta(days=7 * WEEKS)
    days = open_days(first, asked.span.last, asked.zone, asked.scope, asked.report.tenant)
    lacking = {one.day for one in asked.lacking(first, asked.span.last)}
    whole = {day: one for day, one in days.items() if day not in lacking}
    quiet = {
        day: usual
        for day in asked.period.days
        if (usual := _usual(day, whole)) is not None and not whole[day].calls
    }
    if quiet:
        yield _told(asked, quiet)


def _usual(day: date, whole: Mapping[date, OpenDay]) -> float | None:
    """How many calls there are on such a day; None where that is not known, or they are few."""
    if day not in whole or whole[day].open_s < LEAST_OPEN_S:
        return None
    before = [whole.get(day - timedelta(days=7 * back)) for back in range(1, WEEKS + 1)]
    alike = [one.calls for one in before if one and one.open_s >= LIKE * whole[day].open_s]
    mean = sum(alike) / len(alike) if alike else 0
    return mean if len(alike) >= LEAST_WEEKS and all(alike) and mean >= LEAST_CALLS else None


def _told(asked: Asked, quiet: Mapping[date, float]) -> Finding:
    days = [formats.date_words(day, "l j F") for day in quiet]
    mean = plain(sum(quiet.values()) / len(quiet))
    if len(days) == 1:
        say = _("Not one call on %(day)s, while open") % {"day": days[0]}
        evidence = _("On this weekday there usually are %(mean)s calls in opening hours.") % {"mean": mean}
    else:
        say = ngettext(
            "Not one call on %(count)s open day", "Not one call on %(count)s open days", len(days)
        ) % {"count": len(days)}
        named = ", ".join(days[:MOST_NAMED]) + ("…" if len(days) > MOST_NAMED else "")
        evidence = _("%(days)s. Usually there are %(mean)s calls a day in opening hours.") % {
            "days": named[:1].upper() + named[1:],
            "mean": mean,
        }
    span = replace(asked.span, first=min(quiet), last=max(quiet))
    return Finding(say=say, evidence=evidence, of="days", url=asked.calls(span), is_strong=True)
