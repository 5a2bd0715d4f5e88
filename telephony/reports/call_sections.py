"""Sections of calls: in figures, by day, by hour, what became of the missed, by line, by queue, what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.ui import formats
from portal.ui.figures import plain
from portal.ui.paper_figures import beside, split_bars
from telephony.models.calls import Direction
from telephony.models.rollups import WITHIN_S
from telephony.reports.asked import Asked
from telephony.reports.document import Column, Section, Tile, amount
from telephony.reports.fates import fate_words, fates_figure
from telephony.services import report_facts
from telephony.services.number_names import names_of
from telephony.services.report_facts import PlaceFigures

ENOUGH = 10  # an hour with fewer calls has no rate worth a point
MOST_CALLERS = 2_000
FEW_DAYS = 10


def summary(asked: Asked) -> Section:
    now, then = asked.totals, asked.totals_before
    tiles = [
        Tile(
            _("Inbound calls"),
            formats.count(now.inbound) + asked.star,
            note=_("%(change)s on the period before") % {"change": _signed(now.inbound - then.inbound)},
        ),
        Tile(
            _("Answered"),
            (plain(100 * now.rate, "", 1) if now.rate is not None else "–") + asked.star,
            "%" if now.rate is not None else "",
            *_points(now.rate, then.rate),
        ),
        Tile(
            _("Half answered within"),
            *_seconds(now.half_s),
            note=_("9 of 10 within %(time)s") % {"time": formats.span(now.most_s)}
            if now.most_s is not None
            else "",
        ),
        Tile(
            _("Never called back"),
            formats.count(now.waiting),
            note=_signed(now.waiting - then.waiting),
            tone="up" if now.waiting < then.waiting else "down" if now.waiting > then.waiting else "",
        ),
    ]
    costs = sorted(now.cost_micros.items(), key=lambda item: -item[1])
    if costs:
        value, _space, unit = str(formats.money(costs[0][1], costs[0][0])).rpartition(formats.NBSP)
        others = ", ".join(str(formats.money(cost, currency)) for currency, cost in costs[1:])
        tiles.append(Tile(_("Cost"), value, unit, _("and %(others)s") % {"others": others} if others else ""))
    rows = [
        [_("Inbound calls"), now.inbound, then.inbound],
        [_("Answered"), now.reached, then.reached],
        [_("Not answered"), now.missed, then.missed],
        [_("Callers never called back"), now.waiting, then.waiting],
    ]
    columns = [Column(_("Figure")), Column(_("This period"), "count"), Column(_("The one before"), "count")]
    return Section(
        key="summary",
        title=_("In figures"),
        say=_summary_words(asked),
        tiles=tiles,
        columns=columns,
        rows=rows,
        stars=[0, 1, 2] if asked.not_whole else [],
    )


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


def _seconds(value: float | None) -> tuple[str, str]:
    if value is None:
        return "–", ""
    number, _space, unit = formats.span(round(value)).rpartition(formats.NBSP)
    return number, unit


def calls_by_day(asked: Asked) -> Section:
    counts = report_facts.by_day(*asked.span, asked.scope, asked.zone)
    days = asked.period.days
    pattern = "D" if len(days) <= FEW_DAYS else formats.SHORT_DAY
    told = [counts.get(day, (0, 0)) for day in days]
    label = _("Inbound calls by day, answered and missed")
    figure = split_bars(
        [reached for _n, reached in told],
        [n - reached for n, reached in told],
        [formats.date_words(day, pattern) for day in days],
        label=label,
        names=(pgettext("calls", "answered"), _("not answered")),
        stars=[at for at, day in enumerate(days) if day in asked.days_not_whole],
    )
    return Section(
        key="calls_by_day",
        title=_("Calls by day"),
        measure=_("Inbound."),
        svg=figure.svg,
        label=label,
        is_half=True,
        columns=[Column(_("Day")), Column(_("Inbound"), "count"), Column(_("Answered"), "count")],
        rows=[
            [formats.date_words(day, "l j F"), n, reached]
            for day, (n, reached) in zip(days, told, strict=True)
        ],
        stars=[at for at, day in enumerate(days) if day in asked.days_not_whole],
    )


def rate_by_hour(asked: Asked) -> Section:
    now = report_facts.by_hour(*asked.span, asked.scope, asked.zone)
    then = report_facts.by_hour(*asked.span_before, asked.scope, asked.zone)
    worth = [hour for hour, (n, _reached) in now.items() if n >= ENOUGH]
    label = _("Answer rate of inbound calls by hour, this period and the one before")
    head = [
        Column(_("Hour")),
        Column(_("Inbound"), "count"),
        Column(_("Answered"), "percent"),
        Column(_("Before"), "percent"),
    ]
    section = Section(key="rate_by_hour", title=_("Answer rate by hour"), is_half=True, columns=head)
    if not worth:
        return replace(section, nothing=_("No hour had enough calls for a rate."))
    hours = list(range(min(worth), max(worth) + 1))
    rates = [_rate(now.get(hour)) for hour in hours]
    known = [(rate, at) for at, rate in enumerate(rates) if rate is not None]
    lowest, place = min(known)
    figure = beside(
        rates,
        [_rate(then.get(hour)) for hour in hours],
        [_("%(hour)s h") % {"hour": hour} for hour in hours],
        label=label,
        names=(_("this period"), _("before")),
        unit="%",
        low=max(0, int(lowest // 10 * 10) - 10),
        note=(place, _("%(rate)s at %(hour)s h") % {"rate": plain(lowest, "%"), "hour": hours[place]}),
    )
    return replace(
        section,
        measure=_("Per cent; dotted: the period before."),
        svg=figure.svg,
        label=label,
        rows=[
            [
                _("%(hour)s h") % {"hour": hour},
                now.get(hour, (0, 0))[0],
                _share(now.get(hour)),
                _share(then.get(hour)),
            ]
            for hour in hours
        ],
    )


def _share(counts: tuple[int, int] | None) -> float | None:
    return counts[1] / counts[0] if counts and counts[0] else None


def _rate(counts: tuple[int, int] | None) -> float | None:
    return 100 * counts[1] / counts[0] if counts and counts[0] >= ENOUGH else None


def missed_fates(asked: Asked) -> Section:
    found = report_facts.fates(*asked.span, asked.scope, asked.zone)
    if not found.all:
        return Section(
            key="missed_fates", title=_("Missed calls"), nothing=_("No caller with a number was missed.")
        )
    figure = fates_figure(found)
    return Section(
        key="missed_fates",
        title=figure.label,
        measure=_("Those whose number is known, up to when this was made."),
        svg=figure.svg,
        label=figure.label,
        columns=[Column(_("What became of it")), Column(_("Calls"), "count")],
        rows=[[words, found.of(fate)] for fate, words, _css in fate_words()],
    )


def missed_callers(asked: Asked) -> Section:
    rows = report_facts.waiting_callers(*asked.span, asked.scope, MOST_CALLERS)
    names = names_of(number for number, *_rest in rows)
    return Section(
        key="missed_callers",
        title=_("Callers who still wait"),
        measure=_("Missed, and not spoken to since."),
        columns=[
            Column(_("Caller")),
            Column(_("Number"), "number"),
            Column(_("Tries"), "count"),
            Column(_("First"), "moment"),
            Column(_("Last"), "moment"),
        ],
        rows=[
            [names.get(number, ""), number, tries, first.isoformat(), last.isoformat()]
            for number, tries, first, last in rows
        ],
        nothing=_("Nobody waits: each caller who was missed was spoken to."),
    )


def by_line(asked: Asked) -> Section:
    found = [one for one in report_facts.by_line(*asked.span, asked.scope) if one.remote_id]
    return Section(
        key="by_line",
        title=_("By line"),
        columns=[
            Column(_("Line")),
            Column(_("Number"), "number"),
            Column(_("Inbound"), "count"),
            Column(_("Answered"), "percent"),
            Column(_("Half within"), "wait"),
            Column(_("Outbound"), "count"),
            Column(_("Cost"), "money"),
        ],
        rows=[
            [
                *_place(one),
                one.inbound,
                one.reached / one.inbound if one.inbound else None,
                one.half_s,
                one.outbound,
                _cost(one),
            ]
            for one in found
        ],
        stars=_stars(asked, found),
        nothing=_("No line had a call."),
    )


def queues(asked: Asked) -> Section:
    found = report_facts.by_group(*asked.span, asked.scope)
    return Section(
        key="queues",
        title=_("Queues and groups"),
        columns=[
            Column(_("Queue")),
            Column(_("Calls"), "count"),
            Column(_("Answered"), "count"),
            Column(_("Abandoned"), "count"),
            Column(_("Timed out"), "count"),
            Column(_("Within %(s)s s") % {"s": WITHIN_S}, "percent"),
            Column(_("Longest"), "wait"),
        ],
        rows=[
            [
                _place(one)[0],
                one.inbound,
                one.reached,
                one.abandoned,
                one.timed_out,
                one.within / one.inbound if one.inbound and one.half_s is not None else None,
                one.longest_s,
            ]
            for one in found
        ],
        stars=_stars(asked, found),
        nothing=_("No queue or group had a call."),
    )


def cost_by_line(asked: Asked) -> Section:
    found = [one for one in report_facts.by_line(*asked.span, asked.scope) if one.cost_micros]
    found.sort(key=lambda one: (-(one.cost_micros or 0), one.remote_id))
    return Section(
        key="cost_by_line",
        title=_("Cost by line"),
        columns=[
            Column(_("Line")),
            Column(_("Number"), "number"),
            Column(_("Outbound"), "count"),
            Column(_("Talk"), "talk"),
            Column(_("Cost"), "money"),
        ],
        rows=[[*_place(one), one.outbound, one.talk_s, _cost(one)] for one in found],
        stars=_stars(asked, found),
        nothing=_("No call cost anything."),
    )


def cost_by_destination(asked: Asked) -> Section:
    found = report_facts.by_destination(*asked.span, asked.scope)
    return Section(
        key="cost_by_destination",
        title=_("Cost by destination"),
        measure=str(Direction.OUTBOUND.label),
        columns=[
            Column(_("Destination")),
            Column(_("Calls"), "count"),
            Column(_("Talk"), "talk"),
            Column(_("Cost"), "money"),
        ],
        rows=[
            [name or _("not told"), calls, talk, amount(cost, currency) if cost is not None else None]
            for name, currency, calls, talk, cost in found
        ],
        stars=list(range(len(found))) if asked.not_whole else [],
        nothing=_("No call went out."),
    )


def _cost(one: PlaceFigures) -> list[object] | None:
    """None where the provider tells none, or nothing cost anything."""
    return amount(one.cost_micros, one.currency) if one.cost_micros else None


def _place(one: PlaceFigures) -> list[str]:
    return [str(one.place), one.place.number] if one.place else [one.remote_id, ""]


def _stars(asked: Asked, places: Sequence[PlaceFigures]) -> list[int]:
    missing = asked.connections_not_whole
    return [at for at, one in enumerate(places) if one.connection_id in missing]
