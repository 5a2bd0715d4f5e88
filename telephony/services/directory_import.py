"""A file of contacts as the difference to a directory: a draft job with a row for each line, written like any other.

A line belongs to the contact that its key names, else to the one of the same name. What belongs to none is added; what
differs is changed, field by field; contacts that the file does not name are removed only if asked. A line that cannot
be used is a row that says why, with its number, and keeps all others back until somebody says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.wording import labelled
from telephony.models import BulkRow, Entity, Job
from telephony.providers.edit_fields import Fields
from telephony.services import bulk, ledger
from telephony.services.directory_files import BETWEEN, BadFile, Directory, Line, Read

MOST_LEFT_OUT = 30  # names of what was left out, told on the page


@dataclass(kw_only=True)
class _Known:
    """The contacts of a directory, and which of them the file has named."""

    by_key: dict[str, Entity] = field(default_factory=dict)
    by_name: dict[tuple[str, str], list[Entity]] = field(default_factory=dict)
    named: dict[int, int] = field(default_factory=dict)  # by contact: the line that named it
    added: dict[tuple[str, ...], int] = field(default_factory=dict)  # by name: the line that adds it


def draft(
    directory: Directory, read: Read, person: Person, *, file_name: str, home: str, removes: bool
) -> Job:
    """What the file would do, as a draft to look over. Nothing is asked or written at the provider.

    home     identifier of the folder that takes contacts whose line names none
    removes  also remove the contacts that the file does not name

    Raises BadFile where it has no contact, and TooMany.
    """
    if not read.lines:
        raise BadFile(_("The file holds no contact."))
    rows = _rows(directory, read.lines, home, removes)
    if len(rows) > bulk.MOST_ROWS:
        raise bulk.TooMany
    with transaction.atomic():
        job = Job.objects.create(
            kind=Job.Kind.BULK,
            state=Job.State.DRAFT,
            label=_("Contacts from %(file)s") % {"file": file_name[:200]},
            parameters={
                "file": True,
                "contacts": file_name[:200],
                "left_out": dict(sorted(read.left_out.items(), key=lambda one: -one[1])[:MOST_LEFT_OUT]),
            },
            person=person,
            total_rows=len(rows),
            due_at=timezone.now(),
        )
        for position, row in enumerate(rows):
            row.job, row.position, row.connection = job, position, directory.connection
            row.bundle = f"{directory.connection.pk:012d}/"
        BulkRow.objects.bulk_create(rows, batch_size=2000)
        ledger.hint(job)
    bulk.judge_first(job)
    return job


def _rows(directory: Directory, lines: Iterable[Line], home: str, removes: bool) -> list[BulkRow]:
    known = _known(directory)
    missing: dict[str, BulkRow] = {}
    rows = [_row(directory, line, known, missing, home) for line in lines]
    gone = _removals(directory, known, rows) if removes else []
    return [*missing.values(), *rows, *gone]


def _known(directory: Directory) -> _Known:
    known = _Known()
    for contact in directory.contacts():
        known.by_key[directory.key(contact)] = contact
        known.by_name.setdefault(_name(directory, directory.read(contact)), []).append(contact)
    return known


def _name(directory: Directory, fields: Mapping[str, Any]) -> tuple[str, str]:
    roles = directory.page.roles
    first, family = (_plain(fields.get(roles[role])) for role in ("first_name", "family_name"))
    return first, family


def _plain(value: Any) -> str:
    return " ".join(str(value or "").split()).casefold()


def _row(directory: Directory, line: Line, known: _Known, missing: dict[str, BulkRow], home: str) -> BulkRow:
    name = " ".join(
        filter(None, (_said(directory, line, "first_name"), _said(directory, line, "family_name")))
    )
    words = _("Line %(line)s") % {"line": line.number}
    row = BulkRow(label=(labelled(words, name) if name else words)[:250])
    try:
        contact = _contact_of(directory, line, known)
        if contact is not None:
            _claim(known, contact, line)
            row.entity = contact
        if line.error:
            raise ValueError(line.error)
        folder = _folder_of(directory, line, contact, missing)
        if contact is None:
            _add(directory, line, row, known, folder or home)
        else:
            _change(directory, line, row, contact, folder)
    except ValueError as error:
        row.error = str(error)[:500]
    return row


def _said(directory: Directory, line: Line, role: str) -> str:
    return str(line.fields.get(directory.page.roles[role]) or "").strip()


def _contact_of(directory: Directory, line: Line, known: _Known) -> Entity | None:
    """The contact that a line is about, None for a new one. Raises ValueError where it could be several."""
    if contact := known.by_key.get(line.key):
        return contact
    if line.key.startswith(f"{directory.connection.slug}/"):
        raise ValueError(_("No contact has this key; it may be gone. Empty the key to add the contact."))
    name = _name(directory, line.fields)
    found = known.by_name.get(name, []) if any(name) else []
    if len(found) > 1:
        company = directory.page.roles["company"]
        wanted = _plain(line.fields.get(company))
        found = [one for one in found if _plain(directory.read(one).get(company)) == wanted]
        if len(found) != 1:
            for one in known.by_name[name]:  # whichever was meant, the file names it
                known.named.setdefault(one.pk, line.number)
            raise ValueError(_("Several contacts have this name; a key says which is meant."))
    return found[0] if found else None


def _claim(known: _Known, contact: Entity, line: Line) -> None:
    if (other := known.named.setdefault(contact.pk, line.number)) != line.number:
        raise ValueError(_("Line %(line)s is about the same contact.") % {"line": other})


def _folder_of(directory: Directory, line: Line, contact: Entity | None, missing: dict[str, BulkRow]) -> str:
    """The identifier of the folder that a line names, "" where it names none. Raises ValueError."""
    wanted = (line.folder or "").strip()
    if not wanted:
        return ""
    if contact is not None and directory.paths.get(directory.folder(contact), "").strip() == wanted:
        return directory.folder(contact)
    found = [uid for uid, path in directory.paths.items() if path.strip().casefold() == wanted.casefold()]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValueError(_("Several folders have this name."))
    _ask_folder(directory, wanted, missing)
    raise ValueError(
        _("There is no folder “%(folder)s” yet. Take the file again once it is added.")
        % {"folder": wanted[:120]}
    )


def _ask_folder(directory: Directory, wanted: str, missing: dict[str, BulkRow]) -> None:
    """A row that adds the folder, or the first one on the way to it that is not there; none where nothing is above it."""
    by_path = {path.strip().casefold(): uid for uid, path in directory.paths.items()}
    names = [one.strip() for one in wanted.split(BETWEEN)]
    for length in range(len(names) - 1, 0, -1):
        above, name = BETWEEN.join(names[:length]), names[length]
        path = f"{above}{BETWEEN}{name}".casefold()
        if (uid := by_path.get(above.casefold())) is None or path in missing:
            continue
        editor = directory.editor(directory.page.folder_create)
        missing[path] = BulkRow(
            label=(_("Folder %(folder)s") % {"folder": f"{above}{BETWEEN}{name}"})[:250],
            operation=directory.page.folder_create,
            address={editor.operation.address_names[0]: uid},
            wanted={"name": name},
        )
        return


def _add(directory: Directory, line: Line, row: BulkRow, known: _Known, folder: str) -> None:
    wanted = {name: value for name, value in line.fields.items() if value not in ("", None, [])}
    if not wanted:
        raise ValueError(_("It names no contact."))
    same = (*_name(directory, wanted), _plain(wanted.get(directory.page.roles["company"])))
    if any(same[:2]) and (other := known.added.setdefault(same, line.number)) != line.number:
        raise ValueError(_("Line %(line)s adds a contact of the same name.") % {"line": other})
    if not folder:
        raise ValueError(_("It needs a folder."))
    row.operation = directory.page.contact_create
    row.address = {directory.editor(row.operation).operation.address_names[0]: folder}
    row.wanted = wanted


def _change(directory: Directory, line: Line, row: BulkRow, contact: Entity, folder: str) -> None:
    """What the line says otherwise; a cell that nobody edited is nobody's wish, however it is written."""
    read = directory.read(contact)
    wanted: Fields = {
        name: value
        for name, value in line.fields.items()
        if str(value or "").strip() != str(read.get(name) or "").strip()
    }
    if folder and folder != directory.folder(contact):
        wanted[directory.page.folder_field] = folder
    _point(directory, row, directory.page.contact_update, contact)
    row.wanted = wanted


def _point(directory: Directory, row: BulkRow, operation: str, contact: Entity) -> None:
    names = directory.editor(operation).operation.address_names
    row.operation, row.address, row.entity = operation, {names[0]: contact.remote_id}, contact


def _removals(directory: Directory, known: _Known, rows: Iterable[BulkRow]) -> list[BulkRow]:
    """A row for each contact that no line names. A line that cannot be read may name any: then none is removed."""
    is_unsure = any(row.error and row.entity is None for row in rows)
    gone = []
    for contact in known.by_key.values():
        if contact.pk in known.named:
            continue
        row = BulkRow(label=str(contact)[:250])
        _point(directory, row, directory.page.contact_delete, contact)
        if is_unsure:
            row.error = _("A line that cannot be used may be about this contact.")
        gone.append(row)
    return gone
