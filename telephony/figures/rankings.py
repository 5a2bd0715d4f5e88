"""Tables of a span in figures, and of who and where: lines, queues, destinations and callers, each with what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Tenant
from portal.lib.number_kinds import About, NumberKind
from telephony.figures.span_words import span_words
from telephony.figures.tables import Cell, Column, Table, amount
from telephony.models.rollups import WITHIN_S
from telephony.models.spans import Span
from telephony.services.allowances import Plan
from telephony.services.analytics import (
    CallerRow,
    Compared,
    DestinationRow,
    GroupRow,
    LineRow,
)
from telephony.services.tenant_figures import TenantFigures


def figures(compared: Compared, span: Span, *, may_compare: bool) -> Table:
    """The span, and the like one before it where they may be compared."""
    sides = [(span, compared.now)]
    if may_compare:
        sides.append((span.before, compared.before))
    currencies = sorted({currency for _span, one in sides for currency in one.cost_micros})
    columns = [
        Column(_("Period"), "text", "period"),
        Column(_("Calls"), "count", "calls"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Answered"), "count", "answered"),
        Column(pgettext("several calls", "Missed"), "count", "missed"),
        Column(_("Outbound"), "count", "outbound"),
        Column(_("Talked"), "talk", "talked"),
        Column(_("SMS"), "count", "messages"),
        *cost_columns(currencies),
    ]
    rows = [
        [
            capfirst(span_words(days)),
            *(one.calls, one.inbound, one.reached, one.missed, one.outbound, one.talk_s, one.messages),
            *costs_of(one.cost_micros, currencies),
        ]
        for days, one in sides
    ]
    return Table(title=_("In figures"), columns=columns, rows=rows)


def tenants(rows: Sequence[TenantFigures]) -> Table:
    currencies = sorted({currency for one in rows for currency in one.compared.now.cost_micros})
    columns = [
        Column(_("Calls"), "count", "calls"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Answered"), "percent", "answer_rate"),
        Column(pgettext("several calls", "Missed"), "count", "missed"),
        Column(_("Outbound"), "count", "outbound"),
        Column(_("Talked"), "talk", "talked"),
        *cost_columns(currencies),
        Column(_("Days not all here"), "count", "days_not_complete"),
    ]
    found = [
        [
            *(one.calls, one.inbound, one.answer_rate, one.missed, one.outbound, one.talk_s),
            *costs_of(one.cost_micros, currencies),
            row.lacking,
        ]
        for row in rows
        for one in [row.compared.now]
    ]
    table = Table(title=_("All tenants in figures"), columns=columns, rows=found)
    return of_tenants(table, [row.tenant for row in rows])


def of_tenants(table: Table, tenants: Sequence[Tenant]) -> Table:
    """The table with the tenant of each row before it."""
    columns = [Column(_("Tenant"), "text", "tenant"), Column(_("Short name"), "text", "slug"), *table.columns]
    pairs = zip(tenants, table.rows, strict=True)
    return replace(table, columns=columns, rows=[[tenant.name, tenant.slug, *row] for tenant, row in pairs])


def never_called_back(found: Sequence[tuple[Tenant, int]]) -> Table:
    columns, counts = [Column(_("Numbers"), "count", "numbers")], [[count] for _tenant, count in found]
    table = Table(title=_("Missed, never called back"), columns=columns, rows=counts)
    return of_tenants(table, [tenant for tenant, _count in found])


def place_words(row: DestinationRow) -> str:
    """The country, and the kind of number where calls went to several of its kinds."""
    country = country_words(row)
    return country if row.is_alone else f"{country} · {NumberKind(row.kind).label}"


def caller_country(row: CallerRow) -> str:
    """As destinations say it; "" of what has no calling code."""
    return country_words(row) if row.code else ""


def country_words(row: DestinationRow | CallerRow) -> str:
    """The country of a calling code, the main one of several; of numbers without one, that they are short."""
    if not row.code:
        return _("Short numbers")
    if row.code in ("+1", "+7"):
        main = About(kind=NumberKind.OTHER, country=row.regions[0]).country_name
        return _("%(country)s and others") % {"country": main}
    region = row.regions[0] if row.regions else ""
    if region in ("", "001"):
        return _("No country")
    return About(kind=NumberKind.OTHER, country=region).country_name


def lines(rows: Sequence[LineRow]) -> Table:
    """All of them, where a page shows the first few."""
    currencies = currencies_of(rows)
    columns = [
        Column(_("Line"), "text", "line"),
        Column(_("Number"), "number", "number"),
        Column(_("Calls"), "count", "calls"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Answered"), "percent", "answer_rate"),
        *cost_columns(currencies),
    ]
    found = [
        [
            str(one.entity) if one.entity else _("No known line"),
            one.entity.number if one.entity else "",
            one.calls,
            one.inbound,
            one.answer_rate,
            *costs_of(one.cost, currencies),
        ]
        for one in rows
    ]
    return Table(title=_("By line"), columns=columns, rows=found)


def groups(rows: Sequence[GroupRow], connections: Mapping[int, str]) -> Table:
    """`connections` are names by id."""
    columns = [
        Column(_("Queue or group"), "text", "group"),
        Column(_("Connection"), "text", "connection"),
        Column(_("Inbound"), "count", "inbound"),
        Column(_("Answered"), "count", "answered"),
        Column(_("Gave up"), "count", "gave_up"),
        Column(_("Timed out"), "count", "timed_out"),
        Column(_("In %(in_time_s)s s") % {"in_time_s": WITHIN_S}, "percent", f"in_{WITHIN_S}_s"),
        Column(_("Half within"), "wait", "half_within"),
    ]
    found = [
        [
            one.name,
            connections.get(one.connection_id, ""),
            one.calls,
            one.reached,
            one.abandoned,
            one.timed_out,
            one.level,
            one.waits.half_s,
        ]
        for one in rows
    ]
    return Table(title=_("Queues and ring groups"), columns=columns, rows=found)


def destinations(rows: Sequence[DestinationRow]) -> Table:
    currencies = currencies_of(rows)
    columns = [
        Column(_("Country"), "text", "country"),
        Column(_("Kind"), "text", "kind"),
        Column(_("Calling code"), "text", "calling_code"),
        Column(_("Outbound"), "count", "outbound"),
        Column(_("Talked"), "talk", "talked"),
        *cost_columns(currencies),
    ]
    found = [
        [
            country_words(one),
            str(NumberKind(one.kind).label),
            one.code,
            one.calls,
            one.talk_s,
            *costs_of(one.cost, currencies),
        ]
        for one in rows
    ]
    return Table(title=_("Where calls go"), columns=columns, rows=found)


def plans(rows: Sequence[Plan]) -> Table:
    columns = [
        Column(_("Line"), "text", "line"),
        Column(_("Plan"), "text", "plan"),
        Column(_("Used"), "mean", "used"),
        Column(_("Of"), "mean", "of"),
        Column(_("Unit"), "text", "unit"),
        Column(_("Until"), "moment", "until"),
        Column(_("Read"), "moment", "read_at"),
    ]
    found = [
        [
            str(one.line) if one.line else _("No known line"),
            str(one.entity),
            one.used,
            one.total,
            str(one.unit),
            one.until_at.isoformat() if one.until_at else None,
            one.entity.fetched_at.isoformat(),
        ]
        for one in rows
    ]
    return Table(title=_("Plans and what is left of them"), columns=columns, rows=found)


def callers(rows: Sequence[CallerRow], names: Mapping[str, str]) -> Table:
    columns = [
        Column(_("Caller"), "text", "caller"),
        Column(_("Number"), "number", "number"),
        Column(_("Country"), "text", "country"),
        Column(_("Calls"), "count", "calls"),
        Column(_("Answered"), "count", "answered"),
    ]
    found = [
        [names.get(one.number, ""), one.number, caller_country(one), one.calls, one.reached] for one in rows
    ]
    return Table(title=_("Who calls most"), columns=columns, rows=found)


def currencies_of(rows: Iterable[LineRow] | Iterable[DestinationRow]) -> list[str]:
    return sorted({currency for one in rows for currency in one.cost})


def cost_columns(currencies: Sequence[str]) -> list[Column]:
    """One for each currency."""
    cost, is_alone = _("Cost"), len(currencies) == 1
    return [
        Column(cost if is_alone else f"{cost} {one}", "money", f"cost_{one.lower()}") for one in currencies
    ]


def costs_of(cost: Mapping[str, int], currencies: Sequence[str]) -> list[Cell]:
    return [amount(cost[one], one) if one in cost else None for one in currencies]
