"""Figures that tell a closed period: a line beside the one before, a whole cut into its parts. Bars: stacks.py.

As figures.py, and for paper as well: what was missed is hatched, what it is compared with dotted, so that a print in
black and white says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.ui.figures import LETTER, TOP, Scale, draw_grid, hash_of, plain, positions, runs, ticks
from portal.ui.svg import Drawing, Figure, short

SIZE = (330.0, 166.0)  # half a page
LEFT, BELOW = 30.0, 22.0
WIDE = 686.0  # a whole page


def hatch(name: str) -> SafeString:
    """The pattern of the exception, in its colour; `name` is unique on its page."""
    return format_html(
        '<defs><pattern id="{}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="5" height="5" class="sheet"/><path d="M0 0V5" class="hatch-2"/></pattern></defs>',
        name,
    )


def beside(
    values: Sequence[float | None],
    before: Sequence[float | None],
    labels: Sequence[str],
    *,
    label: str,
    names: tuple[str, str],
    unit: str = "",
    low: float = 0,
    high: float = 100,
    note: tuple[int, str] | None = None,
    head: Sequence[str] = (),
) -> Figure:
    """A line and, dotted, the same of the period before. `note` are a place among the values and words at it."""
    drawing, foot = Drawing(*SIZE), SIZE[1] - BELOW
    right = SIZE[0] - max(len(name) for name in names) * LETTER - 8
    levels = ticks(low, high)
    scale = Scale(low=low, high=levels[-1], top=TOP, foot=foot)
    draw_grid(drawing, scale, levels, right, "")
    xs = positions(len(values), LEFT + 4, right)
    for series, css in ((before, "line lq dotted"), (values, "line l1")):
        for run in runs(series):
            if len(run) == 1:
                drawing.add(
                    "circle",
                    cx=xs[run[0][0]],
                    cy=scale.y(run[0][1]),
                    r=2.0,
                    css="f1" if series is values else "fq",
                )
                continue
            path = " L".join(f"{short(xs[at])} {short(scale.y(value))}" for at, value in run)
            drawing.add("path", d=f"M{path}", css=css)
    if note is not None and (value := values[note[0]]) is not None:
        x, at_y = xs[note[0]], scale.y(value)
        drawing.add("circle", cx=x, cy=at_y, r=3.5, css="f1")
        half = len(note[1]) * LETTER / 2
        middle, below = min(max(x, LEFT + half), right - half), at_y + 15
        line = below if below < foot - 3 else at_y - 8
        drawing.box(middle - half, line - 10, 2 * half, 13, "sheet")  # no curve runs through the words
        drawing.text(middle, line, note[1], css="b", anchor="middle")
    for at in _shown(len(labels), (right - LEFT) / max(1, len(labels)), 4):
        drawing.text(xs[at], SIZE[1] - 6, labels[at], anchor="middle")
    ends = _apart(_end(values, scale), _end(before, scale))
    for name, y, css in zip(names, ends, ("s t1", ""), strict=True):
        if y is not None:
            drawing.text(right + 6, y + 4, name, css=css)
    rows = [
        (name, *("–" if one is None else plain(one, unit, 1) for one in pair))
        for name, *pair in zip(labels, values, before, strict=True)
    ]
    return Figure(drawing.svg(label), label, head or (_("Hour"), *names), rows)


def _end(series: Sequence[float | None], scale: Scale) -> float | None:
    known = [value for value in series if value is not None]
    return scale.y(known[-1]) if known else None


def _apart(now: float | None, then: float | None) -> tuple[float | None, float | None]:
    """Where the names of two lines stand, so that they do not touch."""
    if now is None or then is None or abs(now - then) >= 13:
        return now, then
    return now, now + (13 if then > now else -13)


def _shown(count: int, step: float, letters: int) -> range:
    """As many labels as have room."""
    return range(0, count, max(1, -int(-(letters * LETTER + 6) // max(step, 1))))


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the whole; `css` a fill of the figures, "" for the hatched exception."""

    value: int
    words: str
    css: str


def whole(parts: Sequence[Part], *, label: str, head: Sequence[str] = ()) -> Figure:
    """One bar cut into parts, each with its value and words below it; words that would touch go one line down."""
    shown = [part for part in parts if part.value]
    total = sum(part.value for part in shown) or 1
    drawing = Drawing(WIDE, 96)
    pattern = f"hatch-2-{hash_of(label)}"
    drawing.parts.append(hatch(pattern))
    x, free = 0.5, [0.0, 0.0]  # how far to the right each of two lines of words is taken
    for part in shown:
        wide = (WIDE - 2) * part.value / total
        if part.css:
            drawing.box(x, 4, wide - 2, 34, part.css)
        else:
            drawing.add(
                "rect", x=x, y=4.5, width=max(1.0, wide - 2), height=33, fill=f"url(#{pattern})", css="edge-2"
            )
        number = plain(part.value)
        before = len(number) * 8 + 4  # the words
        room = before + len(part.words) * LETTER + 12
        left = min(x, WIDE - room)
        row = 0 if left >= free[0] else 1
        left = max(left, free[row])
        free[row] = left + room
        drawing.text(left, 54 + 22 * row, number, css="b")
        drawing.text(left + before, 54 + 22 * row, part.words, css="s")
        x += wide
    rows = [(part.words, plain(part.value)) for part in parts]
    svg, narrow = drawing.svg(label), _narrow_whole(shown, label)
    return Figure(svg, label, head or (_("Part"), _("Value")), rows, narrow=narrow)


def _narrow_whole(shown: Sequence[Part], label: str) -> SafeString:
    """The same for a telephone: the parts below the bar, a line each with its sign."""
    width, total = 358.0, sum(part.value for part in shown) or 1
    drawing, x = Drawing(width, 44.0 + 20 * len(shown)), 0.5
    pattern = f"hatch-2-{hash_of(label)}-narrow"
    drawing.parts.append(hatch(pattern))
    for row, part in enumerate(shown):
        wide, y = (width - 2) * part.value / total, 44.0 + 20 * row
        fill = {"css": part.css} if part.css else {"css": "edge-2", "fill": f"url(#{pattern})"}
        drawing.add("rect", x=x, y=0.5, width=max(1.0, wide - 2), height=30, **fill)
        drawing.add("rect", x=0.5, y=y, width=11, height=11, **fill)
        drawing.text(20, y + 10, plain(part.value), css="b")
        drawing.text(26 + len(plain(part.value)) * 8, y + 10, part.words, css="s")
        x += wide
    return drawing.svg(label)
