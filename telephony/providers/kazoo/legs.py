"""What one row of Kazoo's call records means: facts section 6. Which lists are read is in records.py.

A row is one leg, and its `direction` is that of the switch: the caller's own leg is inbound to it, the legs to phones and
carriers are outbound. What that means for the customer follows from who the leg belongs to, and from the numbers.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import msgspec

from telephony.providers.drafts import CallRecordDraft
from telephony.providers.kazoo.times import EPOCH_S, from_gregorian

STREAM = "cdrs"
COST_UNIT_MICROS = 100  # costs are told in 1/10000 of the currency

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_OUTSIDE = re.compile(r"\+?[0-9]{7,15}")
_WITHHELD = frozenset(
    {"anonymous", "restricted", "private", "unknown", "unavailable", "withheld", "0000000000"}
)
_LONGEST_ID = 128
_MOST = 2**31 - 1
_fromtimestamp = datetime.fromtimestamp
_SLACK_S = 2  # whole seconds by which two ways to tell the start may differ

# Nobody talked: what the causes mean on the side that was called, and on the side that called.
_MISSED = {
    "NO_ANSWER": "missed",
    "NO_USER_RESPONSE": "missed",
    "ORIGINATOR_CANCEL": "missed",
    "LOSE_RACE": "missed",  # another phone won
    "PICKED_OFF": "missed",  # somebody else took the call
    "SUBSCRIBER_ABSENT": "missed",
    "NORMAL_CLEARING": "missed",
    "USER_BUSY": "busy",
    "CALL_REJECTED": "busy",
    "ATTENDED_TRANSFER": "forwarded",
    "RECOVERY_ON_TIMER_EXPIRE": "timed_out",
    "": "unknown",
}
_NOT_REACHED = {
    **_MISSED,
    "ORIGINATOR_CANCEL": "cancelled",
    "NORMAL_CLEARING": "cancelled",
    "SUBSCRIBER_ABSENT": "failed",
}


class Leg(msgspec.Struct, gc=False):
    """What is read of a row. Builds differ in which of these they tell, and in whether numbers are texts."""

    id: Any
    interaction_id: Any = None
    direction: Any = None
    owner_id: Any = None
    authorizing_id: Any = None
    caller_id_number: Any = None
    calling_from: Any = None
    callee_id_number: Any = None
    dialed_number: Any = None
    request: Any = None
    to: Any = None
    timestamp: Any = None
    unix_timestamp: Any = None
    unix_timestamp_micro: Any = None
    duration_seconds: Any = None
    billing_seconds: Any = None
    hangup_cause: Any = None
    other_leg_call_id: Any = None
    cost: Any = None
    rate_name: Any = None


_leg = msgspec.json.Decoder(Leg).decode


class Legs:
    """Reads rows of one account.

    lines   remote ids of its users and devices, as far as they are known
    realm   its SIP domain, "" where it is not known: then numbers alone tell phones from carriers
    """

    def __init__(self, lines: frozenset[str], realm: str = "") -> None:
        self._lines = lines
        self._host = f"@{realm.lower()}" if realm else ""

    def draft(self, text: bytes) -> CallRecordDraft:
        """The draft of one row, given as JSON. Raises ValueError for what cannot be read."""
        row = _leg(text)
        key = str(row.id)
        fold_key = str(row.interaction_id or key)
        if not 0 < len(key) <= _LONGEST_ID or len(fold_key) > _LONGEST_ID:
            raise ValueError("an identifier of no sensible length")
        talked = _seconds(row.billing_seconds)
        lasted = _seconds(row.duration_seconds)
        is_at_caller = str(row.direction or "") == "inbound"
        caller, callee = _numbers(row, is_at_caller)
        line = self._line(row)
        direction = self._direction(row, is_at_caller, line, caller, callee)
        return CallRecordDraft(
            stream=STREAM,
            remote_key=key,
            fold_key=fold_key,
            started_at=_started_at(row),
            direction=direction,
            medium="voice",
            outcome=_outcome(
                row,
                talked,
                is_placed=direction == "outbound" or (is_at_caller and line != ""),
                is_outsiders=is_at_caller and line == "",
            ),
            caller=caller,
            callee=callee,
            line_remote_id=line,
            duration_s=talked,
            wait_s=max(lasted - talked, 0),
            cost_micros=_micros(row.cost),
            destination=str(row.rate_name or "")[:200],
            raw_text=text,
        )

    def _line(self, row: Leg) -> str:
        """The user that the leg belongs to, else the phone; "" for the leg of an outside party or to a carrier."""
        if owner := str(row.owner_id or ""):
            return owner
        device = str(row.authorizing_id or "")  # or a carrier
        return device if device in self._lines else ""

    def _direction(self, row: Leg, is_at_caller: bool, line: str, caller: str, callee: str) -> str:
        if is_at_caller:
            if not line:
                return "inbound"
            return "outbound" if _is_outside(callee) else "internal"
        if not line or self._is_to_carrier(row):
            return "outbound"
        return "inbound" if not caller or _is_outside(caller) else "internal"

    def _is_to_carrier(self, row: Leg) -> bool:
        """Whether an outbound leg leaves the account: its SIP domain says so, or else the dialled number."""
        to = str(row.to or "").lower()
        if self._host and "@" in to:
            return not to.endswith(self._host)
        return _is_outside(str(row.dialed_number or ""))


def _numbers(row: Leg, is_at_caller: bool) -> tuple[str, str]:
    """Caller and callee of a leg, as the caller's or the called phone has them."""
    if is_at_caller:
        first, second, address = row.dialed_number, row.callee_id_number, row.request
    else:
        first, second, address = row.callee_id_number, row.dialed_number, row.to
    callee = _number(first) or _number(second) or _number(str(address or "").partition("@")[0])
    return _number(row.caller_id_number) or _number(row.calling_from), callee


