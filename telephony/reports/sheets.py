"""A report as XLSX, a sheet for each section, and as CSV, one after another. Numbers stay numbers, texts stay texts.

What is missing stands above the tables in both. Money is an amount and its currency, each in a column of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.lib.tabular import CSV_MARK, csv_text, write_sheets
from telephony.reports.document import Cell, Column, Document, Section


def csv_of(document: Document) -> bytes:
    rows: list[list[Any]] = [*_about(document)]
    for section in _with_rows(document):
        rows += [[], [section.title], _heads(section, document.zone), *_rows(section, document.zone)]
    return (CSV_MARK + csv_text(rows)).encode()


def xlsx_of(document: Document) -> bytes:
    target = BytesIO()
    sheets: list[tuple[str, list[str], list[list[Any]]]] = [(_("About"), [], _about(document))]
    sheets += [
        (one.title, _heads(one, document.zone), list(_rows(one, document.zone)))
        for one in _with_rows(document)
    ]
    write_sheets(target, sheets)
    return target.getvalue()


def _about(document: Document) -> list[list[Any]]:
    stamp = " ".join(filter(None, [document.stamp.title, document.stamp.text]))
    told = [
        (_("Report"), document.title),
        (_("Customer"), document.tenant),
        (_("Of"), document.scope),
        (_("Period"), document.period),
        (_("Time zone"), document.zone),
        (_("Calls"), stamp),
        (_("Made"), document.made),
    ]
    return [[what, value] for what, value in told if value]


def _with_rows(document: Document) -> list[Section]:
    return [one for one in document.sections if one.columns]


def _heads(section: Section, zone: str) -> list[str]:
    heads: list[str] = []
    for column in section.columns:
        if column.kind == "moment":
            heads.append(f"{column.label} ({zone})")
        elif column.kind == "money":
            heads += [column.label, _("Currency")]
        elif column.kind in ("wait", "talk"):
            heads.append(_("%(what)s, seconds") % {"what": column.label})
        else:
            heads.append(column.label)
    return [*heads, _("Not whole")] if section.stars else heads


def _rows(section: Section, zone: str) -> Iterator[list[Any]]:
    for place, row in enumerate(section.rows):
        cells = [
            part
            for column, cell in zip(section.columns, row, strict=True)
            for part in _parts(column, cell, zone)
        ]
        yield [*cells, _("yes") if place in section.stars else ""] if section.stars else cells


def _parts(column: Column, cell: Cell, zone: str) -> list[Any]:
    if column.kind == "money":
        return [float(Decimal(cell[0]) / 1_000_000), cell[1]] if cell else [None, ""]
    if cell is None:
        return [None]
    if column.kind == "moment":
        return [datetime.fromisoformat(cell).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S")]
    return [round(cell, 4) if isinstance(cell, float) else cell]
