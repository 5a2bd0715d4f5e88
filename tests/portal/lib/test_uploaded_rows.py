"""Files that people upload: of any usual program, and of nobody's good will."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.lib import uploaded_rows
from portal.lib.tabular import csv_text, guarded, write_xlsx
from portal.lib.uploaded_rows import UnreadableFile, read_rows

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


def as_csv(lines: list[list[str]]) -> bytes:
    return ("\ufeff" + csv_text(lines)).encode()


def as_xlsx(lines: list[list[str]]) -> bytes:
    out = io.BytesIO()
    write_xlsx(out, "Lines", lines[0], lines[1:])
    return out.getvalue()


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
@settings(max_examples=30)
@given(cells=st.lists(st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=3))
def test_every_text_comes_back_as_it_was(
    write: Callable[[list[list[str]]], bytes], cells: list[list[str]]
) -> None:
    lines = [["key", "name"], *([f"k{n}", *line[1:]] for n, line in enumerate(cells))]

    written = write([[guarded(cell) for cell in line] for line in lines])

    assert read_rows(written).rows == lines


@pytest.mark.parametrize("text", ["=1+1", "+33199001001", "-5", "@here", "'=1", "''", "＝1", "\tx"])
def test_what_looks_like_a_formula_is_guarded_and_comes_back(text: str) -> None:
    written = as_csv([["key"], [guarded(text)]])

    assert written.decode("utf-8-sig").splitlines()[1].lstrip('"').startswith("'")
    assert read_rows(written).rows[1] == [text]
    assert read_rows(as_xlsx([["key"], [guarded(text)]])).rows[1] == [text]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_files_of_any_usual_program_are_read(delimiter: str, encoding: str) -> None:
    text = f"key{delimiter}name\r\none{delimiter}Été\r\n"

    assert read_rows(text.encode(encoding)).rows == [["key", "name"], ["one", "Été"]]


def test_a_delimiter_that_excel_names_is_obeyed() -> None:
    assert read_rows(b"sep=;\r\nkey;a,b,c\r\n").rows == [["key", "a,b,c"]]


def workbook(*lines: list[object]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)
    book.save(out)
    return out.getvalue()


def test_values_of_a_workbook_are_text_as_people_read_them() -> None:
    content = workbook(["key", "a", "b", "c", "d"], ["one", 15.0, 2.5, True, date(2026, 11, 19)], ["two"])

    assert read_rows(content).rows[1:] == [["one", "15", "2.5", "1", "2026-11-19"], ["two", "", "", "", ""]]


def test_a_formula_is_named_and_not_evaluated() -> None:
    read = read_rows(workbook(["key", "a"], ["one", "=1+1"]))

    assert read.formulas == {(1, 1)}


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b" " * 3_000_000)
    return out.getvalue()


def entities() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.xml", b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>')
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 and then nothing",
        b"\xd0\xcf\x11\xe0" + b"\0" * 600,
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"",
        b"OggS\x02 and no NUL",
        bomb(),
        entities(),
        workbook(["key"], ["one"])[:-200],
        b"key," + b"x" * 140_000,
        b"a\n" * 60,
        b"a," * 12 + b"\n",
    ],
    ids=[
        "zip",
        "old excel",
        "picture",
        "nothing",
        "sound",
        "bomb",
        "entities",
        "cut",
        "long cell",
        "many rows",
        "many columns",
    ],
)
def test_what_cannot_be_a_table_is_refused(content: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded_rows, "MOST_UNPACKED_BYTES", 1_000_000)
    monkeypatch.setattr(uploaded_rows, "MOST_ROWS", 50)
    monkeypatch.setattr(uploaded_rows, "MOST_COLUMNS", 10)

    with pytest.raises(UnreadableFile):
        read_rows(content)


def test_rows_far_below_are_no_way_to_make_it_count_a_million(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploaded_rows, "MOST_ROWS", 50)
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.active["A1"], book.active["A1000000"] = "key", "one"
    book.save(out)

    with pytest.raises(UnreadableFile):
        read_rows(out.getvalue())


def test_a_cell_that_is_too_long_is_told_by_its_line() -> None:
    with pytest.raises(UnreadableFile, match="A cell of line 3 has more than 131072 letters"):
        read_rows(b"key;text\n1;short\n2;" + b"x" * 131_073)
