"""Sections of calls: in figures, by day, by hour, by weekday and hour, what became of the missed, who still waits.

Each number leads to the calls that it counts. By line, queue and destination: place_sections.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.periods import Word
from portal.ui import formats
from portal.ui.figures import plain
from portal.ui.grids import FEW_COLUMNS
from portal.ui.links import tenant_url
from telephony.figures.answer_rate import answer_rate
from telephony.figures.fates import fate_words, fates_figure
from telephony.figures.hours import hours_worth
from telephony.figures.hours import rate_by_hour as drawn_by_hour
from telephony.figures.hours import when_people_call as drawn_by_week
from telephony.figures.tables import Column
from telephony.figures.volume import volume
from telephony.models.spans import Span
from telephony.models.spoken import LAST_OF_EACH, Fate
from telephony.reports.asked import Asked
from telephony.reports.document import Section, Tile, drawn
from telephony.services import analytics, report_facts
from telephony.services.number_names import names_of

MOST_CALLERS = 2_000
INBOUND = {"direction": "inbound"}
REACHED = {**INBOUND, "outcome": "reached"}
WAITING = {**INBOUND, "fate": LAST_OF_EACH}


def summary(asked: Asked) -> Section:
    now, then = asked.totals, asked.totals_before
    told = [
        (_("Inbound calls"), now.inbound, then.inbound, INBOUND),
        (_("Answered"), now.reached, then.reached, REACHED),
        (_("Not answered"), now.missed, then.missed, {**INBOUND, "outcome": "unanswered"}),
        (_("Callers never called back"), now.waiting, then.waiting, WAITING),
    ]
    columns = [
        Column(_("Figure"), "text", "figure"),
        Column(_("This period"), "count", "this_period"),
        Column(_("The one before"), "count", "period_before"),
    ]
    return Section(
        key="summary",
        title=_("In figures"),
        say=_summary_words(asked),
        tiles=list(_tiles(asked)),
        columns=columns,
        rows=[[words, count, before] for words, count, before, _which in told],
        urls=[["", asked.calls(**which), asked.calls(asked.before, **which)] for *_told, which in told],
        stars=[0, 1, 2] if asked.not_whole else [],
    )


def _tiles(asked: Asked) -> Iterator[Tile]:
    now, then = asked.totals, asked.totals_before
    yield Tile(
        _("Inbound calls"),
        formats.count(now.inbound) + asked.star,
        note=_("%(change)s on %(before)s")
        % {"change": _signed(now.inbound - then.inbound), "before": _before_words(asked)},
        url=asked.calls(**INBOUND),
    )
    yield Tile(
        _("Answered"),
        (plain(100 * now.rate, "", 1) if now.rate is not None else "–") + asked.star,
        "%" if now.rate is not None else "",
        *_points(now.rate, then.rate),
        url=asked.calls(**REACHED),
    )
    yield Tile(
        _("Half answered within"),
        *_seconds(now.half_s),
        note=_("9 of 10 within %(time)s") % {"time": formats.span(now.most_s)}
        if now.most_s is not None
        else "",
        url=asked.calls(**REACHED),
    )
    yield Tile(
        _("Never called back"),
        formats.count(now.waiting),
        note=_signed(now.waiting - then.waiting),
        tone="up" if now.waiting < then.waiting else "down" if now.waiting > then.waiting else "",
        url=asked.calls(**WAITING),
    )
    costs = sorted(now.cost_micros.items(), key=lambda item: -item[1])
    if costs:
        value, _space, unit = str(formats.money(costs[0][1], costs[0][0])).rpartition(formats.NBSP)
        others = ", ".join(str(formats.money(cost, currency)) for currency, cost in costs[1:])
        note = _("and %(others)s") % {"others": others} if others else ""
        yield Tile(_("Cost"), value, unit, note, url=asked.calls(medium=""))


def _summary_words(asked: Asked) -> str:
    now, then = asked.totals, asked.totals_before
    if not now.inbound:
        return _("No call came in.")
    words = ngettext("%(count)s call came in", "%(count)s calls came in", now.inbound)
    sentence = words % {"count": formats.count(now.inbound)}
    change = now.inbound - then.inbound
    if change and then.inbound:
        told = (
            _(", %(n)s more than the period before")
            if change > 0
            else _(", %(n)s fewer than the period before")
        )
        sentence += told % {"n": formats.count(abs(change))}
    sentence += _("; %(rate)s were answered.") % {"rate": formats.percent(now.reached, now.inbound)}
    if now.waiting:
        never = ngettext(
            "%(count)s caller was never called back.",
            "%(count)s callers were never called back.",
            now.waiting,
        )
        sentence += " " + never % {"count": formats.count(now.waiting)}
    return sentence


def _signed(change: int) -> str:
    return f"+{formats.count(change)}" if change > 0 else f"−{formats.count(-change)}" if change else "±0"


def _points(now: float | None, then: float | None) -> tuple[str, str]:
    """The change of a rate in words, and whether it is one to the better."""
    if now is None or then is None:
        return "", ""
    change = round(100 * (now - then), 1)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    tone = "up" if change > 0 else "down" if change < 0 else ""
    return _("%(change)s pt") % {"change": sign + plain(abs(change), "", 1)}, tone


def _before_words(asked: Asked) -> str:
    """The days that a figure is compared with, as briefly as they can be named."""
    match asked.report.period:
        case Word.LAST_WEEK:
            return _("week %(week)s") % {"week": asked.before.first.isocalendar().week}
        case Word.LAST_MONTH:
            return formats.date_words(asked.before.first, "F")
        case Word.YESTERDAY:
            return formats.date_words(asked.before.first, "l j")
        case _:
            return _("the period before")


def _seconds(value: float | None) -> tuple[str, str]:
    if value is None:
        return "–", ""
    number, _space, unit = formats.span(round(value)).rpartition(formats.NBSP)
    return number, unit


def calls_by_day(asked: Asked) -> Section:
    days = _days(asked)
    told = volume(
        asked.steps,
        asked.span,
        asked.days_not_whole,
        lambda step: asked.calls(days[step], **INBOUND),
    )
    outcomes = ("", "reached", "unreached", "otherwise")
    return drawn(
        told,
        Section(
            key="calls_by_day",
            title=_("Calls by day"),
            measure=told.sentence or _("No call came in."),
            url=asked.calls(**INBOUND),
            is_half=True,
            urls=[
                ["", *(asked.calls(day, **INBOUND, outcome=one) for one in outcomes)] for day in days.values()
            ],
            stars=_days_with_stars(asked),
        ),
    )


def rate_by_day(asked: Asked) -> Section:
    days = _days(asked)
    changes = analytics.changes_of_lines(asked.span, asked.zone, asked.scope.part)
    before = asked.totals_before.rate
    told = answer_rate(asked.steps, asked.span, before, changes, asked.days_not_whole, asked.zone)
    section = Section(
        key="rate_by_day",
        title=_("Answer rate by day"),
        measure=" ".join(filter(None, [told.sentence, told.figure.caption])),
        is_half=True,
    )
    if told.is_empty:
        return replace(section, measure="", nothing=told.sentence)
    section = replace(
        section,
        url=asked.calls(**INBOUND),
        urls=[["", asked.calls(day, **INBOUND), asked.calls(day, **REACHED)] for day in days.values()],
        stars=_days_with_stars(asked),
    )
    return drawn(told, section)


def _days(asked: Asked) -> dict[object, Span]:
    """The steps of the period, each as the days that it has."""
    parts = {step: asked.span.part_of(step) for step in asked.steps}
    return {step: replace(asked.span, first=first, last=last) for step, (first, last) in parts.items()}


def _days_with_stars(asked: Asked) -> list[int]:
    return [
        at
        for at, days in enumerate(_days(asked).values())
        if any(days.first <= day <= days.last for day in asked.days_not_whole)
    ]


def rate_by_hour(asked: Asked) -> Section:
    now = report_facts.by_hour(asked.span, asked.zone, asked.scope)
    then = report_facts.by_hour(asked.before, asked.zone, asked.scope)
    told = drawn_by_hour(now, then)
    section = Section(key="rate_by_hour", title=_("Answer rate by hour"), is_half=True)
    if told is None:
        return replace(section, nothing=_("No hour had enough calls for a rate."))
    urls = [
        [
            "",
            asked.calls(**INBOUND, hour=hour),
            asked.calls(**REACHED, hour=hour),
            asked.calls(asked.before, **REACHED, hour=hour),
        ]
        for hour in hours_worth(now)
    ]
    return drawn(told, replace(section, measure=told.measure, url=asked.calls(**INBOUND), urls=urls))


def when_people_call(asked: Asked) -> Section:
    told = drawn_by_week(
        analytics.hours_of(asked.span, asked.zone, asked.scope.part),
        asked.span,
        lambda weekday, hour: asked.calls(**INBOUND, weekday=weekday, hour=hour),
    )
    section = Section(key="when_people_call", title=_("When people call"))
    if told.is_empty:
        return replace(section, nothing=_("No call came in."))
    hours = [int(column.label) for column in told.table.columns[1:]]
    section = replace(
        section,
        measure=f"{capfirst(told.measure)}. {told.figure.caption}",
        url=asked.calls(**INBOUND),
        urls=[
            ["", *(asked.calls(**INBOUND, weekday=weekday, hour=hour) for hour in hours)]
            for weekday in range(1, 8)
        ],
        is_half=len(hours) <= FEW_COLUMNS,
    )
    return drawn(told, section)


def missed_fates(asked: Asked) -> Section:
    found = report_facts.fates(*asked.span.instants(asked.zone), asked.scope, asked.zone)
    if not found.all:
        return Section(
            key="missed_fates", title=_("Missed calls"), nothing=_("No caller with a number was missed.")
        )
    told = fates_figure(found)
    return drawn(
        told,
        Section(
            key="missed_fates",
            title=told.figure.label,
            measure=_("Those whose number is known, up to when this was made."),
            urls=[["", asked.calls(**INBOUND, fate=fate.value)] for fate, _words, _css in fate_words()],
        ),
    )


def missed_callers(asked: Asked) -> Section:
    rows = report_facts.waiting_callers(*asked.span.instants(asked.zone), asked.scope, MOST_CALLERS)
    names = names_of(number for number, *_rest in rows)
    return Section(
        key="missed_callers",
        title=_("Callers who still wait"),
        measure=_("Missed, and not spoken to since."),
        columns=[
            Column(_("Caller"), "text", "caller"),
            Column(_("Number"), "number", "number"),
            Column(_("Tries"), "count", "tries"),
            Column(_("First"), "moment", "first_at"),
            Column(_("Last"), "moment", "last_at"),
        ],
        rows=[
            [names.get(number, ""), number, tries, first.isoformat(), last.isoformat()]
            for number, tries, first, last in rows
        ],
        urls=[
            [
                "",
                tenant_url(asked.report.tenant, "telephony:number_detail", e164=number),
                asked.calls(**INBOUND, q=number, fate=Fate.NEVER.value),
                "",
                "",
            ]
            for number, *_rest in rows
        ],
        nothing=_("Nobody waits: each caller who was missed was spoken to."),
    )
