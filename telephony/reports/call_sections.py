"""Sections of calls: in figures, by day, by hour, by weekday and hour, what became of the missed, who still waits.

Each number leads to the calls that it counts. By line, queue and destination: place_sections.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.figures import plain
from portal.ui.grids import FEW_COLUMNS
from portal.ui.links import tenant_url
from telephony.figures.answer_rate import answer_rate, has_rate
from telephony.figures.fates import fate_words, fates_figure
from telephony.figures.hours import hours_worth
from telephony.figures.hours import rate_by_hour as drawn_by_hour
from telephony.figures.hours import when_people_call as drawn_by_week
from telephony.figures.missing import kept_words
from telephony.figures.tables import Column
from telephony.figures.volume import volume
from telephony.forms.calls import TOLD
from telephony.models.spans import Span
from telephony.models.spoken import LAST_OF_EACH, Fate
from telephony.reports.asked import Asked
from telephony.reports.document import Section, Tile, drawn
from telephony.reports.headline import came_in_words
from telephony.reports.period_words import before_words
from telephony.services import analytics, report_facts
from telephony.services.analytics import Step
from telephony.services.counting_steps import TenantZone, count_all
from telephony.services.fates import FateCount
from telephony.services.number_names import names_of
from telephony.services.waiting import Waits

INBOUND = {"direction": "inbound"}
REACHED = {**INBOUND, "outcome": "reached"}
REACHED_AFTER = {**REACHED, "waited": TOLD}  # of which it is told how long they waited
UNANSWERED = {**INBOUND, "outcome": "unanswered"}


def summary(asked: Asked) -> Section:
    now, then = asked.totals, asked.totals_before
    waiting = then.waiting if asked.kept_from_before is None else None
    told = [
        (_("Inbound calls"), now.inbound, then.inbound),
        (_("Answered"), now.reached, then.reached),
        (_("Not answered"), now.missed, then.missed),
        (_("Callers never called back"), now.waiting, waiting),
    ]
    ways = [
        [
            *(asked.calls(span, **which) for which in (INBOUND, REACHED, UNANSWERED)),
            asked.fated(LAST_OF_EACH, span),
        ]
        for span in (asked.span, asked.before)
    ]
    has_before = asked.kept_from_before is None or not asked.is_counted_anew
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
        rows=[[words, count, before if has_before else None] for words, count, before in told],
        urls=[["", *both] for both in zip(*ways, strict=True)],
        stars=[0, 1, 2, 3] if asked.star else [3] if asked.star_by_call else [],
        brief=_summary_brief(asked),
    )


def _summary_brief(asked: Asked) -> list[str]:
    told = asked.totals
    if not told.inbound:
        return [_("no call of these days is here") if asked.star else _("no call")]
    never = ngettext("%(never)s never called back", "%(never)s never called back", told.waiting)
    return [
        _("%(rate)s answered") % {"rate": formats.percent(told.reached, told.inbound)},
        never % {"never": formats.count(told.waiting)},
    ]


def _tiles(asked: Asked) -> Iterator[Tile]:
    now, then = asked.totals, asked.totals_before
    may_compare_callers = not asked.lacking_before and asked.kept_from_before is None
    yield Tile(
        _("Inbound calls"),
        formats.count(now.inbound) + asked.star,
        note=_against(asked, _signed(now.inbound - then.inbound)),
        url=asked.calls(**INBOUND),
    )
    yield Tile(
        _("Answered"),
        (plain(100 * now.rate, "", 1) if now.rate is not None else "–") + asked.star,
        "%" if now.rate is not None else "",
        *(("", "") if asked.lacking_before else _points(now.rate, then.rate)),
        url=asked.calls(**REACHED),
    )
    yield Tile(
        _("Half answered within"),
        *_seconds(now.waits.half_s, asked.star),
        note=_most_words(now.waits),
        url=asked.calls(**REACHED_AFTER),
        narrow=_("Half within"),
    )
    yield Tile(
        _("Never called back"),
        formats.count(now.waiting) + asked.star_by_call,
        note=_signed(now.waiting - then.waiting) if may_compare_callers else "",
        tone=_tone(then.waiting - now.waiting) if may_compare_callers else "",
        url=asked.fated(LAST_OF_EACH),
    )
    costs = sorted(now.cost_micros.items(), key=lambda item: -item[1])
    if costs:
        (currency, micros), others = costs[0], costs[1:]
        value, _space, unit = str(formats.money(micros, currency)).rpartition(formats.NBSP)
        note = ""
        if others:
            told = ", ".join(str(formats.money(cost, other)) for other, cost in others)
            note = _("and %(others)s") % {"others": told}
        elif not asked.lacking_before:
            note = _signed_money(micros - then.cost_micros.get(currency, 0), currency)
        yield Tile(_("Cost"), value + asked.star, unit, note, url=asked.calls(medium=""))


def _most_words(waits: Waits) -> str:
    if waits.most_s is not None:
        return _("9 of 10 within %(time)s") % {"time": formats.within(waits.most_s)}
    return _("1 of 10 waits over 5 min") if waits.total else ""


def _against(asked: Asked, change: str) -> str:
    """The change against the period before, or that of that not every day is here."""
    before = before_words(asked)
    if asked.lacking_before:
        return _("%(before)s is not complete") % {"before": before}
    return _("%(change)s on %(before)s") % {"change": change, "before": before}


def _summary_words(asked: Asked) -> str:
    told = asked.totals
    if not told.inbound:
        return _("No call of these days is here.") if asked.star else _("No call came in.")
    rate = formats.percent(told.reached, told.inbound)
    words = {"calls": came_in_words(asked), "rate": rate}
    if told.waits.half_s is None:
        sentence = _("%(calls)s; %(rate)s were answered.") % words
    else:
        words["time"] = formats.within(told.waits.half_s)
        sentence = _("%(calls)s; %(rate)s were answered, half of them within %(time)s.") % words
    if told.waiting:
        never = ngettext(
            "%(count)s caller was never called back.",
            "%(count)s callers were never called back.",
            told.waiting,
        )
        sentence += " " + never % {"count": formats.count(told.waiting)}
    return sentence


def _signed(change: int) -> str:
    return f"+{formats.count(change)}" if change > 0 else f"−{formats.count(-change)}" if change else "±0"


def _signed_money(change: int, currency: str) -> str:
    sign = "+" if change > 0 else "−" if change else "±"
    return f"{sign}{formats.money(abs(change), currency)}"


def _tone(change: float) -> str:
    """Of a change to the better that is above nought."""
    return "up" if change > 0 else "down" if change < 0 else ""


def _points(now: float | None, then: float | None) -> tuple[str, str]:
    """The change of a rate in words, and whether it is one to the better."""
    if now is None or then is None:
        return "", ""
    change = round(100 * (now - then), 1)
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    return _("%(change)s pt") % {"change": sign + plain(abs(change), "", 1)}, _tone(change)


def _seconds(value: int | None, star: str) -> tuple[str, str]:
    if value is None:
        return "–", ""
    number, _space, unit = formats.within(value).rpartition(formats.NBSP)
    return number + star, unit


def calls_by_day(asked: Asked) -> Section:
    days = _days(asked)
    told = volume(
        asked.steps,
        asked.span,
        asked.days_not_whole,
        lambda step: asked.calls(days[step], **INBOUND),
        asked.marks,
        is_with_rate=asked.has("rate_by_day") and has_rate(asked.steps, asked.span, asked.days_not_whole),
    )
    outcomes = ("", "reached", "unreached", "otherwise")
    return drawn(
        told,
        Section(
            key="calls_by_day",
            title=_("Calls by day"),
            brief=[_calls_words(sum(step.inbound for step in asked.steps.values()))],
            measure=" ".join(filter(None, [told.sentence or _("No call came in."), told.figure.caption])),
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
    before = None if asked.lacking_before else asked.totals_before.rate
    told = answer_rate(
        asked.steps,
        asked.span,
        before,
        asked.marks,
        asked.days_not_whole,
        lambda step: asked.calls(days[step], **INBOUND),
    )
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
        brief=[_("%(rate)s answered") % {"rate": _rate_of(asked.steps.values())}],
    )
    return drawn(told, section)


def _calls_words(count: int) -> str:
    words = ngettext("%(count)s call came in", "%(count)s calls came in", count)
    return words % {"count": formats.count(count)}


def _rate_of(steps: Iterable[Step]) -> str:
    counts = [(one.reached, one.inbound) for one in steps]
    return formats.percent(*(sum(column) for column in zip(*counts, strict=True)))


def _days(asked: Asked) -> dict[object, Span]:
    """The steps of the period, each as the days that it has."""
    parts = {step: asked.span.part_of(step) for step in asked.steps}
    return {step: replace(asked.span, first=first, last=last) for step, (first, last) in parts.items()}


def _with_stars(asked: Asked, section: Section, *, is_by_call: bool = False) -> Section:
    """Every row of it is of the whole period; where nothing is counted call by call, that may be what is not kept."""
    star = asked.star_by_call if is_by_call else asked.star
    if not section.rows:
        return (
            replace(section, nothing=kept_words(asked.kept_from) or section.nothing)
            if is_by_call
            else section
        )
    return replace(section, stars=list(range(len(section.rows)))) if star else section


def _days_with_stars(asked: Asked) -> list[int]:
    return [
        at
        for at, days in enumerate(_days(asked).values())
        if any(days.first <= day <= days.last for day in asked.days_not_whole)
    ]


def rate_by_hour(asked: Asked) -> Section:
    now = report_facts.by_hour(asked.hours)
    then = report_facts.by_hour(analytics.hours_of(asked.before, asked.zone, asked.part))
    told = drawn_by_hour(now, then)
    section = Section(key="rate_by_hour", title=_("Answer rate by hour"), is_half=True)
    if told is None:
        return _with_stars(asked, replace(section, nothing=_("No hour had enough calls for a rate.")))
    urls = [
        [
            "",
            asked.calls(**INBOUND, hour=hour),
            asked.calls(**REACHED, hour=hour),
            asked.calls(asked.before, **REACHED, hour=hour),
        ]
        for hour in hours_worth(now)
    ]
    section = replace(section, measure=told.measure, url=asked.calls(**INBOUND), urls=urls)
    return _with_stars(asked, drawn(told, section))


def when_people_call(asked: Asked) -> Section:
    told = drawn_by_week(
        asked.hours,
        asked.span,
        lambda weekday, hour: asked.calls(**INBOUND, weekday=weekday, hour=hour),
    )
    section = Section(key="when_people_call", title=_("When people call"))
    if told.is_empty:
        return _with_stars(asked, replace(section, nothing=_("No call came in.")))
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
    return _with_stars(asked, drawn(told, section))


def missed_fates(asked: Asked) -> Section:
    found = count_all(
        FateCount(
            whose=(TenantZone(asked.report.tenant_id, asked.zone.key),),
            span=asked.span,
            part=asked.scope.part,
        )
    )
    if not found.all:
        section = Section(
            key="missed_fates",
            title=_("What became of unanswered calls"),
            brief=[] if asked.star_by_call else [_("no call unanswered")],
            nothing=_("No caller with a number was missed."),
        )
        return _with_stars(asked, section, is_by_call=True)
    told = fates_figure(found)
    section = Section(
        key="missed_fates",
        title=told.figure.label,
        tab=_("Unanswered calls"),
        measure=_("Missed, or left a message; those whose number is known, up to when this was made."),
        brief=[
            ngettext("%(count)s call unanswered", "%(count)s calls unanswered", found.all)
            % {"count": formats.count(found.all)}
        ],
        urls=[["", asked.fated(fate.value)] for fate, _words, _css in fate_words()],
    )
    return _with_stars(asked, drawn(told, section), is_by_call=True)


def missed_callers(asked: Asked) -> Section:
    rows = asked.waiting_callers(asked.span)
    names = names_of(number for number, *_rest in rows)
    section = Section(
        key="missed_callers",
        title=_("Callers who still wait"),
        measure=_("Missed, and not spoken to since."),
        columns=[
            Column(_("Number"), "number", "number"),
            Column(_("Caller"), "text", "caller"),
            Column(_("Tries"), "count", "tries"),
            Column(_("First"), "moment", "first_at"),
            Column(_("Last"), "moment", "last_at"),
        ],
        rows=[
            [number, names.get(number, ""), tries, first.isoformat(), last.isoformat()]
            for number, tries, first, last in rows
        ],
        urls=[
            [
                tenant_url(asked.report.tenant, "telephony:number_detail", e164=number),
                "",
                asked.fated(Fate.NEVER.value, caller=number),
                "",
                "",
            ]
            for number, *_rest in rows
        ],
        brief=[
            ngettext("%(count)s caller still waits", "%(count)s callers still wait", len(rows))
            % {"count": formats.count(len(rows))}
        ],
        nothing=_("Nobody waits: each caller who was missed was spoken to."),
    )
    return _with_stars(asked, section, is_by_call=True)
