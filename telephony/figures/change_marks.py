"""Changes that people made as lettered marks under the curves that may have followed them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from string import ascii_uppercase
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.wording import labelled
from portal.ui.figures import Mark
from telephony.models.spans import Span
from telephony.services.analytics import Changes

APART = 0.7  # of a step at least: so far letters stand beside each other
BESIDE_EACH_OTHER = 14  # letters that have room under a figure on a telephone
MOST_MARKS = 8  # of more, neighbours share a letter: what each stands for is read below


def marks_of(changes: Sequence[Changes], span: Span, zone: ZoneInfo) -> list[Mark]:
    """One letter for those that were made close to each other; changes come first to last."""
    starts = span.steps()
    placed = [(_place(one, span, starts, zone), one) for one in changes]
    apart = max(APART, (len(starts) - 1) / BESIDE_EACH_OTHER)
    while len(groups := _grouped(placed, apart)) > MOST_MARKS:
        apart *= 1.5
    return [
        Mark(at=at, letter=letter, title=_words(some))
        for letter, (at, some) in zip(ascii_uppercase, groups, strict=False)
    ]


def caption_of(marks: Sequence[Mark], *, is_with_rate: bool = False) -> str:
    """What the letters stand for, as a figure has it below; `is_with_rate` where the answer rate beside it says so."""
    if marks and is_with_rate:
        return _("What the letters stand for is said with the answer rate.")
    return "; ".join(labelled(mark.letter, mark.title) for mark in marks)


def _place(one: Changes, span: Span, starts: Sequence[date], zone: ZoneInfo) -> float:
    local = one.at.astimezone(zone)
    place = sum(start <= local.date() for start in starts) - 1
    at = place - 0.5 + local.hour / 24 if span.step == "day" else float(place)
    return min(max(0.0, at), len(starts) - 1.0)


def _grouped(placed: Sequence[tuple[float, Changes]], apart: float) -> list[tuple[float, list[Changes]]]:
    groups: list[tuple[float, list[Changes]]] = []
    for at, one in placed:
        if groups and at - groups[-1][0] < apart:
            groups[-1][1].append(one)
        else:
            groups.append((at, [one]))
    return groups


def _words(some: Sequence[Changes]) -> str:
    more = sum(one.count for one in some) - 1
    if not more:
        return some[0].summary
    words = ngettext("%(first)s and %(more)s more change", "%(first)s and %(more)s more changes", more)
    return words % {"first": some[0].summary, "more": more}
