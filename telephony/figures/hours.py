"""Inbound calls by the hour: when people call in a week, and how many of each hour of the day were answered."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui.figures import plain
from portal.ui.grids import heat
from portal.ui.paper_figures import beside
from portal.ui.svg import Figure
from telephony.figures.span_words import span_words, weekday_words
from telephony.figures.tables import Column, Table
from telephony.figures.told import Told
from telephony.models.spans import Span
from telephony.services.rollup_reading import HourSum

OFFICE_HOURS = range(7, 20)
ENOUGH = 10  # an hour with fewer calls has no rate worth a point
Hours = Mapping[int, tuple[int, int]]


def when_people_call(
    hours: Sequence[HourSum], span: Span, url_of: Callable[[int, int], str] | None = None
) -> Told:
    """Inbound calls by weekday and hour: a mean of the weeks where the span has several, else as many as came.

    url_of   the address of the calls behind a cell, by ISO weekday and hour
    """
    weeks = span.days // 7 if span.days >= 14 else 1
    means = {(one.weekday, one.hour): one.inbound / weeks for one in hours if one.inbound}
    busy = [hour for _weekday, hour in means]
    shown = range(min([*busy, OFFICE_HOURS.start]), max([*busy, OFFICE_HOURS.stop - 1]) + 1)
    rows = [
        (weekday_words(weekday), [means.get((weekday, hour), 0.0) for hour in shown])
        for weekday in range(1, 8)
    ]
    mean_words = ngettext("mean of %(weeks)s week", "mean of %(weeks)s weeks", weeks) % {"weeks": weeks}
    measure = _("inbound per hour, %(mean)s") % {"mean": mean_words} if weeks > 1 else _("inbound per hour")
    figure = heat(
        rows,
        [str(hour) for hour in shown],
        label=_("Inbound calls by weekday and hour %(span)s") % {"span": span_words(span)},
        caption=_busiest(means),
        links={
            (one.weekday - 1, one.hour - shown.start): (url_of(one.weekday, one.hour), _cell_words(one))
            for one in hours
            if one.inbound and url_of
        },
    )
    counts = {(one.weekday, one.hour): one.inbound for one in hours}
    columns = [Column(_("Day")), *(Column(str(hour), "count", f"hour_{hour}") for hour in shown)]
    table = [
        [
            weekday_words(weekday, whole=True),
            *(counts.get((weekday, hour), 0) for hour in shown),
        ]
        for weekday in range(1, 8)
    ]
    return Told(
        figure=figure,
        sentence="",
        measure=measure,
        table=Table(title=_("When people call"), columns=columns, rows=table),
        is_empty=not means,
    )


def _busiest(means: Mapping[tuple[int, int], float]) -> str:
    if not means:
        return ""
    (weekday, hour), mean = max(means.items(), key=lambda item: item[1])
    return _("Busiest: %(day)s %(from)s–%(to)s h, %(calls)s calls. A stronger colour is more.") % {
        "day": weekday_words(weekday, whole=True),
        "from": hour,
        "to": hour + 1,
        "calls": plain(mean),
    }


def _cell_words(one: HourSum) -> str:
    words = {"day": weekday_words(one.weekday, whole=True), "from": one.hour, "to": one.hour + 1}
    return ngettext(
        "%(day)s, %(from)s–%(to)s h: %(calls)s call",
        "%(day)s, %(from)s–%(to)s h: %(calls)s calls",
        one.inbound,
    ) % {**words, "calls": plain(one.inbound)}


def rate_by_hour(now: Hours, then: Hours) -> Told | None:
    """The answer rate of each hour of the day, dotted that of the period before; hour -> (inbound, answered).

    None where no hour had enough calls for a rate.
    """
    hours = hours_worth(now)
    if not hours:
        return None
    columns = [
        Column(_("Hour"), "text", "hour"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Answered"), "percent", "answer_rate"),
        Column(_("Before"), "percent", "answer_rate_before"),
    ]
    rows = [
        [
            hour_words(hour),
            now.get(hour, (0, 0))[0],
            _share(now.get(hour)),
            _share(then.get(hour)),
        ]
        for hour in hours
    ]
    return Told(
        figure=_lines(now, then, hours),
        sentence="",
        measure=_("Per cent; dotted: the period before."),
        table=Table(title=_("Answer rate by hour"), columns=columns, rows=rows),
    )


def hours_worth(now: Hours) -> range:
    """From the first to the last that has enough calls."""
    worth = [hour for hour, (inbound, _reached) in now.items() if inbound >= ENOUGH]
    return range(min(worth), max(worth) + 1) if worth else range(0)


def _lines(now: Hours, then: Hours, hours: Sequence[int]) -> Figure:
    rates = [_rate(now.get(hour)) for hour in hours]
    lowest, place = min((rate, at) for at, rate in enumerate(rates) if rate is not None)
    words = [hour_words(hour) for hour in hours]
    return beside(
        rates,
        [_rate(then.get(hour)) for hour in hours],
        words,
        label=_("Answer rate of inbound calls by hour, this period and the one before"),
        names=(_("this period"), _("before")),
        unit="%",
        low=max(0, int(lowest // 10 * 10) - 10),
        note=(place, _("%(rate)s at %(hour)s h") % {"rate": plain(lowest, "%"), "hour": hours[place]}),
    )


def hour_words(hour: int) -> str:
    return _("%(hour)s h") % {"hour": hour}


def _share(counts: tuple[int, int] | None) -> float | None:
    return counts[1] / counts[0] if counts and counts[0] else None


def _rate(counts: tuple[int, int] | None) -> float | None:
    return 100 * counts[1] / counts[0] if counts and counts[0] >= ENOUGH else None
