"""What lines notify of the calls that the sandbox computes: the same calls whose records can be read afterwards."""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from itertools import groupby

from telephony.providers.keyyo.sandbox.notifying import Event
from telephony.providers.keyyo.sandbox.rows import INCOMING, Row


def told(rows: Sequence[Row], groups: Collection[str]) -> list[Event]:
    """The events of a day's records, in order; `at_s` is the Unix second. `groups` are the welcome numbers."""
    voice = sorted((row for row in rows if row.unit == "second"), key=lambda row: row.call_id)
    events: list[Event] = []
    for _call_id, call in groupby(voice, key=lambda row: row.call_id):
        events += _of_one_call(list(call), groups)
    return sorted(events, key=lambda event: (event.at_s, event.kind != "SETUP"))


def _of_one_call(call: Sequence[Row], groups: Collection[str]) -> Iterator[Event]:
    received = {row.csi for row in call if row.direction == INCOMING}
    senders = {row.csi for row in call if row.direction != INCOMING} & received  # they passed it on
    is_acd = bool(received & set(groups))
    for row in call:
        if row.csi in groups or (row.direction != INCOMING and row.csi in senders):
            continue  # a welcome number has no telephone; an onward leg is told by its target
        is_target = row.direction == INCOMING and row.csi not in senders
        yield from _of_one_line(
            row,
            redirecting=min(senders) if senders and is_target else "",
            session=_digest(row.call_id) if is_acd else "",
            is_acd=int(is_acd),
        )


def _of_one_line(row: Row, **more: str | int) -> Iterator[Event]:
    moments = [(row.start_s, "SETUP"), (row.ends_s, "RELEASE")]
    if row.quantity > 0:
        moments.insert(1, (row.ends_s - row.quantity, "CONNECT"))
    for at_s, kind in moments:
        yield Event(
            at_s=float(at_s),
            account=row.csi,
            caller=row.caller or row.actual_caller or "anonymous",
            callee=row.csi if row.direction == INCOMING else row.callee or "",
            kind=kind,
            dref=_digest(f"{row.call_id}/{row.csi}/{row.direction}"),
            callref=row.call_id,
            **more,  # type: ignore[arg-type]
        )


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode(), digest_size=16).hexdigest()
