"""A customer's calls of one day, computed from the seed and the date: nothing is stored, and reading twice agrees.

`CallBook` keeps the days it has made. Records that actions add (makecall, SMS, scenarios) live in the state and are
mixed in by `call_lists.py`.
"""

import math
import random
import threading
from collections.abc import Sequence
from datetime import date
from statistics import NormalDist
from typing import Any, NamedTuple

from telephony.providers.keyyo.sandbox.people import outside_numbers
from telephony.providers.keyyo.sandbox.rows import INCOMING, ONNET, OUTGOING, Row, price
from telephony.providers.keyyo.sandbox.times import day_length_s, midnight_s
from telephony.providers.sandbox.traffic import volume, wall_second


class Character(NamedTuple):
    """What a line does on a usual working day, before the customer's scale."""

    shape: str
    received: float
    placed: float
    internal: float
    answered: float = 0.86
    texts: float = 0.0
    data: float = 0.0


CHARACTERS = {
    "reception": Character("office", 30, 9, 5, 0.94),
    "busy_desk": Character("office", 22, 16, 4, 0.9),
    "desk": Character("office", 12, 10, 3, 0.9, texts=0.3),
    "person": Character("office", 5, 7, 3, 0.78),
    "quiet": Character("office", 0.3, 0.4, 0.3, 0.4),
    "on_call": Character("on_call", 3, 2.5, 0.3, 0.93, texts=0.5, data=0.6),
    "mobile": Character("mobile", 6, 8, 0.6, 0.75, texts=2.5, data=2.2),
    "group": Character("office", 26, 0, 0, 0.9),
    "small_group": Character("office", 12, 0, 0, 0.88),
    "on_call_group": Character("on_call", 4, 0, 0, 0.95),
    "translation": Character("office", 4, 0, 0, 0.86),
    "fax": Character("fax", 3, 1, 0, 0.97),
}
_ANSWERED_BY_COLLEAGUES = ("reception", "desk", "busy_desk", "person")
_TALK = [int(math.exp(4.55 + 1.05 * NormalDist().inv_cdf((step + 0.5) / 1024))) + 3 for step in range(1024)]
LONGEST_TALK_S = 5400
LONGEST_S = LONGEST_TALK_S + 600  # with ringing and waiting


class Day:
    """The records of one customer on one day, newest first, whole and by (csi, direction)."""

    def __init__(self, rows: list[Row]) -> None:
        rows.sort(reverse=True)
        self.rows: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            self.rows.setdefault(("", row.direction), []).append(row)
            self.rows.setdefault((row.csi, row.direction), []).append(row)

    def of(self, csi: str, direction: str) -> Sequence[Row]:
        """The records of one line, or with csi "" of all lines, in one direction."""
        return self.rows.get((csi, direction), ())


class Line(NamedTuple):
    """One service that carries calls. `agents` of a group, `target` of a number translation."""

    csi: str
    character: Character
    presented: str
    agents: tuple[str, ...]
    target: str
    is_mobile: bool


class CallBook:
    """Days of one customer, made when they are first read.

    plan      the customer's fixture; with `partners` and the seed it settles every call
    """

    def __init__(self, plan: dict[str, Any], partners: list[dict[str, Any]], seed: int) -> None:
        self.name, self.seed, self.scale = plan["account"], seed, plan["scale"]
        rows = [row for row in plan["services"] if "character" in row]
        self.lines = [
            Line(
                row["csi"],
                CHARACTERS[row["character"]],
                row.get("presented", row["csi"]),
                tuple(row.get("agents", ())),
                row.get("target", ""),
                row["type"] == "MobileAccount",
            )
            for row in rows
        ]
        self.phones = [row["csi"] for row in rows if row["character"] in _ANSWERED_BY_COLLEAGUES]
        self.presented = {line.csi: line.presented for line in self.lines}
        self.outside = outside_numbers(plan, partners, seed)
        self._days: dict[date, Day] = {}
        self._lock = threading.Lock()

    def day(self, day: date) -> Day:
        made = self._days.get(day)
        if made is None:
            with self._lock:
                made = self._days.get(day)
                if made is None:
                    made = self._days[day] = Day(_DayMaker(self, day).rows)
        return made


