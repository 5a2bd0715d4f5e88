"""The table of a figure: values with their kinds, so that a page shows them in words and a file has them as they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.numbers import display
from portal.ui import formats
from portal.ui.figures import plain

Cell = Any  # text, number, boolean, [millionths, currency], ISO instant or day; None where nothing is told
NONE = "–"
AT_RIGHT = ("count", "mean", "percent", "wait", "talk", "money")


@dataclass(frozen=True)
class Column:
    """kind: text, number (of a telephone), count, mean, percent (0..1), wait and talk (seconds), money, moment, day, month,
    yes (true or false).

    name   in files that machines read: it stays the same in every language
    """

    label: str
    kind: str = "text"
    name: str = ""

    @property
    def is_right(self) -> bool:
        return self.kind in AT_RIGHT


@dataclass(frozen=True, kw_only=True)
class Table:
    """Every file of it says what of this is told.

    missing   which of its days are not all here, in words; "" where they are
    days      the first and the last that it tells of; None where it is of no days
    part      of which calls, in words; "" of all of them
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    missing: str = ""
    days: tuple[date, date] | None = None
    part: str = ""


def words(kind: str, cell: Cell, *, is_kept: bool = False) -> str:
    """A cell as people read it, in the language and the zone in force; `is_kept` where they may do so on another day."""
    if cell is None or cell == "":
        return NONE
    if kind == "money":
        return str(formats.money(int(cell[0]), cell[1]))
    if kind == "moment":
        at = datetime.fromisoformat(cell)
        return formats.dated_moment(at) if is_kept else formats.moment(at)
    if kind in ("day", "month"):
        return formats.date_words(date.fromisoformat(cell), "l j F" if kind == "day" else "F Y")
    if kind == "yes":
        return _("yes") if cell else _("no")
    if kind == "number":
        return display(str(cell))
    if kind == "percent":
        return plain(100 * cell, "%", 1)
    if kind == "mean":
        return plain(cell, digits=1)
    if kind in ("wait", "talk"):
        return str(formats.duration(cell, wait=kind == "wait")) if cell or kind == "wait" else NONE
    return formats.count(cell) if kind == "count" else str(cell)


def amount(micros: int, currency: str) -> list[Any]:
    return [micros, currency]
