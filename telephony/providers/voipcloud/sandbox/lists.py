"""The three call lists: windows, name filters, paging, and what scenarios added or took away."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from telephony.providers.voipcloud.catalog import MOST_ROWS
from telephony.providers.voipcloud.sandbox.calls import CallBook
from telephony.providers.voipcloud.sandbox.days import day_of, midnight_s
from telephony.providers.voipcloud.sandbox.refusals import Refused
from telephony.providers.voipcloud.sandbox.rows import NEVER_S, QUEUE, USER, Row, shown
from telephony.providers.voipcloud.sandbox.seed import ZONE

if TYPE_CHECKING:
    from telephony.providers.voipcloud.sandbox.app import VoipcloudSandbox

DEFAULT_LIMIT = 100
FILTERS = {"user": "users_names", "queue": "queues_names", "ringgroup": "ringgroups_names"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class Lists:
    """The lists of one account at this instant. Use it with the store locked."""

    def __init__(self, sandbox: "VoipcloudSandbox", account: str) -> None:
        self._sandbox = sandbox
        self._account = account
        self._data = sandbox.store.data
        self.now_s = int(sandbox.clock.timestamp())
        self.book: CallBook = sandbox.book(account)

    def answer(self, stream: str, query: dict[str, Any]) -> list[dict[str, Any]]:
        """One page, newest first. Raises Refused."""
        first, last = _day(query, "from_date"), _day(query, "to_date")
        if first and last and first > last:
            raise Refused(400, "from_date is after to_date")
        limit = _whole(query, "limit", DEFAULT_LIMIT, 1, MOST_ROWS)
        offset = _whole(query, "offset", 0, 0, 10**9)
        names = self._names(stream, query)
        page: list[Row] = []
        for row in self.rows(stream, first, last):
            if names and row.name not in names:
                continue
            if offset:
                offset -= 1
                continue
            page.append(row)
            if len(page) == limit:
                break
        written = [self.written(row) for row in page]
        self._count_reads(page)
        return written

    def written(self, row: Row) -> dict[str, Any]:
        has_offset = bool(self._data["settings"].get("has_offset", True))
        return shown(row, self.now_s, ZONE, has_offset=has_offset)

    def rows(self, stream: str, first: date | None = None, last: date | None = None) -> Iterator[Row]:
        """The rows that are listed now, newest first, of some days or of all time."""
        began = date.fromisoformat(self._data["began"])
        added = [Row(**row) for row in self._data["added"][self._account].values() if row["stream"] == stream]
        today = day_of(self.now_s, ZONE)
        day, first = min(last or today, today), max(first or began, began)
        while day >= first:
            yield from self._day(stream, day, added)
            day -= timedelta(days=1)

    def _day(self, stream: str, day: date, added: list[Row]) -> Iterator[Row]:
        removed = self._data["removed"][self._account]
        begins, ends = midnight_s(day, ZONE), midnight_s(day + timedelta(days=1), ZONE)
        rows = self.book.day(day)[stream]
        mixed = [row for row in added if begins <= row.start_s < ends]
        if mixed:
            rows = sorted((*rows, *mixed), reverse=True)
        for row in rows:
            if row.uid not in removed and row.start_s <= self.now_s >= row.listed_s:
                yield row

    def _names(self, stream: str, query: dict[str, Any]) -> set[str]:
        """The names asked for; none for all. A name that nobody has is "required data not found"."""
        text = query.get(FILTERS[stream], "")
        if not isinstance(text, str):
            raise Refused(400, f"{FILTERS[stream]}: a comma list is expected")
        names = {name.strip() for name in text.split(",") if name.strip()}
        known = self._known(stream)
        for name in sorted(names - known):
            raise Refused(404, f"{FILTERS[stream]}: {name} not found")
        return names

    def _known(self, stream: str) -> set[str]:
        plan = self.book.plan
        groups = plan["users"] if stream == USER else plan["queues" if stream == QUEUE else "ring_groups"]
        return {group["name"] for group in groups}

    def _count_reads(self, page: list[Row]) -> None:
        """Calls that stay open for a number of readings come nearer to their end."""
        added = self._data["added"][self._account]
        for row in page:
            if row.reads and row.ends_s == NEVER_S:
                left = added[row.uid]
                left["reads"] -= 1
                if left["reads"] <= 0:
                    left["ends_s"] = self.now_s
                self._sandbox.store.touch()


def _day(query: dict[str, Any], name: str) -> date | None:
    text = query.get(name, "")
    if text == "":
        return None
    if not isinstance(text, str) or not _DATE.fullmatch(text):
        raise Refused(400, f"{name}: expected Y-m-d")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused(400, f"{name}: no such day") from None


def _whole(query: dict[str, Any], name: str, default: int, least: int, most: int) -> int:
    text = query.get(name, "")
    if text == "":
        return default
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise Refused(400, f"{name}: expected a whole number from {least} to {most}")
    return int(text)
