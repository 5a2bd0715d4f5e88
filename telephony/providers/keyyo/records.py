"""Keyyo's call detail records: which lists to read, and what a row means.

There is no end time, no duration and no "answered": a voice row is answered when its `quantity` of seconds
is above zero. A call that rings a group or is passed on leaves several rows under one `call_id`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache, partial
from typing import Any
from zoneinfo import ZoneInfo

from portal.lib.errors import Forbidden, UnexpectedAnswer
from telephony.providers.drafts import CallPage, CallRecordDraft, ReadRows, UnreadableRow, Window
from telephony.providers.keyyo.catalog.calls import PAGE_SIZE
from telephony.providers.keyyo.client import KeyyoClient
from telephony.providers.keyyo.kinds import GROUP, MOBILE, SIP_LINE

INCOMING, OUTGOING = "incoming", "outgoing"
STREAMS = (INCOMING, OUTGOING)
CALL_KINDS = (SIP_LINE, MOBILE, GROUP, "NumberTranslation", "FaxTransfer", "VirtualFaxAccount")

_MEDIA = {"second": "voice", "sms": "sms", "textmms": "sms", "mms": "sms", "ko": "data", "Mo": "data"}
_WITHHELD = frozenset({"anonymous", "Anonymous", "private", "unknown"})
_MOST = 2**31 - 1
_LONGEST_ID = 128
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_fromtimestamp = datetime.fromtimestamp
_HALF_HOUR = timedelta(minutes=30)
_UP_TO_A_MINUTE = timedelta(minutes=1, microseconds=-1)


def probe_calls(client: KeyyoClient) -> dict[str, bool]:
    """Whether the account's own lists can be used: they are allowed and their rows say which line they belong to.

    An account without any recent call answers False, and is asked again at the next probe.
    """
    seen = False
    for stream in STREAMS:
        try:
            rows = client.call(f"{stream}_call_detail.list", {"limit": 50}).items
        except Forbidden:
            return {"account_lists": False}
        if any(not row.get("csi") for row in rows):
            return {"account_lists": False}
        seen = seen or bool(rows)
    return {"account_lists": seen}


def read_calls(
    client: KeyyoClient,
    *,
    stream: str,
    window: Window,
    zone: ZoneInfo,
    lines: Sequence[str] = (),
    cursor: Mapping[str, Any] | None = None,
    probe: Mapping[str, Any] | None = None,
) -> Iterator[CallPage]:
    """The records of one stream whose start lies in the window, page by page.

    stream   "incoming" or "outgoing"
    lines    the CSIs to read, busiest first; also what tells an internal call
    cursor   of the last page stored: reading goes on after it
    probe    what probe_calls found; with account lists one list is read instead of one per line

    The last page has the cursor None. Rows outside the window, which the bounds in local minutes can bring, are
    dropped; rows that cannot be read are set aside. Raises UnexpectedAnswer for rows of another line.
    """
    bounds = {"date_start": _floor(window.start_at, zone), "date_end": _ceiling(window.end_at, zone)}
    rows = _Rows(stream, window, frozenset(lines))
    whole_account = bool(probe and probe.get("account_lists"))
    sources = [""] if whole_account else list(lines)
    at, offset = _resume(sources, cursor)
    if not sources:
        yield CallPage(stream=stream)
    for index in range(at, len(sources)):
        csi = sources[index]
        after = sources[index + 1] if index + 1 < len(sources) else None
        key = f"services.{stream}_call_detail.list" if csi else f"{stream}_call_detail.list"
        values = {**bounds, "limit": PAGE_SIZE, "offset": offset, **({"csi": csi} if csi else {})}
        for answer in client.pages(key, values):
            if csi and any(str(row.get("csi") or csi) != csi for row in answer.items):
                raise UnexpectedAnswer("Keyyo answered with the calls of another line")
            yield CallPage(
                stream=stream,
                size=len(answer.items),
                read=partial(rows.read, answer.items, csi),
                cursor=_cursor(csi, answer.following, after),
            )
        offset = 0


def _resume(sources: Sequence[str], cursor: Mapping[str, Any] | None) -> tuple[int, int]:
    """Index of the list to go on with, and the rows of it to leave out; from the start if that list is gone."""
    if cursor is None or cursor.get("line") not in sources:
        return 0, 0
    return sources.index(cursor["line"]), int(cursor["offset"])


def _cursor(csi: str, following: Mapping[str, Any] | None, after: str | None) -> dict[str, Any] | None:
    if following is not None:
        return {"line": csi, "offset": following["offset"]}
    return None if after is None else {"line": after, "offset": 0}


def _floor(instant: datetime, zone: ZoneInfo) -> str:
    """The bound in the account's zone, cut to the minute; moved out of the hour that occurs twice."""
    local = instant.astimezone(zone)
    while _is_doubled(local):
        local = (local.astimezone(UTC) - _HALF_HOUR).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}"


