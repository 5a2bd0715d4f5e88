"""The one door to typst: files in, PDF or PNG out; it reads nothing else, neither files of ours nor the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import typst

TypstError = typst.TypstError


def pdf(files: Mapping[str, bytes]) -> bytes:
    """`main` is the source; the others are what it opens by name. Raises TypstError."""
    return _compiled(files, format="pdf")


def png(files: Mapping[str, bytes], per_inch: int) -> bytes:
    """The one page of it."""
    return _compiled(files, format="png", ppi=per_inch)


def _compiled(files: Mapping[str, bytes], **options: Any) -> bytes:
    several: Any = dict(files)  # the package takes files by name, its types do not say so
    made = typst.compile(several, **options)
    assert isinstance(made, bytes)
    return made
