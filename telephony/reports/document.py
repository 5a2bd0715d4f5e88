"""A report as it was made: sections of sentences, figures and tables, in one language, with the days that are missing.

Page, mail, PDF, XLSX and CSV are drawn from this, and it is kept as JSON beside the files, so that the page of a run
shows what was sent, whatever has changed since. Cells are values (text, number, [millionths, currency], ISO instant).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.numbers import display
from portal.ui import formats
from portal.ui.figures import plain

Cell = Any
NONE = "–"


@dataclass(frozen=True)
class Column:
    """kind: text, number (of a telephone), count, percent, wait, talk (both seconds), money, moment."""

    label: str
    kind: str = "text"

    @property
    def is_right(self) -> bool:
        return self.kind in ("count", "percent", "wait", "talk", "money")


@dataclass(frozen=True)
class Tile:
    """One figure in large: what, how much, and what it is compared with. tone: "", "up" for better, "down"."""

    label: str
    value: str
    unit: str = ""
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    """One figure of a report.

    say      a sentence of what is seen; `measure` what is drawn, and of what
    svg      a drawing without colours of its own, its finding as label
    stars    numbers of the rows that contain missing days
    most     rows that page, mail and PDF show; the files have all, 0 for all everywhere
    is_half  as wide as half a page: two of them stand beside each other
    nothing  what is said where there is nothing to show
    """

    key: str
    title: str
    measure: str = ""
    say: str = ""
    tiles: Sequence[Tile] = ()
    svg: str = ""
    label: str = ""
    columns: Sequence[Column] = ()
    rows: Sequence[Sequence[Cell]] = ()
    stars: Sequence[int] = ()
    most: int = 25
    nothing: str = ""
    is_half: bool = False

    @property
    def more(self) -> str:
        """That a part of the rows is shown."""
        if not self.most or len(self.rows) <= self.most:
            return ""
        return _("The first %(limit)s of %(count)s.") % {"limit": self.most, "count": len(self.rows)}

    @property
    def cells(self) -> list[list[tuple[str, bool]]]:
        """Rows that are shown, in words, each with whether it is set at the right."""
        return [
            [
                (words(column.kind, cell) + ("*" if self._has_star(place, at) else ""), column.is_right)
                for at, (column, cell) in enumerate(zip(self.columns, row, strict=True))
            ]
            for place, row in enumerate(self.rows[: self.most or None])
        ]

    def _has_star(self, place: int, at: int) -> bool:
        first = next((n for n, column in enumerate(self.columns) if column.is_right), 0)
        return place in self.stars and at == first


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What is here of the period: a word, what is missing, and a strip with the state of each day where they are few.

    strip   [letter, state], "" where the day is whole
    """

    title: str
    text: str = ""
    is_whole: bool = True
    strip: Sequence[Sequence[str]] = ()


@dataclass(frozen=True, kw_only=True)
class Document:
    """title of the report; `finding` the subject's; `scope` where it is not of the whole tenant."""

    title: str
    finding: str
    heading: str
    tenant: str
    scope: str
    period: str
    zone: str
    language: str
    stamp: Stamp
    made: str
    foot: str
    colour: str
    sections: Sequence[Section] = field(default_factory=list)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Document:
        told = json.loads(text)
        told["stamp"] = Stamp(**told["stamp"])
        told["sections"] = [
            Section(
                **{
                    **one,
                    "tiles": [Tile(**tile) for tile in one["tiles"]],
                    "columns": [Column(**column) for column in one["columns"]],
                }
            )
            for one in told["sections"]
        ]
        return cls(**told)


def words(kind: str, cell: Cell) -> str:
    """A cell as people read it, in the language and the zone in force."""
    if cell is None or cell == "":
        return NONE
    if kind == "money":
        return str(formats.money(int(cell[0]), cell[1]))
    if kind == "moment":
        return formats.moment(datetime.fromisoformat(cell))
    if kind == "number":
        return display(str(cell))
    if kind == "percent":
        return plain(100 * cell, "%", 1)
    if kind in ("wait", "talk"):
        return str(formats.duration(cell, wait=kind == "wait")) if cell or kind == "wait" else NONE
    return formats.count(cell) if kind == "count" else str(cell)


def amount(micros: int, currency: str) -> list[Any]:
    return [micros, currency]


def without_empty(section: Section) -> Section:
    """Without the columns that say nothing in any row, which providers do not tell."""
    kept = [
        at for at in range(len(section.columns)) if any(row[at] not in (None, "") for row in section.rows)
    ]
    if not section.rows or len(kept) == len(section.columns):
        return section
    columns = [section.columns[at] for at in kept]
    return replace(section, columns=columns, rows=[[row[at] for at in kept] for row in section.rows])
