"""A year of calls with one number as a figure, with the sentence that says what is seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.ui import formats
from portal.ui.figures import bars
from portal.ui.svg import Figure
from telephony.services.number_story import Month

WIDE, NARROW = (736.0, 170.0), (358.0, 190.0)


def year(months: Sequence[Month]) -> Figure:
    """Calls by month; the table behind it tells them apart."""
    names = [formats.date_words(month.first, formats.SHORT_MONTH) for month in months]
    counts, label = [month.calls for month in months], sentence(months)
    drawn, narrow = (bars(counts, names, label=label, size=size) for size in (WIDE, NARROW))
    head = (_("Month"), _("In"), _("of these answered"), _("Out"), _("Internal"))
    counted = [
        (
            formats.date_words(one.first, formats.SHORT_MONTH_YEAR),
            one.inbound,
            one.reached,
            one.outbound,
            one.internal,
        )
        for one in months
    ]
    rows = [(name, *map(formats.count, told)) for name, *told in counted]
    return replace(drawn, head=head, rows=rows, narrow=narrow.svg)


def sentence(months: Sequence[Month]) -> str:
    """ "12 calls in twelve months, most in March. In: 9, 6 of these answered. Out: 3. Internal: 0."""
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
    return f"{words % named} {parts % sums}"
