"""What happens on a day: calls from outside, between colleagues and to outside, faxes, meetings. Each writes its legs."""

from collections.abc import Callable, Sequence
from typing import Any

from telephony.providers.kazoo.sandbox.cdrs.days import Day, planned
from telephony.providers.kazoo.sandbox.cdrs.legs import Call, Leg
from telephony.providers.kazoo.sandbox.cdrs.prices import rating
from telephony.providers.kazoo.sandbox.cdrs.roster import Colleague, Entrance, Phone
from telephony.providers.kazoo.sandbox.cdrs.routes import Option
from telephony.providers.kazoo.sandbox.cdrs.walk import Walk, carrier_for, targets_of

ANONYMOUS = ("anonymous", "anonymous")
# Ends of calls to outside: up to which share, cause, least and most seconds of ringing.
_UNANSWERED = (
    (0.50, "NO_ANSWER", 25, 45),
    (0.74, "USER_BUSY", 1, 3),
    (0.88, "ORIGINATOR_CANCEL", 4, 25),
    (0.93, "UNALLOCATED_NUMBER", 1, 3),
    (0.96, "CALL_REJECTED", 3, 12),
    (0.974, "NORMAL_TEMPORARY_FAILURE", 1, 6),
    (0.982, "RECOVERY_ON_TIMER_EXPIRE", 30, 32),
    (0.988, "SUBSCRIBER_ABSENT", 2, 6),
    (1.0, "DESTINATION_OUT_OF_ORDER", 1, 4),
)


def legs_of(day: Day) -> list[Leg]:
    """The legs of all that happens on a day, newest first."""
    for at_s, play, whom in planned(day, PLAYS):
        play(day, at_s, *whom)
    day.legs.sort(key=lambda leg: (leg.end_s, leg.id), reverse=True)
    return day.legs


def incoming(day: Day, at_s: int, entrance: Entrance) -> None:
    """An outside call to one of the account's numbers."""
    party = ANONYMOUS if day.random() < 0.035 else day.outside()
    more = {"privacy_hide_number": "true"} if party is ANONYMOUS else {}
    walk = Walk(day, at_s, party, entrance.number, carrier=carrier_for(day, entrance.number), more=more)
    is_open = day.is_open(at_s, entrance.shape) or not entrance.closed
    option = _chosen(day, entrance.options if is_open else entrance.closed)
    if not day.is_open(at_s, entrance.shape) and entrance.shape != "on_call":
        walk.likely = 0.35
    if option.steps[0].kind == "fax":
        _fax_in(walk)
        return
    if option.has_menu:
        walk.answer()
        walk.now_s += 3 + int(day.random() * 12)
        walk.gives_up_s = walk.now_s + 15 + int(day.random() * 60)
        if day.random() < 0.05:
            walk.finish(walk.now_s)
            return
        if option.digits:
            walk.more["digits_dialed"] = option.digits
    if any(walk.take(step) for step in option.steps):
        return
    walk.finish(walk.now_s, "NO_ANSWER" if walk.answered_s is None else "NORMAL_CLEARING")


def _chosen(day: Day, options: Sequence[Option]) -> Option:
    """The first keys are pressed most; announcements that lead nowhere seldom."""
    weights = [
        (0.12 if option.steps[-1].kind == "end" else 1.0) / (1 + 0.35 * number)
        for number, option in enumerate(options)
    ]
    return options[0] if len(options) == 1 else day.chance.choices(options, weights)[0]


def _fax_in(walk: Walk) -> None:
    """The switch itself receives a fax."""
    walk.answer()
    pages = 1 + int(walk.day.random() ** 3 * 12)
    walk.more |= _fax_fields(walk.day, pages)
    walk.finish(walk.now_s + 12 + 28 * pages)


def _fax_fields(day: Day, pages: int) -> dict[str, Any]:
    is_whole = day.random() < 0.93
    return {
        "fax_success": "true" if is_whole else "false", "fax_total_pages": str(pages),
        "fax_transferred_pages": str(pages if is_whole else pages - 1), "fax_transfer_rate": "14400" if is_whole else "9600",
        "fax_ecm_used": "on", "fax_bad_rows": "0" if is_whole else "17", "fax_result_code": "0" if is_whole else "49",
        "fax_result_text": "OK" if is_whole else "The call dropped prematurely",
    }  # fmt: skip


def outgoing(day: Day, at_s: int, person: Colleague) -> None:
    """Somebody calls a number outside."""
    phone = day.desk_phone(person)
    if phone is None or day.is_busy(person, at_s):
        return
    number, name = day.outside()
    _placed(day, at_s, (person.presented or person.extension, person.name), phone, number, name, person)


