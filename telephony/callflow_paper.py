"""A callflow as PDF: the drawing that stands alone, on a page that it fits, then its steps and problems in words.

Typst sets it (callflow_paper.typ); whatever is told reaches it as data, never as source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from math import ceil
from pathlib import Path

from django.utils.translation import get_language, gettext

from portal.lib.numbers import display
from portal.ui import typeset
from portal.ui.svg import short
from telephony.callflow_drawing import drawing_of
from telephony.providers.callflows.lint import Problem
from telephony.services.callflow_scene import ROOT, Scene, count_words

A4, A3 = (210.0, 297.0), (297.0, 420.0)  # mm
SHEETS: Mapping[str, tuple[float, float]] = {"a4": A4, "a3": A3}  # that a drawing may be put together from
MARGIN, HEAD = 16.0, 28.0  # mm; the head is above the drawing
LAP, TOP = 8.0, 10.0  # mm; neighbouring sheets show the same strip, and each says above which it is
PIXEL = 25.4 / 96  # mm
LEAST = 0.55  # a drawing that had to be smaller gets a page of its own size instead
MOST = 5000.0  # mm; programs show no page that is larger than 200 inches
_SIZE = re.compile(r'width="([0-9.]+)" height="([0-9.]+)"')
_FAMILY = re.compile(r"font-family:[^;}]*")


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """A drawing cut over sheets of one size that lap over each other; all in mm.

    page   width and height of a sheet
    share  how large the drawing is, 1 for as large as on a screen
    step   how far each sheet is from the one before
    """

    page: tuple[float, float]
    share: float
    step: tuple[float, float]
    columns: int
    rows: int


def paper_of(scene: Scene, facts: Sequence[tuple[str, str]], foot: str, sheets: str = "") -> bytes:
    """The PDF. `facts` stand below the title: (what, value). `sheets` (of `SHEETS`) cuts a drawing that needs a page of
    its own size over pages that a printer has.
    """
    drawing = _FAMILY.sub(f"font-family: '{typeset.FONT}'", drawing_of(scene, is_file=True))
    found = _SIZE.search(drawing)
    assert found is not None
    size = float(found[1]), float(found[2])
    tiles = tiles_for(*size, SHEETS[sheets]) if sheets in SHEETS and is_large(*size) else None
    places = {name: str(at) for at, name in enumerate(scene.steps, 1)} | {ROOT: ""}
    told = {
        "font": typeset.FONTS,
        "title": scene.title or gettext("Without a name"),
        "language": (get_language() or "en")[:2],
        "page": A4 if tiles else page_for(*size),
        "tiles": asdict(tiles) if tiles else None,
        "lap": LAP,
        "top": TOP,
        "tiles_told": _tiles_told(tiles) if tiles else "",
        "tile": gettext("Sheet %(column)s%(row)s") % {"column": "{column}", "row": "{row}"},
        "size": size,
        "alt": gettext("Drawing of the callflow %(name)s: %(steps)s")
        % {"name": scene.title, "steps": count_words(scene)},
        "facts": facts,
        "foot": foot,
        "steps_title": gettext("Steps"),
        "columns": [
            gettext("No."),
            gettext("After"),
            gettext("Branch"),
            gettext("Step"),
            gettext("With"),
        ],
        "steps": [
            [places[step.id], places[step.above], step.branch, step.word, step.name]
            for step in scene.steps.values()
        ],
        "problems_title": gettext("Problems"),
        "problems": [_problem(one, places) for one in scene.problems],
    }
    files = {"main": _source(), "told.json": json.dumps(told).encode(), "drawing": str(drawing).encode()}
    return typeset.pdf(files)


def _problem(one: Problem, places: Mapping[str, str]) -> str:
    """A problem in words, with the number of its step where the drawing shows it."""
    place = places.get(str(one.number))
    words = one.says.plain(display)
    return gettext("Step %(number)s: %(problem)s") % {"number": place, "problem": words} if place else words


def page_for(width: float, height: float) -> tuple[float, float]:
    """Width and height in mm of the page for a drawing of so many pixels: A4, upright or lying, else its own."""
    wide, high = width * PIXEL, height * PIXEL
    pages = [A4, A4[::-1]]
    shares = [min((w - 2 * MARGIN) / wide, (h - 2 * MARGIN - HEAD) / high) for w, h in pages]
    best = max(range(len(pages)), key=lambda at: min(1, shares[at]))
    if shares[best] >= LEAST:
        return pages[best]
    own = max(A4[0], wide * LEAST + 2 * MARGIN), max(A4[1] / 2, high * LEAST + 2 * MARGIN + HEAD)
    return min(own[0], MOST), min(own[1], MOST)


def is_large(width: float, height: float) -> bool:
    """Whether a drawing of so many pixels gets a page of its own size."""
    return page_for(width, height) not in (A4, A4[::-1])


def tiles_for(width: float, height: float, sheet: tuple[float, float]) -> Tiles:
    """The fewest sheets, upright or lying, for a drawing of so many pixels that stays as large as it must be to be read."""
    wide, high = width * PIXEL * LEAST, height * PIXEL * LEAST
    ways = []
    for page in (sheet, sheet[::-1]):
        step = page[0] - 2 * MARGIN - LAP, page[1] - 2 * MARGIN - TOP - LAP
        columns, rows = (
            max(1, ceil((all_ - LAP) / one)) for all_, one in zip((wide, high), step, strict=True)
        )
        ways.append(Tiles(page=page, share=LEAST, step=step, columns=columns, rows=rows))
    return min(ways, key=lambda one: one.columns * one.rows)


def _tiles_told(tiles: Tiles) -> str:
    words = gettext(
        "The drawing is on %(count)s sheets: %(columns)s across, %(rows)s down. They show %(lap)s mm of each other: "
        "lay the crosses of one over those of the next."
    )
    told = {"columns": tiles.columns, "rows": tiles.rows, "lap": short(LAP)}
    return words % {"count": tiles.columns * tiles.rows, **told}


@cache
def _source() -> bytes:
    return Path(__file__).with_suffix(".typ").read_bytes()
