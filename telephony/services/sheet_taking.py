"""The lines of a file, each compared with its object as the cache has it: what it changes, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.lib.tabular import cut_forms
from portal.lib.uploaded_rows import Uploaded
from telephony.models import BulkRow, Entity
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.services import bulk_choice, change_secrets, comparing, sheet_cells
from telephony.services.edit_surroundings import named
from telephony.services.entity_page import labels_of
from telephony.services.sheet_reading import KEY, VERSION, Reading, by_key, find, readings_of, version_of

State = BulkRow.State


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the line of the file as a spreadsheet counts them, and the column's head."""

    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = {"line": self.line, "column": self.column, "reason": self.reason}
        if not self.column:
            return _("Line %(line)s: %(reason)s") % where
        return _("Line %(line)s, %(column)s: %(reason)s") % where


@dataclass(frozen=True)
class Reference:
    """Objects that a row names in one of its fields and that were not named there before."""

    row: BulkRow
    line: int
    field: Field
    new: frozenset[str]


@dataclass
class Taken:
    """What has been read of a file so far.

    allowed  the objects that it may name; None: all that there are
    rows     what it changes, and objects whose line cannot be
    faults   lines that name no object; `told_faults` the others, which stand in their rows
    same     how many lines say what is there
    """

    allowed: Collection[int] | None = None
    rows: list[BulkRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    told_faults: list[Fault] = field(default_factory=list)
    same: int = 0

    def __post_init__(self) -> None:
        self._seen: set[str] = set()
        self._references: list[Reference] = []
        self._sorts: dict[tuple[str, ...], Sequence[Reading]] = {}
        self._known: Mapping[str, Entity] = {}
        self._readings: Mapping[int, Sequence[Reading]] = {}
        self._labels: Mapping[int, str] = {}

    def unknown_among(self, heads: Sequence[str]) -> list[str]:
        """The heads that mean a field of no object that was named."""
        sorts = self._sorts.values()
        return [
            head
            for head in heads
            if sorts and not _is_told(head) and not any(find(one, head) for one in sorts)
        ]

    def add(
        self, lines: Sequence[tuple[int, Sequence[str]]], heads: Sequence[str], uploaded: Uploaded
    ) -> None:
        """Take some lines, each with its number, the first one of a file being 1. A handful of queries for all."""
        at = heads.index(KEY)
        found = by_key(line[at].strip() for _number, line in lines if len(line) == len(heads))
        if self.allowed is not None:
            found = {key: one for key, one in found.items() if one.pk in self.allowed}
        entities = list(found.values())
        self._known, self._readings, self._labels = found, readings_of(entities), labels_of(entities)
        self._sorts |= {tuple(one.operation for one in own): own for own in self._readings.values()}
        for number, line in lines:
            self._add_line(number, heads, line, uploaded)

    def _add_line(self, number: int, heads: Sequence[str], line: Sequence[str], uploaded: Uploaded) -> None:
        if not any(cell.strip() for cell in line):
            return
        if len(line) != len(heads):
            words = _("It has another number of cells than the first line.")
            self.faults.append(Fault(number, "", words))
            return
        cells = dict(zip(heads, line, strict=True))
        key = cells[KEY].strip()
        entity = self._known.get(key)
        if entity is None:
            self.faults.append(Fault(number, KEY, _("No object has this key here; it may be gone.")))
        elif key in self._seen:
            self.faults.append(Fault(number, KEY, _("This key is there twice.")))
        else:
            self._seen.add(key)
            formulas = {heads[column] for row, column in uploaded.formulas if row == number - 1}
            self._add_object(number, entity, cells, formulas)

    def _add_object(self, number: int, entity: Entity, cells: Mapping[str, str], formulas: set[str]) -> None:
        readings = self._readings[entity.pk]
        wanted, faults = _read(number, readings, cells, formulas)
        changed = [(one, _changed(entity, one, wanted.get(one.operation, {}))) for one in readings]
        changed = [(one, values) for one, values in changed if values]
        if changed and cells.get(VERSION, "").strip() not in ("", version_of(readings)):
            words = _("The object has changed since this file was made. Fetch it anew.")
            faults.append(Fault(number, VERSION, words))
        if faults:
            self._add_bad(entity, faults)
            return
        self.same += not changed
        for reading, values in changed:
            row = self._row(entity, reading, values)
            self.rows.append(row)
            self._references += _references(row, number, reading)

    def _row(self, entity: Entity, reading: Reading, wanted: Fields) -> BulkRow:
        row = self._bare(entity)
        row.operation, row.address = reading.operation, dict(reading.address)
        at = (entity.connection, reading.editor, reading.address, reading.line_kind)
        row.bundle = bulk_choice.bundle_of(*at)
        change_secrets.keep(row, reading.editor, _around(entity, reading), {"wanted": wanted})
        return row

    def _bare(self, entity: Entity) -> BulkRow:
        return BulkRow(connection=entity.connection, entity=entity, label=self._labels[entity.pk])

    def _add_bad(self, entity: Entity, faults: Sequence[Fault]) -> None:
        row = self._bare(entity)
        row.state, row.error = State.IMPOSSIBLE, " ".join(map(str, faults))[:500]
        self.rows.append(row)
        self.told_faults += faults

    def refuse_unknown_references(self) -> None:
        """Objects that are named and not there make their row one that cannot be; a query for each kind of them."""
        asked: dict[tuple[int, str], set[str]] = {}
        for one in self._references:
            asked.setdefault((one.row.connection_id, one.field.refers_to), set()).update(one.new)
        links = {one.row.connection_id: one.row.connection for one in self._references}
        there = {place: set(named(links[place[0]], place[1], names)) for place, names in asked.items()}
        for one in self._references:
            if lost := one.new - there[one.row.connection_id, one.field.refers_to]:
                words = _("There is no such object: %(name)s") % {"name": min(lost)[:80]}
                fault = Fault(one.line, one.field.name, words)
                one.row.state = State.IMPOSSIBLE
                one.row.error = f"{one.row.error} {fault}".strip()[:500]
                self.told_faults.append(fault)


def _is_told(head: str) -> bool:
    """Whether a column says which object a line is, or is for reading only."""
    return head in (KEY, VERSION, "") or head.startswith("[")


def _read(
    number: int, readings: Sequence[Reading], cells: Mapping[str, str], formulas: set[str]
) -> tuple[dict[str, Fields], list[Fault]]:
    """The values of the cells that say something else than what is there, by operation, and what is wrong with others."""
    wanted: dict[str, Fields] = {}
    faults: list[Fault] = []
    for head, text in cells.items():
        if _is_told(head):
            continue
        found = find(readings, head)
        if head in formulas:
            faults.append(Fault(number, head, _("A formula is not taken. Write its value.")))
        elif found is None:
            if text.strip():
                faults.append(Fault(number, head, _("The object has no such field.")))
        elif not _is_untouched(text, found[0].texts[found[1].name]):
            reading, one = found
            try:
                wanted.setdefault(reading.operation, {})[one.name] = sheet_cells.from_text(one, text)
            except ValueError as error:
                faults.append(Fault(number, head, str(error)))
    return wanted, faults


def _is_untouched(typed: str, shown: str) -> bool:
    """Whether a cell says what it did in the file that was fetched, a workbook's cut ones included."""
    return _alike(typed, shown) or any(_alike(typed, cut) for cut in cut_forms(shown))


def _alike(typed: str, shown: str) -> bool:
    """Whether a cell still says what it said: spreadsheets end lines their own way."""
    return typed.replace("\r\n", "\n").strip() == shown.replace("\r\n", "\n").strip()


def _around(entity: Entity, reading: Reading) -> Surroundings:
    region = entity.connection.tenant.region
    return Surroundings(line_kind=reading.line_kind, address=reading.address, region=region)


def _changed(entity: Entity, reading: Reading, wanted: Fields) -> Fields:
    """Of the values that were written, those that mean something else than what is there."""
    if not wanted:
        return {}
    cleaned = reading.editor.clean(wanted, _around(entity, reading))
    names = comparing.changed_of(reading.editor, cleaned, reading.fields)
    return {name: value for name, value in wanted.items() if name in names}


def _references(row: BulkRow, number: int, reading: Reading) -> Iterator[Reference]:
    for name, value in row.wanted.items():
        one, had = reading.columns[name], reading.fields.get(name)
        before = had if isinstance(had, list) else [had]
        named_now = value if isinstance(value, list) else [value]
        new = frozenset(item for item in named_now if isinstance(item, str) and item and item not in before)
        if one.refers_to and new:
            yield Reference(row, number, one, new)
