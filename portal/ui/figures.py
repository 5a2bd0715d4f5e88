"""Figures drawn on the server as SVG: line, bars, stacks, strip, sparkline. Heat map and calendar: portal/ui/grids.py.

Pure functions of their arguments. Each gives a Figure: the drawing with its finding as label, and its table.
Gaps are gaps (None); bars begin at zero; a line may begin higher, its title then says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from itertools import groupby

from django.utils import formats as django_formats
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.lib.wording import labelled
from portal.ui.svg import Drawing, Figure, pattern, short

LEFT, TOP, ROOM_BELOW = 40.0, 14.0, 46.0
LETTER = 6.2  # how wide one of the small words is, on the safe side
WIDE, NARROW = (736.0, 262.0), (358.0, 226.0)  # at a desk; on a telephone, so that its words stay as large


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A change on the axis, as a lettered jack. `at` is a position among the values, 4.5 between two of them."""

    at: float
    letter: str
    title: str = ""


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Values that are missing, from position `first` to `last`, with the words written into it."""

    first: int
    last: int
    words: str = ""


@dataclass(frozen=True, kw_only=True)
class Scale:
    """Values to heights: `low` at the foot, `high` at the top."""

    low: float
    high: float
    top: float
    foot: float

    def y(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1)
        return self.foot - max(0.0, min(1.0, share)) * (self.foot - self.top)


def ticks(low: float, high: float, wanted: int = 4) -> list[float]:
    """Round values from `low` to `high` or just above it, in steps of 1, 2, 2.5 or 5 times a power of ten.

    A step that ends exactly at `high` is taken before one that ends above it, so that a scale ends at 100 %.
    """
    span = max(high - low, 1e-9)
    power = 10.0 ** (len(str(int(span / wanted))) - 1) if span / wanted >= 1 else 1.0
    steps = [power * factor for factor in (1, 2, 2.5, 5, 10) if span / (power * factor) <= wanted + 2]
    exact = [step for step in steps if abs(span / step - round(span / step)) < 1e-9 and span / step >= 2]
    step = exact[0] if exact else next((step for step in steps if step * wanted >= span), power * 10)
    values = [low]
    while values[-1] < high - step * 1e-6:
        values.append(values[-1] + step)
    return values


def plain(value: float, unit: str = "", digits: int = 0) -> str:
    """A value as its label has it: "88.3 %"."""
    return _plain(get_language(), value, unit, digits)


@lru_cache(maxsize=8192)
def _plain(_language: str | None, value: float, unit: str, digits: int) -> str:
    """A page of figures writes a thousand numbers, most of them several times."""
    text = django_formats.number_format(round(value, digits), digits, use_l10n=True, force_grouping=True)
    return f"{text}\u00a0{unit}" if unit else text


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a line figure shows; see `line`. `tips` name every place, with its value."""

    values: Sequence[float | None]
    labels: Sequence[str]
    label: str
    levels: Sequence[float]
    unit: str
    digits: int
    usual: float | None
    usual_words: str
    gaps: Sequence[Gap]
    marks: Sequence[Mark]
    end_words: str
    links: Sequence[str]
    tips: Sequence[str]

    def draw(self, width: float, height: float) -> SafeString:
        drawing, foot = Drawing(width, height), height - ROOM_BELOW
        scale = Scale(low=self.levels[0], high=self.levels[-1], top=TOP, foot=foot)
        right = width - (124 if width > 500 else 92)
        xs = positions(len(self.values), LEFT, right)
        draw_grid(drawing, scale, self.levels, xs[-1] if xs else right, self.unit)
        for number, gap in enumerate(self.gaps):
            draw_gap(drawing, gap, xs, scale, f"hatch-{hash_of(self.label)}-{width:.0f}-{number}")
        if self.usual is not None and xs:
            drawing.rule(LEFT, scale.y(self.usual), xs[-1], scale.y(self.usual), "line lq dotted")
        for run in runs(self.values):
            if len(run) == 1:
                drawing.add("circle", cx=xs[run[0][0]], cy=scale.y(run[0][1]), r=2.5, css="f1")
            else:
                path = " L".join(f"{short(xs[at])} {short(scale.y(value))}" for at, value in run)
                drawing.add("path", d=f"M{path}", css="line l1")
        draw_end(
            drawing,
            self.values,
            xs,
            scale,
            self.usual,
            self.usual_words,
            self.unit,
            self.digits,
            self.end_words,
        )
        draw_axis(drawing, self.labels, xs, foot, height - 7, shown=5 if width > 500 else 3)
        for mark in self.marks:
            draw_mark(drawing, mark, xs, foot)
        for at, (link, value) in enumerate(zip(self.links, self.values, strict=True)):
            if link and value is not None:
                draw_way(drawing, at, xs, scale, value, link, self.tips[at])
        return drawing.svg(self.label, role="group" if any(self.links) else "img")


