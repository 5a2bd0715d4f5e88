"""A directory as a file: CSV with a column for each field, or address cards, out and in.

A file's contact is told as fields of the provider's own editor. What it does not mention is not wanted: a column that
is missing, and a property that a card leaves out, touch nothing. What becomes of it is decided in directory_import.py.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.lib.files import decoded
from portal.lib.tabular import CSV_MARK, csv_text, guarded
from portal.lib.uploaded_rows import UnreadableFile, Uploaded, read_rows
from portal.lib.vcard import looks_like
from portal.lib.wording import labelled
from telephony.models import Connection, Entity
from telephony.providers.directory_page import DirectoryPage
from telephony.providers.edit_fields import Field, Fields
from telephony.providers.editing import Editor
from telephony.services import directory_cards
from telephony.services.directory_tree import Tree
from telephony.services.edit_surroundings import surroundings
from telephony.services.sheet_cells import as_text, from_text
from telephony.services.sheet_reading import KEY, key_of

FOLDER = "folder"
BETWEEN = " / "  # the names of a folder and of those above it


class BadFile(Exception):
    """It holds no contacts at all; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One contact of a file: where it stands, whose it says it is, what it mentions. `error`: why it cannot be used."""

    number: int
    key: str = ""
    folder: str | None = None
    fields: Fields = field(default_factory=dict)
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Read:
    """What a file says. `left_out`: what of it the directory has no place for, and how often that stands there."""

    lines: Sequence[Line]
    left_out: Mapping[str, int] = field(default_factory=dict)


class Directory:
    """One connection's directory: its editors, the folders with their ways, the contacts."""

    def __init__(self, tree: Tree) -> None:
        self.connection: Connection = tree.connection
        self.page: DirectoryPage = tree.page
        self.folders = [folder.entity for folder in tree.folders]

    def editor(self, operation: str) -> Editor:
        return self.connection.declaration.editor(operation)

    @cached_property
    def fields(self) -> dict[str, Field]:
        """The fields of a contact, by name."""
        editor = self.editor(self.page.contact_create)
        around = surroundings(self.connection, editor, None, {}, {})
        return {one.name: one for one in editor.fields(around)}

    @cached_property
    def paths(self) -> dict[str, str]:
        """Each folder's name behind those above it, by its identifier."""
        by_id = {one.remote_id: one for one in self.folders}
        found = {}
        for one in self.folders:
            names: list[str] = []
            step, seen = one.remote_id, set[str]()
            while step in by_id and step not in seen:
                seen.add(step)
                names.insert(0, str(by_id[step]))
                step = str(by_id[step].document.get(self.page.parent_field) or "")
            found[one.remote_id] = BETWEEN.join(names)
        return found

    def contacts(self) -> Iterator[Entity]:
        rows = Entity.objects.present().filter(connection=self.connection, kind=self.page.contact_kind)
        for one in rows.order_by("name_key", "pk").iterator(2000):
            one.connection = self.connection
            yield one

    def key(self, contact: Entity) -> str:
        return key_of(contact, self.connection.slug)

    def read(self, contact: Entity) -> Fields:
        return self.editor(self.page.contact_update).read(contact.document)

    def folder(self, contact: Entity) -> str:
        return str(contact.document.get(self.page.folder_field) or "")


# ---- out ----


def as_csv(directory: Directory) -> Iterator[bytes]:
    fields = list(directory.fields.values())
    yield (CSV_MARK + csv_text([[KEY, FOLDER, *(one.name for one in fields)]])).encode()
    for contact in directory.contacts():
        read = directory.read(contact)
        folder = directory.paths.get(directory.folder(contact), "")
        cells = [directory.key(contact), folder, *(as_text(one, read.get(one.name)) for one in fields)]
        yield csv_text([[guarded(cell) for cell in cells]]).encode("utf-8", errors="replace")


def as_cards(directory: Directory) -> Iterator[bytes]:
    for contact in directory.contacts():
        read = directory.read(contact)
        said = {role: str(read.get(name) or "") for role, name in directory.page.roles.items()}
        folder = directory.paths.get(directory.folder(contact), "")
        yield directory_cards.card(directory.key(contact), folder, said)


FORMATS: Mapping[str, tuple[str, Callable[[Directory], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "vcf": ("text/vcard; charset=utf-8", as_cards),
}


# ---- in ----


def read(directory: Directory, content: bytes) -> Read:
    """The contacts of a file: address cards, CSV or XLSX. Raises BadFile where it is no such file at all."""
    if looks_like(content):
        return _read_cards(directory, content)
    try:
        return _read_table(directory, read_rows(content))
    except UnreadableFile as error:
        raise BadFile(str(error)) from error


def _read_cards(directory: Directory, content: bytes) -> Read:
    roles = directory.page.roles
    lines: list[Line] = []
    left_out: Counter[str] = Counter()
    for one in directory_cards.read(decoded(content)):
        left_out.update(one.left_out)
        fields = {roles[role]: text for role, text in one.said.items() if role in roles}
        lines.append(Line(number=one.line, key=one.key, folder=one.folder, fields=fields, error=one.error))
    return Read(lines=lines, left_out=left_out)


def _read_table(directory: Directory, uploaded: Uploaded) -> Read:
    heads = uploaded.rows[0] if uploaded.rows else []
    columns = _columns(directory, heads)
    known = [name for name in columns if name]
    if not set(known) & set(directory.fields):
        words = _("The first line names no field of a contact: %(fields)s.")
        raise BadFile(words % {"fields": ", ".join(directory.fields)})
    if twice := [name for name, times in Counter(known).items() if times > 1]:
        raise BadFile(_("These columns are there twice: %(columns)s.") % {"columns": ", ".join(twice)})
    rows = [(at, row) for at, row in enumerate(uploaded.rows) if at and any(map(str.strip, row))]
    left_out = Counter(
        heads[column].strip()[:60] or _("a column without a name")
        for _at, row in rows
        for column, cell in enumerate(row[: len(heads)])
        if cell.strip() and not columns[column]
    )
    formulas = {row for row, _column in uploaded.formulas}
    return Read(
        lines=[_line(directory, at + 1, row, columns, has_formula=at in formulas) for at, row in rows],
        left_out=left_out,
    )


def _columns(directory: Directory, heads: Iterable[str]) -> list[str]:
    """What each column holds, told by a field's name or by its label in any language; "" for what is unknown."""
    by_word = {KEY: KEY, FOLDER: FOLDER}
    for language, _name in settings.LANGUAGES:
        with override(language):
            by_word |= {str(one.label).casefold(): one.name for one in directory.fields.values()}
            by_word[_("Folder").casefold()] = FOLDER
    by_word |= {name: name for name in directory.fields}
    return [by_word.get(head.strip().casefold(), "") for head in heads]


def _line(
    directory: Directory, number: int, row: Sequence[str], columns: Sequence[str], *, has_formula: bool
) -> Line:
    if len(row) != len(columns):
        return Line(number=number, error=_("It has another number of cells than the first line."))
    cells = {name: cell for name, cell in zip(columns, row, strict=True) if name}
    key, folder = cells.pop(KEY, "").strip(), cells.pop(FOLDER, None)
    fields: Fields = {}
    errors = [_("It holds a formula.")] if has_formula else []
    for name, cell in cells.items():
        try:
            fields[name] = from_text(directory.fields[name], cell)
        except ValueError as error:
            errors.append(labelled(directory.fields[name].label, error))
    return Line(number=number, key=key, folder=folder, fields=fields, error=" ".join(errors))
