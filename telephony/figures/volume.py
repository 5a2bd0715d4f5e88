"""Inbound calls over time: answered, missed and the rest upon each other."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui import formats
from portal.ui.figures import Mark
from portal.ui.stacks import Layer, Stack, stacked
from telephony.figures.change_marks import caption_of
from telephony.figures.span_words import long_step_words, measure_of, span_words, step_head, step_words
from telephony.figures.tables import Column, Table
from telephony.figures.told import Told
from telephony.figures.ways import narrower
from telephony.models.spans import Span
from telephony.services.analytics import Step

Steps = Mapping[date, Step]


def volume(
    steps: Steps,
    span: Span,
    not_whole: Collection[date],
    url_of: Callable[[date], str] | None = None,
    marks: Sequence[Mark] = (),
    *,
    is_with_rate: bool = False,
) -> Told:
    """A bar for each step, over a hatched ground where a day of it is not whole. Each leads to its calls by `url_of`;
    changes made stand as letters under the axis, in words as `caption_of` says."""
    links = [url_of(step) if url_of and one.inbound else "" for step, one in steps.items()]

    def ways(which: str) -> list[str]:
        return [narrower(link, which) for link in links]

    layers = [
        Layer(
            name=pgettext("several calls", "answered"),
            values=[one.reached for one in steps.values()],
            css="f1",
            links=ways("reached"),
        ),
        Layer(
            name=pgettext("several calls", "missed"),
            values=[one.missed for one in steps.values()],
            is_hatched=True,
            links=ways("unreached"),
        ),
    ]
    if any(one.other for one in steps.values()):
        other = [one.other for one in steps.values()]
        name = pgettext("several calls", "other")
        layers.append(Layer(name=name, values=other, css="fq", links=ways("otherwise")))
    inbound, missed = (
        sum(one.inbound for one in steps.values()),
        sum(one.missed for one in steps.values()),
    )
    label = _("Inbound calls %(span)s: %(calls)s, of which %(missed)s were missed") % {
        "span": span_words(span),
        "calls": formats.count(inbound),
        "missed": formats.count(missed),
    }
    stack = Stack(
        layers=layers,
        labels=[step_words(span, step) for step in steps],
        label=label,
        links=links,
        gaps=frozenset(places_of(steps, span, not_whole)),
        marks=marks,
    )
    busiest = max(steps.items(), key=lambda item: item[1].inbound)
    words = {"most": formats.count(busiest[1].inbound), "when": long_step_words(span, busiest[0])}
    sentence = (
        _("%(when)s had the most: %(most)s. Hatched are those that were missed.") % words if inbound else ""
    )
    return Told(
        figure=replace(
            stacked(stack, head=step_head(span)), caption=caption_of(marks, is_with_rate=is_with_rate)
        ),
        sentence=sentence,
        measure=measure_of(span),
        table=_table(steps, span),
        is_empty=not inbound,
    )


def places_of(steps: Iterable[date], span: Span, not_whole: Collection[date]) -> list[int]:
    """The places of the steps that have a day which is not whole."""
    days = sorted(not_whole)
    parts = [span.part_of(step) for step in steps]
    return [
        at for at, (first, last) in enumerate(parts) if bisect_left(days, first) < bisect_right(days, last)
    ]


def _table(steps: Steps, span: Span) -> Table:
    columns = [
        Column(step_head(span), "month" if span.step == "month" else "day", "from_day"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Answered"), "count", "answered"),
        Column(pgettext("several calls", "Missed"), "count", "missed"),
        Column(pgettext("several calls", "Other"), "count", "other"),
    ]
    rows = [
        [span.part_of(step)[0].isoformat(), one.inbound, one.reached, one.missed, one.other]
        for step, one in steps.items()
    ]
    return Table(title=_("Inbound calls"), columns=columns, rows=rows)
