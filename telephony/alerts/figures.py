"""The figures of alerts: small in a list, from what was kept; whole on the alert's page; and their values as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui import formats
from portal.ui.figures import line, sparkline
from portal.ui.svg import Figure
from telephony.alerts.words import words_of
from telephony.figures.tables import Cell, Column, Table, amount
from telephony.models import Alert, AlertRule

Kind = AlertRule.Kind
MICROS = 1_000_000
PERCENT = (Kind.ANSWER_RATE, Kind.WAITING)


def small(alert: Alert) -> Figure | None:
    """As small as a word; None where nothing was kept to draw."""
    values = _values(alert)
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    words = words_of(alert)
    label = _("The days before: %(title)s, %(value)s") % {"title": words.title, "value": words.value}
    return sparkline(values, label=label)


def whole(alert: Alert) -> Figure | None:
    """By day, with the limit as a dotted line."""
    values = _values(alert)
    if not values:
        return None
    labels = [formats.date_words(day, formats.SHORT_DAY) for day in days_of(alert)]
    if alert.rule.kind == Kind.QUIET:
        return line(values, labels, label=_label(alert), head=(_("Day"), _label(alert)))
    is_percent = alert.rule.kind in PERCENT
    limit = alert.evidence["limit"] if is_percent else alert.evidence["limit"] / MICROS
    return line(
        values,
        labels,
        label=_label(alert),
        high=100 if is_percent else None,
        unit="%" if is_percent else formats.sign(alert.evidence["currency"]),
        digits=1 if is_percent else 2,
        usual=limit if _is_by_day(alert) else None,
        usual_words=pgettext("in a figure", "limit: %(value)s"),
        head=(_("Day"), _label(alert)),
    )


def table(title: str, alert: Alert) -> Table | None:
    """The same values; None where nothing was kept. The limit stands beside each day where it is one of days."""
    trail = _trail(alert)
    if not trail:
        return None
    cell, column_kind, name = _CELLS[alert.rule.kind]
    columns = [Column(_("Day"), "day", "day"), Column(_label(alert), column_kind, name)]
    limit = []
    if _is_by_day(alert):
        columns.append(Column(_("Limit"), column_kind, "limit"))
        limit = [cell(alert.evidence["limit"], alert)]
    rows = [
        [day.isoformat(), None if value is None else cell(value, alert), *limit]
        for day, value in zip(days_of(alert), trail, strict=True)
    ]
    return Table(title=title, columns=columns, rows=rows)


_CELLS: Mapping[str, tuple[Callable[[float, Alert], Cell], str, str]] = {
    Kind.ANSWER_RATE: (lambda value, _alert: value / 100, "percent", "answered"),
    Kind.WAITING: (lambda value, _alert: value / 100, "percent", "answered_in_time"),
    Kind.COST: (lambda value, alert: amount(int(value), alert.evidence["currency"]), "money", "cost"),
    Kind.QUIET: (lambda value, _alert: value, "count", "calls"),
}


def _is_by_day(alert: Alert) -> bool:
    """Whether the limit is one of each day, as the values are, and not of several days together."""
    rule = alert.rule
    return rule.kind in PERCENT or (rule.kind == Kind.COST and rule.period == AlertRule.Period.TODAY)


def days_of(alert: Alert) -> list[date]:
    """The days of its values, the last of which was not over when it was looked at."""
    last = date.fromisoformat(alert.evidence["last"])
    return [last - timedelta(days=back) for back in reversed(range(len(_trail(alert))))]


def _label(alert: Alert) -> str:
    """What the figure shows."""
    if alert.rule.kind == Kind.WAITING:
        within = formats.seconds_words(alert.evidence["limit_s"])
        return _("Answered within %(within)s") % {"within": within}
    if alert.rule.kind == Kind.QUIET:
        return _("Calls by day")
    return _("Cost") if alert.rule.kind == Kind.COST else _("Answered")


def _trail(alert: Alert) -> Sequence[float | None]:
    trail: Sequence[float | None] = alert.evidence.get("trail", ())
    return trail


def _values(alert: Alert) -> Sequence[float | None]:
    trail = _trail(alert)
    if alert.rule.kind != Kind.COST:
        return trail
    return [None if value is None else value / MICROS for value in trail]