def line(
    values: Sequence[float | None],
    labels: Sequence[str],
    *,
    label: str,
    low: float = 0,
    high: float | None = None,
    unit: str = "",
    digits: int = 0,
    usual: float | None = None,
    usual_words: str = "",
    gaps: Sequence[Gap] = (),
    marks: Sequence[Mark] = (),
    end_words: str = "",
    head: Sequence[str] = (),
    counts: Sequence[int] = (),
    links: Sequence[str] = (),
) -> Figure:
    """One line over days or hours. `labels` name every position; a few of them are written under the axis.

    counts     the calls behind each value: a column of the table, before that of the values; `head` names it as well
    links      of each position what is behind it, "" for nothing
    end_words  written at the end of the line, after its last value ("today")
    usual      a dotted comparison with its value at the right; `usual_words` name it otherwise than "usual: %(value)s"
    """
    known = [value for value in values if value is not None]
    told = ["–" if value is None else plain(value, unit, digits) for value in values]
    ways = links or [""] * len(values)
    drawn = Line(
        values=values,
        labels=labels,
        label=label,
        levels=ticks(low, high if high is not None else max([*known, usual or 0, low + 1])),
        unit=unit,
        digits=digits,
        usual=usual,
        usual_words=usual_words,
        gaps=gaps,
        marks=marks,
        end_words=end_words,
        links=ways,
        tips=_tips(labels, told, counts),
    )
    rows: list[tuple[object, ...]] = list(zip(labels, told, strict=True))
    if counts:
        rows = [
            (name, linked(plain(count), way), value)
            for name, count, way, value in zip(labels, counts, ways, told, strict=True)
        ]
    return Figure(drawn.draw(*WIDE), label, head or (_("Day"), label), rows, narrow=drawn.draw(*NARROW))


def _tips(labels: Sequence[str], told: Sequence[str], counts: Sequence[int]) -> list[str]:
    if not counts:
        return [labelled(name, value) for name, value in zip(labels, told, strict=True)]
    return [
        labelled(
            name,
            ngettext("%(value)s, %(count)s call", "%(value)s, %(count)s calls", count)
            % {"value": value, "count": plain(count)},
        )
        for name, value, count in zip(labels, told, counts, strict=True)
    ]


def positions(count: int, left: float, right: float) -> list[float]:
    if count < 2:
        return [left] * count
    return [left + (right - left) * at / (count - 1) for at in range(count)]


def runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """The stretches without a gap, as (position, value)."""
    pairs = [(at, value) for at, value in enumerate(values)]
    for is_known, group in groupby(pairs, key=lambda pair: pair[1] is not None):
        if is_known:
            yield [(at, value) for at, value in group if value is not None]


def hash_of(text: str) -> int:
    """A small number that is the same in every process, for ids inside one page."""
    return sum((at + 1) * ord(letter) for at, letter in enumerate(text)) % 100_000


def draw_grid(drawing: Drawing, scale: Scale, levels: Sequence[float], right: float, unit: str) -> None:
    for level in levels:
        is_top = level == levels[-1]
        drawing.rule(LEFT, scale.y(level), right, scale.y(level), "axis" if level == scale.low else "grid")
        digits = 0 if float(level).is_integer() else 1
        drawing.text(LEFT - 8, scale.y(level) + 4, plain(level, unit if is_top else "", digits), anchor="end")


