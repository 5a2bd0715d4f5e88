"""A customer's calls of one day, computed from the seed and the date: nothing is stored, and reading twice agrees.

`CallBook` keeps the days it has made. Rows that scenarios add or take away live in the state (`lists.py`).
"""

import math
import random
import threading
from datetime import date
from statistics import NormalDist
from typing import Any
from zoneinfo import ZoneInfo

from telephony.providers.voipcloud.sandbox.days import length_s, midnight_s, second_of_day, volume
from telephony.providers.voipcloud.sandbox.rows import QUEUE, RING_GROUP, STREAMS, USER, Row

# The numbers that the Australian regulator keeps for fiction.
_AREAS = ("+6125550", "+6135550", "+6175550", "+6185550", "+6127010", "+6137010", "+6177010", "+6187010")
_MOBILES = (
    "570110", "570313", "570737", "571266", "571491", "571804", "572549", "572665", "572983", "573770", "573087",
    "574118", "574632", "575254", "575789", "576398", "576801", "577426", "577644", "578957", "578148", "578888",
    "579212", "579760", "579455",
)  # fmt: skip
_TALK = [int(math.exp(4.7 + 0.95 * NormalDist().inv_cdf((step + 0.5) / 1024))) + 4 for step in range(1024)]
LONGEST_S = 4 * 3600
WITHHELD = "anonymous"
LATE, NAMED_LATER, HIDDEN, ALIKE = 0.015, 0.04, 0.05, 0.6  # of rows, of answered ones, of callers, of days

Day = dict[str, list[Row]]  # rows by list, newest first


class CallBook:
    """Days of one customer, made when they are first read."""

    def __init__(self, plan: dict[str, Any], seed: int, zone: ZoneInfo) -> None:
        self.plan, self.seed, self.zone = plan, seed, zone
        self.numbers = {user["name"]: user["number"] for user in plan["users"]}
        self.outside = _outside(plan, seed)
        self._days: dict[date, Day] = {}
        self._lock = threading.Lock()

    def day(self, day: date) -> Day:
        with self._lock:
            if day not in self._days:
                self._days[day] = _DayMaker(self, day).made()
            return self._days[day]


def _outside(plan: dict[str, Any], seed: int) -> list[str]:
    """The numbers that call and are called: a third mobiles, which are few and so call often."""
    chance = random.Random(f"{seed}/{plan['account']}/outside")
    own = {user["number"] for user in plan["users"]} | {plan["main_number"]}
    found: dict[str, None] = {}
    while len(found) < plan["outside"]:
        is_mobile = len(found) < len(_MOBILES)
        number = (
            f"+61491{_MOBILES[len(found)]}"
            if is_mobile
            else f"{chance.choice(_AREAS)}{chance.randrange(10_000):04d}"
        )
        if number not in own:
            found[number] = None
    numbers = list(found)
    chance.shuffle(numbers)
    return numbers


