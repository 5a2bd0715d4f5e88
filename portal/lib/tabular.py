"""Rows to files that open safely: CSV by RFC 4180, XLSX and JSON. No formula is ever evaluated.

A cell that begins like a formula gets a leading apostrophe in CSV (telephone numbers with a plus included);
in XLSX every text is a string cell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import StringIO
from typing import IO, Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
XLSX_ROWS = 1_048_576
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CSV_MARK = "\ufeff"  # spreadsheet programs take UTF-8 for granted only with it


def safe_cell(value: Any) -> str:
    """The text of one CSV cell."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def guarded(text: str) -> str:
    """A text that begins with an apostrophe gets another one, so that `unguarded` gives every text back as it was;
    for files that are meant to come back."""
    return f"'{text}" if text.startswith("'") else text


def unguarded(text: str) -> str:
    """The text of a cell without the apostrophe that `guarded` or `safe_cell` put there."""
    return text[1:] if text[:1] == "'" and text[1:2] in ("'", *FORMULA_STARTS) and len(text) > 1 else text


def csv_text(rows: Iterable[Sequence[Any]]) -> str:
    """Rows as CSV text with CRLF line ends."""
    out = StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def json_array(lines: Iterable[str]) -> Iterator[str]:
    """Objects of JSON, each on a line of its own, as one array; it is never held as a whole."""
    before = "[\n"
    for line in lines:
        yield before + line.rstrip("\n")
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def write_xlsx(target: IO[bytes], title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Write rows to a workbook without holding them; a new sheet begins when one is full. Returns the row count."""
    book = _workbook(target, _OPTIONS)
    bold = book.add_format({"bold": True})
    sheet, line, count, sheets = None, 0, 0, 0
    for row in _with_heads_first(rows):
        if sheet is None or line >= XLSX_ROWS:
            sheets += 1
            sheet = book.add_worksheet(_sheet_name(title, sheets))
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, len(heads) - 1, 20)
            for column, head in enumerate(heads):
                sheet.write_string(0, column, head, bold)
            line = 1
        if row is None:
            continue
        _write_row(sheet, line, row)
        line += 1
        count += 1
    book.close()
    return count


def write_sheets(
    target: IO[bytes], sheets: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]]
) -> None:
    """A workbook of several small sheets: (title, heads, rows); a sheet without heads begins with its rows."""
    book = _workbook(target, {**_OPTIONS, "constant_memory": False, "in_memory": True})
    bold = book.add_format({"bold": True})
    for number, (title, heads, rows) in enumerate(sheets, start=1):
        sheet = book.add_worksheet(f"{number} {_sheet_name(title, 1)}")
        sheet.set_column(0, max(1, len(heads) - 1), 24)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, bold)
        if heads:
            sheet.freeze_panes(1, 0)
        for line, row in enumerate(rows, start=1 if heads else 0):
            _write_row(sheet, line, row)
    book.close()


def _workbook(target: IO[bytes], options: Mapping[str, bool]) -> Any:
    import xlsxwriter  # here: much to load, and most processes never write a workbook

    return xlsxwriter.Workbook(target, options)


def _write_row(sheet: Any, line: int, row: Sequence[Any]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, (int, float)):
            sheet.write_number(line, column, cell)
        elif cell is not None and cell != "":
            sheet.write_string(line, column, _CONTROL.sub("", str(cell)))


def _with_heads_first(rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any] | None]:
    yield None
    yield from rows


def _sheet_name(title: str, number: int) -> str:
    clean = re.sub(r"[\[\]:*?/\\]", " ", title)[:26]
    return clean if number == 1 else f"{clean} {number}"
