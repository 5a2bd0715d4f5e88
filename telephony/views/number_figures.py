"""A year of calls with one number as a figure, with the sentence that says what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.figures import bars
from portal.ui.svg import Figure
from telephony.figures.tables import Column, Table
from telephony.services.number_story import Month

WIDE, NARROW = (736.0, 170.0), (358.0, 190.0)


def year(months: Sequence[Month]) -> Figure:
    """Calls by month; the table behind it tells them apart."""
    names = [formats.date_words(month.first, formats.SHORT_MONTH) for month in months]
    counts = [month.calls if month.is_known else None for month in months]
    label = sentence(months)
    drawn, narrow = (bars(counts, names, label=label, size=size) for size in (WIDE, NARROW))
    head = (_("Month"), _("In"), _("of these answered"), _("Out"), _("Internal"))
    rows = [(formats.date_words(one.first, formats.SHORT_MONTH_YEAR), *_counts(one)) for one in months]
    return replace(drawn, head=head, rows=rows, narrow=narrow.svg)


def table(months: Sequence[Month]) -> Table:
    columns = [
        Column(_("Month"), "month", "month"),
        Column(_("In"), "count", "inbound"),
        Column(_("of these answered"), "count", "answered"),
        Column(_("Out"), "count", "outbound"),
        Column(_("Internal"), "count", "internal"),
    ]
    rows = [
        [
            one.first.date().isoformat(),
            *((one.inbound, one.reached, one.outbound, one.internal) if one.is_known else (None,) * 4),
        ]
        for one in months
    ]
    return Table(title=_("A year of calls"), columns=columns, rows=rows)


def _counts(month: Month) -> Sequence[object]:
    counts = (month.inbound, month.reached, month.outbound, month.internal)
    return [formats.count(one) if month.is_known else formats.DASH for one in counts]


def sentence(months: Sequence[Month]) -> str:
    """What is seen: how many calls, in which month most, which way; and from when on calls are known."""
    total = sum(month.calls for month in months)
    busiest = max(months, key=lambda month: month.calls)
    words = ngettext(
        "%(n)s call in twelve months, in %(month)s.",
        "%(n)s calls in twelve months, most of them in %(month)s.",
        total,
    )
    parts = _("In: %(inbound)s, %(reached)s of these answered. Out: %(outbound)s. Internal: %(internal)s.")
    sums = {
        name: formats.count(sum(getattr(month, name) for month in months))
        for name in ("inbound", "reached", "outbound", "internal")
    }
    named = {"n": formats.count(total), "month": formats.date_words(busiest.first, "F")}
    told = f"{words % named} {parts % sums}"
    known = next(month for month in months if month.is_known)
    if known is months[0]:
        return told
    since = _("Calls from before %(month)s are not known here.")
    return f"{told} {since % {'month': formats.date_words(known.first, 'F Y')}}"
