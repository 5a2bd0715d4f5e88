"""Which days of a figure are not all here, in words: in every file of it, and on the stamp of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.lib.periods import Period
from portal.ui import formats
from telephony.models import Coverage
from telephony.services.period_coverage import PeriodCoverage

MOST_DAYS_NAMED = 3
MOST_TENANTS_NAMED = 20


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


class Lack(NamedTuple):
    """A day of a connection, by its name, whose calls are not all here; `until` is up to when they are, if any are."""

    connection: str
    day: date
    until: datetime | None = None


def missing_words(
    lacks: Iterable[Lack],
    read_until: Mapping[str, datetime | None] | None = None,
    zone: tzinfo | None = None,
) -> str:
    """Each connection with its days: "Keyyo: Monday 16 November from 14:00 on. VoIPcloud: 3 days, 16 to 20 November 2026."

    `read_until` is of today, which is not over: "Keyyo: today from 14:05 on." Times are in `zone`, or the one in force.
    """
    missing: dict[str, list[Lack]] = {}
    for one in lacks:
        missing.setdefault(one.connection, []).append(one)
    told = {name: [_days_words(some, zone)] for name, some in missing.items()}
    for name, until in (read_until or {}).items():
        told.setdefault(name, []).append(_today_words(until, zone))
    return " ".join(
        _("%(connection)s: %(days)s.") % {"connection": name, "days": ", ".join(words)}
        for name, words in told.items()
    )


def _days_words(lacks: Sequence[Lack], zone: tzinfo | None) -> str:
    days = sorted(one.day for one in lacks)
    is_span = (
        len(days) > 1 and not any(one.until for one in lacks) and days[-1] - days[0] < timedelta(len(days))
    )
    if is_span or len(days) > MOST_DAYS_NAMED:
        span = days_words(Period(days[0], days[-1]))
        return _("%(count)s days, %(span)s") % {"count": len(days), "span": span}
    return ", ".join(_day_words(one, zone) for one in sorted(lacks, key=lambda one: one.day))


def _day_words(lack: Lack, zone: tzinfo | None) -> str:
    _name, day, until = lack
    words = formats.date_words(day, "l j F")
    time = time_from(day, until, zone)
    return _("%(day)s from %(time)s on") % {"day": words, "time": time} if time else words


def time_from(day: date, until: datetime | None, zone: tzinfo | None = None) -> str:
    """ "14:00", from when on calls of it are not here; "" where none are, or its day is another one than the reader's."""
    local = timezone.localtime(until, zone) if until else None
    return f"{local:%H:%M}" if local and local.date() == day else ""


def _today_words(until: datetime | None, zone: tzinfo | None = None) -> str:
    """ "today from 14:05 on": what of it is not here."""
    if until is None:
        return _("today")
    return _("today from %(time)s on") % {"time": f"{timezone.localtime(until, zone):%H:%M}"}


def star_words(coverage: PeriodCoverage, now: datetime, zone: tzinfo) -> str:
    """What a page says of the figures that it shows with a star; "" where they have none. That today is not over says
    its page already, and when its calls should be here and are not is said."""
    return missing_words(_lacks(coverage), coverage.behind(now), zone)


def _lacks(coverage: PeriodCoverage) -> list[Lack]:
    return [Lack(one.connection.name, one.day, one.complete_until) for one in coverage.not_whole]


def coverage_words(coverage: PeriodCoverage, first: date, zone: tzinfo) -> str:
    """What a file of figures from `first` on says above its rows; "" where all of their days are here."""
    if missing := missing_words(_lacks(coverage), coverage.read_until, zone):
        return _("Not complete: %(days)s") % {"days": missing}
    if coverage.since is not None and coverage.since > first:
        return _("Not complete: calls are here from %(since)s on.") % {
            "since": formats.date_words(coverage.since, "j F Y")
        }
    return ""


def tenants_words(lacks: Iterable[Coverage]) -> str:
    """Which days of which tenants are not all here, each told in its tenant's clocks; "" where all are."""
    told = []
    for tenant, some in groupby(lacks, key=lambda one: one.connection.tenant):
        names = [Lack(f"{tenant}, {one.connection.name}", one.day, one.complete_until) for one in some]
        told.append(missing_words(names, zone=ZoneInfo(tenant.time_zone)))
    more = len(told) - MOST_TENANTS_NAMED
    if more > 0:
        words = ngettext("And days of %(n)s more tenant.", "And days of %(n)s more tenants.", more)
        told = [*told[:MOST_TENANTS_NAMED], words % {"n": more}]
    return _("Not complete: %(days)s") % {"days": " ".join(told)} if told else ""
