"""A callflow as PDF: the drawing that stands alone, on a page that it fits, then its steps and problems in words.

Typst sets it, with the fonts that it carries (callflow_paper.typ); whatever is told reaches it as data, never as source.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import typst
from django.utils.translation import get_language, gettext

from portal.lib.numbers import display
from telephony.callflow_drawing import drawing_of
from telephony.providers.callflows.lint import Problem
from telephony.services.callflow_scene import ROOT, Scene, count_words

A4 = (210.0, 297.0)  # mm
MARGIN, HEAD = 16.0, 28.0  # mm; the head is above the drawing
PIXEL = 25.4 / 96  # mm
LEAST = 0.55  # a drawing that had to be smaller gets a page of its own size instead
MOST = 5000.0  # mm; programs show no page that is larger than 200 inches
FONT = "Libertinus Serif"
_SIZE = re.compile(r'width="([0-9.]+)" height="([0-9.]+)"')
_FAMILY = re.compile(r"font-family:[^;}]*")


def paper_of(scene: Scene, facts: Sequence[tuple[str, str]], foot: str) -> bytes:
    """The PDF. `facts` stand below the title: (what, value)."""
    drawing = _FAMILY.sub(f"font-family: '{FONT}'", drawing_of(scene, is_file=True))
    found = _SIZE.search(drawing)
    assert found is not None
    size = float(found[1]), float(found[2])
    places = {name: str(at) for at, name in enumerate(scene.steps, 1)} | {ROOT: ""}
    told = {
        "title": scene.title or gettext("Without a name"),
        "language": (get_language() or "en")[:2],
        "page": page_for(*size),
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
    sent = {"told": json.dumps(told), "drawing": str(drawing)}
    pdf = typst.compile(_source(), sys_inputs=sent)
    assert isinstance(pdf, bytes)
    return pdf


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


@cache
def _source() -> bytes:
    return Path(__file__).with_suffix(".typ").read_bytes()
