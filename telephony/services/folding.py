"""From the records of one fold key to the call that a person counts: a pure function.

The order of the records does not matter, nor does a record that is given twice change more than once. Storing is
`calls.py`; which records share a fold key is decided by the provider's reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

# The word for a call whose records say different things: the first of these that any record says.
OUTCOME_RANK = (
    "answered",
    "forwarded",
    "voicemail",
    "abandoned",
    "timed_out",
    "busy",
    "missed",
    "cancelled",
    "failed",
    "unknown",
)
MOST_COUNTED = 32_767  # what the column holds
_RANK = {outcome: rank for rank, outcome in enumerate(OUTCOME_RANK)}


class FoldRecord(Protocol):
    """What folding reads of a record: a `CallRecordDraft`, or a stored row read back as one."""

    stream: str
    remote_key: str
    fold_key: str
    started_at: datetime
    medium: str
    direction: str
    outcome: str
    caller: str
    callee: str
    line_remote_id: str
    group_remote_id: str
    duration_s: int | None
    wait_s: int | None
    quantity: int | None
    unit: str
    cost_micros: int | None
    destination: str
    is_time_ambiguous: bool


class CallFields(NamedTuple):
    """The columns of `Call` that folding decides, in the order in which they are stored."""

    fold_key: str
    started_at: datetime
    medium: str
    direction: str
    outcome: str
    caller: str
    callee: str
    duration_s: int | None
    wait_s: int | None
    quantity: int | None
    unit: str
    cost_micros: int | None
    destination: str
    line_remote_id: str
    group_remote_id: str
    record_count: int
    is_time_ambiguous: bool


def fold(records: Sequence[FoldRecord]) -> CallFields:
    """The call that these records of one fold key tell about.

    direction  internal when one own line called another; inbound when an outside party called, wherever the call
               went on to; else outbound
    outcome    answered when a receiving line answered; forwarded when only the onward leg did; else the first word
               of OUTCOME_RANK that a record says
    line       the answering line, else the first that rang, else the calling one
    started_at the earliest; whoever stores it keeps the one that a call already has
    """
    if len(records) == 1:
        return fold_one(records[0])
    distinct = {(record.stream, record.remote_key): record for record in records}
    ordered = sorted(distinct.values(), key=_order)
    if len(ordered) == 1:
        return fold_one(ordered[0])
    placed = [record for record in ordered if record.direction == "outbound"]
    received = [record for record in ordered if record.direction != "outbound"]
    direction = _direction(ordered, placed, received)
    opening = placed[0] if direction == "internal" and placed else (received or placed)[0]
    bearer = _bearer(placed, received)
    costs = [record.cost_micros for record in ordered if record.cost_micros is not None]
    durations = [record.duration_s for record in ordered if record.duration_s is not None]
    return CallFields(
        fold_key=opening.fold_key,
        started_at=ordered[0].started_at,
        medium=opening.medium,
        direction=direction,
        outcome=_outcome(ordered, placed, received, direction),
        caller=_first("caller", [opening, *ordered]),
        callee=_first("callee", [opening, *ordered]),
        duration_s=max(durations, default=None),
        wait_s=next((r.wait_s for r in (bearer, *ordered) if r.wait_s is not None), None),
        quantity=opening.quantity,
        unit=opening.unit,
        cost_micros=sum(costs) if costs else None,
        destination=_first("destination", [*placed, *ordered]),
        line_remote_id=bearer.line_remote_id or _first("line_remote_id", ordered),
        group_remote_id=_first("group_remote_id", [bearer, *ordered]),
        record_count=min(len(ordered), MOST_COUNTED),
        is_time_ambiguous=ordered[0].is_time_ambiguous,
    )


def fold_one(record: FoldRecord) -> CallFields:
    """A call with one record is that record. Nine calls of ten are, so this path is kept short."""
    return CallFields(
        record.fold_key,
        record.started_at,
        record.medium,
        record.direction,
        record.outcome,
        record.caller,
        record.callee,
        record.duration_s,
        record.wait_s,
        record.quantity,
        record.unit,
        record.cost_micros,
        record.destination,
        record.line_remote_id,
        record.group_remote_id,
        1,
        record.is_time_ambiguous,
    )


def _order(record: FoldRecord) -> tuple[datetime, str, str]:
    return record.started_at, record.stream, record.remote_key


def _direction(
    ordered: Sequence[FoldRecord], placed: Sequence[FoldRecord], received: Sequence[FoldRecord]
) -> str:
    if any(record.direction == "internal" for record in ordered):
        return "internal"
    if not received:
        return "outbound"
    ringing = {record.line_remote_id for record in received}
    # A line that both received and placed passed the call on: that leg does not make the call internal.
    if any(record.line_remote_id not in ringing for record in placed):
        return "internal"
    return "inbound"


def _outcome(
    ordered: Sequence[FoldRecord],
    placed: Sequence[FoldRecord],
    received: Sequence[FoldRecord],
    direction: str,
) -> str:
    if any(record.outcome == "answered" for record in received):
        return "answered"
    if direction == "inbound" and any(record.outcome == "answered" for record in placed):
        return "forwarded"
    return min((record.outcome for record in ordered), key=lambda outcome: _RANK.get(outcome, len(_RANK)))


def _bearer(placed: Sequence[FoldRecord], received: Sequence[FoldRecord]) -> FoldRecord:
    answering = [record for record in received if record.outcome == "answered"]
    return (answering or received or placed)[0]


def _first(name: str, records: Sequence[FoldRecord]) -> str:
    return next((value for record in records if (value := getattr(record, name))), "")
