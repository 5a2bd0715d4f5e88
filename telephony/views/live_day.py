"""The day of a board as a figure: calls by hour, and what is usual on this weekday."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.ui.figures import positions
from portal.ui.svg import Drawing, short

FIRST, LAST = 7, 19  # hours that are always shown
WIDTH, HEIGHT, FOOT = 470.0, 132.0, 104.0
EVERY = 4


def hours_of(calls: Mapping[int, int], usual: Mapping[int, float]) -> range:
    """Those that are shown: of a working day, and all in which something is or usually goes on."""
    busy = [*calls, *(hour for hour, mean in usual.items() if mean >= 1)]
    return range(min([FIRST, *busy]), max([LAST, *busy]) + 1)


def by_hour(calls: Mapping[int, int], usual: Mapping[int, float], now: datetime) -> SafeString:
    """Bars of the hours that were, the present one lighter; a dotted line of what is usual."""
    hours = hours_of(calls, usual)
    most = max([1, *calls.values(), *usual.values()])
    drawing = Drawing(WIDTH, HEIGHT)
    step = WIDTH / len(hours)

    def top(value: float) -> float:
        return FOOT - value / most * (FOOT - 6)

    for at, hour in enumerate(hours):
        if value := calls.get(hour, 0):
            words = _("%(hour)s h: %(calls)s") % {"hour": hour, "calls": value}
            css = "f1 now" if hour == now.hour else "f1"
            drawing.box(at * step + 2, top(value), step - 4, FOOT - top(value), css, radius=2, tip=words)
        if hour % EVERY == 0:
            drawing.text((at + 0.5) * step, HEIGHT - 4, _("%(hour)s h") % {"hour": hour}, anchor="middle")
    if any(usual.values()):
        xs = positions(len(hours), step / 2, WIDTH - step / 2)
        points = [f"{short(x)} {short(top(usual.get(hour, 0)))}" for x, hour in zip(xs, hours, strict=True)]
        drawing.add("path", d="M" + "L".join(points), css="usual")
    drawing.rule(0, FOOT, WIDTH, FOOT, "axis")
    busiest = max(calls, key=lambda hour: calls[hour], default=None)
    label = _("Calls of today by hour")
    if busiest is not None:
        told = {"label": label, "from": busiest, "to": busiest + 1, "calls": calls[busiest]}
        label = _("%(label)s: most from %(from)s to %(to)s h, %(calls)s") % told
    return drawing.svg(label)
