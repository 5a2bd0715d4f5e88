"""A page over parts of a table that are not read together: each has conditions of its own, and a scope of its own.

What is read of each part is where its rows stand in the order, in pieces and no further than the page goes; the page's
rows are read at once when it is known which they are. So a page costs one query a part and one more, and a few for
another piece where it is long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from portal.ui.keyset import CAP, CappedCount, KeysetPage, Row, capped_count

FIRST_PIECE, LONGEST_PIECE = 100, 1_000


@dataclass(frozen=True)
class Part:
    """Rows, and what is open while they are read."""

    records: QuerySet
    scope: Callable[[], AbstractContextManager[None]]


class PartedPage(KeysetPage[Row]):
    """One page of all parts in one order. Its cursors are good for other parts too: they tell a row's place, not its part.

    whole   all rows that parts may have, with what a page shows of them
    order   of columns without NULL, all of them up or all of them down, the last being the primary key
    """

    def __init__(
        self, whole: Part, parts: Sequence[Part], order: Sequence[str], cursor: str = "", size: int = 50
    ) -> None:
        super().__init__(whole.records, order, cursor, size)
        ways = {term.is_descending for term in self.terms}
        if (
            len(ways) > 1
            or any(term.is_nullable for term in self.terms)
            or not self.terms[-1].field.primary_key
        ):
            raise ValueError(f"places of several parts cannot be compared by {', '.join(order)}")
        self.whole, self.parts = whole, parts
        self._lengths: dict[int, int] = {}  # of parts that were read whole, how many rows they have

    def counted(self, cap: int | None = CAP) -> CappedCount:
        """How many rows all parts have, up to `cap`, None: all. Parts that the page has read whole are not asked again."""
        found = sum(self._lengths.values())
        for at, part in enumerate(self.parts):
            if cap is not None and found > cap:
                break
            if at not in self._lengths:
                with part.scope():
                    found += capped_count(part.records, None if cap is None else cap + 1 - found).value
        return (
            CappedCount(found, is_capped=False) if cap is None else CappedCount(min(found, cap), found > cap)
        )

    def _nearest(self) -> tuple[list[Row], bool]:
        places = merge(*map(self._places, range(len(self.parts))), reverse=self._way[0].is_descending)
        found = [place[-1] for place in islice(places, self.size + 1)]
        with self.whole.scope():
            rows = self.whole.records.in_bulk(found[: self.size])
        return [rows[pk] for pk in found[: self.size] if pk in rows], len(found) > self.size

    def _places(self, at: int) -> Iterator[tuple[Any, ...]]:
        """Where the rows of a part stand, the nearest first; each piece is twice as long as the one before."""
        part, paths = self.parts[at], [term.path for term in self.terms]
        edge: Sequence[Any] | None = self.edge
        size, met = min(self.size + 1, FIRST_PIECE), 0
        while True:
            with part.scope():
                piece = list(self._after(part.records, edge).values_list(*paths)[:size])
            met += len(piece)
            if len(piece) < size and self.edge is None:
                self._lengths[at] = met
            yield from piece
            if len(piece) < size:
                return
            edge, size = piece[-1], min(2 * size, LONGEST_PIECE)
