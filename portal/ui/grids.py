"""Figures made of cells: the week as a heat map, a year of coverage as a calendar. A stronger colour is more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from django.utils import formats as django_formats
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.lib.wording import labelled
from portal.ui import formats
from portal.ui.figures import plain
from portal.ui.svg import Drawing, Figure

STEPS = 5
FEW_COLUMNS = 14  # more are drawn as wide as the page
CELL, PITCH = 13, 16


def level(value: float, most: float) -> int:
    """0 for nothing, 1 to 5 by share of the greatest."""
    if value <= 0 or most <= 0:
        return 0
    return min(STEPS, 1 + int(value / most * STEPS * 0.999))


def heat(
    rows: Sequence[tuple[str, Sequence[float | None]]],
    columns: Sequence[str],
    *,
    label: str,
    caption: str = "",
    head: str = "",
    every: int = 2,
    links: Mapping[tuple[int, int], tuple[str, str]] | None = None,
) -> Figure:
    """Rows (weekdays) by columns (hours). Values are written from a tenth of the greatest on; None is left empty.

    links   (address, words that say what it leads to) by row and column. Those of the drawing are not among the stops
            of the keyboard, as there are a hundred: the table has them, too.
    """
    links = links or {}
    left, top, pitch = 34.0, 16.0, 28.0
    drawing = Drawing(left + pitch * len(columns) + 2, top + pitch * len(rows) + 2)
    most = max([value for _name, values in rows for value in values if value is not None], default=0)
    for at, name in enumerate(columns):
        if at % every == 0:
            drawing.text(left + pitch * at + 14, 10, name, anchor="middle")
    for line, (name, values) in enumerate(rows):
        y = top + pitch * line
        drawing.text(left - 8, y + 17, name, anchor="end")
        for at, value in enumerate(values):
            if value is None:
                continue
            step, x = level(value, most), left + pitch * at
            url, tip = links.get((line, at)) or (
                "",
                labelled(f"{name} {columns[at]}", plain(value, digits=0 if value >= 10 else 1)),
            )
            cell = Drawing(0, 0)
            cell.box(x + 1, y, 26, 26, f"r{step}", radius=2, tip=tip)
            if step >= 2 and value >= 1:
                cell.text(
                    x + 14, y + 17, f"{value:.0f}", css="cell hi" if step >= 4 else "cell lo", anchor="middle"
                )
            drawn = SafeString("".join(cell.parts))
            if url:
                drawing.add("a", drawn, href=url, aria_label=tip, tabindex=-1)
            else:
                drawing.parts.append(drawn)
    table = [
        (name, *(_in_table(value, links.get((line, at))) for at, value in enumerate(values)))
        for line, (name, values) in enumerate(rows)
    ]
    css = "heat" if len(columns) <= FEW_COLUMNS else "heat wide"
    svg = drawing.svg(label, role="group" if links else "img")
    return Figure(svg, label, (head or _("Day"), *columns), table, caption, css=css)


def _in_table(value: float | None, link: tuple[str, str] | None) -> str:
    words = "–" if value is None else plain(value, digits=1)
    if not link:
        return words
    url, tip = link
    return SafeString(f'<a href="{escape(url)}" title="{escape(tip)}">{words}</a>')


DayState = Literal["complete", "partial", "missing", "fetching", "before", "after"]


@dataclass(frozen=True, kw_only=True)
class Day:
    """What is known of one day; `count` shades a complete one."""

    state: DayState
    count: int = 0


def state_words(days: Iterable[Day] = ()) -> dict[str, str]:
    """What each state means; that of days after the account only where one of these is."""
    words = {
        "complete": _("complete"),
        "partial": _("partial"),
        "missing": _("missing"),
        "fetching": _("being fetched"),
        "before": _("before the account"),
    }
    has_after = any(day.state == "after" for day in days)
    return {**words, "after": _("after it was unlinked")} if has_after else words


def calendar(
    days: Mapping[dt.date, Day], first: dt.date, last: dt.date, *, label: str, unknown: DayState = "before"
) -> Figure:
    """Weeks as columns, Monday on top, months above. A day that `days` does not know is `unknown`."""
    monday = first - dt.timedelta(days=first.weekday())
    weeks = (last - monday).days // 7 + 1
    drawing = Drawing(34 + weeks * PITCH, 18 + 7 * PITCH)
    for row in (0, 2, 4):
        drawing.text(0, 28 + row * PITCH, django_formats.date_format(monday + dt.timedelta(days=row), "D"))
    draw_months(drawing, monday, weeks, first)
    most = max([day.count for day in days.values()], default=0)
    words = state_words(days.values())
    for offset in range((last - monday).days + 1):
        date = monday + dt.timedelta(days=offset)
        if date < first:
            continue
        day = days.get(date, Day(state=unknown))
        tip = labelled(formats.date_words(date, formats.SHORT_DATE), words[day.state])
        if day.state in ("complete", "partial"):
            tip += pgettext("after a state", ", %(count)s calls") % {"count": formats.count(day.count)}
        draw_day(drawing, 34 + offset // 7 * PITCH, 18 + offset % 7 * PITCH, day, most, tip)
    return Figure(
        drawing.svg(label),
        label,
        (_("Month"), *words.values()),
        months_table(days, first, last, unknown),
        css="sb-cal scroll",
    )


def draw_months(drawing: Drawing, monday: dt.date, weeks: int, first: dt.date) -> None:
    """The name of a month above the week that holds its first day, with the year in January."""
    last_x = -40
    for week in range(weeks):
        start = monday + dt.timedelta(weeks=week)
        firsts = [
            start + dt.timedelta(days=at) for at in range(7) if (start + dt.timedelta(days=at)).day == 1
        ]
        if not firsts or firsts[0] < first:
            continue
        name = formats.date_words(
            firsts[0], formats.SHORT_MONTH_YEAR if firsts[0].month == 1 else formats.SHORT_MONTH
        )
        x = 34 + week * PITCH
        if x - last_x >= 34:
            drawing.text(x, 10, name)
            last_x = x + (26 if firsts[0].month == 1 else 0)


def draw_day(drawing: Drawing, x: int, y: int, day: Day, most: int, tip: str) -> None:
    if day.state == "complete":
        drawing.box(
            x, y, CELL, CELL, f"r{max(1, level(day.count, most))}" if day.count else "r0", radius=2, tip=tip
        )
    elif day.state == "before":
        drawing.box(x + 4, y + 4, 5, 5, "sb-cal-none", radius=2, tip=tip)
    elif day.state == "after":
        drawing.box(x + 3, y + 5.5, 7, 2, "sb-cal-none", radius=1, tip=tip)
    elif day.state == "fetching":
        drawing.box(x + 1, y + 1, 11, 11, "sb-cal-busy", radius=2, tip=tip)
    elif day.state == "missing":
        drawing.box(x + 0.75, y + 0.75, 11.5, 11.5, "sb-cal-miss", radius=2, tip=tip)
        drawing.add("path", d=f"M{x + 3.5} {y + 3.5}l6 6m0-6l-6 6", css="sb-cal-miss-x")
    else:
        drawing.box(x + 0.75, y + 0.75, 11.5, 11.5, "sb-cal-part", radius=2, tip=tip)
        drawing.add("path", d=f"M{x + 1} {y + 12}V{y + 6.5}H{x + 12}V{y + 12}Z", css="sb-cal-part-fill")


def months_table(
    days: Mapping[dt.date, Day], first: dt.date, last: dt.date, unknown: DayState
) -> list[tuple[object, ...]]:
    """The table twin: a row a month, days of each state."""
    tally: dict[dt.date, dict[str, int]] = {}
    states = state_words(days.values())
    for offset in range((last - first).days + 1):
        date = first + dt.timedelta(days=offset)
        row = tally.setdefault(date.replace(day=1), dict.fromkeys(states, 0))
        row[days.get(date, Day(state=unknown)).state] += 1
    return [
        (django_formats.date_format(month, "F Y"), *row.values())
        for month, row in sorted(tally.items(), reverse=True)
    ]


def calendar_key(days: Iterable[Day] = ()) -> SafeString:
    """What the signs of the calendar of these days mean, drawn with the same signs."""
    items = []
    for state, words in state_words(days).items():
        drawing = Drawing(CELL, CELL)
        draw_day(drawing, 0, 0, Day(state=state, count=4), 5, "")  # type: ignore[arg-type]
        text = _("complete, darker is more calls") if state == "complete" else words
        items.append(
            format_html(
                '<span><svg class="sb-keysign" viewBox="0 0 13 13" aria-hidden="true">{}</svg>{}</span>',
                SafeString("".join(drawing.parts)),
                text,
            )
        )
    return format_html('<div class="sb-key sb-fig">{}</div>', SafeString("".join(items)))
