"""The fewest rectangles that cover some minutes of some weekdays: each is a set of days with one span.

Rectangles may overlap, as the rules of a set may.
"""

from __future__ import annotations

from collections.abc import Sequence

from telephony.providers.hours import Span, Spans, without

Cell = tuple[int, int]  # weekday, index of an elementary stretch
Rectangle = tuple[frozenset[int], Span]
STEPS = 20_000  # of the search; a week that needs more gets the best cover found until then


def fewest(week: Sequence[Spans]) -> list[Rectangle]:
    """Cover exactly the spans of seven days with as few rectangles as can be."""
    edges = sorted({edge for spans in week for span in spans for edge in (span.begin, span.end)})
    cells = {
        (day, index)
        for day, spans in enumerate(week)
        for index, begin in enumerate(edges[:-1])
        if any(span.begin <= begin < span.end for span in spans)
    }
    choices = _largest(edges, cells)
    covers = {
        choice: {(day, index) for day in choice[0] for index in _stretch(edges, choice[1])}
        for choice in choices
    }
    found = _parted(_Search(covers, cells).run())
    return sorted(found, key=lambda one: (min(one[0]), -len(one[0]), one[1]))


def _parted(cover: list[Rectangle]) -> list[Rectangle]:
    """The same with days left out where other rectangles say it: "Saturday and Sunday, all day" is said once."""
    parted = sorted(cover, key=lambda one: one[1].end - one[1].begin)
    for index, (weekdays, span) in enumerate(parted):
        others = parted[:index] + parted[index + 1 :]
        needed = {
            day for day in weekdays if without((span,), [other for days, other in others if day in days])
        }
        parted[index] = (frozenset(needed), span)
    return parted


def _stretch(edges: list[int], span: Span) -> range:
    return range(edges.index(span.begin), edges.index(span.end))


def _largest(edges: list[int], cells: set[Cell]) -> list[Rectangle]:
    """The rectangles that cannot grow: neither by a day nor in time."""
    found: dict[frozenset[int], list[Span]] = {}
    for first in range(len(edges) - 1):
        for stop in range(first + 1, len(edges)):
            fitting = frozenset(
                day for day in range(7) if all((day, index) in cells for index in range(first, stop))
            )
            if fitting:
                found.setdefault(fitting, []).append(Span(edges[first], edges[stop]))
    return [
        (fitting, span)
        for fitting, spans in found.items()
        for span in spans
        if not any(one != span and one.begin <= span.begin and span.end <= one.end for one in spans)
    ]


class _Search:
    """Depth first: the cell with the fewest choices is settled first; a branch that cannot win is left."""

    def __init__(self, covers: dict[Rectangle, set[Cell]], cells: set[Cell]) -> None:
        self.covers = covers
        self.cells = cells
        self.best: list[Rectangle] | None = None
        self.steps = 0

    def run(self) -> list[Rectangle]:
        self._go([], self.cells)
        return self.best or []

    def _go(self, taken: list[Rectangle], left: set[Cell]) -> None:
        if not left:
            self.best = list(taken)
            return
        self.steps += 1
        if self.best is not None and (len(taken) + 1 >= len(self.best) or self.steps > STEPS):
            return
        choices = min(
            ([one for one, covered in self.covers.items() if cell in covered] for cell in sorted(left)),
            key=len,
        )
        for choice in sorted(choices, key=lambda one: -len(self.covers[one] & left)):
            self._go([*taken, choice], left - self.covers[choice])
