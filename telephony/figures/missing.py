"""Which days of a figure are not all here, in words: in every file of it, and on the stamp of a report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, tzinfo
from itertools import groupby
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from accounts.models import Tenant
from portal.lib.periods import Period
from portal.ui import formats
from telephony.services.period_coverage import NotWhole, PeriodCoverage

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
    """A day of a connection, by its name, whose calls are not all here; `until` is up to when they are, if any are.

    unlinked  since when it was unlinked, of a day from then on
    """

    connection: str
    day: date
    until: datetime | None = None
    unlinked: date | None = None


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
    told = {name: _lacks_words(some, zone) for name, some in missing.items()}
    for name, until in (read_until or {}).items():
        told.setdefault(name, []).append(_today_words(until, zone))
    return " ".join(
        _("%(connection)s: %(days)s.") % {"connection": name, "days": ", ".join(words)}
        for name, words in told.items()
    )


def _lacks_words(lacks: Sequence[Lack], zone: tzinfo | None) -> list[str]:
    """Of one connection: days, and that it was unlinked, from when on all of them are not here."""
    days = sorted((one for one in lacks if one.unlinked is None), key=lambda one: one.day)
    told = [_days_words(days, zone)] if days else []
    if unlinked := next((one.unlinked for one in lacks if one.unlinked), None):
        told.append(_("unlinked on %(day)s") % {"day": formats.date_words(unlinked, "l j F Y")})
    return told


def _days_words(lacks: Sequence[Lack], zone: tzinfo | None) -> str:
    """Days in their order: a few by name, those beside each other as a span, of many how many there are."""
    runs = list(_runs(lacks))
    is_few = len(lacks) <= MOST_DAYS_NAMED and (len(runs) > 1 or any(one.until for one in lacks))
    if is_few:
        return ", ".join(_day_words(one, zone) for one in lacks)
    if len(runs) > MOST_DAYS_NAMED or any(one.until for one in lacks):
        return _span_words(lacks)
    return ", ".join(_span_words(run) if len(run) > 1 else _day_words(run[0], zone) for run in runs)


def _runs(lacks: Sequence[Lack]) -> Iterator[list[Lack]]:
    """Days that follow each other."""
    for _gap, run in groupby(enumerate(lacks), key=lambda item: item[1].day.toordinal() - item[0]):
        yield [one for _at, one in run]


def _span_words(lacks: Sequence[Lack]) -> str:
    span = days_words(Period(lacks[0].day, lacks[-1].day))
    return _("%(count)s days, %(span)s") % {"count": len(lacks), "span": span}


def _day_words(lack: Lack, zone: tzinfo | None) -> str:
    words = formats.date_words(lack.day, "l j F")
    time = time_from(lack.day, lack.until, zone)
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
    return _since_words(coverage, coverage.behind(now), zone)


def lacks_of(not_whole: Iterable[NotWhole]) -> list[Lack]:
    return [Lack(one.connection.name, one.day, one.until, one.unlinked) for one in not_whole]


def _since_words(coverage: PeriodCoverage, read_until: Mapping[str, datetime | None], zone: tzinfo) -> str:
    """As `missing_words`; days before the first of which any calls are here need no names."""
    since = coverage.since
    later = [one for one in coverage.not_whole if since is None or one.day >= since or one.unlinked]
    told = [missing_words(lacks_of(later), read_until, zone)]
    if since is not None and len(later) < len(coverage.not_whole):
        words = _("Calls are here from %(since)s on.")
        told.append(words % {"since": formats.date_words(since, "j F Y")})
    return " ".join(filter(None, told))


def coverage_words(coverage: PeriodCoverage, zone: tzinfo) -> str:
    """What a file of figures says above its rows; "" where all of their days are here."""
    words = _since_words(coverage, coverage.read_until, zone)
    return _("Not complete: %(days)s") % {"days": words} if words else ""


def kept_words(kept_from: date | None) -> str:
    """What a figure that is counted call by call says of days before that; "" where all calls of its days are here."""
    if kept_from is None:
        return ""
    words = _("Not complete: calls from before %(day)s are no longer kept.")
    return words % {"day": formats.date_words(kept_from, "j F Y")}


def tenants_kept_words(kept_from: Mapping[Tenant, date]) -> str:
    """The same of the calls of several tenants."""
    told = [
        _("%(tenant)s: calls from before %(day)s are no longer kept.")
        % {"tenant": tenant, "day": formats.date_words(day, "j F Y")}
        for tenant, day in kept_from.items()
    ]
    return _("Not complete: %(days)s") % {"days": _and_more(told)} if told else ""


def _and_more(told: Sequence[str]) -> str:
    """What is told of tenants, of the first by name."""
    more = len(told) - MOST_TENANTS_NAMED
    if more > 0:
        words = ngettext("And days of %(n)s more tenant.", "And days of %(n)s more tenants.", more)
        told = [*told[:MOST_TENANTS_NAMED], words % {"n": more}]
    return " ".join(told)


def tenants_words(lacks: Iterable[NotWhole]) -> str:
    """Which days of which tenants are not all here, each told in its tenant's clocks; "" where all are."""
    told = []
    for tenant, some in groupby(lacks, key=lambda one: one.connection.tenant):
        names = [one._replace(connection=f"{tenant}, {one.connection}") for one in lacks_of(some)]
        told.append(missing_words(names, zone=ZoneInfo(tenant.time_zone)))
    return _("Not complete: %(days)s") % {"days": _and_more(told)} if told else ""
