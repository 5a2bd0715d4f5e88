"""Workbooks open whatever their titles and texts are."""

from __future__ import annotations

from io import BytesIO

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.tabular import Head, Sheet, write_sheets, write_xlsx

LETTERS = st.sampled_from([*"ab é'[]:*?/\\=+-\n\t\x01\ufffe", "history", "History "])
TITLES = st.lists(LETTERS, max_size=40).map("".join)


@given(TITLES, TITLES)
def test_any_title_gives_a_sheet_a_name_and_any_text_is_a_text(title: str, text: str) -> None:
    target = BytesIO()
    write_xlsx(target, title, ["Name"], [[text]])
    sheet = openpyxl.load_workbook(target).active
    assert sheet is not None and sheet.title.strip("'") == sheet.title and sheet.title.casefold() != "history"
    assert sheet["A2"].data_type in ("s", "inlineStr", "n")
    told = "".join(letter for letter in text if letter not in "\x01\ufffe")
    assert (sheet["A2"].value or "") == told


def test_a_text_that_no_cell_holds_says_in_it_how_much_there_is() -> None:
    target = BytesIO()
    write_xlsx(target, "Calls", ["Name"], [["y" * 32_767], ["y" * 40_000]])
    _head, (whole,), (cut,) = openpyxl.load_workbook(target).active.iter_rows(values_only=True)
    assert whole == "y" * 32_767
    assert len(cut) == 32_767 and cut.endswith("yy… (cut: 40,000 letters in all)")


@given(st.lists(TITLES, min_size=1, max_size=3))
def test_several_sheets_have_names_of_their_own(titles: list[str]) -> None:
    target = BytesIO()
    write_sheets(target, [Sheet(title, [Head("Name")], [["x"]]) for title in titles])
    assert len(set(openpyxl.load_workbook(target).sheetnames)) == len(titles)