def _placed(
    day: Day, at_s: int, caller: tuple[str, str], phone: Phone, number: str, name: str, person: Colleague | None,
    more: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    call, carrier = Call(at_s, day.ordinal, day.chance, day.legs), carrier_for(day, number)
    a_id, b_id = call.new_id(phone.address), call.new_id(carrier.host)
    if day.random() < 0.76:
        answer_s = at_s + 3 + int(day.random() ** 1.5 * 20)
        end_s, cause = answer_s + day.talk(), "NORMAL_CLEARING"
        if more:
            end_s = answer_s + 15 + 28 * int(more["fax_total_pages"])
    else:
        share = day.random()
        cause, least, most = next(row[1:] for row in _UNANSWERED if share <= row[0])
        answer_s, end_s, more = None, at_s + least + int(day.random() * (most - least + 1)), None
    owner = person.id if person else ""
    extension = (person.extension, person.name) if person else caller
    call.add(
        a_id,
        "inbound",
        at_s,
        end_s,
        caller=extension,
        callee=(number, name),
        dialled=number,
        cause=cause,
        answered_s=answer_s,
        owner=owner,
        phone=phone,
        other=b_id,
        more={"bridge_id": a_id},
    )
    call.add(
        b_id,
        "outbound",
        at_s + int(end_s > at_s),
        end_s,
        caller=caller,
        callee=(number, name),
        dialled=number,
        cause=cause,
        answered_s=answer_s,
        carrier=carrier,
        other=a_id,
        more={"bridge_id": a_id, **rating(day.roster.billing, number), **(more or {})},
    )
    if person and answer_s is not None:
        day.talks(person, at_s, end_s)


def fax_out(day: Day, at_s: int, phone: Phone) -> None:
    """The fax machine sends; a third of the pages go through the fax application instead, which has one leg only."""
    number, name = day.outside()
    caller = (day.roster.number, day.roster.name)
    more = _fax_fields(day, 1 + int(day.random() ** 3 * 9))
    if day.random() < 0.65:
        if day.is_registered(phone):
            _placed(day, at_s, caller, phone, number, name, None, more)
        return
    call, carrier = Call(at_s, day.ordinal, day.chance, day.legs), carrier_for(day, number)
    answer_s = at_s + 6
    call.add(
        call.new_id(carrier.host),
        "outbound",
        at_s,
        answer_s + 28 * int(more["fax_total_pages"]),
        caller=caller,
        callee=(number, name),
        dialled=number,
        cause="NORMAL_CLEARING",
        answered_s=answer_s,
        carrier=carrier,
        more={"authorizing_type": "outbound_fax", **rating(day.roster.billing, number), **more},
    )


def internal(day: Day, at_s: int, person: Colleague) -> None:
    """A colleague is called by extension; nobody there: the mailbox."""
    phone = day.desk_phone(person)
    others = [one for one in day.roster.people if one.has_extension and one is not person]
    if phone is None or not others or day.is_busy(person, at_s):
        return
    called = others[int(day.random() * len(others))]
    caller = (person.extension, person.name)
    if day.random() < 0.03:
        walk = Walk(day, at_s, caller, f"{called.extension}9", person=person, phone=phone)
        walk.finish(at_s + 2, "UNALLOCATED_NUMBER")
        return
    walk = Walk(day, at_s, caller, called.extension, person=person, phone=phone)
    walk.likely = 0.72
    if day.is_busy(called, at_s) or not walk.ring(targets_of(day, called), 20):
        walk.answer()
        walk.finish(walk.now_s + 5 + int(day.random() * 30))
    if walk.answered_s is not None:
        day.talks(person, at_s, day.legs[-1].end_s)


def check_voicemail(day: Day, at_s: int, person: Colleague) -> None:
    """Somebody listens to messages: one leg, answered by the switch."""
    phone = day.desk_phone(person)
    if phone is None:
        return
    walk = Walk(day, at_s, (person.extension, person.name), "*97", person=person, phone=phone)
    walk.answer()
    walk.finish(at_s + 15 + int(day.random() * 120))


def meeting(day: Day, at_s: int, room: Entrance) -> None:
    """Some meet in a conference room: each comes with a leg and an interaction of their own. A few sit there for hours."""
    length_s = 900 + int(day.random() * 3600) + (7200 if day.random() < 0.06 else 0)
    for _ in range(3 + int(day.random() * 5)):
        join_s = at_s + int(day.random() * 300)
        leave_s = at_s + length_s + int(day.random() * 120) - int((day.random() < 0.2) * length_s * 0.4)
        if room.number.startswith("+") and day.random() < 0.4:
            carrier = carrier_for(day, room.number)
            walk = Walk(day, join_s, day.outside(), room.number, carrier=carrier)
        else:
            person = day.roster.people[int(day.random() * len(day.roster.people))]
            phone = day.desk_phone(person)
            if phone is None or day.is_busy(person, join_s):
                continue
            walk = Walk(day, join_s, (person.extension, person.name), room.number, person=person, phone=phone)
            day.talks(person, join_s, leave_s)
        walk.answer()
        walk.more["conference_id"] = room.options[0].steps[-1].target
        walk.finish(max(leave_s, join_s + 30))


PLAYS: dict[str, Callable[..., None]] = {
    "incoming": incoming, "outgoing": outgoing, "internal": internal, "check_voicemail": check_voicemail,
    "fax_out": fax_out, "meeting": meeting,
}  # fmt: skip
