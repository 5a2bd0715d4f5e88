"""A callflow on paper: the page that its drawing gets, and the pages of its steps."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from telephony.callflow_paper import (
    A4,
    LAP,
    LEAST,
    MARGIN,
    MOST,
    PIXEL,
    SHEETS,
    is_large,
    page_for,
    paper_of,
    tiles_for,
)
from telephony.providers.callflows.lint import problems
from telephony.providers.callflows.surroundings import Around
from telephony.providers.callflows.tree import read
from telephony.providers.kazoo.callflows import CALLFLOWS
from telephony.services.callflow_scene import scene_of


@pytest.mark.parametrize(
    ("width", "height", "page"), [(600, 800, A4), (1400, 500, A4[::-1]), (900, 300, A4[::-1])]
)
def test_a_drawing_gets_the_page_that_it_fits_best(
    width: float, height: float, page: tuple[float, float]
) -> None:
    assert page_for(width, height) == page


@pytest.mark.parametrize("sheet", SHEETS.values())
def test_sheets_show_all_of_a_drawing_and_a_strip_of_each_other(sheet: tuple[float, float]) -> None:
    assert not is_large(1400, 500)
    for width, height in [(30_000, 900), (900, 9_000), (20_000, 20_000)]:
        tiles = tiles_for(width, height, sheet)
        assert sorted(tiles.page) == sorted(sheet)
        for at, (pixels, count) in enumerate(((width, tiles.columns), (height, tiles.rows))):
            drawn, step = pixels * PIXEL * tiles.share, tiles.step[at]
            assert step * count + LAP >= drawn > step * (count - 1) + LAP or count == 1
            assert step + LAP + 2 * MARGIN <= tiles.page[at] + 0.001


def test_no_page_is_larger_than_programs_show() -> None:
    assert page_for(60_000, 900)[0] == MOST


@pytest.mark.parametrize(("width", "height"), [(30_000, 900), (400, 9_000), (20_000, 20_000)])
def test_a_large_drawing_stays_readable_on_a_page_of_its_own(width: float, height: float) -> None:
    wide, high = page_for(width, height)
    assert (wide - 2 * MARGIN) / (width * PIXEL) >= LEAST - 0.001
    assert (high - 2 * MARGIN) / (height * PIXEL) >= LEAST


def test_the_title_of_the_problems_stays_with_them_at_the_end_of_a_page() -> None:
    """Where the steps end on one of its last lines."""
    for steps in range(44, 50):
        below: dict[str, Any] = {}
        for _step in range(steps):
            below = {"_": {"module": "menu", "data": {}, "children": below}}
        flow = read({"name": "Reception", "flow": below["_"]})
        paper = paper_of(
            scene_of(flow, CALLFLOWS, Around(), problems(flow, CALLFLOWS.actions)[:1]), [], "Corvane"
        )
        texts = [page.extract_text() for page in PdfReader(BytesIO(paper)).pages]
        ends = [text.split("Problems")[1] for text in texts if "Problems" in text]
        assert len(ends) == 1 and "No number" in ends[0]