class _DayMaker:
    """Makes one day. Draws are taken in a fixed order from one source, so that the day never changes."""

    def __init__(self, book: CallBook, day: date) -> None:
        self.book, self.plan, self.day = book, book.plan, day
        self.chance = random.Random(f"{book.seed}/{book.plan['account']}/{day.isoformat()}")
        self.random = self.chance.random
        self.midnight, self.length = midnight_s(day, book.zone), length_s(day, book.zone)
        self.rows: list[Row] = []

    def made(self) -> Day:
        factor = volume(self.day)
        for stream, groups in ((QUEUE, self.plan["queues"]), (RING_GROUP, self.plan["ring_groups"])):
            for group in groups:
                is_always_open = bool(group.get("is_always_open"))
                for _ in range(
                    self._count(group["calls"] * (max(factor, 1.0) if is_always_open else factor))
                ):
                    self._offered(stream, group, self._instant(is_always_open), self._caller())
        for user in self.plan["users"]:
            for _ in range(self._count(user["received"] * factor)):
                self._received(user["name"], self._instant(), self._caller())
            for _ in range(self._count(user["placed"] * factor)):
                self._placed(user["name"], user["number"], self._instant(), self._party())
        for _ in range(self._count(self.plan["internal"] * factor)):
            self._internal()
        if self.random() < ALIKE * min(factor, 1.0):
            self._alike()
        if self.random() < 0.1:
            self._over_midnight()
        day: Day = {stream: [] for stream in STREAMS}
        for row in sorted(self.rows, reverse=True):
            day[row.stream].append(row)
        return day

    # ---- calls ----
    def _offered(self, stream: str, group: dict[str, Any], at_s: int, caller: str) -> None:
        """A call to a queue or ring group: its row, and one of the user who answered or of nobody."""
        is_answered = self.random() < group["answered"]
        waited_s = 2 + int(group["patience_s"] * self.random() ** 1.7)
        if is_answered:
            user, talk_s = self.chance.choice(group["agents"]), self._talk()
            self._group_row(stream, group, at_s, caller, user, waited_s, talk_s)
            self._user_row(at_s, caller, group["number"], user, waited_s, talk_s, is_inbound=True)
            return
        is_timeout = stream == RING_GROUP or self.random() < 0.3
        waited_s = group["patience_s"] if is_timeout else waited_s
        self._group_row(
            stream, group, at_s, caller, "", waited_s, 0, "timedout" if is_timeout else "abandoned"
        )
        if stream == RING_GROUP and self.random() < 0.4:
            self._user_row(at_s, caller, group["number"], "", waited_s, 0, is_inbound=True)

    def _received(self, user: str, at_s: int, caller: str) -> None:
        talk_s = self._talk() if self.random() < 0.78 else 0
        rings_s = 3 + int(self.random() * 24)
        self._user_row(at_s, caller, self.book.numbers[user], user, rings_s, talk_s, is_inbound=True)

    def _placed(self, user: str, number: str, at_s: int, callee: str) -> None:
        talk_s = self._talk() if self.random() < 0.8 else 0
        self._user_row(at_s, number, callee, user, 4 + int(self.random() * 20), talk_s, is_inbound=False)

    def _internal(self) -> None:
        """Between two extensions: a row of each side."""
        caller, callee = self.chance.sample(self.plan["users"], 2)
        at_s, rings_s = self._instant(), 2 + int(self.random() * 12)
        talk_s = self._talk() // 2 if self.random() < 0.8 else 0
        numbers = caller["extension"], callee["extension"]
        self._user_row(at_s, *numbers, caller["name"], rings_s, talk_s, is_inbound=False)
        self._user_row(at_s, *numbers, callee["name"], rings_s, talk_s, is_inbound=True)

    def _alike(self) -> None:
        """Two withheld callers in one second: rows that agree in all that never changes."""
        groups = [*self.plan["queues"], *self.plan["ring_groups"]]
        group = self.chance.choice(groups)
        at_s = self._instant()
        for _ in range(2):
            self._offered(QUEUE if group in self.plan["queues"] else RING_GROUP, group, at_s, WITHHELD)

    def _over_midnight(self) -> None:
        user = self.chance.choice(self.plan["users"])
        at_s = self.midnight + self.length - 60 - self.chance.randrange(3000)
        self._user_row(
            at_s,
            self._party(),
            user["number"],
            user["name"],
            9,
            3600 + self.chance.randrange(5000),
            is_inbound=True,
        )

    # ---- rows ----
    def _user_row(
        self, at_s: int, caller: str, callee: str, user: str, rings_s: int, talk_s: int, *, is_inbound: bool
    ) -> None:  # fmt: skip
        ends_s = at_s + rings_s + talk_s
        answered_s = at_s + rings_s if talk_s else 0
        is_late = self.random() < LATE
        named_s = answered_s if is_inbound and talk_s else at_s
        self.rows.append(
            Row(
                at_s,
                self._uid(),
                USER,
                "",
                caller,
                callee,
                user,
                is_inbound,
                answered_s,
                ends_s,
                "",
                ends_s + self.chance.randrange(1800) if is_late else at_s,
                self._named_s(named_s, ends_s) if talk_s else named_s,
            )
        )

    def _group_row(
        self, stream: str, group: dict[str, Any], at_s: int, caller: str, user: str, waited_s: int, talk_s: int,
        status: str = "answered",
    ) -> None:  # fmt: skip
        """Listed when the call has ended."""
        ends_s = at_s + waited_s + talk_s
        answered_s = at_s + waited_s if user else 0
        named_s = self._named_s(at_s, ends_s)
        self.rows.append(
            Row(
                at_s, self._uid(), stream, group["name"], caller, group["number"], user, True, answered_s, ends_s,
                status, ends_s, named_s,
            )
        )  # fmt: skip

    def _named_s(self, usual_s: int, ends_s: int) -> int:
        """Some names are filled in minutes after the end."""
        return ends_s + 30 + self.chance.randrange(900) if self.random() < NAMED_LATER else usual_s

    # ---- draws ----
    def _count(self, expected: float) -> int:
        return int(expected * (0.75 + 0.5 * self.random()) + self.random())

    def _instant(self, is_always_open: bool = False) -> int:
        second = second_of_day(self.random(), is_always_open=is_always_open)
        return self.midnight + min(second, self.length - 1)

    def _talk(self) -> int:
        return min(_TALK[int(self.random() * 1024)], LONGEST_S - 1200)

    def _party(self) -> str:
        return self.book.outside[int(len(self.book.outside) * self.random() ** 2.2)]

    def _caller(self) -> str:
        return WITHHELD if self.random() < HIDDEN else self._party()

    def _uid(self) -> str:
        return f"{self.chance.getrandbits(48):012x}"
