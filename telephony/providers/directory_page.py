"""Where a provider keeps its directory, as data: kinds of contact and folder, and what writes them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DirectoryPage:
    """`folder_field` of a contact names its folder, `parent_field` of a folder the one above it.

    The others are keys of operations, "" where the provider has none.
    """

    contact_kind: str
    folder_kind: str
    folder_field: str
    parent_field: str
    contact_create: str = ""
    contact_update: str = ""
    contact_delete: str = ""
    folder_create: str = ""
    folder_update: str = ""
    folder_delete: str = ""
