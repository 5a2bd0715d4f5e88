"""A report as PDF, set by typst (paper.typ). Whatever is told reaches it as data, never as source; nothing is fetched."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from telephony.reports import typeset
from telephony.reports.document import Document, Section
from telephony.reports.drawing import FONT, alone, kind_of, numbers_of, size_of


def paper_of(document: Document, logo: bytes | None = None) -> bytes:
    """A4 with the stamp of what is missing on the first page, and a foot on each."""
    drawings = [one for one in document.sections if one.svg]
    told = {
        "font": FONT,
        "language": document.language,
        "title": document.title,
        "heading": document.heading,
        "for": _("for %(tenant)s") % {"tenant": document.tenant},
        "scope": document.scope,
        "period": f"{document.period}, {document.zone}",
        "colour": document.colour,
        "stamp": {
            "title": document.stamp.title,
            "text": document.stamp.text,
            "whole": document.stamp.is_whole,
            "strip": document.stamp.strip,
        },
        "sections": [_told(one, drawings.index(one) if one.svg else None) for one in document.sections],
        "foot": document.foot,
        "made": document.made,
        "page": _("Page {n} of {all}"),
        "logo": kind_of(logo) if logo else "",
    }
    files = {
        "main": _source(),
        "told.json": json.dumps(told).encode(),
        "logo.json": numbers_of(logo or b""),
    }
    for place, one in enumerate(drawings):
        files[f"drawing-{place}"] = alone(one.drawing, document.colour).encode()
    return typeset.pdf(files)


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


def _told(section: Section, drawing: int | None) -> dict[str, Any]:
    return {
        "title": section.title,
        "measure": section.measure,
        "say": section.say,
        "tiles": [[tile.label, tile.value, tile.unit, tile.note, tile.tone] for tile in section.tiles],
        "drawing": drawing,
        "width": size_of(section.drawing)[0] if section.svg else 0,
        "alt": section.label,
        "half": section.is_half and bool(section.svg),
        "columns": [[column.label, column.is_right] for column in section.columns],
        "rows": []
        if section.svg or section.tiles
        else [[cell.text for cell in row] for row in section.cells],
        "nothing": section.nothing if not section.rows else "",
        "more": section.more,
    }


@cache
def _source() -> bytes:
    return Path(__file__).with_suffix(".typ").read_bytes()