class _DayMaker:
    """Makes one day. Draws are taken in a fixed order from one source, so that the day never changes."""

    def __init__(self, book: CallBook, day: date) -> None:
        self.book, self.day = book, day
        self.chance = random.Random(f"{book.seed}/{book.name}/{day.isoformat()}")
        self.random = self.chance.random
        self.midnight = midnight_s(day)
        self.length = day_length_s(day)
        self.talks: dict[str, list[tuple[int, int]]] = {}
        self.missed: list[tuple[int, str, str]] = []
        self.rows: list[Row] = []
        for line in book.lines:
            self._line(line)
        self._call_back()

    def _line(self, line: Line) -> None:
        csi, character = line.csi, line.character
        factor = volume(character.shape, self.day) * self.book.scale
        count = self._count(character.received * factor)
        for at_s in sorted(self._instant(character.shape) for _ in range(count)):
            if line.agents:
                self._group_call(csi, line.agents, at_s, character)
            elif line.target:
                self._translated_call(csi, line.target, at_s, character)
            else:
                self._received(csi, at_s, character)
        for _ in range(self._count(character.placed * factor)):
            self._placed(csi, self._instant(character.shape), self._party(csi), character.shape)
        for _ in range(self._count(character.internal * factor)):
            self._internal(csi, self._instant(character.shape))
        for _ in range(self._count(character.texts * factor)):
            self._text(csi, self._instant(character.shape))
        if line.is_mobile:
            for _ in range(self._count(character.data * factor)):
                self._data(csi, self._instant(character.shape))

    def _count(self, expected: float) -> int:
        return int(expected * (0.72 + 0.56 * self.random()) + self.random())

    def _instant(self, shape: str) -> int:
        """An instant of this day; on the nights when the clock changes, the wall hours are kept."""
        wall = wall_second(shape, self.random())
        if self.length == 86400 or wall < 7200:
            return self.midnight + wall
        if self.length < 86400:
            return self.midnight + max(7200, wall - 3600)
        second_pass = wall >= 10800 or self.random() < 0.5
        return self.midnight + wall + (3600 if second_pass else 0)

    def _talk(self) -> int:
        return min(_TALK[int(self.random() * 1024)], LONGEST_TALK_S)

    def _is_busy(self, csi: str, at_s: int) -> bool:
        return any(begins <= at_s < ends for begins, ends in self.talks.get(csi, ()))

    def _talks(self, csi: str, at_s: int, length_s: int) -> None:
        self.talks.setdefault(csi, []).append((at_s, at_s + length_s))

    def _id(self) -> str:
        return f"{self.chance.getrandbits(64):016x}"

    def _party(self, csi: str) -> str:
        """Somebody outside: mostly the line's own regulars, else anybody, the frequent ones more often."""
        outside = self.book.outside
        share = self.random()
        if share < 0.45:
            offset = int(csi[-4:]) * 7 if csi[-4:].isdecimal() else 0
            return outside[(offset + int(40 * self.random() ** 2)) % len(outside)]
        return outside[int(len(outside) * self.random() ** 2.4)]

    def _shown(self, party: str) -> tuple[str | None, str | None, str | None]:
        """caller, actual_caller and presentation: sometimes only the second, for hidden callers none."""
        share = self.random()
        if share < 0.03:
            return None, None, None
        if share < 0.15:
            return None, party, party
        return party, None, party

    def _incoming(
        self, csi: str, at_s: int, call_id: str, who: tuple[str | None, str | None, str | None], talk: int,
        wait: int, translation: str | None = None,
    ) -> None:  # fmt: skip
        caller, actual, shown = who
        self.rows.append(
            Row(
                at_s,
                call_id,
                csi,
                INCOMING,
                at_s + wait + talk,
                caller,
                actual,
                shown,
                csi,
                talk,
                translation=translation,
            )
        )

    def _received(self, csi: str, at_s: int, character: Character) -> None:
        party, call_id = self._party(csi), self._id()
        who = self._shown(party)
        if self._is_busy(csi, at_s) and self.random() < 0.6:
            self._missed(csi, at_s, call_id, who, party, 1)
            return
        share = self.random()
        wait = 3 + int(self.random() * 24)
        if share < character.answered:
            talk = self._talk()
            self._incoming(csi, at_s, call_id, who, talk, wait)
            self._talks(csi, at_s, wait + talk)
        elif share < character.answered + (1 - character.answered) * 0.35:
            self._forwarded(csi, at_s, call_id, who, party)
        else:
            self._missed(csi, at_s, call_id, who, party, wait)

    def _missed(
        self,
        csi: str,
        at_s: int,
        call_id: str,
        who: tuple[str | None, str | None, str | None],
        party: str,
        wait: int,
    ) -> None:
        """Nobody answers; a third of the callers try once more within minutes."""
        self._incoming(csi, at_s, call_id, who, 0, wait)
        if who[2] is None:
            return
        if self.random() < 0.33:
            at_s += 60 + int(self.random() * 240)
            answered = self.random() < 0.5
            self._incoming(csi, at_s, self._id(), who, self._talk() if answered else 0, wait)
            if answered:
                return
        self.missed.append((at_s, csi, party))

    def _forwarded(
        self, csi: str, at_s: int, call_id: str, who: tuple[str | None, str | None, str | None], party: str
    ) -> None:
        """Nobody answers at the line, which sends the call on: to a colleague, or to a mobile at its own cost."""
        self._incoming(csi, at_s, call_id, who, 0, 20)
        talk = self._talk()
        inside = self.random() < 0.6 and len(self.book.phones) > 1
        target = (
            self.chance.choice(self.book.phones) if inside else self.book.outside[int(self.random() * 30)]
        )
        if target == csi:
            return
        self._outgoing(csi, at_s + 20, call_id, target, talk, presented=party, actual=party, inside=inside)
        if inside:
            self._incoming(target, at_s + 20, call_id, who, talk, 6)

    def _group_call(self, csi: str, agents: tuple[str, ...], at_s: int, character: Character) -> None:
        """A welcome number: one record on the group, one under the same id on the agent who answers."""
        party, call_id = self._party(csi), self._id()
        who = self._shown(party)
        wait = 5 + int(self.random() ** 2 * 90)
        free = [agent for agent in agents if not self._is_busy(agent, at_s)]
        if not free or self.random() >= character.answered:
            self._missed(csi, at_s, call_id, who, party, wait)
            return
        agent, talk = free[int(self.random() * len(free))], self._talk()
        self._incoming(csi, at_s, call_id, who, talk, wait)
        self._incoming(agent, at_s, call_id, who, talk, wait)
        self._talks(agent, at_s, wait + talk)

    def _translated_call(self, csi: str, target: str, at_s: int, character: Character) -> None:
        call_id, who = self._id(), self._shown(self._party(csi))
        talk = self._talk() if self.random() < character.answered else 0
        self._incoming(csi, at_s, call_id, who, talk, 12, translation=csi)
        self._incoming(target, at_s, call_id, who, talk, 12, translation=csi)

    def _outgoing(
        self, csi: str, at_s: int, call_id: str, callee: str, talk: int, *, presented: str | None = None,
        actual: str | None = None, inside: bool = False, roaming: int = 0,
    ) -> None:  # fmt: skip
        destination, cost = (ONNET, 0.0) if inside else price(callee, talk)
        self.rows.append(
            Row(
                at_s,
                call_id,
                csi,
                OUTGOING,
                at_s + 8 + talk,
                csi,
                actual,
                presented or self.book.presented[csi],
                callee,
                talk,
                "second",
                destination,
                cost,
                roaming,
            )
        )

    def _placed(self, csi: str, at_s: int, callee: str, shape: str) -> None:
        talk = 0 if self.random() < 0.17 else self._talk()
        roaming = int(shape == "mobile" and self.random() < 0.03)
        self._outgoing(csi, at_s, self._id(), callee, talk, roaming=roaming)
        self._talks(csi, at_s, talk)

    def _internal(self, csi: str, at_s: int) -> None:
        """Between two lines of the customer: one record on each, under one id."""
        target = self.book.phones[int(self.random() * len(self.book.phones))]
        if target == csi:
            return
        call_id, talk = self._id(), self._talk() // 2 if self.random() < 0.8 else 0
        self._outgoing(csi, at_s, call_id, target, talk, inside=True)
        self._incoming(target, at_s, call_id, (csi, None, csi), talk, 5)

    def _call_back(self) -> None:
        """Most missed callers are called back the same day, within office hours."""
        closing_s = self.midnight + 19 * 3600
        for at_s, csi, party in self.missed:
            if csi not in self.book.phones or self.random() > 0.55:
                continue
            later_s = at_s + 240 + int(self.random() ** 2 * 9000)
            if later_s < closing_s:
                self._placed(csi, later_s, party, "office")

    def _text(self, csi: str, at_s: int) -> None:
        party = self._party(csi)
        if self.random() < 0.7:
            self.rows.append(
                Row(at_s, self._id(), csi, OUTGOING, at_s, csi, None, csi, party, 1, "sms", "SMS", 0.07)
            )
        else:
            self.rows.append(Row(at_s, self._id(), csi, INCOMING, at_s, party, None, party, csi, 1, "sms"))

    def _data(self, csi: str, at_s: int) -> None:
        """Mobile data: no other party. A few picture messages travel the same way."""
        sent = Row(at_s, self._id(), csi, OUTGOING, at_s, csi, None, csi, None, 1)
        if self.random() < 0.04:
            other = self._party(csi)
            self.rows.append(sent._replace(callee=other, unit="mms", destination="MMS", cost=0.25))
            return
        roaming = int(self.random() < 0.03)
        kilobytes = int(200 + 90_000 * self.random() ** 4)
        unit, amount = ("Mo", kilobytes // 1024 + 1) if self.random() < 0.1 else ("ko", kilobytes)
        name, ko_price = ("Données à l'étranger", 0.002 / 1024) if roaming else ("Données", 0.0)
        used = sent._replace(presented=None, quantity=amount, unit=unit, destination=name)
        self.rows.append(used._replace(cost=ko_price * kilobytes, roaming=roaming))
