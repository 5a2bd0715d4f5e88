"""One row of a call list: its key, made of what never changes, and the draft it becomes.

No row has an identifier. Rows of equal keys are different calls; which is which is told by services, from answers that
cover a whole stretch of time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

from portal.lib.numbers import to_e164
from telephony.providers.drafts import CallRecordDraft
from telephony.providers.values import as_boolean
from telephony.providers.voipcloud.catalog import QUEUE_CALLS, RING_GROUP_CALLS, USER_CALLS
from telephony.providers.voipcloud.kinds import QUEUE, RING_GROUP, USER

Row = Mapping[str, Any]
_MOST_S = 2**31 - 1
_SHORT = re.compile(r"[0-9*#]{1,6}")  # an extension
_SPACING = re.compile(r"[ .()\u00a0\u202f/-]")
_PHONE = re.compile(r"\+?[0-9]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_WITHHELD = frozenset({"anonymous", "private", "restricted", "unavailable", "unknown", "withheld"})
_OUTCOMES = {"answered": "answered", "abandoned": "abandoned", "timedout": "timed_out"}


@dataclass(frozen=True, kw_only=True)
class CallList:
    """One of the three lists.

    unchanging  the fields of a row that make its key
    taught      which field names an object of which kind
    draft       makes a draft of a row, by the clock of a zone
    """

    stream: str
    operation: str
    unchanging: tuple[str, ...]
    taught: tuple[tuple[str, str], ...]
    draft: Callable[[CallList, Row, ZoneInfo], CallRecordDraft]

    def identity(self, row: Row) -> tuple[str, ...]:
        """What stays the same of a row, as it came."""
        return tuple(_text(row.get(name)) for name in ("call_start_at", *self.unchanging))

    def read(self, row: Row, zone: ZoneInfo) -> CallRecordDraft:
        """The draft of a row. Raises KeyError, ValueError, TypeError or OverflowError where it cannot be read."""
        return self.draft(self, row, zone)

    def key(self, row: Row, started_at: datetime) -> str:
        """Numbers without spacing, otherwise as given; the start as a second in UTC."""
        parts = (
            self.stream,
            int(started_at.timestamp()),
            *(_kept(row.get(name)) for name in self.unchanging),
        )
        return _digest(parts)


def instant(text: Any, zone: ZoneInfo) -> tuple[datetime, bool]:
    """A moment in UTC, to the second, and whether the wall clock showed it twice or never.

    With an offset it is plain. Without one it is read in `zone`; of an hour that occurs twice the first is taken, and a
    time that was skipped is counted on from before the change.
    """
    if not isinstance(text, str) or len(text) < len("2025-03-04T09:15"):
        raise ValueError(f"not a time: {text!r}"[:100])
    moment = datetime.fromisoformat(text.strip()).replace(microsecond=0)
    if moment.tzinfo is not None:
        return moment.astimezone(UTC), False
    local = moment.replace(tzinfo=zone, fold=0)
    return local.astimezone(UTC), local.utcoffset() != local.replace(fold=1).utcoffset()


def _user_draft(source: CallList, row: Row, zone: ZoneInfo) -> CallRecordDraft:
    started_at, is_ambiguous = instant(row["call_start_at"], zone)
    is_inbound = as_boolean(row["is_inbound"])
    if is_inbound is None:
        raise ValueError("is_inbound is neither yes nor no")
    caller, callee = number(row["from_number"]), number(row["to_number"])
    is_open = row["call_finished_at"] is None
    talk_s, whole_s = _seconds(row.get("conversation_duration")), _seconds(row.get("call_duration"))
    unanswered = "unknown" if is_open else "missed" if is_inbound else "failed"
    # The receiving side sorts before the calling one, so that folding takes the line of who answered.
    side = "in" if is_inbound else "out"
    return CallRecordDraft(
        stream=source.stream,
        remote_key=f"{side}:{source.key(row, started_at)}",
        fold_key=fold_key(started_at, caller, callee),
        started_at=started_at,
        direction=_direction(caller, callee, "inbound" if is_inbound else "outbound"),
        medium="voice",
        outcome="answered" if talk_s else unanswered,
        caller=caller,
        callee=callee,
        line_remote_id=name_in(row, "user_name"),
        duration_s=talk_s or 0,
        wait_s=None if whole_s is None else max(whole_s - (talk_s or 0), 0),
        is_time_ambiguous=is_ambiguous,
        is_open=is_open,
        raw=row,
    )


def _group_draft(source: CallList, row: Row, zone: ZoneInfo) -> CallRecordDraft:
    started_at, is_ambiguous = instant(row["call_start_at"], zone)
    group_field = source.unchanging[0]
    group = name_in(row, group_field)
    if not group:
        raise ValueError(f"{group_field} is empty")
    caller, callee = number(row["callerid"]), number(row["inbound_number"])
    answered_at = _later(row.get("call_answered_at"), zone, started_at)
    finished_at = _later(row.get("call_finished_at"), zone, answered_at or started_at)
    outcome = _OUTCOMES.get(_text(row.get("status")), "unknown")
    waited_until = answered_at if outcome == "answered" else answered_at or finished_at
    return CallRecordDraft(
        stream=source.stream,
        remote_key=source.key(row, started_at),
        fold_key=fold_key(started_at, caller, callee),
        started_at=started_at,
        direction=_direction(caller, callee, "inbound"),
        medium="voice",
        outcome=outcome,
        caller=caller,
        callee=callee,
        line_remote_id=name_in(row, "answered_by_user_name"),
        group_remote_id=group,
        duration_s=_between(answered_at, finished_at) or 0,
        wait_s=_between(started_at, waited_until),
        is_time_ambiguous=is_ambiguous,
        is_open=finished_at is None,
        raw=row,
    )


USERS = CallList(
    stream="user",
    operation=USER_CALLS,
    unchanging=("is_inbound", "from_number", "to_number"),
    taught=(("user_name", USER),),
    draft=_user_draft,
)
QUEUES = CallList(
    stream="queue",
    operation=QUEUE_CALLS,
    unchanging=("queue_name", "callerid", "inbound_number"),
    taught=(("queue_name", QUEUE), ("answered_by_user_name", USER)),
    draft=_group_draft,
)
RING_GROUPS = CallList(
    stream="ringgroup",
    operation=RING_GROUP_CALLS,
    unchanging=("ring_group_name", "callerid", "inbound_number"),
    taught=(("ring_group_name", RING_GROUP), ("answered_by_user_name", USER)),
    draft=_group_draft,
)
LISTS = {one.stream: one for one in (USERS, QUEUES, RING_GROUPS)}


def place_among_twins(draft: CallRecordDraft) -> tuple[Any, ...]:
    """The order of rows of one key: it depends on what they say, never on where they stood in the answer.

    Answered ones first in every list, so that the first of a queue's twins goes with the first of its users'.
    """
    return (
        draft.remote_key,
        draft.outcome != "answered",
        draft.line_remote_id,
        _text(draft.raw.get("call_finished_at")),
        draft.duration_s,
        draft.wait_s or 0,
    )


def fold_key(started_at: datetime, caller: str, callee: str) -> str:
    """What the rows of one physical call share in every list: the second it began, and both numbers."""
    return _digest((int(started_at.timestamp()), caller, callee))


def name_in(row: Row, field: str) -> str:
    """The name of an object in a row, trimmed; "" where there is none."""
    return _text(row.get(field))[:200]


@lru_cache(maxsize=65_536)
def number(text: Any) -> str:
    """E.164 with the plus where it says its country, else the provider's text without spacing; "" for a withheld one.

    National notation is left as it is: a row does not say which country it means.
    """
    kept = _kept(text)
    if kept.lower() in _WITHHELD:
        return ""
    if _E164.fullmatch(kept):
        return kept
    return (kept.startswith("00") and to_e164(kept)) or kept[:64]


def _kept(value: Any) -> str:
    """Trimmed; of a number only digits and plus, as given."""
    text = _text(value)
    bare = _SPACING.sub("", text)
    return bare if _PHONE.fullmatch(bare) else text


def _direction(caller: str, callee: str, otherwise: str) -> str:
    """Internal where both are extensions."""
    is_internal = _SHORT.fullmatch(caller) and _SHORT.fullmatch(callee)
    return "internal" if is_internal else otherwise


def _later(value: Any, zone: ZoneInfo, earliest: datetime) -> datetime | None:
    """A later moment of a call, None while there is none; in an hour that occurs twice, the pass that is late enough."""
    if value in (None, ""):
        return None
    moment, is_ambiguous = instant(value, zone)
    if is_ambiguous and moment < earliest:
        local = datetime.fromisoformat(str(value).strip()).replace(microsecond=0, tzinfo=zone, fold=1)
        return local.astimezone(UTC)
    return moment


def _between(start: datetime | None, end: datetime | None) -> int | None:
    return None if start is None or end is None else max(int((end - start).total_seconds()), 0)


def _seconds(value: Any) -> int | None:
    if value in (None, ""):
        return None
    seconds = int(value)
    if not 0 <= seconds <= _MOST_S:
        raise ValueError("a duration is out of bounds")
    return seconds


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _digest(parts: tuple[Any, ...]) -> str:
    return blake2b("\x1f".join(map(str, parts)).encode(errors="replace"), digest_size=16).hexdigest()