def _outcome(row: Leg, talked: int, *, is_placed: bool, is_outsiders: bool) -> str:
    """How the leg ended, as far as its row says.

    An outside party's leg that was answered although no other leg was connected to it was taken by the system itself: by
    a mailbox, a menu or a conference room, which the row does not tell apart.
    """
    if talked > 0:
        return "voicemail" if is_outsiders and not row.other_leg_call_id else "answered"
    causes = _NOT_REACHED if is_placed else _MISSED
    return causes.get(str(row.hangup_cause or ""), "failed")


def _started_at(row: Leg) -> datetime:
    """The start of the leg; with its fraction where that is told, which puts the legs of a call in order."""
    second = int(str(row.timestamp)) if row.timestamp else int(str(row.unix_timestamp)) + EPOCH_S
    exact = str(row.unix_timestamp_micro or "")
    if "." in exact:
        try:
            moment = float(exact)
        except ValueError:
            return from_gregorian(second)
        if -_SLACK_S <= moment - (second - EPOCH_S) < _SLACK_S + 1:
            return _fromtimestamp(moment, UTC)
    return from_gregorian(second)


def _seconds(value: Any) -> int:
    number_of = value if type(value) is int else int(float(str(value or 0)))
    if not 0 <= number_of <= _MOST:
        raise ValueError("seconds out of bounds")
    return number_of


@lru_cache(maxsize=65_536)
def _is_outside(text: str) -> bool:
    return _OUTSIDE.fullmatch(text) is not None


def _number(value: Any) -> str:
    return number(value if type(value) is str else str(value or "")) if value else ""


@lru_cache(maxsize=65_536)
def number(value: str) -> str:
    """A number with the plus where it is written so, others as they are; "" for a withheld or missing one."""
    text = value.strip()
    if text.lower() in _WITHHELD:
        return ""
    if text.startswith("00") and _E164.fullmatch(f"+{text[2:]}"):
        return f"+{text[2:]}"
    return text[:64]


@lru_cache(maxsize=8192)
def _micros(cost: Any) -> int | None:
    """Millionths of the currency, from units of 1/10000 as text; None where none is told."""
    if cost in (None, ""):
        return None
    try:
        units = Decimal(str(cost))
    except InvalidOperation:
        raise ValueError(f"cost is not an amount: {cost!r}"[:100]) from None
    if not units.is_finite() or abs(units) >= 10**12:
        raise ValueError(f"cost is out of bounds: {cost!r}"[:100])
    return int((units * COST_UNIT_MICROS).to_integral_value())
