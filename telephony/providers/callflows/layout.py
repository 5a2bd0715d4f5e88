"""Where the steps of a drawing stand: a tree top-down, in columns and rows, each step above the middle of what is below."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
Contour = list[tuple[float, float]]  # leftmost and rightmost column of each row


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
    contours: dict[K, Contour] = {}
    for step in reversed(order):
        contours[step] = _joined(step, below(step), contours, shifts)
    left = min(one for one, _right in contours[top])
    places: dict[K, tuple[float, int]] = {top: (-left, 0)}
    for step in order:
        column, row = places[step]
        for child in below(step):
            places[child] = (column + shifts[child], row + 1)
    columns = max(right for _left, right in contours[top]) - left + 1
    return Layout(places=places, columns=columns, rows=len(contours[top]))


def _walk(top: K, below: Callable[[K], Sequence[K]]) -> Iterator[K]:
    waiting = [top]
    while waiting:
        step = waiting.pop()
        yield step
        waiting.extend(reversed(below(step)))


def _joined(step: K, children: Sequence[K], contours: dict[K, Contour], shifts: dict[K, float]) -> Contour:
    """The outline of a step with all below it, its own column being 0; its children learn how far they stand from it."""
    if len(children) == 1:  # most have one below: it stands right there
        shifts[children[0]] = 0.0
        return [(0.0, 0.0), *contours.pop(children[0])]
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
