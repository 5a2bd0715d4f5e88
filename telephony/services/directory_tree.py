"""The folders of the tenant's directories as one list to draw, with how many contacts each holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from telephony.models import Connection, Entity
from telephony.providers.directory_page import DirectoryPage


@dataclass(frozen=True, kw_only=True)
class Folder:
    entity: Entity
    depth: int
    contacts: int
    is_top: bool


@dataclass(frozen=True, kw_only=True)
class Tree:
    """One connection's folders, each after the one above it."""

    connection: Connection
    page: DirectoryPage
    folders: Sequence[Folder]


def folder_of(entity: Entity) -> str | None:
    """The folder that a contact is in, or that this is, by its identifier; None for what is not of a directory."""
    page = entity.connection.declaration.directory_page
    if page is None or entity.kind not in (page.contact_kind, page.folder_kind):
        return None
    return (
        entity.remote_id
        if entity.kind == page.folder_kind
        else str(entity.document.get(page.folder_field, ""))
    )


def trees() -> list[Tree]:
    """The folders of every connection that has a directory: two queries each."""
    found = []
    for connection in Connection.objects.filter(unlinked_at=None).select_related("credential"):
        page = connection.declaration.directory_page
        if page is not None:
            found.append(Tree(connection=connection, page=page, folders=_folders(connection, page)))
    return found


def _folders(connection: Connection, page: DirectoryPage) -> list[Folder]:
    rows = list(
        Entity.objects.present()
        .filter(connection=connection, kind=page.folder_kind)
        .order_by("name_key", "pk")
    )
    counts = dict(
        Entity.objects.present()
        .filter(connection=connection, kind=page.contact_kind)
        .values_list(f"document__{page.folder_field}")
        .annotate(n=Count("pk"))
        .order_by()
    )
    known = {row.remote_id for row in rows}
    below: dict[str, list[Entity]] = {}
    for row in rows:
        above = str(row.document.get(page.parent_field) or "")
        below.setdefault(above if above in known else "", []).append(row)
    folders: list[Folder] = []
    waiting = [(row, 0) for row in reversed(below.get("", []))]
    seen: set[int] = set()
    while waiting:
        row, depth = waiting.pop()
        if row.pk in seen:
            continue
        seen.add(row.pk)
        folders.append(
            Folder(entity=row, depth=min(depth, 5), contacts=counts.get(row.remote_id, 0), is_top=depth == 0)
        )
        waiting += [(child, depth + 1) for child in reversed(below.get(row.remote_id, []))]
    return folders
