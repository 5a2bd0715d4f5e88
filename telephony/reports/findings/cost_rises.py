"""The line, and the destination, whose cost rose most against the period before, where that period is known whole.

Both periods are compared by the day, for months differ in length. What is missing of the new one makes its cost the less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.ui import formats
from portal.ui.figures import plain
from telephony.reports.asked import Asked
from telephony.reports.document import Finding
from telephony.reports.period_words import before_words
from telephony.reports.place_sections import OUTBOUND
from telephony.services import analytics, report_facts
from telephony.services.analytics import LineRow

LEAST_SHARE = 0.5  # of what it cost before
LEAST_OF_ALL, STRONG_OF_ALL = 0.1, 0.25  # of what all cost before, in that currency
LEAST_MICROS = 10_000_000
Costs = Mapping[tuple[Any, str], int]  # millionths by what and currency


@dataclass(frozen=True, kw_only=True)
class Rise:
    """Of one thing, in millionths of a currency.

    excess        how much more it cost than as many days as before; `share_of_all` of what all cost before
    """

    key: Any
    currency: str
    now: int
    before: int
    excess: float
    share_of_all: float

    @property
    def is_clear(self) -> bool:
        is_much = self.excess >= LEAST_MICROS and self.excess >= LEAST_SHARE * self.before
        return is_much and self.share_of_all >= LEAST_OF_ALL


def of_lines(asked: Asked) -> Iterator[Finding]:
    lines = {
        one.line_id: one.entity
        for one, _waits in asked.lines
        if one.entity is not None and one.entity.connection_id not in asked.lacking_before
    }
    then = analytics.by_line(asked.before, asked.zone, asked.scope.part, asked.currencies, most=None)
    rise = _steepest(asked, _costs(one for one, _waits in asked.lines), _costs(then), lines)
    if rise is not None:
        line = lines[rise.key]
        url = asked.calls(line=line.pk, medium="")
        yield _told(asked, str(line), rise, asked.star_of(line.connection_id), url)


def of_destinations(asked: Asked) -> Iterator[Finding]:
    if asked.lacking_before or asked.kept_from_before:
        return
    then = report_facts.by_destination(asked.before, asked.zone, asked.scope)
    now, before = (
        {(one.name, one.currency): one.cost_micros or 0 for one in rows}
        for rows in (asked.destinations, then)
    )
    rise = _steepest(asked, now, before, {name for name, _currency in now} - {""})
    if rise is not None:
        name = str(rise.key)
        several = len({currency for _name, currency in now}) > 1
        currency = rise.currency if several else ""
        url = asked.calls(**OUTBOUND, medium="", destination=name, currency=currency)
        yield _told(asked, _("Calls to %(destination)s") % {"destination": name}, rise, asked.star, url)


def _costs(lines: Iterable[LineRow]) -> Costs:
    return {(one.line_id, currency): micros for one in lines for currency, micros in one.cost.items()}


def _steepest(asked: Asked, now: Costs, before: Costs, known: Container[object]) -> Rise | None:
    """Of those that are known the one with most beyond as many days as before, where that is clear."""
    longer = asked.span.days / asked.before.days
    all_before: Counter[str] = Counter()
    for (_key, currency), micros in before.items():
        all_before[currency] += micros
    rises = [
        Rise(
            key=key,
            currency=currency,
            now=micros,
            before=then,
            excess=micros - longer * then,
            share_of_all=(micros - longer * then) / all_before[currency] if all_before[currency] else 0,
        )
        for (key, currency), micros in now.items()
        if key in known
        for then in [before.get((key, currency), 0)]
    ]
    return max((one for one in rises if one.is_clear), key=lambda one: one.excess, default=None)


def _told(asked: Asked, what: str, rise: Rise, star: str, url: str) -> Finding:
    now, before = (str(formats.money(micros, rise.currency)) for micros in (rise.now, rise.before))
    words = {"what": what, "now": now + star}
    if rise.before:
        share = plain(100 * (rise.now - rise.before) / rise.before, "%")
        say = _("%(what)s cost %(share)s more: %(now)s") % {**words, "share": share}
        evidence = _("%(days)s: %(cost)s.") % {"days": capfirst(before_words(asked)), "cost": before}
    else:
        say = _("%(what)s cost %(now)s") % words
        evidence = _("Nothing in the period before.")
    return Finding(
        say=say,
        evidence=evidence,
        of=f"cost of {what}",
        url=url,
        is_strong=rise.share_of_all >= STRONG_OF_ALL,
    )
