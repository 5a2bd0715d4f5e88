"""The calls of all accounts, computed from the seed and the date: nothing is stored, and reading twice agrees."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, overload

from telephony.providers.kazoo.sandbox.cdrs.days import LONGEST_S, Day, day_of, is_registered
from telephony.providers.kazoo.sandbox.cdrs.documents import channel_of, document_of
from telephony.providers.kazoo.sandbox.cdrs.legs import DAY_DIGITS, Leg, day_digits
from telephony.providers.kazoo.sandbox.cdrs.roster import Roster, roster_of
from telephony.providers.kazoo.sandbox.cdrs.scripts import legs_of
from telephony.providers.kazoo.sandbox.seed import first_accounts
from telephony.providers.kazoo.sandbox.seed.plans import plans
from telephony.providers.kazoo.times import EPOCH_S
from telephony.providers.sandbox.clock import SandboxClock

KEPT_DAYS = 600  # of all accounts together, a month of each and more; a busy day weighs 0.17 MB
_CDR_ID = re.compile(r"(\d{4})(0[1-9]|1[0-2])-[0-9a-f]{32}", re.ASCII)
_INTERACTION_ID = re.compile(r"(\d{11})-[0-9a-f]{8}", re.ASCII)
FIRST_DAY = date(2023, 1, 1)  # before it the platform had no calls
FIRST_S = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())


class Documents(Sequence[dict[str, Any]]):
    """Full documents of some legs, each written out when it is asked for: a page costs no more than its rows."""

    def __init__(self, legs: Sequence[Leg], write: Callable[[Leg], dict[str, Any]]) -> None:
        self._legs, self._write = legs, write

    def __len__(self) -> int:
        return len(self._legs)

    @overload
    def __getitem__(self, place: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, place: slice) -> "Documents": ...
    def __getitem__(self, place: int | slice) -> "dict[str, Any] | Documents":
        if isinstance(place, slice):
            return Documents(self._legs[place], self._write)
        return self._write(self._legs[place])

    def keys(self) -> list[tuple[int, str]]:
        """Record time (Gregorian seconds) and id of each, without writing it out."""
        return [(leg.end_s + EPOCH_S, leg.id) for leg in self._legs]


class CdrBook:
    """Legs and running channels of every account of the seed.

    accounts  the state's, of which only the ids are read: calls follow from the seed, and no edit changes history
    clock     the sandbox's; legs are visible once they have ended, a few of them up to 40 minutes later

    Times are Gregorian seconds. An account that the seed does not know has no calls.
    """

    def __init__(
        self, accounts: Mapping[str, Any], clock: SandboxClock, *, kept_days: int = KEPT_DAYS
    ) -> None:
        self.clock = clock
        self._kept_days = kept_days
        self._accounts = accounts
        self._plans = {plan.account_id: plan for plan in plans()}
        self._rosters: dict[str, Roster] = {}
        self._days: OrderedDict[tuple[str, date], list[Leg]] = OrderedDict()
        self._lock = threading.RLock()

    def legs(self, account_id: str, start_g: int, end_g: int, now_g: int) -> Documents:
        """Full documents of the legs recorded from start to end, both included, as known at `now_g`; newest first."""
        roster = self._roster(account_id)
        if roster is None or end_g < start_g:
            return Documents((), lambda leg: {})
        start_s, end_s, now_s = start_g - EPOCH_S, min(end_g, now_g) - EPOCH_S, now_g - EPOCH_S
        found = [
            leg
            for leg in self._around(roster, start_s, end_s)
            if start_s <= leg.end_s <= end_s and leg.end_s + leg.late_s <= now_s
        ]
        found.sort(key=lambda leg: (leg.end_s, leg.id), reverse=True)
        return Documents(found, partial(document_of, roster=roster))

    def leg(self, account_id: str, cdr_id: str) -> dict[str, Any] | None:
        """One full document by its id; None where there is none, or none yet."""
        roster, leg = self._found(account_id, cdr_id)
        return document_of(leg, roster) if roster and leg else None

    def interaction(self, account_id: str, interaction_or_cdr_id: str) -> list[dict[str, Any]]:
        """All visible legs of a call, oldest first, by its interaction id or by the id of any of its legs."""
        roster = self._roster(account_id)
        if roster is None:
            return []
        wanted = interaction_or_cdr_id
        if not _INTERACTION_ID.fullmatch(wanted):
            _, leg = self._found(account_id, wanted)
            if leg is None:
                return []
            wanted = leg.interaction_id
        started_s, now_s = int(wanted[:11]) - EPOCH_S, self.clock.timestamp()
        if started_s > now_s:
            return []
        legs = [
            leg
            for leg in self._around(roster, started_s, started_s)
            if leg.interaction_id == wanted and leg.end_s + leg.late_s <= now_s
        ]
        legs.sort(key=lambda leg: (leg.start_s, leg.direction, leg.id))
        return [document_of(leg, roster) for leg in legs]

    def channels(self, account_id: str, now_g: int) -> list[dict[str, Any]]:
        """Rows of the legs that run at this instant, the longest first."""
        roster = self._roster(account_id)
        if roster is None:
            return []
        now_s = now_g - EPOCH_S
        running = [leg for leg in self._around(roster, now_s, now_s) if leg.start_s <= now_s < leg.end_s]
        running.sort(key=lambda leg: (leg.start_s, leg.direction, leg.id))
        return [channel_of(leg, roster, now_s) for leg in running]

    def registered_devices(self, account_id: str, now_g: int) -> set[str]:
        """Ids of the seed's devices that are connected on this day."""
        roster = self._roster(account_id)
        if roster is None:
            return set()
        ordinal = day_of(now_g - EPOCH_S, roster.zone).toordinal()
        phones = [*roster.places, *(phone for person in roster.people for phone in person.phones)]
        return {phone.id for phone in phones if not phone.number and is_registered(phone, ordinal)}

    # ---- days ----

    def _roster(self, account_id: str) -> Roster | None:
        with self._lock:
            if account_id not in self._plans or account_id not in self._accounts:
                return None
            if account_id not in self._rosters:
                account = first_accounts()[account_id]
                self._rosters[account_id] = roster_of(self._plans[account_id], account)
            return self._rosters[account_id]

    def _around(self, roster: Roster, start_s: int, end_s: int) -> Iterator[Leg]:
        """The legs of every day of which a leg may end or run between two moments."""
        if end_s < max(start_s, FIRST_S):
            return  # and no day is asked for that no calendar has
        day, last = day_of(max(start_s, FIRST_S) - LONGEST_S, roster.zone), day_of(end_s, roster.zone)
        day = max(day, FIRST_DAY)
        while day <= last:
            yield from self._day(roster, day)
            day += timedelta(days=1)

    def _day(self, roster: Roster, day: date) -> list[Leg]:
        key = (roster.key, day)
        with self._lock:
            made = self._days.get(key)
            if made is None:
                made = self._days[key] = legs_of(Day(roster, day))
                if len(self._days) > self._kept_days:
                    self._days.popitem(last=False)
            else:
                self._days.move_to_end(key)
            return made

    def _found(self, account_id: str, cdr_id: str) -> tuple[Roster | None, Leg | None]:
        roster, match = self._roster(account_id), _CDR_ID.fullmatch(cdr_id)
        if roster is None or match is None:
            return roster, None
        now_s = self.clock.timestamp()
        if not FIRST_DAY.year <= int(match[1]) <= day_of(now_s, "UTC").year:
            return roster, None
        first = date(int(match[1]), int(match[2]), 1)
        for offset in range(-2, 33):
            day = first + timedelta(days=offset)
            if day_digits(day.toordinal()) == cdr_id[-DAY_DIGITS:]:
                for leg in self._day(roster, day):
                    if leg.id == cdr_id and leg.end_s + leg.late_s <= now_s:
                        return roster, leg
        return roster, None
