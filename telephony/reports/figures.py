"""The figures that a report may have, as data, and reports that are ready-made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.rights import Right
from portal.lib.cadence import EVERY_DAY
from portal.lib.periods import Word
from telephony.models import Report
from telephony.reports import call_sections, object_sections, place_sections
from telephony.reports.asked import Asked
from telephony.reports.document import Section


@dataclass(frozen=True)
class Figure:
    """right      what it takes to see it on a page of its own
    counts_calls   whether any of it is counted call by call: sums outlast the calls
    """

    label: Promise
    make: Callable[[Asked], Section]
    right: Right = Right.CALLS_LIST
    counts_calls: bool = False


FIGURES: Mapping[str, Figure] = {
    "summary": Figure(
        _("Calls in figures: inbound, answered, waits, never called back, cost"),
        call_sections.summary,
        counts_calls=True,
    ),
    "calls_by_day": Figure(_("Calls by day, answered and missed"), call_sections.calls_by_day),
    "rate_by_day": Figure(_("Answer rate by day, with the changes made"), call_sections.rate_by_day),
    "rate_by_hour": Figure(
        _("Answer rate by hour, against the period before"),
        call_sections.rate_by_hour,
    ),
    "when_people_call": Figure(_("When people call, by weekday and hour"), call_sections.when_people_call),
    "missed_fates": Figure(
        _("What became of unanswered calls"), call_sections.missed_fates, counts_calls=True
    ),
    "missed_callers": Figure(
        _("Callers who still wait, with their numbers"), call_sections.missed_callers, counts_calls=True
    ),
    "by_line": Figure(_("Calls by line"), place_sections.by_line),
    "queues": Figure(_("Service of queues and groups"), place_sections.queues, counts_calls=True),
    "queue_hours": Figure(
        _("Answer rate of queues and groups by hour, against the period before"), place_sections.queue_hours
    ),
    "queue_days": Figure(
        _("Calls of queues and groups by day, answered and missed"), place_sections.queue_days
    ),
    "cost_by_line": Figure(_("Cost by line"), place_sections.cost_by_line),
    "cost_by_destination": Figure(
        _("Cost by destination"), place_sections.cost_by_destination, counts_calls=True
    ),
    "changes": Figure(_("Changes made"), object_sections.changes, Right.LINES_READ),
    "lines": Figure(_("Inventory of lines"), object_sections.lines, Right.LINES_READ),
    "numbers": Figure(_("Inventory of numbers"), object_sections.numbers, Right.LINES_READ),
    "connections": Figure(_("Health of connections"), object_sections.connections, Right.LINES_READ),
}


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A report that needs only recipients. Its cadence is a set of weekdays or a day of the month."""

    what: Promise
    figures: Sequence[str]
    period: Word
    weekdays: Sequence[int] = ()
    month_day: int | None = None

    @property
    def initial(self) -> dict[str, Any]:
        return {
            "figures": list(self.figures),
            "period": self.period.value,
            "every": "month" if self.month_day else "week",
            "weekdays": list(self.weekdays),
            "month_day": self.month_day or 1,
        }


READY: Mapping[Report.Ready, Ready] = {
    Report.Ready.WEEKLY_CALLS: Ready(
        what=_("Each Monday: how many calls came in, how many were answered, when, and on which lines"),
        figures=(
            "summary",
            "calls_by_day",
            "rate_by_hour",
            "missed_fates",
            "by_line",
            "queues",
            "missed_callers",
        ),
        period=Word.LAST_WEEK,
        weekdays=(1,),
    ),
    Report.Ready.MISSED_CALLS: Ready(
        what=_("Each day: what became of the missed calls of the day before, and who still waits"),
        figures=("missed_fates", "missed_callers"),
        period=Word.YESTERDAY,
        weekdays=tuple(sorted(EVERY_DAY)),
    ),
    Report.Ready.QUEUE_SERVICE: Ready(
        what=_("Each Monday: answered, abandoned and timed out by queue, and the weak hours"),
        figures=("queues", "queue_hours", "queue_days"),
        period=Word.LAST_WEEK,
        weekdays=(1,),
    ),
    Report.Ready.COST_BY_LINE: Ready(
        what=_("On the 1st: what each line and each destination cost last month"),
        figures=("cost_by_line", "cost_by_destination"),
        period=Word.LAST_MONTH,
        month_day=1,
    ),
    Report.Ready.CHANGES_MADE: Ready(
        what=_("Each Monday: who changed what at the providers last week"),
        figures=("changes",),
        period=Word.LAST_WEEK,
        weekdays=(1,),
    ),
    Report.Ready.INVENTORY: Ready(
        what=_("On the 1st: every line and number that there is"),
        figures=("lines", "numbers"),
        period=Word.LAST_MONTH,
        month_day=1,
    ),
    Report.Ready.CONNECTIONS: Ready(
        what=_("Each Monday: whether every connection is read, and which days of calls are missing"),
        figures=("connections",),
        period=Word.LAST_WEEK,
        weekdays=(1,),
    ),
}


def rights_to(figures: Sequence[str]) -> frozenset[Right]:
    """What it takes to see all of these. A figure that there is no more takes nothing: it is left out."""
    return frozenset(FIGURES[key].right for key in figures if key in FIGURES)
