"""Where the steps of a drawing stand: a tree top-down, in columns and rows, each step above the middle of what is below.

Many small branches take two lines, not one broad one: those of the second stand between those of the first,
so that what leads to them passes there (callflow_drawing.py draws it).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Contour = list[tuple[float, float]]  # leftmost and rightmost column of each row
IN_A_LINE, HIGH, BROAD = 4, 4, 3  # small branches in one line at most; their rows and columns at most


@dataclass(frozen=True)
class Layout(Generic[K]):
    """`places` are (column, row), the leftmost column is 0; `columns` and `rows` how many the drawing takes."""

    places: Mapping[K, tuple[float, int]]
    columns: float
    rows: int


def laid_out(top: K, below: Callable[[K], Sequence[K]]) -> Layout[K]:
    """The places of `top` and all below it. Subtrees stand as close as they can; a step has one column to itself."""
    order = list(_walk(top, below))
    shifts: dict[K, float] = {top: 0.0}  # column, counted from the step above
    drops: dict[K, int] = {}  # row, counted likewise, of those that do not stand right below it
    contours: dict[K, Contour] = {}
    for step in reversed(order):
        contours[step] = _joined(step, below(step), contours, shifts, drops)
    left = min(one for one, _right in contours[top])
    places: dict[K, tuple[float, int]] = {top: (-left, 0)}
    for step in order:
        column, row = places[step]
        for child in below(step):
            places[child] = (column + shifts[child], row + drops.get(child, 1))
    columns = max(right for _left, right in contours[top]) - left + 1
    return Layout(places=places, columns=columns, rows=len(contours[top]))


def _walk(top: K, below: Callable[[K], Sequence[K]]) -> Iterator[K]:
    waiting = [top]
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(reversed(below(step)))


def _joined(
    step: K,
    children: Sequence[K],
    contours: dict[K, Contour],
    shifts: dict[K, float],
    drops: dict[K, int],
) -> Contour:
    """The outline of a step with all below it, its own column being 0; its children learn how far they stand from it."""
    if len(children) == 1:  # most have one below: it stands right there
        shifts[children[0]] = 0.0
        return [(0.0, 0.0), *contours.pop(children[0])]
    if len(children) > IN_A_LINE and all(_is_small(contours[child]) for child in children):
        return _in_two_lines(children, contours, shifts, drops)
    outline: Contour = []
    for child in children:
        own = contours.pop(child)
        apart = [before[1] - after[0] + 1 for before, after in zip(outline, own, strict=False)]
        shift = max(apart, default=0.0)
        shifts[child] = shift
        moved = [(left + shift, right + shift) for left, right in own]
        outline = [
            *((before[0], after[1]) for before, after in zip(outline, moved, strict=False)),
            *outline[len(moved) :],
            *moved[len(outline) :],
        ]
    if not children:
        return [(0.0, 0.0)]
    middle = (shifts[children[0]] + shifts[children[-1]]) / 2
    for child in children:
        shifts[child] -= middle
    return [(0.0, 0.0), *((left - middle, right - middle) for left, right in outline)]


def _is_small(contour: Contour) -> bool:
    return len(contour) <= HIGH and _bounds(contour)[1] - _bounds(contour)[0] < BROAD


def _bounds(contour: Contour) -> tuple[float, float]:
    return min(left for left, _right in contour), max(right for _left, right in contour)


def _in_two_lines(
    children: Sequence[K], contours: dict[K, Contour], shifts: dict[K, float], drops: dict[K, int]
) -> Contour:
    """The outline of a step whose children take two lines. Those of the first keep apart over all their height; those of
    the second stand in the lanes between them, and to the right of them.
    """
    half = (len(children) + 1) // 2
    columns: dict[K, float] = {}
    lanes: list[float] = []
    outline: Contour = [(0.0, 0.0)]
    for line in (children[:half], children[half:]):
        own = {child: _bounds(contours[child]) for child in line}
        end = 0.0 if not lanes else lanes[0] - 0.5
        for child, (left, right) in own.items():
            column = end - left
            if lanes:
                column = next((lane for lane in lanes if lane >= column), column)
            columns[child], drops[child] = column, len(outline)
            end = column + right + 1
        begin = columns[line[0]] + own[line[0]][0]
        rows = max(len(contours.pop(child)) for child in line)
        outline += [(begin, end - 1)] * rows
        if not lanes:
            lanes = [columns[child] + own[child][1] + 0.5 for child in line]
    last = columns[children[-1]] - 0.5  # what leads there passes beside the first line
    outline = [
        (left, max(right, last)) if row else (left, right) for row, (left, right) in enumerate(outline)
    ]
    middle = (min(columns.values()) + max(columns.values())) / 2
    shifts.update({child: column - middle for child, column in columns.items()})
    return [(0.0, 0.0), *((left - middle, right - middle) for left, right in outline[1:])]
