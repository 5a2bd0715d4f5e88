"""Tables as files: numbers stay numbers, texts stay texts, times stand in a zone that is named, no formula is evaluated.

CSV and XLSX have heads in the language in force; money is an amount and its currency, each in a column of its own.
What is missing of their days stands above the rows in CSV, and on a sheet of its own in XLSX. JSON is an object: what the
figure is called, the zone, what is missing ("" where nothing is), and the rows with the names of the columns and values with
their types.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.lib.tabular import CSV_MARK, csv_text, write_sheets, write_xlsx
from telephony.figures.tables import Cell, Column, Table

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


def content_of(table: Table, file_format: str, zone: str) -> bytes:
    """The file of one of MEDIA_TYPES; `zone` is that of its days and times."""
    if file_format == "json":
        told = {"figure": table.title, "time_zone": zone, "not_complete": table.missing}
        return json.dumps({**told, "rows": records(table, zone)}, ensure_ascii=False, indent=1).encode()
    heads = heads_of(table.columns, zone)
    rows = [cells_of(table.columns, row, zone) for row in table.rows]
    if file_format == "csv":
        above = [[table.missing], []] if table.missing else []
        return (CSV_MARK + csv_text([*above, heads, *rows])).encode()
    target = BytesIO()
    if table.missing:
        write_sheets(target, [(table.title, heads, rows), (_("Not complete"), [], [[table.missing]])])
    else:
        write_xlsx(target, table.title, heads, rows)
    return target.getvalue()


def heads_of(columns: Sequence[Column], zone: str) -> list[str]:
    heads: list[str] = []
    for column in columns:
        if column.kind in ("moment", "day"):
            heads.append(f"{column.label} ({zone})")
        elif column.kind == "money":
            heads += [column.label, _("Currency")]
        elif column.kind in ("wait", "talk"):
            heads.append(_("%(what)s, seconds") % {"what": column.label})
        else:
            heads.append(column.label)
    return heads


def cells_of(columns: Sequence[Column], row: Sequence[Cell], zone: str) -> list[Any]:
    return [part for column, cell in zip(columns, row, strict=True) for part in _parts(column, cell, zone)]


def _parts(column: Column, cell: Cell, zone: str) -> list[Any]:
    if column.kind == "money":
        return [_amount(cell), cell[1]] if cell else [None, ""]
    if column.kind == "moment" and cell is not None:
        return [_local(cell, zone).strftime("%Y-%m-%d %H:%M:%S")]
    if column.kind == "month" and cell is not None:
        return [cell[:7]]
    return [round(cell, 4) if isinstance(cell, float) else cell]


def records(table: Table, zone: str) -> list[dict[str, Any]]:
    return [
        {
            column.name or column.label: _value(column, cell, zone)
            for column, cell in zip(table.columns, row, strict=True)
        }
        for row in table.rows
    ]


def _value(column: Column, cell: Cell, zone: str) -> Any:
    if column.kind == "money":
        return {"amount": _amount(cell), "currency": cell[1]} if cell else None
    if column.kind == "moment" and cell is not None:
        return _local(cell, zone).isoformat()
    return _parts(column, cell, zone)[0]


def _amount(cell: Cell) -> float:
    return float(Decimal(cell[0]) / 1_000_000)


def _local(cell: Cell, zone: str) -> datetime:
    return datetime.fromisoformat(cell).astimezone(ZoneInfo(zone))
