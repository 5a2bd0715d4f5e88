"""One day of one account: which calls there are and when. `scripts.py` and `outgoing.py` play each of them.

Draws are taken in a fixed order from a source that belongs to account and day, so that a day never changes.
"""

import math
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache
from statistics import NormalDist
from zoneinfo import ZoneInfo

from telephony.providers.kazoo.sandbox.cdrs.legs import Leg
from telephony.providers.kazoo.sandbox.cdrs.roster import RATES, Colleague, Phone, Roster
from telephony.providers.sandbox.traffic import volume, wall_second

VOLUME = 0.187  # of all accounts together; settles the number of legs in a year
BEFORE_MIDNIGHT = 0.3  # of the evenings somebody calls those on duty just before the day ends
OPEN = {"office": (8 * 3600, 19 * 3600), "on_call": (6 * 3600 + 1800, 23 * 3600)}
LONGEST_TALK_S = 4 * 3600
LONGEST_S = LONGEST_TALK_S + 3600  # of a whole interaction, with waiting and transfers
_TALK = [int(math.exp(4.6 + 1.05 * NormalDist().inv_cdf((step + 0.5) / 1024))) + 3 for step in range(1024)]


@lru_cache(8192)
def midnight_s(day: date, zone: str) -> int:
    """The Unix second at which a day begins in a zone."""
    return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).timestamp())


def day_of(second: float, zone: str) -> date:
    return datetime.fromtimestamp(second, ZoneInfo(zone)).date()


class Day:
    """What the calls of a day share: chance, who is talking, and the legs made so far."""

    def __init__(self, roster: Roster, day: date) -> None:
        self.roster, self.day, self.ordinal = roster, day, day.toordinal()
        self.chance = random.Random(f"kazoo/calls/{roster.key}/{day.isoformat()}")
        self.random = self.chance.random
        self.midnight = midnight_s(day, roster.zone)
        self.length = midnight_s(day + timedelta(days=1), roster.zone) - self.midnight
        self.legs: list[Leg] = []
        self._volumes: dict[str, float] = {}
        self._busy: dict[str, list[tuple[int, int]]] = {}
        self._known = {person.id: person for person in roster.people}

    # ---- when ----

    def instants(self, rate: float, shape: str) -> list[int]:
        """The moments at which something happens that happens `rate` times on a usual day."""
        if not rate:
            return []
        expected = rate * self.volume(shape) * self.roster.scale * VOLUME
        count = int(expected * (0.75 + 0.5 * self.random()) + self.random())
        return [self.instant(wall_second(shape, self.random())) for _ in range(count)]

    def volume(self, shape: str) -> float:
        """How much of a usual day this one is."""
        found = self._volumes.get(shape)
        if found is None:
            found = self._volumes[shape] = volume(shape, self.day, self.roster.country)
        return found

    def instant(self, wall: int) -> int:
        """The moment at which clocks on the wall show this; on the nights when they change, as people live it."""
        if self.length == 86400:
            return self.midnight + wall
        zone = ZoneInfo(self.roster.zone)
        clock = datetime(self.day.year, self.day.month, self.day.day, tzinfo=zone)
        shown = clock.replace(hour=wall // 3600, minute=wall // 60 % 60, second=wall % 60)
        return int(shown.replace(fold=int(self.random() < 0.5)).timestamp())

    def is_open(self, at_s: int, shape: str) -> bool:
        """Whether the flow takes its daytime branch: by the clock, and not on days on which hardly anybody works."""
        opens, closes = OPEN.get(shape, (0, 86400))
        return opens <= at_s - self.midnight < closes and (shape == "on_call" or self.volume("office") > 0.3)

    def talk(self) -> int:
        """Seconds of conversation; one in three hundred goes on for hours."""
        if self.random() < 0.003:
            return 5400 + int(self.random() * (LONGEST_TALK_S - 5400))
        return min(_TALK[int(self.random() * 1024)], 5400)

    # ---- who ----

    def outside(self) -> tuple[str, str]:
        """Somebody outside, number and name; the first of the list call more often."""
        parties = self.roster.outside
        return parties[int(len(parties) * self.random() ** 2.2)]

    def colleague(self, identifier: str) -> Colleague | None:
        return self._known.get(identifier)

    def is_busy(self, person: Colleague, at_s: int) -> bool:
        return any(begins <= at_s < ends for begins, ends in self._busy.get(person.id, ()))

    def talks(self, person: Colleague, begins_s: int, ends_s: int) -> None:
        self._busy.setdefault(person.id, []).append((begins_s, ends_s))

    def is_registered(self, phone: Phone) -> bool:
        return is_registered(phone, self.ordinal)

    def desk_phone(self, person: Colleague) -> Phone | None:
        """The phone from which somebody places calls: not a mobile of the telephone network."""
        able = [
            phone
            for phone in person.phones
            if not (phone.number and phone.authorizing == "device") and self.is_registered(phone)
        ]
        return able[int(self.random() * len(able))] if able else None


def is_registered(phone: Phone, ordinal: int) -> bool:
    """Whether a device is connected on a day. Mobiles of the telephone network and door phones never are."""
    if phone.number or not phone.username:
        return bool(phone.number)
    mixed = (int(phone.id[-6:], 16) * 2654435761 + ordinal * 40503) % 1000
    return mixed < (720 if phone.is_soft else 965)


def planned(
    day: Day, plays: dict[str, Callable[..., None]]
) -> list[tuple[int, Callable[..., None], tuple[object, ...]]]:
    """Everything that happens on a day, in the order of time: moment, what plays it, with whom."""
    roster = day.roster
    events: list[tuple[int, Callable[..., None], tuple[object, ...]]] = []

    def plan(rate: float, shape: str, kind: str, *whom: object) -> None:
        events.extend((at_s, plays[kind], whom) for at_s in day.instants(rate, shape))

    for entrance in roster.entrances:
        plan(entrance.rate, entrance.shape, "incoming", entrance)
        if entrance.shape == "on_call" and day.random() < BEFORE_MIDNIGHT:
            wall = 86400 - 30 - int(day.random() * 300)
            events.append((day.instant(wall), plays["incoming"], (entrance,)))
    for room in roster.rooms:
        plan(room.rate, "office", "meeting", room)
    for person in roster.people:
        _, placed, internal = RATES[person.character]
        shape = {"on_call": "on_call", "field": "mobile"}.get(person.character, "office")
        plan(placed * 0.3, shape, "outgoing", person)
        plan(internal * 0.25, shape, "internal", person)
        plan(0.06 if person.has_extension else 0, "office", "check_voicemail", person)
    if roster.fax:
        plan(2.5, "fax", "fax_out", roster.fax)
    events.sort(key=lambda event: event[0])
    return events
