"""Tables as files: numbers stay numbers, texts stay texts, times stand in a zone that is named, no formula is evaluated.

CSV and XLSX have heads in the language in force; money is an amount and its currency, each in a column of its own. Days
and times are text in CSV and JSON, and what a workbook can sort and filter as such in XLSX.
What is missing of their days stands above the rows in CSV, and on a sheet of its own in XLSX. JSON is an object: what the
figure is called, the zone, what is missing ("" where nothing is), and the rows with the names of the columns and values with
their types.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.lib.tabular import CSV_MARK, MOMENT_FORMAT, Head, Sheet, csv_text, write_sheets
from telephony.figures.tables import Cell, Column, Table, words

MEDIA_TYPES: Mapping[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
_WIDTHS: Mapping[str, int] = {"number": 18, "moment": 22, "day": 22}  # letters; of others 13
_NUMBER_FORMATS: Mapping[str, str] = {
    "count": "#,##0",
    "mean": "0.0",
    "percent": "0.0%",
    "money": "#,##0.00##",
    "moment": MOMENT_FORMAT,
    "day": "yyyy-mm-dd",
    "month": "yyyy-mm",
}
_DATES: Mapping[str, Callable[[Cell, str], date]] = {
    "moment": lambda cell, zone: _local(cell, zone).replace(tzinfo=None, microsecond=0),
    "day": lambda cell, _zone: date.fromisoformat(cell),
    "month": lambda cell, _zone: date.fromisoformat(cell),
}


def content_of(table: Table, file_format: str, zone: str) -> bytes:
    """The file of one of MEDIA_TYPES; `zone` is that of its days and times."""
    if file_format == "json":
        told = {"figure": table.title, "time_zone": zone, "not_complete": table.missing}
        return json.dumps({**told, "rows": records(table, zone)}, ensure_ascii=False, indent=1).encode()
    heads = heads_of(table.columns, zone)
    if file_format == "csv":
        above = [[table.missing], []] if table.missing else []
        rows = [cells_of(table.columns, row, zone) for row in table.rows]
        return (CSV_MARK + csv_text([*above, [head.text for head in heads], *rows])).encode()
    dated = [dated_cells_of(table.columns, row, zone) for row in table.rows]
    target, sheets = BytesIO(), [Sheet(table.title, heads, dated)]
    if table.missing:
        sheets.append(Sheet(_("Not complete"), [], [[table.missing]], widths=(80,)))
    write_sheets(target, sheets)
    return target.getvalue()


def heads_of(columns: Sequence[Column], zone: str) -> list[Head]:
    heads: list[Head] = []
    for column in columns:
        if column.kind in ("moment", "day"):
            heads.append(_head(column, f"{column.label} ({zone})"))
        elif column.kind == "money":
            heads += [_head(column, column.label), Head(_("Currency"), 10)]
        elif column.kind in ("wait", "talk"):
            heads.append(_head(column, _("%(what)s, seconds") % {"what": column.label}))
        else:
            heads.append(_head(column, column.label))
    return heads


def moments_of(columns: Sequence[Column]) -> frozenset[int]:
    """The places of cells that are local instants."""
    kinds = [kind for one in columns for kind in ((one.kind, "") if one.kind == "money" else (one.kind,))]
    return frozenset(place for place, kind in enumerate(kinds) if kind == "moment")


def _head(column: Column, text: str) -> Head:
    width = max(_WIDTHS.get(column.kind, 13), len(text) + 2)
    return Head(text, width, _NUMBER_FORMATS.get(column.kind, ""))


def cells_of(columns: Sequence[Column], row: Sequence[Cell], zone: str) -> list[Any]:
    return [part for column, cell in zip(columns, row, strict=True) for part in _parts(column, cell, zone)]


def dated_cells_of(columns: Sequence[Column], row: Sequence[Cell], zone: str) -> list[Any]:
    """As `cells_of`, with dates instead of their text: local ones without a zone, which stands in the head."""
    pairs = zip(columns, row, strict=True)
    return [part for column, cell in pairs for part in _dated_parts(column, cell, zone)]


def _dated_parts(column: Column, cell: Cell, zone: str) -> list[Any]:
    if column.kind in _DATES and cell:
        return [_DATES[column.kind](cell, zone)]
    return _parts(column, cell, zone)


def _parts(column: Column, cell: Cell, zone: str) -> list[Any]:
    if column.kind == "money":
        return [_amount(cell), cell[1]] if cell else [None, ""]
    if column.kind == "moment" and cell is not None:
        return [_local(cell, zone).strftime("%Y-%m-%d %H:%M:%S")]
    if column.kind == "month" and cell is not None:
        return [cell[:7]]
    if column.kind == "yes" and cell is not None:
        return [words("yes", cell)]
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
    if column.kind == "yes":
        return cell
    return _parts(column, cell, zone)[0]


def _amount(cell: Cell) -> float:
    return float(Decimal(cell[0]) / 1_000_000)


def _local(cell: Cell, zone: str) -> datetime:
    return datetime.fromisoformat(cell).astimezone(ZoneInfo(zone))
