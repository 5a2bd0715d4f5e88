"""What an export is of: calls, changes or objects that a filter leaves, as rows of a sheet and as records of JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from telephony.models.call_search import CallSearch
from telephony.models.change_search import ChangeSearch
from telephony.models.entity_search import EntitySearch
from telephony.services import call_copy, call_export, change_export, object_export
from telephony.services.export_rows import Found

Subjects = Callable[[Mapping[str, Any], datetime, ZoneInfo], Found]


def calls(parameters: Mapping[str, Any], before: datetime, zone: ZoneInfo) -> Found:
    return Found(
        title=_("Calls"),
        order=("-started_at", "-id"),
        found=call_export.queryset(CallSearch.from_parameters(parameters["search"]), before),
        heads=call_export.heads(zone),
        moments=(0,),
        cells=lambda batch: call_export.cells(batch, zone),
        records=lambda batch: call_export.records(batch, zone),
        lines=lambda rows: call_copy.lines(rows, zone),
        many=settings.EXPORT_COPY,
    )


def changes(parameters: Mapping[str, Any], before: datetime, zone: ZoneInfo) -> Found:
    return Found(
        title=_("Changes"),
        order=("-created_at", "-id"),
        found=change_export.queryset(ChangeSearch.from_parameters(parameters["search"]), before),
        heads=change_export.heads(zone),
        moments=(0,),
        cells=lambda batch: change_export.cells(batch, zone),
        records=lambda batch: change_export.records(batch, zone),
    )


def objects(parameters: Mapping[str, Any], before: datetime, zone: ZoneInfo) -> Found:
    """Objects come back edited: the columns are those of the moment when they were asked for."""
    heads = parameters["columns"]
    return Found(
        title=parameters["title"],
        order=("name_key", "id"),
        found=object_export.queryset(EntitySearch.from_parameters(parameters["search"])),
        heads=heads,
        cells=lambda batch: object_export.cells(batch, heads),
        records=lambda batch: object_export.records(batch, zone),
    )


SUBJECTS: Mapping[str, Subjects] = {"calls": calls, "changes": changes, "objects": objects}
