"""Bars of parts upon each other, day by day or week by week. Each may lead to what is behind it.

What was missed is hatched, so that a print in black and white says the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal.lib.wording import labelled
from portal.ui.figures import (
    LEFT,
    LETTER,
    TOP,
    Mark,
    Scale,
    draw_axis,
    draw_grid,
    draw_mark,
    hash_of,
    linked,
    plain,
    ticks,
)
from portal.ui.svg import Drawing, Figure, pattern

WIDE, NARROW = (736.0, 220.0), (358.0, 200.0)
ROOM_BELOW, ROOM_OF_MARKS = 24.0, 22.0
FEW_BARS = 14  # have their sums above them, and each its name


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One part of every bar, from the foot up. Hatched it is told apart in black and white print, too.

    links   of the table's cells, where the numbers of the part lead; "" for none
    """

    name: str
    values: Sequence[int]
    css: str = ""
    is_hatched: bool = False
    links: Sequence[str] = ()

    def cell(self, at: int) -> str:
        link = self.links[at] if at < len(self.links) and self.values[at] else ""
        return linked(plain(self.values[at]), link)


@dataclass(frozen=True, kw_only=True)
class Stack:
    """What a figure of stacked bars shows.

    labels   name every bar; links are addresses, "" for none
    gaps     places whose values are not whole: hatched behind the bar, a star at its sum
    marks    changes under the axis; the figure is higher by their room
    """

    layers: Sequence[Layer]
    labels: Sequence[str]
    label: str
    links: Sequence[str] = ()
    gaps: frozenset[int] = frozenset()
    marks: Sequence[Mark] = ()

    def draw(self, width: float, plain_height: float) -> SafeString:
        height = plain_height + (ROOM_OF_MARKS if self.marks else 0)
        drawing, foot = Drawing(width, height), plain_height - ROOM_BELOW
        totals = self.totals
        levels = ticks(0, max([1, *totals]))
        scale = Scale(low=0, high=levels[-1], top=TOP, foot=foot)
        right = width - max([len(layer.name) for layer in self.layers], default=0) * LETTER - 14
        draw_grid(drawing, scale, levels, right, "")
        step = (right - LEFT) / max(1, len(totals))
        name = f"stack-{hash_of(self.label)}-{width:.0f}"
        drawing.parts.append(pattern(name, "hatch-missed"))
        drawing.parts.append(pattern(f"{name}-gap"))
        for at in sorted(self.gaps):
            drawing.add(
                "rect",
                x=LEFT + at * step,
                y=TOP,
                width=step,
                height=foot - TOP,
                fill=f"url(#{name}-gap)",
                css="gap",
            )
        for at in range(len(totals)):
            inner = Drawing(width, height)
            self._draw_bar(inner, at, LEFT + at * step + step * 0.14, step * 0.72, scale, name)
            link = self.links[at] if at < len(self.links) else ""
            if link:
                bar = SafeString("".join(inner.parts))
                drawing.add("a", bar, href=link, aria_label=self._words[at])
            else:
                drawing.parts.extend(inner.parts)
        self._draw_sums(drawing, step, scale)
        self._draw_names(drawing, right + 8, scale)
        xs = [LEFT + (at + 0.5) * step for at in range(len(totals))]
        draw_axis(drawing, self.labels, xs, foot, height - 6, shown=self._labels_shown(step, width))
        for mark in self.marks:
            draw_mark(drawing, mark, xs, foot)
        return drawing.svg(self.label, role="group" if any(self.links) else "img")

    @cached_property
    def totals(self) -> list[int]:
        return [sum(values) for values in zip(*(layer.values for layer in self.layers), strict=True)]

    @cached_property
    def _words(self) -> list[str]:
        """Of every bar what it says, drawn wide and narrow."""
        return [
            labelled(
                name,
                ", ".join(
                    f"{plain(layer.values[at])} {layer.name}" for layer in self.layers if layer.values[at]
                ),
            )
            for at, name in enumerate(self.labels)
        ]

    def _draw_bar(self, drawing: Drawing, at: int, x: float, width: float, scale: Scale, name: str) -> None:
        tip = self._words[at]
        below = 0
        for layer in self.layers:
            if value := layer.values[at]:
                y, y_foot = scale.y(below + value), scale.y(below)
                below += value
                if layer.is_hatched:
                    drawing.box(x, y, width, y_foot - y - 0.5, "edge", tip=tip, fill=f"url(#{name})")
                else:
                    drawing.box(x, y, width, y_foot - y - 0.5, layer.css, tip=tip)

    def _draw_sums(self, drawing: Drawing, step: float, scale: Scale) -> None:
        """Above each bar, where there are few and all have room."""
        sums = [plain(total) + ("*" if at in self.gaps else "") for at, total in enumerate(self.totals)]
        if len(sums) > FEW_BARS or any(len(words) * LETTER > step + 4 for words in sums):
            return
        for at, words in enumerate(sums):
            x, y = LEFT + (at + 0.5) * step, scale.y(self.totals[at]) - 4
            drawing.text(x, y, words, css="s", anchor="middle")

    def _labels_shown(self, step: float, width: float) -> int:
        if len(self.labels) > FEW_BARS:
            return 6 if width > 500 else 3
        longest = max((len(name) for name in self.labels), default=0)
        return max(1, round(len(self.labels) / ceil((longest * LETTER + 4) / step)))

    def _draw_names(self, drawing: Drawing, x: float, scale: Scale) -> None:
        """The parts by name beside the last bar, moved off each other."""
        if not self.totals:
            return
        below, floor = 0, scale.foot + 14
        for layer in self.layers:
            value = layer.values[-1]
            y = min(scale.y(below + value / 2) + 4, floor - 14)
            below += value
            floor = y
            drawing.text(x, y, layer.name, css="s")


def stacked(stack: Stack, *, head: str = "") -> Figure:
    """The bars wide and narrow, and their table with a column a part."""
    rows = []
    for at, name in enumerate(stack.labels):
        link = stack.links[at] if at < len(stack.links) else ""
        total = plain(stack.totals[at])
        rows.append(
            (
                name,
                linked(total, link),
                *(layer.cell(at) for layer in stack.layers),
            )
        )
    heads = (head or _("Day"), _("All"), *(layer.name for layer in stack.layers))
    return Figure(stack.draw(*WIDE), stack.label, heads, rows, narrow=stack.draw(*NARROW))
