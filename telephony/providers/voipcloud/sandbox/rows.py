"""One row of a call list as the sandbox holds it, and as it is shown at some instant."""

from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from telephony.providers.voipcloud.sandbox.days import written

USER, QUEUE, RING_GROUP = "user", "queue", "ringgroup"
STREAMS = (USER, QUEUE, RING_GROUP)
NEVER_S = 2**40  # the end of a call that has none yet


class Row(NamedTuple):
    """A call as one list will finally tell it, and when each part of that is first seen.

    The first two fields put rows in order, the greatest first; they are unique together.

    group       name of the queue or ring group, "" in the user list
    answered_s  0 where nobody answered
    listed_s    when the row is first in the list, named_s: when the name of the user is in it
    reads       how many more times it will be shown open before it ends; 0 for a call that ends by the clock
    """

    start_s: int
    uid: str
    stream: str
    group: str
    caller: str
    callee: str
    user: str
    is_inbound: bool
    answered_s: int
    ends_s: int
    status: str
    listed_s: int
    named_s: int
    reads: int = 0

    @property
    def name(self) -> str:
        """What the name filter of its list compares."""
        return self.group if self.group else self.user


def shown(row: Row, now_s: int, zone: ZoneInfo, *, has_offset: bool) -> dict[str, Any]:
    """The row as its list writes it now."""

    def moment(second: int) -> str | None:
        return written(second, zone, has_offset=has_offset) if 0 < second <= now_s else None

    user = row.user if now_s >= row.named_s else ""
    if row.stream == USER:
        until_s = min(now_s, row.ends_s)
        is_talking = bool(row.answered_s) and until_s >= row.answered_s
        return {
            "from_number": row.caller,
            "to_number": row.callee,
            "user_name": user,
            "is_inbound": int(row.is_inbound),
            "call_start_at": moment(row.start_s),
            "call_duration": max(until_s - row.start_s, 0),
            "call_finished_at": moment(row.ends_s),
            "conversation_duration": until_s - row.answered_s if is_talking else 0,
        }
    return {
        "queue_name" if row.stream == QUEUE else "ring_group_name": row.group,
        "callerid": row.caller,
        "inbound_number": row.callee,
        "call_start_at": moment(row.start_s),
        "call_answered_at": moment(row.answered_s),
        "call_finished_at": moment(row.ends_s),
        "answered_by_user_name": user,
        "status": row.status,
    }
