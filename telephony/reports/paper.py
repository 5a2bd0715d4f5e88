"""A report as PDF, set by typst (paper.typ). Whatever is told reaches it as data, never as source; nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from portal.ui import typeset
from telephony.figures.tables import Column
from telephony.reports.document import Document, Section
from telephony.reports.drawing import alone, kind_of, numbers_of, size_of

END = ""  # the key under which the last page is noted
SHORT, MOST = 14, 36  # letters: up to which a column keeps its width, for which one that shares has room


@dataclass(frozen=True, kw_only=True)
class Paper:
    """A PDF; places are the pages on which its sections begin, by their keys."""

    content: bytes
    pages: int
    places: Mapping[str, int]


def paper_of(document: Document, logo: bytes | None = None) -> Paper:
    """A4 with the stamp of what is missing on the first page, and on each what it is of, and how much of it is here."""
    rows = list(_rows(document.sections))
    drawings = {one.key: (len(row) > 1 and one.narrow) or one.svg for row in rows for one in row if one.svg}
    files = {
        "main": _source(),
        "told.json": json.dumps(_told(document, rows, drawings, logo)).encode(),
        "logo.json": numbers_of(logo or b""),
        **{f"{key}.svg": alone(svg, document.colour).encode() for key, svg in drawings.items()},
    }
    content = typeset.pdf(files)
    places = {one["key"]: one["page"] for one in typeset.told(files, "place")}
    return Paper(content=content, pages=places.pop(END), places=places)


def is_picture(content: bytes) -> bool:
    """Whether typst can set it: what is uploaded as a logo is tried before it is kept."""
    source = (
        "#set page(width: 40mm, height: 20mm, margin: 0pt)\n"
        f'#image(bytes(json("logo.json")), format: "{kind_of(content)}", height: 100%)'
    )
    try:
        typeset.pdf({"main": source.encode(), "logo.json": numbers_of(content)})
    except typeset.TypstError:
        return False
    return True


def _rows(sections: Sequence[Section]) -> Iterator[list[Section]]:
    """Two halves that follow each other stand side by side, also where the second one could be wide: none stands alone
    while there is something to stand beside it. All else goes over the whole width.
    """
    waiting: Section | None = None
    for one in sections:
        if waiting is not None:
            if one.drawing and (one.is_half or one.narrow):
                yield [waiting, one]
                waiting = None
                continue
            yield [waiting]
            waiting = None
        if one.svg and one.is_half:
            waiting = one
        else:
            yield [one]
    if waiting is not None:
        yield [waiting]


def _told(
    document: Document, rows: Sequence[Sequence[Section]], drawings: Mapping[str, str], logo: bytes | None
) -> dict[str, Any]:
    return {
        "font": typeset.FONTS,
        "language": document.language,
        "title": document.title,
        "heading": document.heading,
        "for": _("for %(tenant)s") % {"tenant": document.tenant},
        "scope": document.scope,
        "period": f"{document.period}, {document.zone}",
        "colour": document.colour,
        "stamp": {
            "title": document.stamp.title,
            "text": document.stamp.words,
            "whole": document.stamp.is_whole,
            "strip": document.stamp.strip,
        },
        "rows": [[_section(one, drawings.get(one.key)) for one in row] for row in rows],
        "foot": document.foot,
        "made": document.made,
        "page": _("Page {n} of {all}"),
        "place": _("page %(n)s") % {"n": "{n}"},
        "logo": kind_of(logo) if logo else "",
    }


def _section(section: Section, drawing: str | None) -> dict[str, Any]:
    in_figures = bool(section.svg or section.tiles or section.findings)
    rows = [] if in_figures else [[cell.text for cell in row] for row in section.first(section.on_paper)]
    return {
        "key": section.key,
        "title": section.heading,
        "findings": [[one.say, one.evidence, one.about] for one in section.findings],
        "measure": section.measure,
        "say": section.say,
        "tiles": [[tile.label, tile.value, tile.unit, tile.note, tile.tone] for tile in section.tiles],
        "drawing": f"{section.key}.svg" if drawing else "",
        "width": size_of(drawing)[0] if drawing else 0,
        "alt": section.label,
        "columns": [
            [column.label, column.is_right, share]
            for column, share in zip(section.columns, _shares(section.columns, rows), strict=True)
        ],
        "rows": rows,
        "nothing": section.nothing if not section.rows else "",
        "more": "" if in_figures else section.more_than(section.on_paper),
    }


def _shares(columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> list[int]:
    """Of the width that the others leave; 0 for those that are as wide as what stands in them: only long words break."""
    longest = [max((len(row[place]) for row in rows), default=0) for place in range(len(columns))]
    shares = [
        min(MOST, most) if column.kind == "text" and most > SHORT else 0
        for column, most in zip(columns, longest, strict=True)
    ]
    if any(shares) or not columns:
        return shares
    return [1, *shares[1:]] if columns[0].kind == "text" else [1] * len(columns)


@cache
def _source() -> bytes:
    return Path(__file__).with_suffix(".typ").read_bytes()
