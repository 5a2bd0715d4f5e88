"""A report as XLSX, a sheet for each section, and as CSV, one after another. How their cells are written: figures/files.py.

What is missing stands above the tables in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.tabular import CSV_MARK, Head, Sheet, csv_text, write_sheets
from telephony.figures.files import ABOUT_WIDTHS, cells_of, dated_cells_of, heads_of
from telephony.reports.document import Document, Section


def csv_of(document: Document) -> bytes:
    rows: list[list[Any]] = [*_about(document)]
    for section in _with_rows(document):
        heads = [head.text for head in _heads(section, document.zone)]
        rows += [[], [section.title], heads, *_rows(section, document.zone, cells_of)]
    return (CSV_MARK + csv_text(rows)).encode()


def xlsx_of(document: Document) -> bytes:
    target = BytesIO()
    sheets = [Sheet(_("About"), [], _about(document), ABOUT_WIDTHS)]
    sheets += [
        Sheet(
            one.tab or one.title,
            _heads(one, document.zone),
            list(_rows(one, document.zone, dated_cells_of)),
        )
        for one in _with_rows(document)
    ]
    write_sheets(target, sheets)
    return target.getvalue()


def _about(document: Document) -> list[list[Any]]:
    stamp = document.stamp
    marked = any(one.stars for one in _with_rows(document))
    told = [
        (_("Report"), document.title),
        (_("Customer"), document.tenant),
        (_("Of"), document.scope),
        (_("Period"), document.period),
        (_("Time zone"), document.zone),
        (_("Data"), f"{stamp.title}. {stamp.text}" if stamp.text else stamp.title),
        ("", _marked_words() if marked else ""),
        ("", stamp.replaces),
        (_("Date"), document.made),
    ]
    return [[what, value] for what, value in told if value]


def _marked_words() -> str:
    told = {"yes": _("yes"), "column": _("Not whole")}
    return _("Rows that contain it say “%(yes)s” under “%(column)s”.") % told


def sheets_of(document: Document) -> Mapping[str, int]:
    """On which sheet of the workbook each section is, by its key; the first one tells of the report."""
    return {one.key: place for place, one in enumerate(_with_rows(document), start=2)}


def rows_of(document: Document) -> int:
    """How many rows the tables have in all."""
    return sum(len(one.rows) for one in _with_rows(document))


def _with_rows(document: Document) -> list[Section]:
    return [one for one in document.sections if one.columns]


def _heads(section: Section, zone: str) -> list[Head]:
    heads = heads_of(section.columns, zone)
    return [*heads, Head(_("Not whole"), 13)] if section.stars else heads


def _rows(section: Section, zone: str, to_cells: Callable[..., list[Any]]) -> Iterator[list[Any]]:
    for place, row in enumerate(section.rows):
        cells = to_cells(section.columns, row, zone)
        yield [*cells, _("yes") if place in section.stars else ""] if section.stars else cells
