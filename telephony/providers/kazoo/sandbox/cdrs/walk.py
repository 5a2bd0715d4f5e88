"""A caller's way through a callflow: phones ring, somebody answers or nobody does, and each of it leaves its legs."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from telephony.providers.kazoo.sandbox.cdrs import transfers
from telephony.providers.kazoo.sandbox.cdrs.days import Day
from telephony.providers.kazoo.sandbox.cdrs.legs import Call, Leg
from telephony.providers.kazoo.sandbox.cdrs.prices import rating
from telephony.providers.kazoo.sandbox.cdrs.roster import Carrier, Colleague, Phone
from telephony.providers.kazoo.sandbox.cdrs.routes import Step

AGENT_RING_S = 15


class Target(NamedTuple):
    """One thing that rings: a person's device, or a number to which a person or a mobile leads."""

    person: Colleague | None
    phone: Phone | None
    number: str
    carrier: Carrier | None

    @property
    def dialled(self) -> str:
        return self.number or (self.phone.username if self.phone else "")

    @property
    def callee(self) -> tuple[str, str]:
        if self.person is None:
            return self.dialled, ""
        return self.number or self.person.extension, self.person.name


def carrier_for(day: Day, number: str) -> Carrier:
    """The carrier that takes a number."""
    carriers = day.roster.carriers
    for prefix in ("+33", "+44", "+1"):
        if number.startswith(prefix):
            return carriers[prefix]
    return carriers[""]


def targets_of(day: Day, person: Colleague) -> list[Target]:
    """What rings when a person is called."""
    found = []
    if person.forward:
        found.append(Target(person, None, person.forward, carrier_for(day, person.forward)))
    if not person.forward or person.rings_too:
        for phone in person.phones:
            if day.is_registered(phone):
                carrier = carrier_for(day, phone.number) if phone.number else None
                found.append(Target(person, phone, phone.number, carrier))
    return found


