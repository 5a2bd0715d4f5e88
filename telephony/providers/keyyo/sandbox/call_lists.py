"""The four lists of call detail records: windows, paging, and what actions added."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from telephony.providers.keyyo.sandbox.calls import LONGEST_S, Day
from telephony.providers.keyyo.sandbox.manager import BASE, Call, Document, answers
from telephony.providers.keyyo.sandbox.refusals import Refused
from telephony.providers.keyyo.sandbox.rows import INCOMING, OUTGOING, Row, record_document
from telephony.providers.keyyo.sandbox.times import bound_s, day_of, midnight_s, months_before

DEFAULT_LIMIT, LARGEST_LIMIT = 100, 500


@answers("GET", "/services/{}/incoming_call_detail", locked=False)
def list_received(call: Call, csi: str) -> Document:
    return _list(call, csi, INCOMING)


@answers("GET", "/services/{}/outgoing_call_detail", locked=False)
def list_placed(call: Call, csi: str) -> Document:
    return _list(call, csi, OUTGOING)


@answers("GET", "/incoming_call_detail", locked=False)
def list_all_received(call: Call) -> Document:
    return _list(call, "", INCOMING)


@answers("GET", "/outgoing_call_detail", locked=False)
def list_all_placed(call: Call) -> Document:
    return _list(call, "", OUTGOING)


def _list(call: Call, csi: str, direction: str) -> Document:
    """One page, newest first. Any service answers; those that never carry calls answer empty."""
    with call.sandbox.store.lock:
        if csi:
            call.service(csi)
        lines = [csi] if csi or not call.token["contact"] else sorted(call.visible)
        extra = list(call.account["calls"])
    start_s, end_s = _window(call)
    limit = min(_whole(call, "limit", DEFAULT_LIMIT, 1), LARGEST_LIMIT)
    offset = _whole(call, "offset", 0, 0)
    rows, more = _page(call, lines or [csi], direction, extra, (start_s, end_s), offset, limit)
    path = ["services", csi, f"{direction}_call_detail"] if csi else [f"{direction}_call_detail"]
    base = call.href(*path)
    items = [record_document(row, base, local=call.local) for row in rows]
    links = {"next": _next(call, path, limit, offset + limit)} if more else {}
    return call.collection(path, items, **links)


def _page(
    call: Call, lines: list[str], direction: str, extra: list[dict[str, Any]], window: tuple[int, int],
    offset: int, limit: int,
) -> tuple[list[Row], bool]:  # fmt: skip
    """The rows from `offset` on, and whether there are more. Whole days are skipped by their length."""
    rows: list[Row] = []
    for day_rows in _days(call, lines, direction, extra, window):
        if offset >= len(day_rows):
            offset -= len(day_rows)
            continue
        rows += day_rows[offset : offset + limit + 1 - len(rows)]
        offset = 0
        if len(rows) > limit:
            return rows[:limit], True
    return rows, False


def _days(
    call: Call, lines: list[str], direction: str, extra: list[dict[str, Any]], window: tuple[int, int]
) -> Iterator[Sequence[Row]]:
    """The rows of each day of the window that holds any, newest day and newest row first.

    A record is seen once its call has ended, and until the retention of the account has passed. With the setting
    `early_records` it is seen from the start of the call, its quantity 0 until the end.
    """
    now_s = call.now_s
    settings = call.sandbox.store.data["settings"]
    early = settings["early_records"]
    today = day_of(now_s)
    oldest = months_before(today, int(settings["retention_months"]))
    start_s, end_s = max(window[0], midnight_s(oldest)), min(window[1], now_s + 1)
    if start_s >= end_s:
        return
    book = call.sandbox.book(call.name)
    added = [
        Row(**row)
        for row in extra
        if row["direction"] == direction and (lines == [""] or row["csi"] in lines)
    ]
    day, first = day_of(end_s - 1), day_of(start_s)
    while day >= first:
        made = book.day(day)
        rows = made.of(lines[0], direction) if len(lines) == 1 else _merged(made, lines, direction)
        begins, ends = midnight_s(day), midnight_s(day + timedelta(days=1))
        mixed = [row for row in added if begins <= row.start_s < ends]
        if mixed:
            rows = sorted((*rows, *mixed), reverse=True)
        if begins < start_s or ends > end_s or ends + LONGEST_S > now_s:
            rows = [
                row if row.ends_s <= now_s else row._replace(quantity=0, cost=0.0)
                for row in rows
                if start_s <= row.start_s < end_s and (row.start_s if early else row.ends_s) <= now_s
            ]
        if rows:
            yield rows
        day -= timedelta(days=1)


def _merged(day: Day, lines: list[str], direction: str) -> list[Row]:
    return sorted((row for line in lines for row in day.of(line, direction)), reverse=True)


def _window(call: Call) -> tuple[int, int]:
    """The half-open window in Unix seconds; without a start, the month of the end, without an end, until now."""
    start, end = call.query.get("date_start", ""), call.query.get("date_end", "")
    try:
        end_s = bound_s(str(end)) if end else call.now_s + 1
        start_s = bound_s(str(start)) if start else midnight_s(_month_of(end_s - 1))
    except ValueError:
        raise Refused(400, "date_start and date_end: expected YYYY-MM-DD or YYYY-MM-DD HH:MM") from None
    if end and start_s > end_s:
        raise Refused(400, "date_end: before date_start")
    return start_s, end_s


def _month_of(second: int) -> date:
    return day_of(second).replace(day=1)


def _whole(call: Call, name: str, default: int, least: int) -> int:
    text = str(call.query.get(name, default)).strip()
    if not re.fullmatch(r"[0-9]{1,9}", text) or int(text) < least:
        raise Refused(400, f"{name}: expected a whole number from {least}")
    return int(text)


def _next(call: Call, path: list[str], limit: int, offset: int) -> str:
    """The same question for the following page."""
    pairs = [(name, value) for name, value in call.request.query_pairs if name not in ("limit", "offset")]
    pairs += [("limit", str(limit)), ("offset", str(offset))]
    target = "/".join(quote(segment, safe="@") for segment in (*BASE, *path))
    return f"{call.request.origin}/{target}?{urlencode(pairs, quote_via=quote)}"
