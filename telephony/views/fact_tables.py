"""Facts of documents as tables for files: several alike in columns, or those of one object below each other.

A column has values as they are (moments, numbers, amounts) where each of them is such a value, and words as on the page
where one is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from portal.lib.numbers import to_e164
from portal.ui.sheets import BETWEEN, NONE, text_of
from telephony.figures.tables import Cell, Column, Table, amount, words
from telephony.providers.fields import DocumentField, Fact, Sheet
from telephony.providers.values import as_boolean
from telephony.tables.documents import NUMBERS, Reading, instant_of


def rows_table(
    title: str, fields: Sequence[DocumentField], rows: Sequence[Sequence[Fact]], reading: Reading
) -> Table:
    """`rows` have a fact for each field."""
    told = [
        column
        for at, field in enumerate(fields)
        for column in _columns(field, [row[at] for row in rows], reading)
    ]
    cells = zip(*(cells for _column, cells in told), strict=True)
    return Table(title=title, columns=[column for column, _cells in told], rows=[list(row) for row in cells])


def sheet_table(title: str, sheet: Sheet, reading: Reading) -> Table:
    columns = [Column(_("What"), name="what"), Column(_("Value"), name="value")]
    return Table(title=title, columns=columns, rows=list(_told(sheet.groups, reading)))


def _columns(
    field: DocumentField, facts: Sequence[Fact], reading: Reading
) -> Iterator[tuple[Column, Sequence[Cell]]]:
    """Beside a telephone number stands whose it is."""
    label, name = str(field.brief or field.label), field.path.replace(".", "_")
    kind, cells = _cells(field, facts, reading)
    yield Column(label, kind, name), cells
    if kind == "number":
        own = Column(_("%(column)s, name") % {"column": label}, name=f"{name}_name")
        yield own, [reading.names.get(cell or "", "") for cell in cells]


def _cells(field: DocumentField, facts: Sequence[Fact], reading: Reading) -> tuple[str, list[Cell]]:
    """The kind of a column, and its cells."""
    kind, read = READERS.get(field.kind, ("text", None))
    if read and not (field.choices or field.unit or field.unit_path):
        cells = [
            read(fact, reading) if isinstance(fact.value, str | int | float) and not fact.is_empty else None
            for fact in facts
        ]
        if all(fact.is_empty or cell is not None for fact, cell in zip(facts, cells, strict=True)):
            return kind, cells
    return "text", ["" if fact.is_empty else _words(fact, reading) for fact in facts]


def _words(fact: Fact, reading: Reading) -> str:
    said = text_of(str(reading.show(fact)))
    return "" if said == NONE else said


def _told(
    groups: Sequence[tuple[Any, Sequence[Fact]]], reading: Reading, above: str = ""
) -> Iterator[list[Cell]]:
    """What each value of an object is called, and it in words; what lies in a list of objects with where it lies."""
    for _heading, facts in groups:
        for fact in facts:
            label = BETWEEN.join(filter(None, [above, str(fact.field.label if fact.field else fact.place)]))
            for key, inner in fact.entries:
                entry = text_of(str(reading.entry_title(fact, key)))
                inside = [*inner.groups, ("", inner.other)]
                yield from _told(inside, reading, BETWEEN.join(filter(None, [label, entry])))
            if not fact.entries:
                yield [label, _value(fact, reading)]


def _value(fact: Fact, reading: Reading) -> str:
    if fact.field is None or fact.is_empty:
        return _words(fact, reading)
    kind, [cell] = _cells(fact.field, [fact], reading)
    return words(kind, cell, is_kept=True)


# ---- values as they are; None for what cannot be read as such ----


def _number(fact: Fact, reading: Reading) -> str:
    text = str(fact.value)
    return to_e164(text, reading.notation["region"]) or text


def _count(fact: Fact, reading: Reading) -> int | None:
    try:
        return int(fact.value)
    except (TypeError, ValueError):
        return None


def _seconds(fact: Fact, reading: Reading) -> int | None:
    try:
        return round(float(fact.value))
    except (TypeError, ValueError, OverflowError):
        return None


def _money(fact: Fact, reading: Reading) -> list[Any] | None:
    try:
        return amount(round(Decimal(str(fact.value)) * 1_000_000), reading.currency)
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _day(fact: Fact, reading: Reading) -> str | None:
    try:
        return date.fromisoformat(str(fact.value)[:10]).isoformat()
    except ValueError:
        return None


def _moment(fact: Fact, reading: Reading) -> str | None:
    at = instant_of(fact.field.kind, fact.value, reading.zone) if fact.field else None
    return at.isoformat() if at else None


READERS: Mapping[str, tuple[str, Callable[[Fact, Reading], Cell]]] = {
    **dict.fromkeys(NUMBERS, ("number", _number)),
    "integer": ("count", _count),
    "boolean": ("yes", lambda fact, _reading: as_boolean(fact.value)),
    "duration_s": ("wait", _seconds),
    "money": ("money", _money),
    "date": ("day", _day),
    **dict.fromkeys(("datetime", "unix_s", "gregorian_s"), ("moment", _moment)),
}
