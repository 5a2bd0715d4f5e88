"""One leg of a call as the switch remembers it, small enough to keep by the thousand; `documents.py` writes it out."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from telephony.providers.kazoo.sandbox.cdrs.roster import Carrier, Phone
from telephony.providers.kazoo.times import EPOCH_S

# Kazoo's ids hold no day; ours end with it, so that one document can be found by making one day only.
DAY_DIGITS = 3
_DAYS = 16**DAY_DIGITS
# The SIP answer that goes with a cause of hanging up, and who is said to have ended the leg.
CODES = {
    "NORMAL_CLEARING": "sip:200", "LOSE_RACE": "sip:487", "ORIGINATOR_CANCEL": "sip:487", "NO_ANSWER": "sip:480",
    "USER_BUSY": "sip:486", "CALL_REJECTED": "sip:603", "UNALLOCATED_NUMBER": "sip:404", "NO_USER_RESPONSE": "sip:408",
    "NORMAL_TEMPORARY_FAILURE": "sip:503", "RECOVERY_ON_TIMER_EXPIRE": "sip:504", "DESTINATION_OUT_OF_ORDER": "sip:502",
    "SUBSCRIBER_ABSENT": "sip:480", "ATTENDED_TRANSFER": "sip:200", "BLIND_TRANSFER": "sip:200", "PICKED_OFF": "sip:200",
}  # fmt: skip


class Leg(NamedTuple):
    """Times in Unix seconds; `end_s` is the record's own time and comes first, so that legs sort by it.

    answered_after_s   None where nobody answered
    late_s             how long after its end the record appears
    more               custom channel variables and fax fields of this leg only
    """

    end_s: int
    id: str
    start_s: int
    micro: int
    answered_after_s: int | None
    ringing_s: int
    late_s: int
    call_id: str
    interaction_id: str
    direction: str
    owner: str
    phone: Phone | None
    carrier: Carrier | None
    caller: tuple[str, str]
    callee: tuple[str, str]
    dialled: str
    other: str
    cause: str
    disposition: str
    more: Mapping[str, Any]

    @property
    def billing_s(self) -> int:
        after = self.answered_after_s
        return 0 if after is None else self.end_s - self.start_s - after


def day_digits(ordinal: int) -> str:
    """The end of the ids of a day's legs."""
    return f"{ordinal % _DAYS:0{DAY_DIGITS}x}"


class Call:
    """An interaction in the making: gives its legs their ids and collects them."""

    def __init__(
        self, at_s: int, ordinal: int, chance: random.Random, legs: list[Leg], key: str = ""
    ) -> None:
        self.at_s, self.chance, self._legs = at_s, chance, legs
        self._day = day_digits(ordinal)
        self.interaction_id = f"{at_s + EPOCH_S}-{key or f'{chance.getrandbits(32):08x}'}"

    def new_id(self, host: str) -> str:
        """A SIP call id."""
        bits = self.chance.getrandbits(64)
        return f"{bits:016x}@{host}" if host else f"{bits:016x}-{self.chance.getrandbits(48):012x}"

    def add(
        self, call_id: str, direction: str, start_s: int, end_s: int, *, caller: tuple[str, str], callee: tuple[str, str],
        dialled: str, cause: str, answered_s: int | None = None, owner: str = "", phone: Phone | None = None,
        carrier: Carrier | None = None, other: str = "", disposition: str = "", more: Mapping[str, Any] | None = None,
    ) -> Leg:  # fmt: skip
        """Write one leg down. A few records come late, up to forty minutes after the end."""
        chance = self.chance
        bits = chance.getrandbits(128)
        late_s = 60 + bits % 2341 if bits % 256 == 0 else (bits >> 8) % 4
        after = None if answered_s is None else max(0, answered_s - start_s)
        ringing_s = end_s - start_s if after is None else after
        leg = Leg(
            end_s,
            f"{_month(end_s)}-{bits >> 12:029x}{self._day}",
            start_s,
            _fraction(direction, bits >> 20),
            after,
            ringing_s,
            late_s,
            call_id,
            self.interaction_id,
            direction,
            owner,
            phone,
            carrier,
            caller,
            callee,
            dialled,
            other,
            cause,
            disposition or _disposition(cause, direction, bits),
            more or {},
        )
        self._legs.append(leg)
        return leg


def _fraction(direction: str, bits: int) -> int:
    """Microseconds after the start of the second: within one, the caller's leg comes before those that it causes."""
    return bits % 250_000 if direction == "inbound" else 250_000 + bits % 750_000


def _disposition(cause: str, direction: str, bits: int) -> str:
    if cause in ("LOSE_RACE", "NO_ANSWER", "PICKED_OFF"):
        return "send_cancel"
    if cause == "ORIGINATOR_CANCEL":
        return "send_cancel" if direction == "outbound" else "recv_cancel"
    if cause in ("NORMAL_CLEARING", "ATTENDED_TRANSFER", "BLIND_TRANSFER"):
        return "recv_bye" if bits & 1 else "send_bye"
    return "recv_refuse" if direction == "outbound" else "send_refuse"


_months: dict[int, str] = {}


def _month(second: int) -> str:
    """`YYYYMM` in UTC; remembered by the day, for it is asked for each leg."""
    day = second // 86400
    found = _months.get(day)
    if found is None:
        found = _months[day] = datetime.fromtimestamp(second, UTC).strftime("%Y%m")
    return found
