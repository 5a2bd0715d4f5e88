"""Sections of calls by line, by queue and by destination, and what they cost. Each number leads to its calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.links import tenant_url
from telephony.figures.missing import kept_words
from telephony.figures.rankings import cost_columns, costs_of, currencies_of
from telephony.figures.tables import Column, amount
from telephony.forms.calls import IN_TIME, wait_key
from telephony.models import Entity
from telephony.models.call_search import LINELESS, NOT_TOLD
from telephony.models.calls import Outcome
from telephony.models.rollups import WITHIN_S
from telephony.reports.asked import Asked
from telephony.reports.call_sections import INBOUND, REACHED, REACHED_AFTER, calls_by_day, rate_by_hour
from telephony.reports.document import Section
from telephony.services.analytics import GroupRow, LineRow
from telephony.services.report_facts import DestinationFigures

OUTBOUND = {"direction": "outbound"}


def by_line(asked: Asked) -> Section:
    found = asked.lines
    currencies = currencies_of(one for one, _waits in found)
    return Section(
        key="by_line",
        title=_("By line"),
        columns=[
            Column(_("Line"), "text", "line"),
            Column(_("Number"), "number", "number"),
            Column(_("Inbound"), "count", "inbound"),
            Column(_("Answered"), "percent", "answer_rate"),
            Column(_("Half within"), "wait", "half_within"),
            Column(_("Outbound"), "count", "outbound"),
            *cost_columns(currencies),
        ],
        rows=[
            [
                *_line(one),
                one.inbound,
                one.answer_rate,
                waits.half_s,
                one.outbound,
                *costs_of(one.cost, currencies),
            ]
            for one, waits in found
        ],
        urls=[
            [
                _page(asked, one.entity),
                "",
                *_ways(asked, _of_line(one), INBOUND, REACHED, REACHED_AFTER, OUTBOUND, *_paid(currencies)),
            ]
            for one, _waits in found
        ],
        stars=_stars(asked, (one.entity for one, _waits in found)),
        brief=[
            ngettext("%(count)s line", "%(count)s lines", len(found)) % {"count": formats.count(len(found))}
        ],
        nothing=_("No line had a call."),
    )


def queues(asked: Asked) -> Section:
    found = asked.groups
    return Section(
        key="queues",
        title=_("Queues and groups"),
        columns=[
            Column(_("Queue"), "text", "queue"),
            Column(_("Calls"), "count", "calls"),
            Column(_("Answered"), "count", "answered"),
            Column(_("Gave up"), "count", "abandoned"),
            Column(_("Timed out"), "count", "timed_out"),
            Column(
                _("Within %(time)s") % {"time": formats.span(WITHIN_S)}, "percent", f"within_{WITHIN_S}_s"
            ),
            Column(_("Longest"), "wait", "longest"),
        ],
        rows=[
            [
                one.name,
                one.calls,
                one.reached,
                one.abandoned,
                one.timed_out,
                one.level,
                longest_s,
            ]
            for one, longest_s in found
        ],
        urls=[
            [
                "",
                *_ways(
                    asked,
                    {"group": one.entity.pk} if one.entity else None,
                    INBOUND,
                    REACHED,
                    {**INBOUND, "outcome": "given_up"},
                    {**INBOUND, "outcome": Outcome.TIMED_OUT.value},
                    {**REACHED, "waited": IN_TIME},
                    {**INBOUND, "waited": wait_key(longest_s or 0, None)},
                ),
            ]
            for one, longest_s in found
        ],
        stars=[at for at, (one, _longest_s) in enumerate(found) if asked.star_of(one.connection_id)],
        brief=_answered_words(one for one, _longest_s in found),
        nothing=_("No queue or group had a call."),
    )


def queue_days(asked: Asked) -> Section:
    of_groups = replace(asked, is_of_groups=True)
    title = _("Calls of queues and groups by day") if of_groups.is_of_all_groups else _("Calls by day")
    section = replace(calls_by_day(of_groups), key="queue_days", title=title, tab=_("Queues by day"))
    is_said = asked.has("queues") and any(step.inbound for step in of_groups.steps.values())
    return replace(section, brief=[]) if is_said else section


def queue_hours(asked: Asked) -> Section:
    of_groups = replace(asked, is_of_groups=True)
    title = _("Answer rate by hour")
    if of_groups.is_of_all_groups:
        title = _("Answer rate of queues and groups by hour")
    return replace(rate_by_hour(of_groups), key="queue_hours", title=title, tab=_("Queues by hour"))


def cost_by_line(asked: Asked) -> Section:
    found = sorted(
        (one for one, _waits in asked.lines if any(one.cost.values())),
        key=lambda one: (-max(one.cost.values()), one.line_id or 0),
    )
    currencies = currencies_of(found)
    return Section(
        key="cost_by_line",
        title=_("Cost by line"),
        columns=[
            Column(_("Line"), "text", "line"),
            Column(_("Number"), "number", "number"),
            Column(_("Outbound"), "count", "outbound"),
            Column(_("Talk"), "talk", "talk"),
            *cost_columns(currencies),
        ],
        rows=[[*_line(one), one.outbound, one.talk_s, *costs_of(one.cost, currencies)] for one in found],
        urls=[
            [
                _page(asked, one.entity),
                "",
                *_ways(asked, _of_line(one), OUTBOUND, {}, *_paid(currencies)),
            ]
            for one in found
        ],
        stars=_stars(asked, (one.entity for one in found)),
        brief=_cost_words((currency, cost) for one in found for currency, cost in one.cost.items()),
        nothing=_("No call cost anything."),
    )


def cost_by_destination(asked: Asked) -> Section:
    found = asked.destinations
    currencies = {one.currency for one in found}
    told = Counter(one.name for one in found)
    return Section(
        key="cost_by_destination",
        title=_("Cost by destination"),
        measure=_("Outbound calls."),
        columns=[
            Column(_("Destination"), "text", "destination"),
            Column(_("Calls"), "count", "calls"),
            Column(_("Talk"), "talk", "talk"),
            Column(_("Cost"), "money", "cost"),
        ],
        rows=[
            [
                _destination(one, is_alone=told[one.name] == 1),
                one.calls,
                one.talk_s,
                amount(one.cost_micros, one.currency) if one.cost_micros is not None else None,
            ]
            for one in found
        ],
        urls=[
            [
                "",
                *[
                    asked.calls(
                        **OUTBOUND,
                        medium="",
                        destination=one.name or NOT_TOLD,
                        currency=one.currency if len(currencies) > 1 else "",
                    )
                ]
                * 3,
            ]
            for one in found
        ],
        stars=list(range(len(found))) if asked.star_by_call else [],
        brief=[_("dearest: %(destination)s") % {"destination": found[0].name}]
        if found and found[0].name
        else [],
        nothing=kept_words(asked.kept_from) or _("No call went out."),
    )


def _answered_words(groups: Iterable[GroupRow]) -> list[str]:
    counts = [(one.reached, one.calls) for one in groups]
    if not counts:
        return []
    reached, calls = (sum(column) for column in zip(*counts, strict=True))
    words = ngettext("%(rate)s of %(count)s call answered", "%(rate)s of %(count)s calls answered", calls)
    return [words % {"rate": formats.percent(reached, calls), "count": formats.count(calls)}]


def _cost_words(costs: Iterable[tuple[str, int]]) -> list[str]:
    """All of it in one phrase, the currency of the most first."""
    total: Counter[str] = Counter()
    for currency, micros in costs:
        total[currency] += micros
    told = [str(formats.money(micros, currency)) for currency, micros in total.most_common() if micros]
    return [" + ".join(told)] if told else []


def _destination(one: DestinationFigures, *, is_alone: bool) -> str:
    """As the provider calls it; with its currency where another one has the same name."""
    name = one.name or _("not told")
    return name if is_alone else f"{name} ({one.currency})"


def _ways(asked: Asked, whose: dict[str, object] | None, *several: dict[str, str]) -> list[str]:
    """To the calls of a place that each of these says of; nowhere where the place is not known any more."""
    if whose is None:
        return [""] * len(several)
    return [asked.calls(**whose, **one) for one in several]


def _of_line(row: LineRow) -> dict[str, object] | None:
    """How the list of calls asks for those of a row."""
    if row.line_id is None:
        return {"lineless": LINELESS}
    return {"line": row.entity.pk} if row.entity else None


def _page(asked: Asked, line: Entity | None) -> str:
    return tenant_url(asked.report.tenant, "telephony:line_detail", pk=line.pk) if line else ""


def _line(one: LineRow) -> list[str]:
    return [str(one.entity), one.entity.number] if one.entity else [_("No known line"), ""]


def _paid(currencies: Sequence[str]) -> list[dict[str, str]]:
    """What the calls behind each column of costs are: messages too, and of its currency where there are several."""
    return [{"medium": "", "currency": one if len(currencies) > 1 else ""} for one in currencies]


def _stars(asked: Asked, lines: Iterable[Entity | None]) -> list[int]:
    return [
        at
        for at, line in enumerate(lines)
        if (asked.star_of(line.connection_id) if line is not None else asked.star)
    ]
