"""Callers whom nobody has spoken to since they were missed.

Whether somebody called back on a day that is not here is not known: only who called after the last such day is counted,
whichever connection lacks it, for calls back may leave by any.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.numbers import display
from portal.ui import formats
from telephony.models.rollups import Part
from telephony.models.spans import Span
from telephony.models.spoken import LAST_OF_EACH
from telephony.reports.asked import Asked
from telephony.reports.document import Finding
from telephony.services.number_names import names_of
from telephony.services.period_coverage import coverage_of

STRONG, STRONG_SHARE = 10, 0.1  # of the calls that came in


def find(asked: Asked) -> Iterator[Finding]:
    span = _known(asked)
    if span is None:
        return
    rows = asked.waiting_callers(span)
    if not rows:
        return
    count = len(rows)
    say = ngettext(
        "%(count)s caller still waits for an answer", "%(count)s callers still wait for an answer", count
    )
    evidence = [_who(asked, rows[0])]
    if span.first > asked.span.first:
        evidence.append(
            _("Counted from %(day)s on, since when every day is here.")
            % {"day": formats.date_words(span.first, "l j F")}
        )
    yield Finding(
        say=say % {"count": formats.count(count)},
        evidence=" ".join(evidence),
        of="callers",
        url=asked.fated(LAST_OF_EACH, span),
        is_strong=count >= max(STRONG, STRONG_SHARE * asked.totals.inbound),
    )


def _known(asked: Asked) -> Span | None:
    """The days of the period after the last one that is not whole, up to yesterday; None where there is none."""
    yesterday = timezone.localdate() - timedelta(days=1)
    last = max(asked.span.last, yesterday)
    lacking = coverage_of(asked.span.first, last, None, asked.zone, Part()).not_whole
    first = max((one.day for one in lacking), default=None)
    if first is None:
        return asked.span
    following = first + timedelta(days=1)
    return replace(asked.span, first=following) if following <= asked.span.last else None


def _who(asked: Asked, row: tuple[str, int, datetime, datetime]) -> str:
    """Who tried most often; by name only where the report tells of callers one by one."""
    number, tries, _first, last = row
    local = timezone.localtime(last)
    is_named = asked.has("missed_callers")
    words = {
        "who": names_of([number]).get(number) or display(number) if is_named else _("One of them"),
        "tries": formats.count(tries),
        "when": _("%(day)s at %(time)s")
        % {"day": formats.date_words(local, "l j F"), "time": f"{local:%H:%M}"},
    }
    if tries == 1:
        last_one = (
            _("%(who)s called last, on %(when)s.") if is_named else _("The last one called on %(when)s.")
        )
        return last_one % words
    return _("%(who)s tried %(tries)s times, last on %(when)s.") % words