def _ceiling(instant: datetime, zone: ZoneInfo) -> str:
    local = (instant + _UP_TO_A_MINUTE).astimezone(zone)
    while _is_doubled(local):
        local = (local.astimezone(UTC) + _HALF_HOUR).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}"


def _is_doubled(local: datetime) -> bool:
    return local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()


class _Rows:
    """Turns the rows of one stream into drafts."""

    def __init__(self, stream: str, window: Window, lines: frozenset[str]) -> None:
        self.stream = stream
        self.start_s = window.start_at.timestamp()
        self.end_s = window.end_at.timestamp()
        self.lines = lines
        self.direction, self.unanswered = (
            ("inbound", "missed") if stream == INCOMING else ("outbound", "failed")
        )

    def read(self, items: Iterable[dict[str, Any]], csi: str) -> ReadRows:
        """The drafts of a page, and what of it cannot be read."""
        drafts: list[CallRecordDraft] = []
        unreadable: list[UnreadableRow] = []
        for row in items:
            row.pop("_links", None)
            try:
                if (draft := self._draft(row, str(row.get("csi") or csi))) is not None:
                    drafts.append(draft)
            except (KeyError, ValueError, TypeError, OverflowError) as error:
                reason = f"{type(error).__name__}: {error}"[:200]
                unreadable.append(UnreadableRow(stream=self.stream, reason=reason, raw=row))
        return ReadRows(drafts, unreadable)

    def _draft(self, row: Mapping[str, Any], line: str) -> CallRecordDraft | None:
        """The draft of one row, or None for one that starts outside the window."""
        get = row.get
        call_id = str(row["call_id"])
        if not line or not 0 < len(call_id) <= _LONGEST_ID:
            raise ValueError("a row without line, or with a call_id of no sensible length")
        started_s = int(row["start_time"])
        if not self.start_s <= started_s < self.end_s:
            return None
        unit = str(get("unit") or "second")
        medium = _MEDIA[unit]
        quantity = int(float(get("quantity") or 0))
        if not 0 <= quantity <= _MOST:
            raise ValueError("quantity is out of bounds")
        caller = _number(get("caller"), get("caller_raw")) or _number(
            get("actual_caller"), get("actual_caller_raw")
        )
        callee = _number(get("callee"), get("callee_raw"))
        is_internal = caller[1:] in self.lines and callee[1:] in self.lines
        is_voice = medium == "voice"
        return CallRecordDraft(
            stream=self.stream,
            remote_key=f"{self.stream}:{line}:{call_id}",
            fold_key=call_id,
            started_at=_fromtimestamp(started_s, UTC),
            direction="internal" if is_internal else self.direction,
            medium=medium,
            # All that a row says is whether somebody talked.
            outcome="answered" if quantity > 0 or not is_voice else self.unanswered,
            caller=caller,
            callee=callee,
            presented=_number(get("caller_presentation"), get("caller_presentation_raw")),
            line_remote_id=line,
            duration_s=quantity if is_voice else None,
            quantity=quantity,
            unit=unit,
            cost_micros=_micros(get("cost")),
            destination=str(get("destination_name") or "")[:200],
            raw=row,
        )


@lru_cache(maxsize=65_536)
def _number(shown: Any, raw: Any) -> str:
    """A number with the plus, from its formatted and its raw field; short numbers and names as they are.

    "" for a withheld or missing one.
    """
    shown, raw = str(shown or ""), str(raw or "")
    if shown in _WITHHELD:
        return ""
    if _E164.fullmatch(shown):
        return shown
    if _E164.fullmatch(f"+{raw}"):
        return f"+{raw}"
    return (shown or raw)[:64]


@lru_cache(maxsize=8192)
def _micros(cost: Any) -> int | None:
    """Millionths of the currency, from text such as "0.0620"; None where none is told."""
    if cost in (None, ""):
        return None
    try:
        amount = Decimal(str(cost).replace(",", "."))
    except InvalidOperation:
        raise ValueError(f"cost is not an amount: {cost!r}"[:100]) from None
    if not amount.is_finite() or abs(amount) >= 1_000_000:
        raise ValueError(f"cost is out of bounds: {cost!r}"[:100])
    return int((amount * 1_000_000).to_integral_value())
