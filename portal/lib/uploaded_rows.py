"""The rows of a file that somebody uploads: CSV of any usual program, or XLSX. Whatever is in it is text.

A file is judged before it is opened: how large it is, how large it unpacks, how many rows and columns it has. No
formula is evaluated, and none is taken: its cell is named as a fault. The other direction is tabular.py.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from portal.lib.files import decoded
from portal.lib.tabular import unguarded

MOST_BYTES = 20_000_000
MOST_UNPACKED_BYTES = 150_000_000
MOST_ROWS, MOST_COLUMNS = 20_000, 400
DELIMITERS = ",;\t|"
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
PIECE = 1 << 20
_ROW = re.compile(rb"<(?:\w+:)?row[ />]")  # of a sheet, as workbooks spell it
_LONGEST_TAG = 40
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")  # pictures, papers and sounds have these near their beginning


class UnreadableFile(Exception):
    """Nothing of the file can be taken; the message says why."""


@dataclass(frozen=True)
class Uploaded:
    """The cells of a file as text. `formulas` are the cells that hold one, as (row, column), both from 0."""

    rows: list[list[str]]
    formulas: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def rows_in(content: bytes) -> int:
    """How many rows a file has, without reading its cells: of a workbook those of its longest sheet.

    Raises UnreadableFile where nothing of it can be taken, or where it is longer than may be.
    """
    _refuse_strange(content)
    count = _unpacked_rows(content) if content.startswith(ZIP) else len(_csv(content))
    _refuse_too_long(count)
    return count


def read_rows(content: bytes) -> Uploaded:
    """The rows of a CSV or XLSX file; its kind is told by what is in it. Raises UnreadableFile."""
    _refuse_strange(content)
    return _workbook(content) if content.startswith(ZIP) else Uploaded(_csv(content))


def _refuse_strange(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than %(most)s MB.") % {"most": MOST_BYTES // 1_000_000})
    if content.startswith(OLD_EXCEL):
        raise UnreadableFile(
            _("This is the format of old Excel, or a protected file. Save it as XLSX or CSV.")
        )


def _refuse_too_long(rows: int) -> None:
    if rows > MOST_ROWS + 1:
        words = _(
            "The file has %(count)s lines; one file may have %(most)s. Divide it, and bring the parts in one by one."
        )
        told = {"count": number_format(rows - 1), "most": number_format(MOST_ROWS)}
        raise UnreadableFile(words % told)


# ---- CSV ----


def _csv(content: bytes) -> list[list[str]]:
    text = decoded(content)
    if not text.strip():
        raise UnreadableFile(_("The file is empty."))
    if "\0" in text or _NO_TEXT.search(text, 0, 64):
        raise UnreadableFile(_("This is no table: neither CSV nor XLSX."))
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[-1], rest
    else:
        delimiter = max(DELIMITERS, key=first.count)
    rows: list[list[str]] = []
    count = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            _refuse_too_wide(len(row))
            count += 1
            if count <= MOST_ROWS + 1:
                rows.append([unguarded(cell) for cell in row])
    except csv.Error as error:
        if "field limit" in str(error):
            words = _("A cell of line %(line)d has more than %(most)s letters.")
            raise UnreadableFile(words % {"line": count + 1, "most": csv.field_size_limit()}) from error
        raise UnreadableFile(_("This is no table: neither CSV nor XLSX.")) from error
    _refuse_too_long(count)
    return rows


def _refuse_too_wide(columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise UnreadableFile(_("The file has more than %(most)s columns.") % {"most": MOST_COLUMNS})


# ---- XLSX ----


def _workbook(content: bytes) -> Uploaded:
    """The first sheet."""
    import openpyxl  # here: much to load, and most processes never read a workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _refuse_too_long(_unpacked_rows(content))
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=False)
        return _sheet(book.worksheets[0])
    except (
        *(InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError),
        *(KeyError, IndexError, ValueError, TypeError, AttributeError),
    ) as error:
        raise UnreadableFile(_("This workbook cannot be read. Save it anew as XLSX or CSV.")) from error


def _unpacked_rows(content: bytes) -> int:
    """Unpack it once, keeping nothing: how many rows its longest sheet has. Raises UnreadableFile where it unpacks to
    too much; a document that declares entities is no workbook of any spreadsheet program."""
    left, longest = MOST_UNPACKED_BYTES, 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for entry in packed.infolist():
                rows, seam = 0, b""
                with packed.open(entry) as part:
                    while piece := part.read(PIECE):
                        rows += len(_ROW.findall(seam + piece)) - len(_ROW.findall(seam))
                        seam = piece[-_LONGEST_TAG:]
                        left -= len(piece)
                        if left < 0 or b"<!DOCTYPE" in piece or b"<!ENTITY" in piece:
                            raise UnreadableFile(
                                _("This workbook cannot be read. Save it anew as XLSX or CSV.")
                            )
                longest = max(longest, rows)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise UnreadableFile(_("This workbook cannot be read. Save it anew as XLSX or CSV.")) from error
    return longest


def _sheet(sheet: Any) -> Uploaded:
    rows: list[list[str]] = []
    formulas: set[tuple[int, int]] = set()
    for row in _cells(sheet):
        texts = []
        for column, cell in enumerate(row):
            if cell.data_type == "f":
                formulas.add((len(rows), column))
            texts.append(unguarded(_text(cell.value)))
        while texts and not texts[-1]:
            texts.pop()
        rows.append(texts)
    width = len(rows[0]) if rows else 0
    return Uploaded([row + [""] * (width - len(row)) for row in rows], frozenset(formulas))


def _cells(sheet: Any) -> Iterator[Any]:
    """Rows of cells, whatever the sheet says of its own size; one column more than may be is looked for. A row far below
    the others comes after as many empty ones."""
    sheet.reset_dimensions()
    for count, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1), 1):
        _refuse_too_long(count)
        is_over = len(row) > MOST_COLUMNS and row[MOST_COLUMNS].value is not None
        _refuse_too_wide(MOST_COLUMNS + 1 if is_over else 0)
        yield row[:MOST_COLUMNS]


def _text(value: Any) -> str:
    """A value as its spreadsheet shows it, without a format: 15, 2.5, 1 for yes, 2026-11-19."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)
