"""The board of missed callers in figures: by day and by person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui import formats
from portal.ui.figures import LEFT, ROOM_BELOW, TOP, WIDE, Scale, draw_axis, draw_grid, ticks
from portal.ui.svg import Drawing, Figure
from telephony.figures.missing import coverage_words
from telephony.figures.tables import Column, Table
from telephony.models.rollups import Part
from telephony.services.missed_figures import MissedFigures, figures_of
from telephony.services.period_coverage import coverage_of
from telephony.views.figure_files import FigureFilesMixin

TITLES = {
    "by_day": gettext_lazy("Missed callers by day"),
    "by_person": gettext_lazy("Missed callers by person"),
}


class MissedFiguresView(FigureFilesMixin, TenantRightMixin, TemplateView):
    right = Right.CALLS_LIST
    menu_entry = "telephony:missed"
    template_name = "telephony/missed_figures.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        zone = ZoneInfo(self.request.tenant.time_zone)
        found = figures_of(zone, timezone.now())
        return super().get_context_data(
            title=_("Missed callers in figures"), found=found, by_day=by_day(found), **kwargs
        )

    def figure_title(self, name: str) -> str:
        return str(TITLES.get(name, ""))

    def table(self, name: str, context: Mapping[str, Any]) -> Table | None:
        make = TABLES.get(name)
        return make(context["found"]) if make else None

    def days_of_table(self, name: str, context: Mapping[str, Any]) -> tuple[date, date]:
        return context["found"].days[0], context["found"].days[-1]

    def missing(self, name: str, context: Mapping[str, Any]) -> str:
        first, last = self.days_of_table(name, context)
        zone = ZoneInfo(self.request.tenant.time_zone)
        return coverage_words(coverage_of(first, last, last, zone, Part()), zone)


def days_table(found: MissedFigures) -> Table:
    columns = [
        Column(_("Day"), "day", "day"),
        Column(_("Missed"), "count", "missed"),
        Column(_("Spoken to since"), "count", "spoken_to"),
        Column(_("Not spoken to"), "count", "not_spoken_to"),
    ]
    counts = [(day, found.missed.get(day, 0), found.waiting.get(day, 0)) for day in found.days]
    rows = [[day.isoformat(), missed, missed - waiting, waiting] for day, missed, waiting in counts]
    return Table(title=str(TITLES["by_day"]), columns=columns, rows=rows)


def people_table(found: MissedFigures) -> Table:
    columns = [
        Column(_("Person"), "text", "person"),
        Column(pgettext("missed callers", "Done in 30 days"), "count", "done"),
        Column(pgettext("missed callers", "Looks after now"), "count", "owns"),
    ]
    rows = [[str(one.person), one.done, one.owns] for one in found.people]
    return Table(title=str(TITLES["by_person"]), columns=columns, rows=rows)


TABLES: Mapping[str, Callable[[MissedFigures], Table]] = {"by_day": days_table, "by_person": people_table}


def by_day(found: MissedFigures) -> Figure:
    """A bar a day: those spoken to since, and upon them those who were not."""
    drawing = Drawing(WIDE[0], 220)
    foot, right = 220 - ROOM_BELOW + 20, WIDE[0] - 8
    levels = ticks(0, max([1, *found.missed.values()]))
    scale = Scale(low=0, high=levels[-1], top=TOP, foot=foot)
    draw_grid(drawing, scale, levels, right, "")
    step = (right - LEFT) / len(found.days)
    labels = [formats.date_words(day, formats.SHORT_DAY) for day in found.days]
    rows = []
    for at, (day, label) in enumerate(zip(found.days, labels, strict=True)):
        missed, waiting = found.missed.get(day, 0), found.waiting.get(day, 0)
        rows.append((label, str(missed), str(missed - waiting), str(waiting)))
        x, top, middle = LEFT + at * step + 2, scale.y(missed), scale.y(missed - waiting)
        told = {"day": label, "missed": missed, "waiting": waiting}
        tip = _("%(day)s: %(missed)s missed, %(waiting)s not spoken to since") % told
        drawing.box(x, middle, step - 4, foot - middle, "f1", radius=1.5, tip=tip)
        if waiting:
            drawing.box(x, top, step - 4, middle - top - 1, "f2", radius=1.5, tip=tip)
    xs = [LEFT + (at + 0.5) * step for at in range(len(labels))]
    draw_axis(drawing, labels, xs, foot, foot + 18, shown=6)
    label = _("Unanswered calls of 30 days, by day: %(missed)s, of which %(spoken)s were spoken to since") % {
        "missed": found.total,
        "spoken": found.spoken_to,
    }
    head = (_("Day"), _("Missed"), _("Spoken to since"), _("Not spoken to"))
    return replace(Figure(drawing.svg(label), label, head, rows), css="scroll")
