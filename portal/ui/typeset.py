"""The one door to typst: files in, PDF or PNG out, set in the house's letters; nothing else is read, nothing fetched.

The package of the letters on screen has them compressed, as typst reads none: these are the same, as they are printed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import typst
from django.conf import settings

FONT = "Instrument Sans"
FOLDER = "@expo-google-fonts/instrument-sans"
FONTS = (
    FONT,
    "DejaVu Sans Mono",
    "Libertinus Serif",
)  # typst carries the others: they have signs and alphabets that it lacks

TypstError = typst.TypstError


def pdf(files: Mapping[str, bytes]) -> bytes:
    """`main` is the source; the others are what it opens by name. Raises TypstError."""
    return _compiled(files, format="pdf")


def told(files: Mapping[str, bytes], label: str) -> list[Any]:
    """What the source notes under a label while it is set: `#metadata(value) <label>`, in its order."""
    several: Any = dict(files)
    noted: list[Any] = json.loads(typst.query(several, f"<{label}>", field="value", font_paths=_fonts()))
    return noted


def png(files: Mapping[str, bytes], per_inch: int) -> bytes:
    """The one page of it."""
    return _compiled(files, format="png", ppi=per_inch)


def _compiled(files: Mapping[str, bytes], **options: Any) -> bytes:
    several: Any = dict(files)  # the package takes files by name, its types do not say so
    made = typst.compile(several, font_paths=_fonts(), **options)
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(font_paths=[settings.NODE_MODULES / FOLDER])
