"""What an export is of: calls, changes or objects that a filter leaves, as rows of a sheet and as records of JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from telephony.models.call_search import CallSearch
from telephony.models.change_search import ChangeSearch
from telephony.models.entity_search import EntitySearch
from telephony.services import call_copy, call_export, change_export, object_export

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an export is of.

    title     names the file and its sheet
    order     as `order_by` takes it; the last part is unique
    found     the rows that a filter leaves, of those made before the export was asked for
    heads     of the columns
    cells     a row of the table may take several lines
    copied    rows as lines of CSV by the database, where Python would take minutes
    records   one for each row: values with their types, words of the provider and of ours untranslated, instants in ISO
              with the offset of the zone
    """

    title: str
    order: Sequence[str]
    found: Any
    heads: Sequence[str]
    cells: Callable[[Sequence[Any]], list[list[Any]]]
    records: Callable[[Sequence[Any]], list[Record]]
    copied: Callable[[Any], Iterable[bytes]] | None = None


Subjects = Callable[[Mapping[str, Any], datetime, ZoneInfo], Subject]


def calls(parameters: Mapping[str, Any], before: datetime, zone: ZoneInfo) -> Subject:
    return Subject(
        title=_("Calls"),
        order=("-started_at", "-id"),
        found=call_export.queryset(CallSearch.from_parameters(parameters["search"]), before),
        heads=call_export.heads(zone),
        cells=lambda batch: call_export.cells(batch, zone),
        records=lambda batch: call_export.records(batch, zone),
        copied=lambda rows: call_copy.lines(rows, zone),
    )


def changes(parameters: Mapping[str, Any], before: datetime, zone: ZoneInfo) -> Subject:
    return Subject(
        title=_("Changes"),
        order=("-created_at", "-id"),
        found=change_export.queryset(ChangeSearch.from_parameters(parameters["search"]), before),
        heads=change_export.heads(zone),
        cells=lambda batch: change_export.cells(batch, zone),
        records=lambda batch: change_export.records(batch, zone),
    )


def objects(parameters: Mapping[str, Any], before: datetime, zone: ZoneInfo) -> Subject:
    """Objects come back edited: the columns are those of the moment when they were asked for."""
    heads = parameters["columns"]
    return Subject(
        title=parameters["title"],
        order=("name_key", "id"),
        found=object_export.queryset(EntitySearch.from_parameters(parameters["search"])),
        heads=heads,
        cells=lambda batch: object_export.cells(batch, heads),
        records=lambda batch: object_export.records(batch, zone),
    )


SUBJECTS: Mapping[str, Subjects] = {"calls": calls, "changes": changes, "objects": objects}
