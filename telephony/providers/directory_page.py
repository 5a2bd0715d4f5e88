"""Where a provider keeps its directory, as data: kinds of contact and folder, and what writes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class DirectoryPage:
    """`folder_field` of a contact names its folder, `parent_field` of a folder the one above it.

    roles   what a contact's fields are on an address card, field by role: family_name first_name company job email
            preferred work mobile home work_code mobile_code home_code street zipcode city country
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
    roles: Mapping[str, str] = field(default_factory=dict)
