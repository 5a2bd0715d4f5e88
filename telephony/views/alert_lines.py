"""The lines behind an alert, by what they did: those that called a new country, those that cost most."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import phonenumbers
from django.db.models import Aggregate, Count, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.ui import formats
from telephony.figures.tables import Cell, Column, Table, amount
from telephony.models import Alert, AlertRule, Change, Entity
from telephony.models.calls import CallQuerySet, Direction
from telephony.views.barring import bar_way, barred_by

Kind = AlertRule.Kind
TITLES: Mapping[str, Any] = {
    Kind.NEW_COUNTRY: gettext_lazy("Who called there"),
    Kind.COST: gettext_lazy("What cost most"),
}


class LineTold(NamedTuple):
    """A line of an alert, with what it did, where calls from it to other countries are barred, or why they are not, and
    the write that barred them.

    many     its calls, or of a cost millionths of the alert's currency; abroad: of these, None where none were
    """

    line: Entity
    words: str
    many: int
    abroad: int | None = None
    bar_url: str = ""
    why_not: str = ""
    barred: Change | None = None


def lines_of(request: Any, alert: Alert, calls: CallQuerySet, most: int | None) -> list[LineTold]:
    """Those that did most, at most so many; none of kinds that are not about lines."""
    tell = _TELLERS.get(alert.rule.kind)
    lines = tell(request, alert, calls, most) if tell else []
    barred = barred_by([one.line for one in lines if one.bar_url])
    return [one._replace(barred=barred.get(one.line.pk)) for one in lines]


def _callers(request: Any, _alert: Alert, calls: CallQuerySet, most: int | None) -> list[LineTold]:
    """The lines that called most, each with where calls from it are barred."""
    found = []
    for line, count in _by_line(calls, Count("pk"), most):
        words = ngettext("%(count)s call", "%(count)s calls", count) % {"count": formats.count(count)}
        found.append(LineTold(line, words, count, None, *bar_way(request, line)))
    return found


def _spenders(request: Any, alert: Alert, calls: CallQuerySet, most: int | None) -> list[LineTold]:
    """The lines that cost most, each with what of it went abroad, which can be barred; of one line only that."""
    currency = alert.evidence["currency"]
    paid = calls.filter(connection__currency=currency, cost_micros__gt=0)
    home = f"+{phonenumbers.country_code_for_region(request.tenant.region)}"
    outbound = paid.filter(direction=Direction.OUTBOUND, line__isnull=False, callee__startswith="+")
    rows = outbound.exclude(callee__startswith=home).order_by().values_list("line")
    abroad = dict(rows.annotate(micros=Sum("cost_micros")))
    found = []
    for line, micros in _by_line(paid, Sum("cost_micros"), most):
        told = str(formats.money(micros, currency))
        if line.pk in abroad:
            words = _("%(cost)s, of which abroad %(abroad)s") % {
                "cost": told,
                "abroad": formats.money(abroad[line.pk], currency),
            }
            found.append(LineTold(line, words, micros, abroad[line.pk], *bar_way(request, line)))
        elif alert.place is None:
            found.append(LineTold(line, told, micros))
    return found


Teller = Callable[[Any, Alert, CallQuerySet, int | None], list[LineTold]]
_TELLERS: Mapping[str, Teller] = {Kind.NEW_COUNTRY: _callers, Kind.COST: _spenders}


def _by_line(calls: CallQuerySet, measure: Aggregate, most: int | None) -> list[tuple[Entity, int]]:
    """The lines with the most of something."""
    rows = calls.filter(line__isnull=False).order_by().values_list("line").annotate(many=measure)
    found = list(rows.order_by("-many", "line")[:most])
    lines = Entity.objects.select_related("connection").defer("document").in_bulk([pk for pk, _many in found])
    return [(lines[pk], many) for pk, many in found if pk in lines]


def lines_table(title: str, alert: Alert, lines: Sequence[LineTold]) -> Table:
    is_cost = alert.rule.kind == Kind.COST
    measures = [Column(_("Calls"), "count", "calls")]
    if is_cost:
        measures = [Column(_("Cost"), "money", "cost"), Column(_("Of which abroad"), "money", "abroad")]
    columns = [
        Column(_("Line"), name="line"),
        Column(_("Number"), "number", "number"),
        *measures,
        Column(_("Calls abroad were barred"), "moment", "barred_at"),
    ]
    rows = [
        [
            str(one.line),
            one.line.number,
            *(_costs(one, alert.evidence["currency"]) if is_cost else [one.many]),
            one.barred.created_at.isoformat() if one.barred else None,
        ]
        for one in lines
    ]
    return Table(title=title, columns=columns, rows=rows)


def _costs(one: LineTold, currency: str) -> list[Cell]:
    return [amount(one.many, currency), None if one.abroad is None else amount(one.abroad, currency)]
