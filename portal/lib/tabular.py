"""Rows to files that open safely: CSV by RFC 4180, XLSX and JSON. No formula is ever evaluated.

A cell that begins like a formula gets a leading apostrophe in CSV (telephone numbers with a plus included);
in XLSX every text is a string cell.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from io import StringIO
from typing import IO, Any

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has none of these
XLSX_ROWS, XLSX_LETTERS = 1_048_576, 32_767  # of a sheet, of a cell
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
CSV_MARK = "\ufeff"  # spreadsheet programs take UTF-8 for granted only with it
MOMENT_FORMAT = "yyyy-mm-dd hh:mm:ss"
SHEET_NAME, WIDEST = 31, 70  # letters
RESERVED = "history"  # no sheet may be called so
CUT = gettext_noop("… (cut: %(count)s letters in all)")  # ends a text that no cell takes whole


@dataclass(frozen=True)
class Head:
    """Of a column of a sheet: its words, how wide it is at least in letters, and the format of its numbers or dates,
    "" for the usual one of numbers; dates without a format are texts."""

    text: str
    width: int = 24
    number_format: str = ""


@dataclass(frozen=True)
class Sheet:
    """A small one; without heads it begins with its rows."""

    title: str
    heads: Sequence[Head]
    rows: Sequence[Sequence[Any]]
    widths: Sequence[int] = ()  # of one without heads


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


def cut_forms(text: str) -> Iterator[str]:
    """What a cell of a workbook has of a text that was `guarded` and is too long for one, as it comes back: once for each
    language that the file may speak."""
    if len(told := guarded(_CONTROL.sub("", text))) > XLSX_LETTERS:
        for language, _name in settings.LANGUAGES:
            with override(language):
                yield unguarded(_fitting(told))


def is_cut(cell: str) -> bool:
    """Whether a cell says, in any language, that it was cut."""
    return bool(_cut_marks().search(cell))


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


def write_xlsx(
    target: IO[bytes],
    title: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    moments: Collection[int] = (),
) -> int:
    """Write rows to a workbook without holding them; a new sheet begins when one is full. Returns the row count.

    `moments` are the places of columns whose texts are local instants ("2026-03-10 12:00:03"): they are kept as dates, by
    which people sort and filter.
    """
    book = _workbook(target, _OPTIONS)
    as_moment = book.add_format({"num_format": MOMENT_FORMAT})
    formats = [as_moment if place in moments else None for place in range(len(heads))]
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
        _write_row(sheet, line, _dated(row, moments) if moments else row, formats)
        line += 1
        count += 1
    book.close()
    return count


def write_sheets(target: IO[bytes], sheets: Sequence[Sheet]) -> None:
    """A workbook of one or several small sheets, which are then numbered."""
    book = _workbook(target, {**_OPTIONS, "constant_memory": False, "in_memory": True})
    bold = book.add_format({"bold": True})
    shown_as = {
        head.number_format: book.add_format({"num_format": head.number_format})
        for one in sheets
        for head in one.heads
        if head.number_format
    }
    for number, one in enumerate(sheets, start=1):
        sheet = book.add_worksheet(_numbered_name(one.title, number if len(sheets) > 1 else 0))
        for column, width in enumerate(one.widths):
            sheet.set_column(column, column, width)
        for column, head in enumerate(one.heads):
            longest = max([len(row[column]) for row in one.rows if isinstance(row[column], str)], default=0)
            sheet.set_column(column, column, max(head.width, min(longest, WIDEST)))
            sheet.write_string(0, column, head.text, bold)
        if one.heads:
            sheet.freeze_panes(1, 0)
        formats = [shown_as.get(head.number_format) for head in one.heads]
        for line, row in enumerate(one.rows, start=1 if one.heads else 0):
            _write_row(sheet, line, row, formats)
    book.close()


def _dated(row: Sequence[Any], moments: Collection[int]) -> list[Any]:
    return [
        datetime.fromisoformat(cell) if cell and place in moments else cell for place, cell in enumerate(row)
    ]


def _workbook(target: IO[bytes], options: Mapping[str, bool]) -> Any:
    import xlsxwriter  # here: much to load, and most processes never write a workbook

    return xlsxwriter.Workbook(target, options)


def _write_row(sheet: Any, line: int, row: Sequence[Any], formats: Sequence[Any] = ()) -> None:
    for column, cell in enumerate(row):
        shown_as = formats[column] if formats else None
        if isinstance(cell, (int, float)):
            sheet.write_number(line, column, cell, shown_as)
        elif isinstance(cell, date) and shown_as is not None:
            sheet.write_datetime(line, column, cell, shown_as)
        elif cell is not None and cell != "":
            sheet.write_string(line, column, _fitting(_CONTROL.sub("", str(cell))))


def _fitting(text: str) -> str:
    """As much as a cell takes; of more it says how much there is, as CSV and JSON have it."""
    if len(text) <= XLSX_LETTERS:
        return text
    end = _(CUT) % {"count": number_format(len(text), force_grouping=True)}
    return text[: XLSX_LETTERS - len(end)] + end


@cache
def _cut_marks() -> re.Pattern[str]:
    marks = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            before, after = _(CUT).split("%(count)s")
        marks.append(f"{re.escape(before)}[\\d.,\\s]+{re.escape(after)}")
    return re.compile("|".join(marks))


def _with_heads_first(rows: Iterable[Sequence[Any]]) -> Iterable[Sequence[Any] | None]:
    yield None
    yield from rows


def _sheet_name(title: str, number: int) -> str:
    clean = _cut(title, SHEET_NAME - 5)
    return clean if number == 1 else f"{clean} {number}"


def _numbered_name(title: str, number: int) -> str:
    before = f"{number} " if number else ""
    return before + _cut(title, SHEET_NAME - len(before))


def _cut(title: str, most: int) -> str:
    """Without what the name of a sheet cannot have, and at the end of a word."""
    clean = re.sub(r"[\[\]:*?/\\\t\n\r]", " ", _CONTROL.sub(" ", title)).strip(" '")
    short = clean if len(clean) <= most else clean[: most + 1].rpartition(" ")[0] or clean[:most]
    short = short.strip(" '")
    return f"{short} 1" if short.casefold() == RESERVED else short
