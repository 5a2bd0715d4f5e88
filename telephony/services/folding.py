"""From the records of one fold key to the call that a person counts: a pure function.

The order of the records does not matter, nor does a record that is given twice change more than once. Storing is
`calls.py`; which records share a fold key is decided by the provider's reader.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
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


def fold(records: Sequence[FoldRecord], relays: Container[str] = ()) -> CallFields:
    """The call that these records of one fold key tell about.

    relays     remote ids of lines where nobody talks: groups, queues, translated numbers
    direction  internal when one own line called another; inbound when an outside party called, wherever the call
               went on to; else outbound
    outcome    answered when a receiving line answered; forwarded when only the onward leg did; else the first word
               of OUTCOME_RANK that a record says
    line       the answering line, else the one that passed it on to who answered, else the first that rang, else the
               calling one
    group      the one that a record names, else the first relay that was called, whether anybody took the call or not
    callee     what was dialled: the group rather than its agent
    duration_s the longest that a line has; that of the outside party's own leg only where no line talked

    A received record without a line is the outside party's own leg at the provider's switch: that it was answered says
    less than what the lines say, for a menu or a mailbox may have done it.
    started_at the earliest; whoever stores it keeps the one that a call already has
    """
    if len(records) == 1:
        return fold_one(records[0], relays)
    distinct = {(record.stream, record.remote_key): record for record in records}
    if len(distinct) == 1:
        return fold_one(records[-1], relays)
    ordered = sorted(
        distinct.values(),
        key=lambda one: (one.started_at, one.line_remote_id not in relays, one.stream, one.remote_key),
    )
    sides = _sides(ordered)
    bearer = _bearer(sides, relays)
    opening = _opening(sides) or ordered[0]
    costs = [record.cost_micros for record in ordered if record.cost_micros is not None]
    return CallFields(
        fold_key=opening.fold_key,
        started_at=ordered[0].started_at,
        medium=opening.medium,
        direction=_direction(sides),
        outcome=_outcome(ordered, sides),
        # Who passed it on did not call.
        caller=opening.caller or _first("caller", sides.origins, sides.received),
        callee=opening.callee or _first("callee", ordered),
        duration_s=_longest([one for one in ordered if one.line_remote_id]) or _longest(ordered),
        wait_s=_wait(bearer, ordered),
        quantity=opening.quantity,
        unit=opening.unit,
        cost_micros=sum(costs) if costs else None,
        destination=_first("destination", sides.origins, sides.onward, ordered),
        line_remote_id=bearer.line_remote_id or _first("line_remote_id", ordered),
        group_remote_id=bearer.group_remote_id or _first("group_remote_id", ordered) or _relay(sides, relays),
        record_count=min(len(ordered), MOST_COUNTED),
        is_time_ambiguous=ordered[0].is_time_ambiguous,
    )


def fold_one(record: FoldRecord, relays: Container[str]) -> CallFields:
    """A call with one record is that record. Nine calls of ten are, so this path is kept short."""
    group = record.group_remote_id
    if not group and record.line_remote_id in relays:
        group = _relay(_sides([record]), relays)
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
        group,
        1,
        record.is_time_ambiguous,
    )


class _Sides(NamedTuple):
    """Who called, who rang, and who passed the call on; each in order."""

    origins: list[FoldRecord]
    received: list[FoldRecord]
    onward: list[FoldRecord]


def _sides(ordered: Sequence[FoldRecord]) -> _Sides:
    callers = _internal_callers([record for record in ordered if record.direction == "internal"])
    received: list[FoldRecord] = []
    placed: list[FoldRecord] = []
    for record in ordered:
        (placed if record.direction == "outbound" or record in callers else received).append(record)
    if not placed:
        return _Sides([], received, [])
    # Whoever placed a leg of a call that came from outside passed it on, and so did a line that received it, too:
    # that leg is not where the call began.
    if any(one.direction == "inbound" and not _has_place(one) for one in received):
        return _Sides([], received, placed)
    rang = {record.line_remote_id for record in received}
    sides = _Sides([], received, [])
    for record in placed:
        (sides.onward if record.line_remote_id in rang else sides.origins).append(record)
    return sides


def _internal_callers(internal: Sequence[FoldRecord]) -> Sequence[FoldRecord]:
    """Of internal records those that are on the caller's own line.

    Where lines are known by their numbers, a record says so. Where none does it is the earliest, and of those the one
    that lasted longest: a caller's leg begins first and ends last. None where nothing tells two lines apart.
    """
    if not internal:
        return ()
    if named := [one for one in internal if one.caller.removeprefix("+") == one.line_remote_id != ""]:
        return named
    if len({record.line_remote_id for record in internal}) < 2:
        return ()
    ranked = sorted(internal, key=_began_and_lasted)
    first = ranked[0]
    is_tied = any(
        _began_and_lasted(one) == _began_and_lasted(first) and one.line_remote_id != first.line_remote_id
        for one in ranked
    )
    return () if is_tied else (first,)


def _began_and_lasted(record: FoldRecord) -> tuple[datetime, int]:
    return record.started_at, -((record.duration_s or 0) + (record.wait_s or 0))


def _opening(sides: _Sides) -> FoldRecord | None:
    """The record that tells who called whom: the caller's own, or that of the outside party."""
    if sides.origins:
        return sides.origins[0]
    outsiders = (one for one in sides.received if one.direction == "inbound" and not _has_place(one))
    return next(outsiders, sides.received[0] if sides.received else None)


