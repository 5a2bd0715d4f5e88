"""Tables as files: numbers stay numbers, texts stay texts, times stand in a zone that is named, no formula is evaluated.

CSV and XLSX have heads in the language in force; money is an amount and its currency, each in a column of its own. Days
and times are text in CSV and JSON, and what a workbook can sort and filter as such in XLSX.
A workbook says on a sheet of its own what its rows are of; what is missing of their days stands above the rows in CSV, too.
JSON is an object: what the figure is called, of which calls ("" of all), its days, the zone, what is missing ("" where
nothing is), and the rows with the names of the columns and values with their types.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.lib.periods import Period
from portal.lib.tabular import CSV_MARK, MOMENT_FORMAT, Head, Sheet, csv_text, write_sheets
from portal.ui import formats
from telephony.figures.missing import days_words
from telephony.figures.tables import Cell, Column, Table, words

ABOUT_WIDTHS = (18, 64)  # letters
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
        first, last = [day.isoformat() for day in table.days] if table.days else (None, None)
        told = {
            "figure": table.title,
            "of": table.part,
            "first_day": first,
            "last_day": last,
            "time_zone": zone,
            "not_complete": table.missing,
            "rows": records(table, zone),
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode()
    heads = heads_of(table.columns, zone)
    if file_format == "csv":
        above = [[table.missing], []] if table.missing else []
        rows = [cells_of(table.columns, row, zone) for row in table.rows]
        return (CSV_MARK + csv_text([*above, [head.text for head in heads], *rows])).encode()
    dated = [dated_cells_of(table.columns, row, zone) for row in table.rows]
    target = BytesIO()
    about = Sheet(_("About"), [], _about(table, zone), ABOUT_WIDTHS)
    write_sheets(target, [Sheet(table.title, heads, dated), about])
    return target.getvalue()


def _about(table: Table, zone: str) -> list[list[str]]:
    now = timezone.localtime(timezone=ZoneInfo(zone))
    told = [
        (_("What"), table.title),
        (_("Of"), table.part),
        (_("Period"), _period(*table.days) if table.days else ""),
        (_("Time zone"), zone),
        (_("Calls"), table.missing or (pgettext("report", "Complete") if table.days else "")),
        (_("Made"), f"{formats.date_words(now, 'j F Y')} {now:%H:%M}"),
    ]
    return [[what, value] for what, value in told if value]


def _period(first: date, last: date) -> str:
    return days_words(Period(first, last)) if first != last else formats.date_words(first, "j F Y")


def stem_of(table: Table) -> str:
    """What a file of it is called, without its ending; "" where the moment it was made tells more."""
    if table.days is None:
        return ""
    first, last = table.days
    return f"{slugify(table.title)[:150]}-{first}" + (f"-{last}" if last != first else "")


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
