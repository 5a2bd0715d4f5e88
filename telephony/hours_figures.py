"""The week of opening hours as a drawing: a bar a day, midnight to midnight."""

from __future__ import annotations

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.ui.svg import Drawing, Figure
from telephony.providers.hours import DAY, Week
from telephony.providers.hours_phrases import clock, day_words, times, week_words

LEFT, ROW, TOP = 44, 26, 18


def week_figure(week: Week) -> Figure:
    """With its table; on a telephone with fewer hours along its head."""
    label = week_words(week)
    rows = [(WEEKDAYS[index], day_words(spans)) for index, spans in enumerate(week)]
    return Figure(
        svg=_drawn(week, 720, 3, label),
        label=label,
        head=(_("Day"), pgettext("opening hours", "Open")),
        rows=rows,
        narrow=_drawn(week, 340, 6, label),
    )


def _drawn(week: Week, width: int, step: int, label: str) -> SafeString:
    drawing = Drawing(width, TOP + 7 * ROW + 4)
    scale = (width - LEFT - 16) / DAY
    for hour in range(0, 25, step):
        x = LEFT + hour * 60 * scale
        drawing.rule(x, TOP, x, TOP + 7 * ROW, "grid")
        drawing.text(x, 11, clock(hour * 60), anchor="middle")
    for index, spans in enumerate(week):
        y = TOP + index * ROW
        drawing.text(0, y + 17, WEEKDAYS_ABBR[index], css="s")
        drawing.box(LEFT, y + 5, DAY * scale, ROW - 10, "r0", radius=3)
        for span in spans:
            x, length = LEFT + span.begin * scale, (span.end - span.begin) * scale
            drawing.box(x, y + 5, length, ROW - 10, "f1", radius=3, tip=times([(span.begin, span.end)]))
    return drawing.svg(label)
