"""Reading a call list that has no identifiers, is sorted newest first, and moves while it is read.

The largest span of days that fits one answer is asked for, because a single answer is consistent by nature: a month, its
half, a week, a day. Only a day that does not fit is paged, with an overlap, until two whole readings of it agree. One
more day is asked for on each side, and the rows are filtered exactly here: whose midnight a date means is not documented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.lib.days import days_between, midnight
from portal.lib.errors import Unavailable
from telephony.providers.drafts import CallPage, CallRecordDraft, UnreadableRow, Window
from telephony.providers.voipcloud.catalog import MOST_ROWS
from telephony.providers.voipcloud.client import VoipcloudClient
from telephony.providers.voipcloud.objects import learn
from telephony.providers.voipcloud.rows import LISTS, CallList, Row, instant, place_among_twins

STREAMS = tuple(LISTS)
OVERLAP = 20  # rows of a page that the next one shows again
RESTARTS = 3
_DAY = timedelta(days=1)
_UNREADABLE = (KeyError, ValueError, TypeError, OverflowError)

Span = tuple[date, date]  # first and last day


class _Moved(Exception):
    """The list moved further than the overlap while it was paged."""


def probe_calls(client: VoipcloudClient) -> dict[str, bool]:
    """Nothing to find out: the lists are always those of the whole account. Costs no query."""
    return {"account_lists": True}


def read_calls(
    client: VoipcloudClient,
    *,
    stream: str,
    window: Window,
    zone: ZoneInfo,
    lines: Sequence[str] = (),
    cursor: Mapping[str, Any] | None = None,
    probe: Mapping[str, Any] | None = None,
    most: int = MOST_ROWS,
) -> Iterator[CallPage]:
    """The rows of one list whose start lies in the window, span by span, newest first; each page covers its span.

    cursor   {"spans": [["2026-03-01", "2026-03-15"], ...]}: what is left to read, the next one last
    most     rows that one answer may hold

    Raises Unavailable where a day that does not fit one answer changed too much to be read, and what a call raises.
    """
    reader = _Reader(client, LISTS[stream], zone, most)
    spans = _spans(window, zone, cursor)
    if not spans:
        yield CallPage(stream=stream, requests=0)
    while spans:
        first, last = spans.pop()
        stretch = Window(
            max(midnight(first, zone), window.start_at), min(midnight(last + _DAY, zone), window.end_at)
        )
        rows = reader.one_answer(first, last)
        if rows is None and first < last:
            spans += _halves(first, last)
            continue
        if rows is None:
            rows = reader.full_day(first, stretch)
        drafts, unreadable = reader.drafts(rows, stretch)
        yield CallPage(
            stream=stream,
            drafts=drafts,
            unreadable=unreadable,
            cursor={"spans": [[one.isoformat(), two.isoformat()] for one, two in spans]} if spans else None,
            covers=stretch,
            requests=reader.take_count(),
        )


def _spans(window: Window, zone: ZoneInfo, cursor: Mapping[str, Any] | None) -> list[Span]:
    if cursor is not None:
        return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in cursor["spans"]]
    days = days_between(window.start_at, window.end_at, zone)
    return [(days[0], days[-1])] if days else []


def _halves(first: date, last: date) -> list[Span]:
    """The older half and the newer one, which is at least as long."""
    middle = first + timedelta(days=((last - first).days + 1) // 2)
    return [(first, middle - _DAY), (middle, last)]


class _Reader:
    """Reads spans of one list, and counts the queries."""

    def __init__(self, client: VoipcloudClient, source: CallList, zone: ZoneInfo, most: int) -> None:
        if most <= OVERLAP:
            raise ValueError("a page must be longer than its overlap")
        self._client = client
        self._source = source
        self._zone = zone
        self._most = most
        self._count = 0

    def take_count(self) -> int:
        """Queries since it was asked last."""
        count, self._count = self._count, 0
        return count

    def one_answer(self, first: date, last: date) -> Sequence[Row] | None:
        """All rows of a span out of a single answer; None where they may be more than it holds."""
        rows = self._ask(first, last, 0)
        return rows if len(rows) < self._most else None

    def full_day(self, day: date, stretch: Window) -> Sequence[Row]:
        """All rows of a day that no answer holds: the second of two readings that agree on which rows there are."""
        before: Counter[tuple[str, ...]] | None = None
        for _try in range(2 + RESTARTS):
            try:
                rows = self._paged(day)
            except _Moved:
                before = None
                continue
            found = Counter(self._source.identity(row) for row in rows if self._may_be_in(row, stretch))
            if found == before:
                return rows
            before = found
        raise Unavailable(_("The calls of a day changed too much while they were read."))

    def _paged(self, day: date) -> list[Row]:
        """The rows of a day page by page, each where it was first seen. Raises _Moved."""
        rows: list[Row] = []
        offset = 0
        while True:
            page = self._ask(day, day, offset)
            rows += page[self._known(rows[-OVERLAP:], page) :]
            if len(page) < self._most:
                return rows
            offset += len(page) - OVERLAP

    def _known(self, tail: Sequence[Row], page: Sequence[Row]) -> int:
        """How many rows of a page are known already: up to the last one of the page before."""
        if not tail:
            return 0
        wanted = [self._source.identity(row) for row in tail]
        found = [self._source.identity(row) for row in page]
        for count in range(1, len(found) + 1):
            seen = found[max(0, count - len(wanted)) : count]
            if seen == wanted[-len(seen) :]:
                return count
        raise _Moved

    def _ask(self, first: date, last: date, offset: int) -> Sequence[Row]:
        values = {
            "from_date": (first - _DAY).isoformat(),
            "to_date": (last + _DAY).isoformat(),
            "limit": self._most,
            "offset": offset,
        }
        self._count += 1
        return self._client.call(self._source.operation, values).items

    def _may_be_in(self, row: Row, stretch: Window) -> bool:
        try:
            return self._start(row) in stretch
        except _UNREADABLE:
            return True

    def _start(self, row: Row) -> datetime:
        return instant(row["call_start_at"], self._zone)[0]

    def drafts(
        self, rows: Sequence[Row], stretch: Window
    ) -> tuple[list[CallRecordDraft], list[UnreadableRow]]:
        """The drafts of the rows that begin in a stretch, twins in an order of their own, and what cannot be read."""
        drafts: list[CallRecordDraft] = []
        unreadable: list[UnreadableRow] = []
        for row in rows:
            try:
                if self._start(row) in stretch:
                    drafts.append(self._source.read(row, self._zone))
            except _UNREADABLE as error:
                reason = f"{type(error).__name__}: {error}"[:200]
                unreadable.append(UnreadableRow(stream=self._source.stream, reason=reason, raw=row))
        learn(self._client.memory, self._source, [draft.raw for draft in drafts])
        return sorted(drafts, key=place_among_twins), unreadable
