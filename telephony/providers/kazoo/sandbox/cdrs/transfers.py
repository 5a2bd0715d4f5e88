"""How an answered call reaches somebody else: handed over at once, after a word, or taken from a ringing phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telephony.providers.kazoo.sandbox.cdrs.legs import Call
from telephony.providers.kazoo.sandbox.cdrs.roster import Colleague

if TYPE_CHECKING:
    from telephony.providers.kazoo.sandbox.cdrs.walk import Target, Walk


def blind(walk: Walk, first: Target, start_s: int, answer_s: int, end_s: int) -> bool:
    """The first hangs up by transferring; the same interaction goes on with another's phone. False: nobody was free."""
    second = _another(walk, first, answer_s)
    if second is None:
        return False
    leaves_s = answer_s + 5 + int(walk.day.random() * min(60, end_s - answer_s - 5))
    walk.connect(first, start_s, answer_s, leaves_s, "BLIND_TRANSFER")
    picks_up_s = leaves_s + 4 + int(walk.day.random() * 10)
    walk.connect(second, leaves_s, picks_up_s, max(end_s, picks_up_s + 10))
    walk.finish(max(end_s, picks_up_s + 10))
    return True


def attended(walk: Walk, first: Target, start_s: int, answer_s: int, end_s: int) -> bool:
    """The first asks another while the caller waits, then leaves the two together.

    The question is a call of its own with its own interaction, as the switch sees it: both legs of the first end with the
    transfer, the other's leg of that second interaction goes on with the caller.
    """
    second = _another(walk, first, answer_s)
    if second is None or first.phone is None or first.person is None or first.number:
        return False
    day, asker = walk.day, first.person
    asks_s = answer_s + 6 + int(day.random() * min(45, end_s - answer_s - 6))
    picks_up_s = asks_s + 3 + int(day.random() * 9)
    leaves_s = picks_up_s + 4 + int(day.random() * 25)
    last_s = max(end_s, leaves_s + 12)
    walk.connect(first, start_s, answer_s, leaves_s, "ATTENDED_TRANSFER")
    question = Call(asks_s, day.ordinal, day.chance, day.legs)
    asking, asked = question.new_id(first.phone.address), question.new_id("")
    caller = (asker.extension, asker.name)
    question.add(
        asking,
        "inbound",
        asks_s,
        leaves_s,
        caller=caller,
        callee=second.callee,
        dialled=second.callee[0],
        cause="ATTENDED_TRANSFER",
        answered_s=picks_up_s,
        owner=asker.id,
        phone=first.phone,
        other=asked,
    )
    question.add(
        asked,
        "outbound",
        asks_s,
        last_s,
        caller=caller,
        callee=second.callee,
        dialled=second.dialled,
        cause="NORMAL_CLEARING",
        answered_s=picks_up_s,
        owner=second.person.id if second.person else "",
        phone=second.phone,
        carrier=second.carrier,
        other=asking,
        more={"bridge_id": walk.a_id},
    )
    if second.person:
        day.talks(second.person, picks_up_s, last_s)
    walk.other, walk.callee = asked, second.callee
    walk.finish(last_s)
    return True


def picked_up(walk: Walk, ringing: Target, start_s: int, answer_s: int, end_s: int) -> bool:
    """A colleague takes the call from their own phone by *8: that leg comes in, the ringing one is picked off."""
    day = walk.day
    taker = _somebody(walk, ringing.person, answer_s)
    phone = day.desk_phone(taker) if taker else None
    if taker is None or phone is None or ringing.person is None:
        return False
    leg = walk.connect(ringing, start_s, answer_s, answer_s, "PICKED_OFF")
    taking = Call(answer_s, day.ordinal, day.chance, day.legs)
    call_id = taking.new_id(phone.address)
    taking.add(
        call_id,
        "inbound",
        answer_s,
        end_s,
        caller=(taker.extension, taker.name),
        callee=walk.caller,
        dialled=f"*8{ringing.person.extension}",
        cause="NORMAL_CLEARING",
        answered_s=answer_s,
        owner=taker.id,
        phone=phone,
        other=walk.a_id,
        more={"bridge_id": walk.a_id, "intercepted_by": leg.call_id},
    )
    day.talks(taker, answer_s, end_s)
    walk.other, walk.callee = call_id, (taker.extension, taker.name)
    walk.finish(end_s)
    return True


def _somebody(walk: Walk, but: Colleague | None, at_s: int) -> Colleague | None:
    people = walk.day.roster.people
    for _ in range(4):
        person = people[int(walk.day.random() * len(people))]
        if person is not but and person.phones and not walk.day.is_busy(person, at_s):
            return person
    return None


def _another(walk: Walk, but: Target, at_s: int) -> Target | None:
    """A free colleague's first phone."""
    from telephony.providers.kazoo.sandbox.cdrs.walk import targets_of

    person = _somebody(walk, but.person, at_s)
    targets = targets_of(walk.day, person) if person else []
    return targets[0] if targets else None