def draw_gap(drawing: Drawing, gap: Gap, xs: Sequence[float], scale: Scale, name: str) -> None:
    """Hatched from half a step before the first missing value to half a step after the last."""
    step = (xs[1] - xs[0]) / 2 if len(xs) > 1 else 10.0
    left, right = max(xs[gap.first] - step, LEFT), min(xs[gap.last] + step, xs[-1] + step)
    drawing.parts.append(pattern(name))
    drawing.add(
        "rect",
        x=left,
        y=scale.top,
        width=right - left,
        height=scale.foot - scale.top,
        fill=f"url(#{name})",
        css="gap",
    )
    if gap.words:
        middle, words = (left + right) / 2, gap.words.split(" ", 1)
        wide = max(len(word) for word in words) * LETTER + 8
        drawing.box(middle - wide / 2, scale.foot - 10 - 14 * len(words), wide, 14 * len(words) + 2, "sheet")
        for number, word in enumerate(words):
            drawing.text(middle, scale.foot - 14 * (len(words) - number), word, css="s", anchor="middle")


def draw_end(
    drawing: Drawing,
    values: Sequence[float | None],
    xs: Sequence[float],
    scale: Scale,
    usual: float | None,
    usual_words: str,
    unit: str,
    digits: int,
    end_words: str,
) -> None:
    """The last value at the right of the figure, also where a gap follows it, its words below it where they have no room
    beside it; the usual one at the height of its dots, moved off if they would touch.
    """
    last = next(((at, value) for at, value in reversed(list(enumerate(values))) if value is not None), None)
    end_y, lines = None, []
    if last is not None:
        at, value = last
        end_y = scale.y(value)
        drawing.add("circle", cx=xs[at], cy=end_y, r=4, css="f1")
        lines = [plain(value, unit, digits), *([end_words] if end_words else [])]
        if len(" ".join(lines)) * LETTER <= drawing.width - xs[-1] - 8:
            lines = [" ".join(lines)]
        for number, words in enumerate(lines):
            drawing.text(xs[-1] + 8, end_y + 4 + 14 * number, words, css="b")
    if usual is not None and xs:
        y = scale.y(usual)
        if end_y is not None and -14 < y - end_y < 14 * len(lines):
            y = end_y - 14 if y <= end_y else end_y + 14 * len(lines)
        written = plain(usual, "", 0 if float(usual).is_integer() else digits)
        drawing.text(xs[-1] + 8, y + 4, (usual_words or _("usual: %(value)s")) % {"value": written})