def _has_place(record: FoldRecord) -> bool:
    return bool(record.line_remote_id or record.group_remote_id)


def _longest(records: Sequence[FoldRecord]) -> int | None:
    lengths = [one.duration_s for one in records if one.duration_s is not None]
    return max(lengths) if lengths else None


def _direction(sides: _Sides) -> str:
    if sides.origins:
        is_internal = bool(sides.received) or any(one.direction == "internal" for one in sides.origins)
        return "internal" if is_internal else "outbound"
    return "internal" if all(one.direction == "internal" for one in sides.received) else "inbound"


def _outcome(ordered: Sequence[FoldRecord], sides: _Sides) -> str:
    answered = [record for record in sides.received if record.outcome == "answered"]
    if any(map(_has_place, answered)):
        return "answered"
    if any(record.outcome == "answered" for record in sides.onward):
        return "forwarded"
    if answered:
        return "answered"
    if sides.received and sides.origins:  # the called side knows better how it ended
        ordered = sides.received
    return min((record.outcome for record in ordered), key=lambda outcome: _RANK.get(outcome, len(_RANK)))


def _bearer(sides: _Sides, relays: Container[str]) -> FoldRecord:
    answered = [one for one in sides.received if one.outcome == "answered"]
    answering = [
        one
        for one in (*answered, *sides.onward)
        if one.outcome == "answered" and (one.line_remote_id or one.group_remote_id)
    ] or answered
    ranked = answering or sides.received or [*sides.origins, *sides.onward]
    ranked = [one for one in ranked if one.line_remote_id] or ranked
    return next((record for record in ranked if record.line_remote_id not in relays), ranked[0])


def _wait(bearer: FoldRecord, ordered: Sequence[FoldRecord]) -> int | None:
    if bearer.wait_s is not None:
        return bearer.wait_s
    for one in ordered:
        if one.wait_s is not None:
            return one.wait_s
    return None


def _relay(sides: _Sides, relays: Container[str]) -> str:
    return next((one.line_remote_id for one in sides.received if one.line_remote_id in relays), "")


def _first(name: str, *groups: Sequence[FoldRecord]) -> str:
    """The first value that any of them has, group by group."""
    for records in groups:
        for record in records:
            if value := getattr(record, name):
                return str(value)
    return ""
