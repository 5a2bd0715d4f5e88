"""What an export is of, for whoever writes it: rows that come in batches by key, or a whole that is made at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.db.models import Q, QuerySet

Record = dict[str, Any]
Place = Sequence[Any]  # where a row stands in the order, as JSON has it


class CannotExport(Exception):
    """There is nothing to write, or not for this person; the reason is in words for them."""


class Batch(NamedTuple):
    """Some rows; `last` is where the last of them stands."""

    rows: Sequence[Any]
    last: Place


class Subject(Protocol):
    """Rows. `title` names the file and its sheet, `heads` its columns, `moments` the places of those whose cells are local
    instants."""

    @property
    def title(self) -> str: ...

    @property
    def heads(self) -> Sequence[str]: ...

    @property
    def moments(self) -> Collection[int]: ...

    def count(self) -> int | None:
        """How many rows there are; None where that is not known before they are read."""

    def batch(self, after: Place | None, size: int) -> Batch | None:
        """The rows after a place; None where there are none."""

    def cells(self, rows: Sequence[Any]) -> Sequence[Sequence[Any]]:
        """As lines of a table; a row may take several."""

    def records(self, rows: Sequence[Any]) -> Sequence[Record]:
        """One for each row: values with their types, words of the provider and of ours untranslated, instants in ISO with
        the offset of the zone."""


@dataclass(frozen=True, kw_only=True)
class Whole:
    """Something small that is made at once: `content` gives the file of a format.

    stem   what the file is called, without its ending; "" where its title and the moment say it
    """

    title: str
    stem: str
    rows: int
    content: Callable[[str], bytes]


@dataclass(frozen=True, kw_only=True)
class Found:
    """Rows that a filter leaves.

    order     as `order_by` takes it; the last part is unique
    found     of those made before the export was asked for
    lines     makes lines of CSV of a queryset by the database, where Python would take minutes; so many at once
    """

    title: str
    order: Sequence[str]
    found: QuerySet
    heads: Sequence[str]
    cells: Callable[[Sequence[Any]], Sequence[Sequence[Any]]]
    records: Callable[[Sequence[Any]], Sequence[Record]]
    moments: Collection[int] = ()
    lines: Callable[[Any], Iterable[bytes]] | None = None
    many: int = 0

    def count(self) -> int:
        return self.found.count()

    def batch(self, after: Place | None, size: int) -> Batch | None:
        rows = list(self._after(after)[:size])
        return Batch(rows, self._place_of(rows[-1])) if rows else None

    def batches(self, size: int) -> Iterator[Sequence[Any]]:
        after: Place | None = None
        while batch := self.batch(after, size):
            yield batch.rows
            after = batch.last

    def copied(self, after: Place | None) -> Batch | None:
        """Like a batch, as lines of CSV; for those that have `lines`."""
        assert self.lines is not None
        names = [name.lstrip("-") for name in self.order]
        places = self._after(after).values_list(*names, named=True)
        found = list(places[self.many - 1 : self.many]) or list(places.reverse()[:1])
        if not found:
            return None
        end = self._place_of(found[0])
        return Batch(list(self.lines(self._up_to(self._after(after), end))), end)

    def _place_of(self, row: Any) -> Place:
        values = [getattr(row, name.lstrip("-")) for name in self.order]
        return [value.isoformat() if isinstance(value, datetime) else value for value in values]

    def _after(self, place: Place | None) -> QuerySet:
        """The rows after the one that stands there, in order."""
        ordered = self.found.order_by(*self.order)
        if not place:
            return ordered
        beyond, same = Q(), Q()
        for name, value in zip(self.order, place, strict=True):
            path, way = name.lstrip("-"), "lt" if name.startswith("-") else "gt"
            beyond |= same & Q(**{f"{path}__{way}": value})
            same &= Q(**{path: value})
        first, way = self.order[0].lstrip("-"), "lte" if self.order[0].startswith("-") else "gte"
        return ordered.filter(beyond).filter(**{f"{first}__{way}": place[0]})  # enters an index at its place

    def _up_to(self, rows: QuerySet, end: Place) -> QuerySet:
        """Those of the rows that do not stand after `end`."""
        before, same = Q(), Q()
        for name, value in zip(self.order, end, strict=True):
            path, way = name.lstrip("-"), "gt" if name.startswith("-") else "lt"
            before |= same & Q(**{f"{path}__{way}": value})
            same &= Q(**{path: value})
        first, way = self.order[0].lstrip("-"), "gte" if self.order[0].startswith("-") else "lte"
        return rows.filter(before | same).filter(**{f"{first}__{way}": end[0]})