def draw_axis(
    drawing: Drawing, labels: Sequence[str], xs: Sequence[float], foot: float, y: float, shown: int = 5
) -> None:
    """About `shown` labels, the first and the last always among them."""
    if not xs:
        return
    step = max(1, round(len(xs) / shown))
    chosen = [*range(0, len(xs) - step // 2 - 1, step), len(xs) - 1] if len(xs) > 1 else [0]
    for at in chosen:
        drawing.text(xs[at], y, labels[at], anchor="middle")
        drawing.rule(xs[at], foot, xs[at], foot + 4, "axis")


def draw_mark(drawing: Drawing, mark: Mark, xs: Sequence[float], foot: float) -> None:
    if len(xs) < 2:
        return
    x = xs[0] + (xs[-1] - xs[0]) * mark.at / (len(xs) - 1)
    drawing.rule(x, TOP, x, foot + 9, "markline")
    drawing.add("circle", cx=x, cy=foot + 15, r=8, css="mark")
    drawing.text(x, foot + 19, mark.letter, css="s", anchor="middle")


def draw_way(
    drawing: Drawing, at: int, xs: Sequence[float], scale: Scale, value: float, link: str, tip: str
) -> None:
    """A place of a line that leads on: as wide as a step, its point seen where it is aimed at."""
    step = (xs[1] - xs[0]) / 2 if len(xs) > 1 else 10.0
    left, right = max(xs[at] - step, LEFT - 4), min(xs[at] + step, xs[-1] + 4)
    inner = Drawing(drawing.width, drawing.height)
    inner.add(
        "rect",
        SafeString(f"<title>{escape(tip)}</title>"),
        x=left,
        y=scale.top,
        width=right - left,
        height=scale.foot - scale.top,
        fill="none",
        pointer_events="all",
    )
    inner.add("circle", cx=xs[at], cy=scale.y(value), r=4, fill="none", css="spot")
    drawing.add("a", SafeString("".join(inner.parts)), href=link, aria_label=tip)


def linked(words: str, link: str) -> str:
    """The words of a cell, leading on where there is a way."""
    return SafeString(f'<a href="{escape(link)}">{escape(words)}</a>') if link else words


def bars(
    values: Sequence[float | None],
    labels: Sequence[str],
    *,
    label: str,
    unit: str = "",
    css: str = "f1",
    head: Sequence[str] = (),
    size: tuple[float, float] = (736, 200),
) -> Figure:
    """Bars from zero; the greatest has its value written on it. A missing value leaves its place empty."""
    drawing = Drawing(*size)
    foot, right = size[1] - 24, size[0] - 8
    top_value = max([value for value in values if value is not None], default=0)
    levels = ticks(0, max(top_value, 1))
    scale = Scale(low=0, high=levels[-1], top=TOP + 6, foot=foot)
    draw_grid(drawing, scale, levels, right, unit)
    step = (right - LEFT) / max(1, len(values))
    for at, value in enumerate(values):
        if value is None:
            continue
        x, y = LEFT + at * step + step * 0.14, scale.y(value)
        drawing.box(
            x, y, step * 0.72, foot - y, css, radius=1.5, tip=labelled(labels[at], plain(value, unit))
        )
        if value == top_value and value:
            drawing.text(x + step * 0.36, y - 5, plain(value, unit), css="b", anchor="middle")
            top_value = -1.0
    centres = [LEFT + (at + 0.5) * step for at in range(len(values))]
    draw_axis(drawing, labels, centres, foot, size[1] - 6)
    rows = [(name, "–" if v is None else plain(v, unit)) for name, v in zip(labels, values, strict=True)]
    return Figure(drawing.svg(label), label, head or (_("When"), label), rows)


def sparkline(values: Sequence[float | None], *, label: str, size: tuple[float, float] = (120, 28)) -> Figure:
    """A line as small as a word; no axis, a dot at its end."""
    drawing = Drawing(*size)
    known = [value for value in values if value is not None]
    scale = Scale(low=min([0, *known]), high=max([1, *known]), top=4, foot=size[1] - 4)
    xs = positions(len(values), 3, size[0] - 5)
    for run in runs(values):
        path = " L".join(f"{short(xs[at])} {short(scale.y(value))}" for at, value in run)
        drawing.add("path", d=f"M{path}", css="line l1 thin")
    if values and values[-1] is not None:
        drawing.add("circle", cx=xs[-1], cy=scale.y(values[-1]), r=2.5, css="f1")
    return Figure(drawing.svg(label), label, (), (), css="spark")


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One cell of a strip: tone ok, some, bad or empty, and what is said on hover."""

    tone: str
    title: str = ""


def strip(
    slots: Sequence[Slot],
    *,
    label: str,
    first: str = "",
    last: str = "",
    words: str = "",
    at: int | None = None,
) -> Figure:
    """A row of cells over time, the exceptions taller. `words` are written under position `at`."""
    width, tones = 356.0, {"ok": "f1 soft", "some": "f3", "bad": "f2", "empty": "sb-cal-none soft"}
    drawing = Drawing(width, 46)
    step = width / max(1, len(slots))
    for number, slot in enumerate(slots):
        top = 0 if slot.tone in ("bad", "some") else 4
        drawing.box(number * step, top, step * 0.74, 26 - top, tones[slot.tone], radius=1.2, tip=slot.title)
    drawing.text(0, 43, first)
    drawing.text(width, 43, last, anchor="end")
    if words and at is not None:
        half = len(words) * LETTER / 2 + LETTER  # between the words at both ends
        middle = max((at + 0.5) * step, len(first) * LETTER + half)
        middle = min(middle, width - len(last) * LETTER - half)
        drawing.text(middle, 43, words, css="s", anchor="middle")
    return Figure(drawing.svg(label), label, (), (), css="sb-health")


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a whole; css a, b or c (see .sb-barline)."""

    label: str
    value: float
    css: str


def shares(parts: Sequence[Share], *, label: str) -> Figure:
    """One bar cut into parts; what each is stands in words beside it."""
    drawing = Drawing(720, 16)
    total, x = sum(part.value for part in parts) or 1, 0.0
    for part in parts:
        wide = 720 * part.value / total
        drawing.box(x, 0, wide - 2, 16, part.css, radius=2, tip=labelled(part.label, plain(part.value)))
        x += wide
    rows = [(part.label, plain(part.value)) for part in parts]
    return Figure(drawing.svg(label), label, (_("Part"), _("Value")), rows, css="sb-shares")
