"""A table's rows as values for a file: what its cells show as text, and as it is where a machine can use it.

A column's `kind` says which: text, number (of a telephone), count, talk (seconds), money, moment, yes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from portal.ui.cells import Cell
from portal.ui.formats import DASH
from portal.ui.tables import BaseTable, NumberColumn

BETWEEN = " · "
SILENT = ("form", "menu", "script", "style", "svg")
BREAKS = ("br", "div", "li", "p")
BELOW = {"sb-2nd", "sb-under"}  # classes of what stands below or beside a cell's first words


class SheetColumn(NamedTuple):
    """`name` stays the same in every language."""

    label: str
    kind: str
    name: str


class Sheet:
    """A table for a file. `has_names`: of each telephone number its name stands beside it."""

    def __init__(self, table: BaseTable, *, has_names: bool) -> None:
        self.table = table
        self.cells = [
            FileCell(column, table)
            for column in table.columns
            if column.column.kind and not column.column.phone_only
        ]
        self.has_names = has_names

    @property
    def columns(self) -> list[SheetColumn]:
        return [column for cell in self.cells for column in cell.columns(self.has_names)]

    def rows(self) -> Iterator[list[Any]]:
        needs_rows = any(cell.needs_row for cell in self.cells)
        for row in self.table.rows if needs_rows else self.table.data:
            record = row.record if needs_rows else row
            yield [value for cell in self.cells for value in cell.values(record, row, self.has_names)]


class FileCell(Cell):
    """One column's way from a record to what a file says of it."""

    def __init__(self, bound_column: Any, table: BaseTable) -> None:
        super().__init__(bound_column, table)
        self.kind = self.column.kind
        self.own = getattr(table, f"value_{bound_column.name}", None) or self.column.in_file
        self.table = table
        is_of_another = str(self.accessor) == "pk" or self.empty_values == ()
        if self.kind != "text" and is_of_another and not self.own:
            raise TypeError(
                f"{type(table).__name__} needs value_{bound_column.name}: its column reads no value"
            )

    def columns(self, has_names: bool) -> list[SheetColumn]:
        label, name = str(self.bound.header), self.bound.name
        found = [SheetColumn(label, self.kind, name)]
        if has_names and isinstance(self.column, NumberColumn):
            found.append(SheetColumn(_("%(column)s, name") % {"column": label}, "text", f"{name}_name"))
        return found

    def values(self, record: Any, row: Any, has_names: bool) -> list[Any]:
        raw = self.own(record) if self.own else self.value(record)
        if not has_names or not isinstance(self.column, NumberColumn):
            return [self._said(raw, record, row)]
        known = getattr(record, self.column.name, "") if self.column.name else ""
        return [self._said(raw, record, row), str(known or self.table.names.get(raw, ""))]

    def _said(self, raw: Any, record: Any, row: Any) -> Any:
        if raw is None:
            return self._words(raw, record, row) if self.kind == "text" and not self.own else None
        if self.kind == "text":
            return str(raw) if self.own else self._words(raw, record, row)
        if self.kind == "moment":
            return raw.isoformat()
        if self.kind == "money":
            return [raw, self.column.currency.resolve(record, quiet=True) or "EUR"]
        return str(raw) if self.kind == "number" else raw

    def _words(self, raw: Any, record: Any, row: Any) -> str:
        if raw in self.empty_values:
            return ""
        words = text_of(self.content(raw, record, row))
        return "" if words == NONE else words


class _Reader(HTMLParser):
    """Keeps what is read; words below one another are told apart."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.depth = 0  # of what is not read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        classes = set((told.get("class") or "").split())
        if tag in SILENT:
            self.depth += 1
            if self.depth == 1 and told.get("aria-label"):
                self.parts.append(str(told["aria-label"]))
        elif not self.depth and (tag in BREAKS or BELOW & classes):
            self.parts.append(BETWEEN)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BREAKS and not self.depth:
            self.parts.append(BETWEEN)

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.depth:
            self.parts.append(data)


def text_of(html: str) -> str:
    """What a cell says, on one line."""
    if "<" not in html and "&" not in html:
        return html
    reader = _Reader()
    reader.feed(html)
    reader.close()
    words = re.sub(r"\s+", " ", "".join(reader.parts))
    pieces = [piece.strip() for piece in words.split(BETWEEN.strip())]
    return BETWEEN.join(piece for piece in pieces if piece)


NONE = text_of(DASH)
