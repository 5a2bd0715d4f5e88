"""The figures of alerts: small in a list, from what was kept; whole on the alert's page, with the table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui import formats
from portal.ui.figures import line, sparkline
from portal.ui.svg import Figure
from telephony.alerts.words import words_of
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
    last = date.fromisoformat(alert.evidence["last"])
    days = [last - timedelta(days=back) for back in reversed(range(len(values)))]
    if alert.rule.kind == Kind.QUIET:
        return line(values, _day_labels(days), label=_label(alert), head=(_("Day"), _label(alert)))
    is_percent = alert.rule.kind in PERCENT
    limit = alert.evidence["limit"] if is_percent else alert.evidence["limit"] / MICROS
    return line(
        values,
        _day_labels(days),
        label=_label(alert),
        high=100 if is_percent else None,
        unit="%" if is_percent else formats.sign(alert.evidence["currency"]),
        digits=1 if is_percent else 2,
        usual=limit if is_percent or alert.rule.period == AlertRule.Period.TODAY else None,
        usual_words=pgettext("in a figure", "limit: %(value)s"),
        head=(_("Day"), _label(alert)),
    )


def _day_labels(days: Sequence[date]) -> list[str]:
    return [formats.date_words(day, formats.SHORT_DAY) for day in days]


def _label(alert: Alert) -> str:
    """What the figure shows."""
    if alert.rule.kind == Kind.WAITING:
        within = formats.seconds_words(alert.evidence["limit_s"])
        return _("Answered within %(within)s") % {"within": within}
    if alert.rule.kind == Kind.QUIET:
        return _("Calls by day")
    return _("Cost") if alert.rule.kind == Kind.COST else _("Answered")


def _values(alert: Alert) -> Sequence[float | None]:
    trail = alert.evidence.get("trail", [])
    if alert.rule.kind != Kind.COST:
        return list(trail)
    return [None if value is None else value / MICROS for value in trail]
