"""A page over several tables at once, newest first: rows of each, merged by when they were made.

Like `KeysetPage` it reads the rows after a row, never an offset: a page costs one query a table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.core import signing
from django.db.models import Q, QuerySet

from portal.ui.keyset import CAP, BadCursor, CappedCount

SALT = "merged"


class MergedPage:
    """One page of several querysets; their models have `created_at` and an id. Raises BadCursor.

    Rows made at the same moment stand in the order of the querysets, then of their ids, the highest first.
    """

    def __init__(self, sources: Sequence[QuerySet], cursor: str = "", size: int = 50) -> None:
        self.sources, self.size = list(sources), size
        self.is_backward, self.edge = self._read(cursor)

    def _read(self, cursor: str) -> tuple[bool, tuple[datetime, int, int] | None]:
        if not cursor:
            return False, None
        try:
            way, at, source, pk = signing.loads(cursor, salt=SALT)
            return way == "b", (datetime.fromisoformat(at), int(source), int(pk))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise BadCursor("not a cursor of this list") from error

    def _beyond(self, source: int) -> Q:
        """What of a source lies beyond the edge in the direction of travel."""
        if self.edge is None:
            return Q()
        at, edge_source, pk = self.edge
        way = "gt" if self.is_backward else "lt"
        beyond = Q(**{f"created_at__{way}": at})
        if source == edge_source:
            beyond |= Q(created_at=at, **{f"pk__{way}": pk})
        elif (source > edge_source) is not self.is_backward:
            beyond |= Q(created_at=at)
        return beyond

    @cached_property
    def _fetched(self) -> tuple[list[tuple[datetime, int, int, Any]], bool]:
        """The rows with their places in the order of the page, and whether more lie beyond."""
        order = ("created_at", "pk") if self.is_backward else ("-created_at", "-pk")
        found = [
            (row.created_at, -source, row.pk, row)
            for source, queryset in enumerate(self.sources)
            for row in queryset.filter(self._beyond(source)).order_by(*order)[: self.size + 1]
        ]
        found.sort(key=lambda one: one[:3], reverse=not self.is_backward)
        rows = found[: self.size]
        return (rows[::-1] if self.is_backward else rows), len(found) > self.size

    @property
    def rows(self) -> list[Any]:
        return [one[3] for one in self._fetched[0]]

    def __len__(self) -> int:
        return len(self._fetched[0])

    @property
    def is_at_start(self) -> bool:
        """Whether nothing said where it begins."""
        return self.edge is None

    @property
    def is_all(self) -> bool:
        """Whether there is no row outside this page."""
        return self.edge is None and not self._fetched[1]

    @property
    def next_cursor(self) -> str:
        rows, has_more = self._fetched
        return self._write("f", rows[-1]) if rows and (self.is_backward or has_more) else ""

    @property
    def previous_cursor(self) -> str:
        rows, has_more = self._fetched
        has_previous = has_more if self.is_backward else self.edge is not None
        return self._write("b", rows[0]) if rows and has_previous else ""

    def _write(self, way: str, place: tuple[datetime, int, int, Any]) -> str:
        at, source, pk, _row = place
        return signing.dumps([way, at.isoformat(), -source, pk], salt=SALT, compress=True)

    def counted(self, cap: int | None = CAP) -> CappedCount:
        """How many rows there are, up to `cap`, None: all; one query."""
        most = None if cap is None else cap + 1
        first, *others = (source.order_by().values_list("pk")[:most] for source in self.sources)
        found = first.union(*others, all=True).count() if others else first.count()
        return (
            CappedCount(found, is_capped=False) if cap is None else CappedCount(min(found, cap), found > cap)
        )
