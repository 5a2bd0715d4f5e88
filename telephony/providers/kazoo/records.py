"""Kazoo's call records: which spans are read. What a row means: legs.py.

The server judges a span by when a record was made, which is when its leg ended, and takes at most 31 days and an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from portal.lib.errors import Forbidden, InvalidInput, NotFound
from portal.lib.wire_json import decode_json
from telephony.providers.client import Answer
from telephony.providers.drafts import CallPage, CallRecordDraft, ReadRows, UnreadableRow, Window
from telephony.providers.kazoo.asking import key_text
from telephony.providers.kazoo.catalog.common import MOST_ROWS
from telephony.providers.kazoo.client import KazooClient
from telephony.providers.kazoo.legs import STREAM, Legs
from telephony.providers.kazoo.refusals import TooMuchAtOnce
from telephony.providers.kazoo.times import to_gregorian

STREAMS = (STREAM,)
PAGE_SIZE = MOST_ROWS  # a hundred requests are free, then ten a second: as fast as pages can be stored
WIDEST_S = 31 * 86_400  # of 31 days and one hour that are allowed
LONGEST_CALL = timedelta(hours=4)  # a leg that began in the window has its record by then, as a rule


def probe_calls(client: KazooClient) -> dict[str, Any]:
    """Whether call records can be read, and the account's SIP domain, which tells its phones from carriers."""
    try:
        client.call("cdrs.list", {"page_size": 1})
    except (Forbidden, NotFound):
        return {"account_lists": False}
    document = client.call("account.get").document
    realm = document.get("realm") if isinstance(document, Mapping) else ""
    return {"account_lists": True, "realm": str(realm or "")}


def read_calls(
    client: KazooClient,
    *,
    stream: str,
    window: Window,
    zone: ZoneInfo,
    lines: Sequence[str] = (),
    cursor: Mapping[str, Any] | None = None,
    probe: Mapping[str, Any] | None = None,
) -> Iterator[CallPage]:
    """The legs whose records were made in the window or up to four hours after it, oldest span first, page by page.

    Legs that began before the window are among them: they ended in it, and no earlier reading can have seen them. So
    windows that lie side by side give every leg, some of them twice, under the same key.

    lines   remote ids of users and devices
    cursor  of the last page stored: reading goes on after it
    probe   what probe_calls found
    """
    legs = Legs(frozenset(lines), str((probe or {}).get("realm") or ""))
    last = to_gregorian(window.end_at + LONGEST_CALL)
    span: _Span | None = _resumed(cursor, last) or _span(to_gregorian(window.start_at), last)
    if span is None:
        yield CallPage(stream=stream)
    while span is not None:
        try:
            answer = _ask(client, span)
        except InvalidInput as error:
            if not _is_too_wide(error) or span.start_key is not None or span.until <= span.since:
                raise
            span = span.halved()
            continue
        span = span.after(answer, last)
        yield CallPage(
            stream=stream,
            size=len(answer.texts),
            read=partial(_read, legs, stream, answer.texts),
            cursor=span.cursor() if span else None,
        )


@dataclass(frozen=True, kw_only=True)
class _Span:
    """What is asked for next: records made from `since` until `until`, both included, in Gregorian seconds.

    width       how wide the spans after it may be
    start_key   of the page
    seen        keys of the span's pages, so that a server which goes round in a circle is left
    """

    since: int
    until: int
    width: int = WIDEST_S
    start_key: Any = None
    seen: tuple[str, ...] = ()

    def halved(self) -> _Span:
        until = (self.since + self.until) // 2
        return replace(self, until=until, width=until - self.since)

    def after(self, answer: Answer, last: int) -> _Span | None:
        """What comes after this answer; None at the end of everything."""
        key = answer.following["start_key"] if answer.following else None
        if key is not None and (text := key_text(key)) not in self.seen:
            return replace(self, start_key=key, seen=(*self.seen, text))
        return _span(self.until + 1, last, self.width)

    def cursor(self) -> dict[str, Any]:
        return {
            "since": self.since,
            "until": self.until,
            "width": self.width,
            "start_key": self.start_key,
        }


def _span(since: int, last: int, width: int = WIDEST_S) -> _Span | None:
    return _Span(since=since, until=min(since + width, last), width=width) if since <= last else None


def _resumed(cursor: Mapping[str, Any] | None, last: int) -> _Span | None:
    """Where a stored cursor goes on."""
    if not cursor or int(cursor["since"]) > last:
        return None
    key = cursor.get("start_key")
    return _Span(
        since=int(cursor["since"]),
        until=min(int(cursor["until"]), last),
        width=int(cursor.get("width") or WIDEST_S),
        start_key=key,
        seen=() if key is None else (key_text(key),),
    )


def _ask(client: KazooClient, span: _Span) -> Answer:
    values: dict[str, Any] = {
        "created_from": span.since,
        "created_to": span.until,
        "page_size": PAGE_SIZE,
    }
    if span.start_key is not None:
        values["start_key"] = span.start_key
    return client.call("cdrs.list", values, as_texts=True)


def _is_too_wide(error: InvalidInput) -> bool:
    """A server may allow less than others: by the size of the answer, or by the span."""
    return isinstance(error, TooMuchAtOnce) or bool({"created_from", "created_to"} & error.fields.keys())


def _read(legs: Legs, stream: str, texts: Iterable[bytes]) -> ReadRows:
    drafts: list[CallRecordDraft] = []
    unreadable: list[UnreadableRow] = []
    for text in texts:
        try:
            drafts.append(legs.draft(text))
        except (ValueError, TypeError, OverflowError) as error:
            reason = f"{type(error).__name__}: {error}"[:200]
            unreadable.append(UnreadableRow(stream=stream, reason=reason, raw=decode_json(text)))
    return ReadRows(drafts, unreadable)
