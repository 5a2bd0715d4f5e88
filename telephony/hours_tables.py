"""Opening hours as tables for files: the week, the days of a year that have a name, and what a run wrote."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui.looks import look_of
from telephony.figures.tables import Column, Table
from telephony.providers.hours import Week
from telephony.providers.hours_phrases import clock, day_words
from telephony.services.hours_steps import Line
from telephony.services.opening_hours import Day, named_stretches


def week_table(title: str, week: Week) -> Table:
    """A row for each time that one opens; one without times for a day that is closed."""
    columns = [
        Column(_("Day"), name="day"),
        Column(pgettext("opening hours", "Opens"), name="opens"),
        Column(pgettext("opening hours", "Closes"), name="closes"),
    ]
    rows = [
        [str(WEEKDAYS[index]), *times]
        for index, spans in enumerate(week)
        for times in [[clock(span.begin), clock(span.end)] for span in spans] or [["", ""]]
    ]
    return Table(title=title, columns=columns, rows=rows)


def days_table(title: str, days: Sequence[Day]) -> Table:
    """Public holidays and exceptions; days that follow each other alike are one row."""
    columns = [
        Column(_("First day"), "day", "first_day"),
        Column(_("Last day"), "day", "last_day"),
        Column(_("Name"), name="name"),
        Column(_("What"), name="what"),
        Column(pgettext("opening hours", "Open"), name="open"),
    ]
    looks = {"holiday": _("public holiday"), "exception": _("exception")}
    rows = [
        [
            first.date.isoformat(),
            last.date.isoformat(),
            str(first.name),
            looks[first.look],
            day_words(first.opening),
        ]
        for first, last in named_stretches(days)
    ]
    return Table(title=title, columns=columns, rows=rows)


def lines_table(title: str, lines: Sequence[Line]) -> Table:
    columns = [
        Column(_("Act"), name="act"),
        Column(_("Rule"), name="rule"),
        Column(_("Detail"), name="detail"),
        Column(_("Name before"), name="name_before"),
        Column(_("Result"), name="result"),
        Column(_("Error"), name="error"),
    ]
    rows = [
        [
            line.verb,
            line.name,
            line.detail,
            line.was,
            str(look_of("change_state", line.step.change.state).word) if line.step.change else line.rest,
            line.step.error,
        ]
        for line in lines
    ]
    return Table(title=title, columns=columns, rows=rows)
