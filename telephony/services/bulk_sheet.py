"""The objects of a draft as a CSV file with their editable fields as columns, edited elsewhere, and back in.

The key column says which object a line is. A cell that looks like a formula carries an apostrophe on the way out, which
is taken off on the way in; so does a text that begins with an apostrophe itself, so that every text comes back as it was.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.lib.tabular import FORMULA_STARTS, csv_text
from telephony.models import BulkRow, Entity, Job
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Editor
from telephony.services import bulk, bulk_choice, change_secrets, ledger
from telephony.services.bulk_doors import doors_of

KEY, OBJECT = "key", "object"
MOST_BYTES = 20_000_000
DELIMITERS = ",;\t|"
MARK = "\ufeff"
SIMPLE = (
    "text",
    "long_text",
    "exact",
    "email",
    "number",
    "numbers",
    "duration_s",
    "boolean",
    "choice",
    "choices",
)


@dataclass(frozen=True)
class SheetError:
    """What is wrong, and where: the line of the file as a spreadsheet counts them, and the column's head."""

    line: int
    column: str
    reason: str


class BadSheet(Exception):
    """Nothing was taken over; `errors` says why, in the order of the file."""

    def __init__(self, errors: Sequence[SheetError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = list(errors)


def key_of(entity: Entity, slug: str) -> str:
    """The same for the same object as long as it lives: connection, kind, place and identifier."""
    return "/".join(filter(None, (slug, entity.kind, entity.parent_remote_id, entity.remote_id)))


def columns_of(job: Job, operation: str) -> tuple[list[Field], Editor, Surroundings]:
    """The fields that a file can carry. Raises KeyError where no object of the job has this operation."""
    pairs = bulk_choice.choices(bulk_choice.samples(bulk.chosen(job)))[operation]
    fields, around = bulk_choice.fields_of(pairs)
    return [one for one in fields if one.kind in SIMPLE and not one.secret], pairs[0][1], around


# ---- out ----


def sheet(job: Job, operation: str) -> bytes:
    """All objects of the job with what the cache says of them. Raises KeyError as `columns_of`."""
    fields, _editor, _around = columns_of(job, operation)
    lines = [[KEY, OBJECT, *(one.name for one in fields)]]
    for row, read in _read(job, operation):
        assert row.entity is not None
        cells = [key_of(row.entity, row.connection.slug), row.label]
        lines.append([guarded(cell) for cell in cells] + [guarded(as_text(one, read)) for one in fields])
    return (MARK + csv_text(lines)).encode()


def _read(job: Job, operation: str) -> Iterable[tuple[BulkRow, Fields]]:
    """The rows that have the operation, with the fields of their objects."""
    rows = [
        row
        for row in job.rows.select_related("connection", "connection__tenant", "entity").order_by("position")
        if row.entity is not None
    ]
    line_kinds = bulk_choice.line_kind_of([row.entity for row in rows if row.entity])
    found = []
    for row in rows:
        assert row.entity is not None
        row.entity.connection = row.connection
        editor = row.connection.declaration.editors.get(operation)
        around = Surroundings(line_kind=line_kinds.get(row.entity.pk, ""))
        if editor is not None and bulk_choice.edits(editor, row.entity, around):
            row.operation, row.address = operation, bulk_choice.address_of(editor, row.entity)
            found.append(row)
    doors = doors_of(found)
    for row in found:
        door = doors[row.pk]
        if door.entity is not None:
            yield row, door.editor.read(door.entity.document)


def as_text(one: Field, read: Fields) -> str:
    """A value as its cell shows it: yes or no as 1 or 0, the entries of a list on lines of their own."""
    value = read.get(one.name)
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)


def guarded(text: str) -> str:
    return f"'{text}" if text.startswith("'") else text  # `csv_text` guards what looks like a formula


def unguarded(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in ("'", *FORMULA_STARTS) and len(text) > 1 else text


# ---- in ----


def lines_of(content: bytes) -> list[list[str]]:
    """The cells of a file in any usual encoding and with any usual delimiter; Excel's "sep=;" line is obeyed."""
    text = _decoded(content)
    first, _newline, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        delimiter, text = first.strip()[-1], rest
    else:
        delimiter = max(DELIMITERS, key=first.count)
    return [
        [unguarded(cell) for cell in line]
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    ]


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def take(job: Job, operation: str, content: bytes) -> int:
    """Make the file's lines what the rows of a draft want; how many. Objects that it leaves out leave the job.

    Raises BadSheet, KeyError as `columns_of`, and NotOpen where the job was started.
    """
    fields, editor, around = columns_of(job, operation)
    by_key = {
        key_of(row.entity, row.connection.slug): row
        for row in job.rows.select_related("connection", "connection__tenant", "entity").order_by("position")
        if row.entity is not None
    }
    wanted = _wanted(lines_of(content), {one.name: one for one in fields}, by_key)
    rows = [by_key[key] for key in wanted]
    for row in rows:
        row.state, row.error, row.change, row.seen = BulkRow.State.NEW, "", None, None
        row.operation, row.address, row.bundle = "", {}, ""
        own = wanted[key_of(row.entity, row.connection.slug)]  # type: ignore[arg-type]
        change_secrets.keep(row, editor, around, {"wanted": own})
    with transaction.atomic():
        bulk.held(job, Job.State.DRAFT)
        job.rows.exclude(pk__in=[row.pk for row in rows]).delete()
        BulkRow.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["tenant", "job", "position"],
            update_fields=[
                "state",
                "error",
                "change",
                "seen",
                "operation",
                "address",
                "bundle",
                "wanted",
                "secrets_sealed",
            ],
        )
        job.label = _("%(what)s, from a file") % {"what": editor.title or editor.operation.summary}
        job.parameters = {**job.parameters, "operation": operation}
        job.total_rows, job.due_at = len(rows), timezone.now()
        job.save(update_fields=["label", "parameters", "total_rows", "due_at"])
        ledger.hint(job)
    bulk.judge_first(job)
    return len(rows)


def _wanted(
    lines: Sequence[Sequence[str]], fields: Mapping[str, Field], by_key: Mapping[str, BulkRow]
) -> dict[str, Fields]:
    """The fields of each line by its key. Raises BadSheet with all that is wrong."""
    heads = [head.strip() for head in lines[0]] if lines else []
    errors = [
        SheetError(1, head, _("There is no such column."))
        for head in heads
        if head not in (KEY, OBJECT, *fields)
    ]
    errors += [
        SheetError(1, head, _("The column is there twice.")) for head in set(heads) if heads.count(head) > 1
    ]
    if KEY not in heads:
        errors.append(SheetError(1, KEY, _("The column is missing.")))
    if errors:
        raise BadSheet(errors)
    found: dict[str, Fields] = {}
    for number, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        cells = dict(zip(heads, line, strict=False))
        key = cells.get(KEY, "").strip()
        if key not in by_key:
            errors.append(SheetError(number, KEY, _("No object of this job has this key; it may be gone.")))
        elif key in found:
            errors.append(SheetError(number, KEY, _("This key is there twice.")))
        elif len(line) != len(heads):
            errors.append(SheetError(number, "", _("It has another number of cells than the first line.")))
        else:
            found[key] = {}
            for name, one in fields.items():
                if name in cells:
                    _take_cell(one, cells[name], number, found[key], errors)
    if errors or not found:
        raise BadSheet(errors or [SheetError(1, "", _("The file has no line but the first."))])
    return found


def _take_cell(one: Field, text: str, line: int, wanted: Fields, errors: list[SheetError]) -> None:
    try:
        wanted[one.name] = from_text(one, text)
    except ValueError as error:
        errors.append(SheetError(line, one.name, str(error)))


def from_text(one: Field, text: str) -> Any:
    """The value of a cell. Raises ValueError with the reason."""
    plain = text.strip()
    if one.kind == "boolean":
        known = {"1": True, "true": True, "yes": True, "oui": True, "vrai": True}
        known |= {"0": False, "false": False, "no": False, "non": False, "faux": False, "": False}
        if plain.lower() not in known:
            raise ValueError(_("Write 1 or 0."))
        return known[plain.lower()]
    if one.kind == "duration_s":
        number = plain.removesuffix(".0").removesuffix(",0") or "0"
        if not (number.isascii() and number.removeprefix("-").isdigit()):
            raise ValueError(_("A whole number is needed."))
        return int(number)
    if one.kind in ("numbers", "choices"):
        return [entry.strip() for entry in text.splitlines() if entry.strip()]
    if one.kind == "choice" and one.choices and plain not in dict(one.choices):
        raise ValueError(
            _("It is none of: %(choices)s.") % {"choices": ", ".join(value for value, _w in one.choices)}
        )
    return text
