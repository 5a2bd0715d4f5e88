"""Objects of a list as rows of a file that comes back edited: their fields as columns (sheet_reading.py)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from portal.lib.tabular import guarded
from telephony.models import Entity
from telephony.models.entity_search import EntitySearch
from telephony.services import bulk_choice, sheet_reading


def queryset(search: EntitySearch) -> Any:
    near = ("connection", "connection__credential", "connection__tenant")
    return search.found().select_related(*near)


def heads(search: EntitySearch) -> list[str]:
    """The columns of all kinds of object that the list has now."""
    return sheet_reading.heads_of(bulk_choice.samples(search.found()))


def cells(batch: Sequence[Entity], heads: Sequence[str]) -> list[list[Any]]:
    return [[guarded(cell) for cell in line] for line in sheet_reading.cells_of(batch, heads)]


def records(batch: Sequence[Entity], zone: ZoneInfo) -> list[dict[str, Any]]:
    """The same as JSON: which object, and its document as the provider has it, secrets as stars."""
    return [
        {
            "key": sheet_reading.key_of(one, one.connection.slug),
            "provider": one.connection.provider,
            "connection": one.connection.slug,
            "kind": one.kind,
            "name": one.name,
            "number": one.number,
            "extension": one.extension,
            "state": one.status,
            "read_at": one.fetched_at.astimezone(zone).isoformat(),
            "document": sheet_reading.without_secrets(one.document),
        }
        for one in batch
    ]