class Walk:
    """The calling leg and where it has come. Leg A is written last, when it is known how the call ended.

    `carrier` brought an outside call; else `person` called from `phone`.
    """

    def __init__(
        self, day: Day, at_s: int, caller: tuple[str, str], dialled: str, *, carrier: Carrier | None = None,
        person: Colleague | None = None, phone: Phone | None = None, more: dict[str, Any] | None = None,
    ) -> None:  # fmt: skip
        self.day, self.caller, self.dialled = day, caller, dialled
        self.carrier, self.person, self.phone = carrier, person, phone
        self.more: dict[str, Any] = dict(more or {})
        self.call = Call(at_s, day.ordinal, day.chance, day.legs)
        self.a_id = self.call.new_id(carrier.host if carrier else phone.address if phone else "")
        self.at_s = self.now_s = at_s
        self.answered_s: int | None = None
        self.gives_up_s = at_s + 12 + int(day.random() * 50)
        self.callee, self.other = ("", ""), ""
        self.likely = 0.86  # that somebody answers who could

    def answer(self) -> None:
        """The switch picks up: for a menu, a queue, a mailbox."""
        if self.answered_s is None:
            self.answered_s = self.now_s
        self.now_s += 1
        self.gives_up_s = max(self.gives_up_s, self.now_s + 25)

    def finish(self, end_s: int, cause: str = "NORMAL_CLEARING") -> None:
        """Write leg A."""
        if self.answered_s is None and cause == "NORMAL_CLEARING":
            cause = "ORIGINATOR_CANCEL"
        self.call.add(
            self.a_id, "inbound", self.at_s, max(end_s, self.at_s), caller=self.caller, callee=self.callee,
            dialled=self.dialled, cause=cause, answered_s=self.answered_s, owner=self.person.id if self.person else "",
            phone=self.phone, carrier=self.carrier, other=self.other, more=self.more,
        )  # fmt: skip

    # ---- the steps; each says whether the call has ended ----

    def take(self, step: Step) -> bool:
        if step.is_recorded:
            self.more["media_recordings"] = [f"{self.day.chance.getrandbits(128):032x}"]
        if step.kind == "ring":
            return self._ring_step(step)
        if step.kind == "queue":
            return self._queue(step.target)
        if step.kind == "box":
            return self._box()
        return self._end()

    def _ring_step(self, step: Step) -> bool:
        day = self.day
        people = [person for person in map(day.colleague, step.users) if person]
        targets = [target for person in people for target in self._free_targets(person)]
        for device in step.devices:
            targets += [
                Target(None, phone, "", None)
                for phone in day.roster.places
                if phone.id == device and day.is_registered(phone)
            ]
        if not step.one_by_one:
            return self.ring(targets, step.timeout_s)
        each_s = max(8, step.timeout_s // max(1, len(people)))
        return any(self.ring([target], each_s) for target in targets[:4])

    def _free_targets(self, person: Colleague) -> list[Target]:
        """What rings of a person; a phone on which they talk says that it is busy, at once."""
        targets = targets_of(self.day, person)
        if not targets or not self.day.is_busy(person, self.now_s) or self.day.random() < 0.25:
            return targets
        if self.day.random() < 0.5:
            self._write(targets[0], self.now_s, self.now_s, "USER_BUSY")
        return []

    def ring(self, targets: Sequence[Target], timeout_s: int) -> bool:
        """Ring them all: one wins, the others lose the race, or nobody answers in time."""
        day = self.day
        if not targets:
            self.now_s += 1
            return False
        start_s = self.now_s + (day.random() < 0.4)
        answer_s = start_s + 2 + int(day.random() ** 1.5 * 19)
        limit_s = min(start_s + timeout_s, self.gives_up_s)
        if day.random() < self.likely and answer_s < limit_s:
            self._answered(targets, start_s, answer_s)
            return True
        if self.gives_up_s <= start_s + timeout_s:
            for target in targets:
                self._write(target, start_s, self.gives_up_s, "ORIGINATOR_CANCEL")
            self.finish(self.gives_up_s)
            return True
        for target in targets:
            self._not_reached(target, start_s, start_s + timeout_s)
        self.now_s = start_s + timeout_s
        return False

    def _not_reached(self, target: Target, start_s: int, end_s: int) -> None:
        share = self.day.random()
        if share < 0.03:
            self._write(target, start_s, min(end_s, start_s + 3 + int(share * 200)), "CALL_REJECTED")
        elif share < 0.036:
            self._write(target, start_s, min(end_s, start_s + 6), "NO_USER_RESPONSE")
        elif target.number and share < 0.08:
            self._write(target, start_s, min(end_s, start_s + 2), "SUBSCRIBER_ABSENT")
        else:
            self._write(target, start_s, end_s, "NO_ANSWER")

    def _answered(self, targets: Sequence[Target], start_s: int, answer_s: int) -> None:
        day = self.day
        winner = targets[int(day.random() * len(targets))]
        end_s = answer_s + day.talk()
        if self.answered_s is None:
            self.answered_s = answer_s
        is_picked = winner.person is not None and self.person is None and day.random() < 0.012
        for target in targets:
            if target is not winner:
                self._write(target, start_s, answer_s, "LOSE_RACE")
        if is_picked and transfers.picked_up(self, winner, start_s, answer_s, end_s):
            return
        share = day.random()
        if winner.person is not None and self.person is None and share < 0.06 and end_s - answer_s > 20:
            hand_over = transfers.blind if share < 0.034 else transfers.attended
            if hand_over(self, winner, start_s, answer_s, end_s):
                return
        self.connect(winner, start_s, answer_s, end_s)
        self.finish(end_s)

    def connect(
        self, target: Target, start_s: int, answer_s: int, end_s: int, cause: str = "NORMAL_CLEARING"
    ) -> Leg:
        """Write the leg that talks, and remember it as the other side."""
        leg = self._write(target, start_s, end_s, cause, answer_s)
        self.other, self.callee = leg.call_id, target.callee
        if target.person:
            self.day.talks(target.person, answer_s, end_s)
        return leg

    def _write(
        self, target: Target, start_s: int, end_s: int, cause: str, answered_s: int | None = None
    ) -> Leg:
        """One outgoing leg to a target, bridged to leg A."""
        more: dict[str, Any] = {
            name: self.more[name] for name in ("queue_id", "media_recordings") if name in self.more
        }
        if target.phone is None:
            more["call_forward"] = "true"
        if target.carrier:
            more |= rating(self.day.roster.billing, target.number)
        return self.call.add(
            self.call.new_id(""),
            "outbound",
            start_s,
            end_s,
            caller=self.caller,
            callee=target.callee,
            dialled=target.dialled,
            cause=cause,
            answered_s=answered_s,
            owner=target.person.id if target.person else "",
            phone=target.phone,
            carrier=target.carrier,
            other=self.a_id,
            more={"bridge_id": self.a_id, **more},
        )

    def _queue(self, target: str) -> bool:
        """Wait in a queue: agents are tried one after another until one answers or the caller has had enough."""
        day = self.day
        self.answer()
        self.more["queue_id"] = target
        self.gives_up_s = self.now_s + 30 + int(day.random() ** 1.4 * 420)
        agents = list(day.roster.agents.get(target, ()))
        day.chance.shuffle(agents)
        last_s = self.now_s + 300
        while agents and self.now_s < min(self.gives_up_s, last_s):
            agent = agents.pop(0)
            if day.is_busy(agent, self.now_s):
                self.now_s += 5 + int(day.random() * 20)
                if day.random() < 0.6:
                    agents.append(agent)
                continue
            targets = [one for one in targets_of(day, agent) if one.phone and not one.number][:1]
            if targets and self.ring(targets, AGENT_RING_S):
                return True
        if self.now_s >= self.gives_up_s or day.random() < 0.3:
            self.finish(self.now_s + 2)
            return True
        return False

    def _box(self) -> bool:
        """A mailbox answers; six in ten leave a message."""
        self.answer()
        greeting_s = 4 + int(self.day.random() * 8)
        message_s = 6 + int(self.day.random() ** 2 * 75) if self.day.random() < 0.6 else 0
        self.finish(self.now_s + greeting_s + message_s)
        return True

    def _end(self) -> bool:
        """The flow ends: an announcement, a number that does not exist."""
        if self.answered_s is None and self.day.random() < 0.5:
            self.finish(self.now_s + 1, "NORMAL_TEMPORARY_FAILURE")
        else:
            self.answer()
            self.finish(self.now_s + 4 + int(self.day.random() * 12))
        return True
