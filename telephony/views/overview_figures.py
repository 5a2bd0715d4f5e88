"""The overview's figures, with the sentence that says what is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from string import ascii_uppercase
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.lib.number_kinds import About, NumberKind
from portal.ui import formats
from portal.ui.figures import Gap, Mark, line, plain
from portal.ui.grids import heat
from portal.ui.stacks import Layer, Stack, stacked
from portal.ui.svg import Figure
from telephony.models import Change, Coverage
from telephony.models.spans import Span
from telephony.services.analytics import DestinationRow, Step
from telephony.services.rollup_reading import HourSum

ENOUGH = 5  # of fewer inbound calls a rate is not worth a point
MARKS_APART = 0.7  # of a step: so far letters stand beside each other
OFFICE_HOURS = range(7, 20)
Steps = Mapping[date, Step]


@dataclass(frozen=True)
class Told:
    """A figure, the sentence above it, and its measure beside the title."""

    figure: Figure
    sentence: str
    measure: str
    is_empty: bool = False


def volume(steps: Steps, span: Span, not_whole: Sequence[Coverage], url_of: Callable[[date], str]) -> Told:
    """Inbound calls over time: answered, missed and the rest upon each other. Each bar leads to its calls."""
    layers = [
        Layer(
            name=pgettext("several calls", "answered"),
            values=[one.reached for one in steps.values()],
            css="f1",
        ),
        Layer(
            name=pgettext("several calls", "missed"),
            values=[one.missed for one in steps.values()],
            is_hatched=True,
        ),
    ]
    if any(one.other for one in steps.values()):
        other = [one.other for one in steps.values()]
        layers.append(Layer(name=pgettext("several calls", "other"), values=other, css="fq"))
    inbound, missed = (
        sum(one.inbound for one in steps.values()),
        sum(one.missed for one in steps.values()),
    )
    label = _("Inbound calls %(span)s: %(calls)s, of which %(missed)s were missed") % {
        "span": span_words(span),
        "calls": formats.count(inbound),
        "missed": formats.count(missed),
    }
    gaps = {
        at
        for at, step in enumerate(steps)
        for one in not_whole
        if span.part_of(step)[0] <= one.day <= span.part_of(step)[1]
    }
    stack = Stack(
        layers=layers,
        labels=[step_words(span, step) for step in steps],
        label=label,
        links=[url_of(step) if one.inbound else "" for step, one in steps.items()],
        gaps=frozenset(gaps),
    )
    busiest = max(steps.items(), key=lambda item: item[1].inbound)
    words = {"most": formats.count(busiest[1].inbound), "when": long_step_words(span, busiest[0])}
    sentence = (
        _("%(when)s had the most: %(most)s. Hatched are those that were missed.") % words if inbound else ""
    )
    return Told(stacked(stack, head=step_head(span)), sentence, measure_of(span), not inbound)


def answer_rate(
    steps: Steps,
    span: Span,
    before: float | None,
    changes: Sequence[Change],
    not_whole: Sequence[Coverage],
    zone: ZoneInfo,
) -> Told:
    """Answer rate over time; changes made stand as letters under the axis, days that are not here are hatched.

    before   the rate of the like span before, 0..1
    """
    starts = list(steps)
    rates = [_rate(one) for one in steps.values()]
    if span.step == "day":
        for coverage in not_whole:
            if coverage.day in steps and coverage.state in (Coverage.State.MISSING, Coverage.State.FETCHING):
                rates[starts.index(coverage.day)] = None
    known = [(rate, day) for rate, day in zip(rates, starts, strict=True) if rate is not None]
    lowest = min(known, default=None)
    marks = _marks(changes, span, starts, zone)
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
        head=(step_head(span), _("Answered")),
    )
    letters = "; ".join(f"{mark.letter}: {mark.title}" for mark in marks)
    measure = pgettext("measure of a figure", "%(measure)s; scale from %(low)s %%")
    return Told(
        replace(figure, css="scroll", caption=letters),
        _rate_sentence(span, steps, lowest),
        measure % {"measure": measure_of(span), "low": low},
        not known,
    )


def when_people_call(
    hours: Sequence[HourSum], span: Span, url_of: Callable[[int, int], str] | None = None
) -> Told:
    """Inbound calls by weekday and hour: a mean of the weeks where the span has several, else as many as came.

    url_of   the address of the calls behind a cell, by ISO weekday and hour
    """
    weeks = span.days // 7 if span.days >= 14 else 1
    means = {(one.weekday, one.hour): one.inbound / weeks for one in hours if one.inbound}
    busy = [hour for _weekday_, hour in means]
    shown = range(min([*busy, OFFICE_HOURS.start]), max([*busy, OFFICE_HOURS.stop - 1]) + 1)
    rows = [
        (_weekday(weekday), [means.get((weekday, hour), 0.0) for hour in shown]) for weekday in range(1, 8)
    ]
    busiest = max(means.items(), key=lambda item: item[1], default=None)
    caption = ""
    if busiest:
        (weekday, hour), mean = busiest
        caption = _("Busiest: %(day)s %(from)s–%(to)s h, %(calls)s calls. A stronger colour is more.") % {
            "day": _weekday(weekday, whole=True),
            "from": hour,
            "to": hour + 1,
            "calls": plain(mean),
        }
    mean_words = ngettext("mean of %(weeks)s week", "mean of %(weeks)s weeks", weeks) % {"weeks": weeks}
    measure = _("inbound per hour, %(mean)s") % {"mean": mean_words} if weeks > 1 else _("inbound per hour")
    days = [_weekday(weekday, whole=True) for weekday in range(1, 8)]
    figure = heat(
        rows,
        [str(hour) for hour in shown],
        label=_("Inbound calls by weekday and hour %(span)s") % {"span": span_words(span)},
        caption=caption,
        links={
            (one.weekday - 1, one.hour - shown.start): (
                url_of(one.weekday, one.hour),
                _cell_words(one, days[one.weekday - 1]),
            )
            for one in hours
            if one.inbound and url_of
        },
    )
    return Told(figure, "", measure, not means)


def _cell_words(one: HourSum, day: str) -> str:
    words = {"day": day, "from": one.hour, "to": one.hour + 1}
    return ngettext(
        "%(day)s, %(from)s–%(to)s h: %(calls)s call",
        "%(day)s, %(from)s–%(to)s h: %(calls)s calls",
        one.inbound,
    ) % {**words, "calls": plain(one.inbound)}


# ---- words of spans ----
def span_words(span: Span) -> str:
    """ "on 19 November 2026", or "from 21 October to 19 November 2026"."""
    if span.first == span.last:
        return _("on %(day)s") % {"day": date_format(span.first, "j F Y")}
    pattern = "j F" if span.first.year == span.last.year else "j F Y"
    return _("from %(first)s to %(last)s") % {
        "first": date_format(span.first, pattern),
        "last": date_format(span.last, "j F Y"),
    }


def step_words(span: Span, step: date) -> str:
    """A step as an axis names it."""
    first, _last = span.part_of(step)
    return formats.date_words(first, formats.SHORT_MONTH_YEAR if span.step == "month" else formats.SHORT_DAY)


def long_step_words(span: Span, step: date) -> str:
    """A step at the beginning of a sentence."""
    if span.step == "month":
        return capfirst(date_format(step, "F Y"))
    if span.step == "week":
        return _("The week of %(day)s") % {"day": date_format(step, "j F")}
    return capfirst(date_format(step, "l j F"))


def step_head(span: Span) -> str:
    return {"day": _("Day"), "week": _("Week of"), "month": _("Month")}[span.step]


def place_words(row: DestinationRow) -> str:
    """The country of a calling code, the main one of several; of numbers without one, that they are short."""
    if not row.code:
        return _("Short numbers")
    if row.code in ("+1", "+7"):
        main = About(kind=NumberKind.OTHER, country=row.regions[0]).country_name
        return _("%(country)s and others") % {"country": main}
    region = row.regions[0] if row.regions else ""
    if region in ("", "001"):
        return _("No country")
    return About(kind=NumberKind.OTHER, country=region).country_name


def measure_of(span: Span) -> str:
    steps = {"day": _("by day"), "week": _("by week"), "month": _("by month")}
    days = ngettext("%(days)s day", "%(days)s days", span.days) % {"days": formats.count(span.days)}
    return f"{days}, {steps[span.step]}"


def _rate(step: Step) -> float | None:
    return 100 * step.reached / step.inbound if step.inbound >= ENOUGH else None


def _rate_sentence(span: Span, steps: Steps, lowest: tuple[float, date] | None) -> str:
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


def gaps_of(days: Sequence[date], not_whole: Sequence[Coverage]) -> list[Gap]:
    """Stretches of days that are missing or still being fetched, each with its word."""
    words: dict[str, str] = {
        Coverage.State.MISSING: _("missing"),
        Coverage.State.FETCHING: _("being fetched"),
    }
    places = sorted(
        {
            (days.index(one.day), words[one.state])
            for one in not_whole
            if one.day in days and one.state in words
        }
    )
    gaps: list[Gap] = []
    for place, word in places:
        if gaps and gaps[-1].last >= place - 1 and gaps[-1].words == word:
            gaps[-1] = Gap(first=gaps[-1].first, last=place, words=word)
        else:
            gaps.append(Gap(first=place, last=place, words=word))
    return gaps


def _marks(changes: Sequence[Change], span: Span, starts: Sequence[date], zone: ZoneInfo) -> list[Mark]:
    """Changes as letters under the axis, one for those that were made within hours of each other."""
    marks: list[tuple[float, list[str]]] = []
    for change in changes:
        if change.sent_at:
            local = change.sent_at.astimezone(zone)
            place = sum(start <= local.date() for start in starts) - 1
            at = place - 0.5 + local.hour / 24 if span.step == "day" else float(place)
            at = min(max(0.0, at), len(starts) - 1.0)
            if marks and at - marks[-1][0] < MARKS_APART:
                marks[-1][1].append(change.summary)
            else:
                marks.append((at, [change.summary]))
    return [
        Mark(at=at, letter=letter, title=_marked(titles))
        for letter, (at, titles) in zip(ascii_uppercase, marks, strict=False)
    ]


def _marked(titles: Sequence[str]) -> str:
    more = len(titles) - 1
    if not more:
        return titles[0]
    words = ngettext("%(first)s and %(more)s more change", "%(first)s and %(more)s more changes", more)
    return words % {"first": titles[0], "more": more}


def _weekday(number: int, *, whole: bool = False) -> str:
    return date_format(date(2024, 1, number), "l" if whole else "D")  # the 1st of January 2024 was a Monday
