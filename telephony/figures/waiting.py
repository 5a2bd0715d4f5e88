"""Figures of waiting and of calls at once, with the sentences that say what is seen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.ui import formats
from portal.ui.figures import Gap, Mark, line, plain
from portal.ui.stacks import Layer, Stack, stacked
from telephony.figures.answer_rate import ENOUGH, gaps_of
from telephony.figures.change_marks import caption_of
from telephony.figures.span_words import long_step_words, measure_of, span_words, step_head, step_words
from telephony.figures.tables import Column, Table
from telephony.figures.told import Told
from telephony.figures.volume import places_of
from telephony.figures.ways import narrower
from telephony.models.rollups import WAIT_STEPS, WITHIN_S
from telephony.models.spans import Span
from telephony.services.peaks import Peak
from telephony.services.waiting import Waited, Waits


def waited(found: Waited, span: Span, url_of: Callable[[int, int | None], str]) -> Told:
    """Calls by seconds waited, each bar cut into how they ended. Each bar leads to its calls."""
    links = [
        url_of(*bounds) if any(counts) else ""
        for bounds, *counts in zip(WAIT_STEPS, *(part.counts for part in found.parts), strict=True)
    ]

    def layer(name: str, waits: Waits, which: str, css: str = "") -> Layer:
        ways = [narrower(link, which) for link in links]
        return Layer(name=name, values=waits.counts, css=css, is_hatched=not css, links=ways)

    layers = [
        layer(pgettext("several calls", "answered"), found.reached, "reached", "f1"),
        layer(pgettext("several calls", "gave up"), found.gave_up, "given up"),
        layer(pgettext("several calls", "timed out"), found.timed_out, "timed out", "f2"),
        layer(pgettext("several calls", "other"), found.other, "otherwise", "fq"),
    ]
    shown = [layer for at, layer in enumerate(layers) if at < 2 or any(layer.values)]
    stack = Stack(
        layers=shown,
        labels=[formats.between(*bounds) for bounds in WAIT_STEPS],
        label=_("Inbound calls by how long they waited %(span)s") % {"span": span_words(span)},
        links=links,
    )
    return Told(
        figure=stacked(stack, head=_("Waited")),
        sentence=_waited_sentence(found),
        measure="",
        table=_waits_table(found),
        is_empty=found.untold == found.calls,
    )


def _waits_table(found: Waited) -> Table:
    columns = [
        Column(_("Waited"), "text", "waited"),
        Column(pgettext("several calls", "Answered"), "count", "answered"),
        Column(pgettext("several calls", "Gave up"), "count", "gave_up"),
        Column(pgettext("several calls", "Timed out"), "count", "timed_out"),
        Column(pgettext("several calls", "Other"), "count", "other"),
    ]
    rows = [
        [formats.between(*bounds), *counts]
        for bounds, *counts in zip(WAIT_STEPS, *(part.counts for part in found.parts), strict=True)
    ]
    return Table(title=_("How long people wait"), columns=columns, rows=rows)


def _waited_sentence(found: Waited) -> str:
    words = []
    if found.level is not None:
        words.append(
            _("%(level)s of %(calls)s calls were answered within %(seconds)s s.")
            % {
                "level": plain(100 * found.level, "%", 1),
                "calls": formats.count(found.told),
                "seconds": WITHIN_S,
            }
        )
    if half := found.gave_up.half_s:
        words.append(_("Half of those who gave up did so within %(time)s.") % {"time": formats.within(half)})
    if found.untold:
        words.append(
            ngettext(
                "%(count)s call does not tell how long it waited.",
                "%(count)s calls do not tell how long they waited.",
                found.untold,
            )
            % {"count": formats.count(found.untold)}
        )
    return " ".join(words)


def service_level(
    steps: Mapping[date, Waited],
    span: Span,
    not_whole: Mapping[date, str],
    url_of: Callable[[date], str],
    marks: Sequence[Mark] = (),
) -> Told:
    """The share of all inbound calls that was answered in time, over time. Each point leads to the calls of its step;
    changes made stand as letters under the axis.
    """
    starts = list(steps)
    levels = [
        100 * one.level if one.level is not None and one.told >= ENOUGH else None for one in steps.values()
    ]
    known = [(level, step) for level, step in zip(levels, starts, strict=True) if level is not None]
    gaps: Sequence[Gap] = gaps_of(starts, not_whole) if span.step == "day" else ()
    figure = line(
        levels,
        [step_words(span, step) for step in starts],
        label=_("Service level %(span)s") % {"span": span_words(span)},
        high=100,
        unit="%",
        digits=1,
        gaps=gaps,
        marks=marks,
        head=(
            step_head(span),
            _("Inbound"),
            _("Answered within %(seconds)s s") % {"seconds": WITHIN_S},
        ),
        counts=[one.calls for one in steps.values()],
        links=[url_of(step) if one.calls else "" for step, one in steps.items()],
    )
    sentence = ""
    if known:
        low, step = min(known)
        words = {"when": long_step_words(span, step), "low": plain(low, "%", 1)}
        sentence = _("%(when)s had the lowest, %(low)s. Fewer than five calls make no point.") % words
    columns = [
        Column(step_head(span), "month" if span.step == "month" else "day", "from_day"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Service level"), "percent", "service_level"),
    ]
    rows = [[span.part_of(step)[0].isoformat(), one.calls, one.level] for step, one in steps.items()]
    return Told(
        figure=replace(figure, caption=caption_of(marks)),
        sentence=sentence,
        measure=measure_of(span),
        table=Table(title=_("Service level"), columns=columns, rows=rows),
        is_empty=not known,
    )


def at_once(
    peaks: Sequence[Peak],
    span: Span,
    zone: ZoneInfo,
    not_whole: Collection[date],
    url_of: Callable[[datetime], str],
) -> Told:
    """The most calls at once of each step, in the table of each day. Each bar leads to the calls that went on then."""
    most = max(peaks, key=_calls)
    steps = span.steps()
    of_step: dict[date, Peak] = {}
    for peak in peaks:
        step = steps[bisect_right(steps, peak.day) - 1]
        of_step[step] = max(of_step.get(step, peak), peak, key=_calls)
    stack = Stack(
        layers=[
            Layer(
                name=pgettext("several calls", "at once"),
                values=[one.calls for one in of_step.values()],
                css="f1",
            )
        ],
        labels=[step_words(span, step) for step in of_step],
        label=_("Most calls at once %(span)s") % {"span": span_words(span)},
        links=[url_of(peak.at) if peak.calls else "" for peak in of_step.values()],
        gaps=frozenset(places_of(of_step, span, not_whole)),
    )
    words = {
        "most": formats.count(most.calls),
        "when": capfirst(formats.date_words(most.day, "l j F" if span.step == "day" else "l j F Y")),
        "at": date_format(most.at.astimezone(zone), "H:i"),
    }
    sentence = _("%(when)s had the most: %(most)s at %(at)s.") % words
    columns = [
        Column(_("Day"), "day", "day"),
        Column(_("Most calls at once"), "count", "most_at_once"),
        Column(_("First at"), "moment", "first_at"),
    ]
    rows = [[peak.day.isoformat(), peak.calls, peak.at.isoformat()] for peak in peaks]
    return Told(
        figure=stacked(stack, head=step_head(span)),
        sentence=sentence,
        measure=measure_of(span),
        table=Table(title=_("Most calls at once"), columns=columns, rows=rows),
        is_empty=not most.calls,
    )


def _calls(peak: Peak) -> int:
    return peak.calls
