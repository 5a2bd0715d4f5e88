"""The answer rate of inbound calls over time, with the changes that it may have followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui.figures import Gap, Mark, line, plain
from telephony.figures.change_marks import caption_of
from telephony.figures.span_words import long_step_words, measure_of, span_words, step_head, step_words
from telephony.figures.tables import Column, Table
from telephony.figures.told import Told
from telephony.figures.volume import Steps
from telephony.models import Coverage
from telephony.models.spans import Span
from telephony.services.analytics import Step

ENOUGH = 5  # of fewer inbound calls a rate is not worth a point
UNKNOWN = (Coverage.State.MISSING, Coverage.State.FETCHING)  # days that have no rate


def answer_rate(
    steps: Steps,
    span: Span,
    before: float | None,
    marks: Sequence[Mark],
    not_whole: Mapping[date, str],
    url_of: Callable[[date], str] | None = None,
) -> Told:
    """Changes made stand as letters under the axis, days that are not here are hatched.

    before      the rate of the like span before, 0..1
    not_whole   days with their state of coverage
    url_of      where the inbound calls of a step are
    """
    starts = list(steps)
    rates = _rates(steps, span, not_whole)
    known = [(rate, day) for rate, day in zip(rates, starts, strict=True) if rate is not None]
    lowest = min(known, default=None)
    low = max(0, int((lowest[0] if lowest else 0) // 10 * 10) - 10)
    figure = line(
        rates,
        [step_words(span, day) for day in starts],
        label=_("Answer rate of inbound calls %(span)s") % {"span": span_words(span)},
        low=low,
        high=100,
        unit="%",
        digits=1,
        usual=100 * before if before is not None else None,
        usual_words=pgettext("a rate", "before: %(value)s"),
        gaps=gaps_of(starts, not_whole) if span.step == "day" else (),
        marks=marks,
        end_words=pgettext("at the end of a line", "today")
        if span.is_to_date and span.step == "day" and rates[-1] is not None
        else "",
        head=(step_head(span), _("Inbound"), _("Answered")),
        counts=[one.inbound for one in steps.values()],
        links=[url_of(step) if url_of and one.inbound else "" for step, one in steps.items()],
    )
    measure = pgettext("measure of a figure", "%(measure)s; scale from %(low)s %%")
    return Told(
        figure=replace(figure, css="scroll", caption=caption_of(marks)),
        sentence=_sentence(span, steps, lowest),
        measure=measure % {"measure": measure_of(span), "low": low},
        table=_table(steps, span),
        is_empty=not known,
    )


def has_rate(steps: Steps, span: Span, not_whole: Mapping[date, str]) -> bool:
    """Whether there is a figure of it."""
    return any(rate is not None for rate in _rates(steps, span, not_whole))


def _rates(steps: Steps, span: Span, not_whole: Mapping[date, str]) -> list[float | None]:
    is_by_day = span.step == "day"
    return [
        None if is_by_day and not_whole.get(step) in UNKNOWN else _rate(one) for step, one in steps.items()
    ]


def _rate(step: Step) -> float | None:
    return 100 * step.reached / step.inbound if step.inbound >= ENOUGH else None


def _table(steps: Steps, span: Span) -> Table:
    columns = [
        Column(step_head(span), "month" if span.step == "month" else "day", "from_day"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Answered"), "percent", "answer_rate"),
    ]
    rows = [
        [
            span.part_of(step)[0].isoformat(),
            one.inbound,
            one.reached / one.inbound if one.inbound else None,
        ]
        for step, one in steps.items()
    ]
    return Table(title=_("Answer rate of inbound calls"), columns=columns, rows=rows)


def _sentence(span: Span, steps: Steps, lowest: tuple[float, date] | None) -> str:
    inbound = sum(one.inbound for one in steps.values())
    if lowest is None or not inbound:
        return _("None of these had enough inbound calls for a rate.")
    words = {
        "rate": plain(100 * sum(one.reached for one in steps.values()) / inbound, "%", 1),
        "low": plain(lowest[0], "%", 1),
        "when": long_step_words(span, lowest[1]),
    }
    return (
        _("%(rate)s in all. %(when)s had the lowest, %(low)s. Fewer than five calls make no point.") % words
    )


def gaps_of(days: Sequence[date], not_whole: Mapping[date, str]) -> list[Gap]:
    """Stretches of days that are missing or still being fetched, each with its word."""
    words: dict[str, str] = {
        Coverage.State.MISSING: _("missing"),
        Coverage.State.FETCHING: _("being fetched"),
    }
    gaps: list[Gap] = []
    for place, day in enumerate(days):
        if (word := words.get(not_whole.get(day, ""))) is None:
            continue
        if gaps and gaps[-1].last == place - 1 and gaps[-1].words == word:
            gaps[-1] = Gap(first=gaps[-1].first, last=place, words=word)
        else:
            gaps.append(Gap(first=place, last=place, words=word))
    return gaps
