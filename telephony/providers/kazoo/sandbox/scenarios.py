"""Calls to order: `/_control/play {"provider": "kazoo", "scenario": "incoming", "account": "...", ...}`.

A scenario plans legs that run by the clock; nothing waits and no thread plays them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from telephony.providers.kazoo.sandbox.documents import text_at
from telephony.providers.kazoo.sandbox.legs import Leg, digest, interaction, plan
from telephony.providers.kazoo.sandbox.rooms import NUMBERS, numbers_at
from telephony.providers.kazoo.times import EPOCH_S
from telephony.providers.sandbox.provider import UnknownScenario

if TYPE_CHECKING:
    from telephony.providers.kazoo.sandbox.app import KazooSandbox

_OUTSIDE = "+33199009999"
_QUARTER_S = 900


@dataclass(frozen=True)
class Phone:
    """A device with the person who has it."""

    device_id: str
    owner_id: str
    number: str
    name: str
    username: str


@dataclass
class Stage:
    """Where a scenario plays: an account, its phones, and the moment it begins (Gregorian)."""

    account_id: str
    phones: list[Phone]
    start_g: int
    caller: str
    ring_s: int
    talk_s: int
    carrier: str
    number: str
    room: str


def play(sandbox: KazooSandbox, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Plan a scenario and say what will happen. Options: account (id or name), caller, ring_s, talk_s, calls.

    Raises UnknownScenario for an unknown name, account or option.
    """
    if name not in SCENARIOS:
        raise UnknownScenario("scenarios: " + ", ".join(SCENARIOS))
    unknown = set(options) - {"account", "caller", "ring_s", "talk_s", "calls"}
    if unknown:
        raise UnknownScenario(f"unknown option {min(unknown)!r}")
    account_id = sandbox.account_id(str(options.get("account") or _default_account(sandbox)))
    stage = _stage(sandbox, account_id, options)
    legs = SCENARIOS[name](stage, options)
    plan(sandbox.store.data["accounts"][account_id], legs)
    return {
        "scenario": name,
        "account_id": account_id,
        "interaction_ids": sorted({leg.interaction_id for leg in legs}),
        "call_ids": [leg.call_id for leg in legs],
        "ends_in_s": max(leg.end_g for leg in legs) - stage.start_g,
    }


def _default_account(sandbox: KazooSandbox) -> str:
    """The account with the most devices."""
    accounts = sandbox.store.data["accounts"]
    return str(max(accounts, key=lambda one: len(accounts[one]["docs"].get("devices", {}))))


def _stage(sandbox: KazooSandbox, account_id: str, options: Mapping[str, Any]) -> Stage:
    state = sandbox.store.data
    docs = state["accounts"][account_id]["docs"]
    users = docs.get("users", {})
    phones = []
    for device_id, device in docs.get("devices", {}).items():
        owner = users.get(device["doc"].get("owner_id"))
        if owner is None or not text_at(device["doc"], "sip.username"):
            continue
        name = f"{owner['doc'].get('first_name', '')} {owner['doc'].get('last_name', '')}".strip()
        number = text_at(owner["doc"], "caller_id.internal.number") or str(
            owner["doc"].get("presence_id", "")
        )
        owner_id = str(device["doc"]["owner_id"])
        phones.append(Phone(device_id, owner_id, number, name, text_at(device["doc"], "sip.username")))
    if len(phones) < 2:
        raise UnknownScenario("that account has too few phones")
    own = [
        number
        for number, entry in state.get("numbers", {}).items()
        if entry["pvt"].get("account") == account_id
    ]
    return Stage(
        account_id=account_id,
        phones=sorted(phones, key=lambda phone: (phone.number, phone.device_id)),
        start_g=int(sandbox.clock.timestamp()) + EPOCH_S,
        caller=str(options.get("caller") or _OUTSIDE),
        ring_s=_whole(options, "ring_s", 8),
        talk_s=_whole(options, "talk_s", 60),
        carrier=next(iter(state.get("global", {}).get("resources", {})), digest("carrier")),
        number=min(own, default="+33199000000"),
        room=_room(docs.get("conferences", {})),
    )


def _room(conferences: Mapping[str, Any]) -> str:
    """A number that leads into a conference room."""
    numbers = [min(found) for entry in conferences.values() if (found := numbers_at(entry["doc"], *NUMBERS))]
    return min(numbers, default="")


def _whole(options: Mapping[str, Any], name: str, default: int) -> int:
    value = int(options.get(name, default))
    if not 1 <= value <= 36_000:
        raise UnknownScenario(f"{name} is between 1 and 36000")
    return value


def _call_id(stage: Stage, *parts: object) -> str:
    return f"{digest(stage.account_id, stage.start_g, *parts)[:20]}@sandbox"


def _pair(stage: Stage, phone: Phone, tag: object, start_g: int, ring_s: int, talk_s: int) -> tuple[Leg, Leg]:
    """An outside call that a phone answers: the leg of the carrier and the leg to the phone. No talk: it rings out."""
    tie = interaction(start_g, stage.account_id, tag)
    outer, inner = _call_id(stage, tag, "a"), _call_id(stage, tag, "b")
    answer_g = start_g + ring_s if talk_s else None
    end_g = start_g + ring_s + talk_s
    cause = "NORMAL_CLEARING" if talk_s else "NO_ANSWER"
    incoming = Leg(
        outer, "inbound", start_g, answer_g, end_g, stage.caller, stage.caller, stage.number, phone.name,
        authorizing_id=stage.carrier, authorizing_type="resource", other_leg=inner, interaction_id=tie, cause=cause,
    )  # fmt: skip
    ringing = Leg(
        inner, "outbound", start_g, answer_g, end_g, stage.caller, stage.caller, phone.number, phone.name,
        owner_id=phone.owner_id, authorizing_id=phone.device_id, authorizing_type="device", other_leg=outer,
        interaction_id=tie, cause=cause, username=phone.username,
    )  # fmt: skip
    return incoming, ringing


def incoming(stage: Stage, options: Mapping[str, Any]) -> list[Leg]:
    """Somebody calls from outside; one phone rings and is answered."""
    return list(_pair(stage, stage.phones[0], "incoming", stage.start_g, stage.ring_s, stage.talk_s))


def missed(stage: Stage, options: Mapping[str, Any]) -> list[Leg]:
    """It rings, and nobody answers."""
    return list(_pair(stage, stage.phones[0], "missed", stage.start_g, stage.ring_s, 0))


def outgoing(stage: Stage, options: Mapping[str, Any]) -> list[Leg]:
    """Somebody calls out."""
    phone, start_g = stage.phones[0], stage.start_g
    tie = interaction(start_g, stage.account_id, "outgoing")
    inner, outer = _call_id(stage, "out", "a"), _call_id(stage, "out", "b")
    answer_g, end_g = start_g + stage.ring_s, start_g + stage.ring_s + stage.talk_s
    return [
        Leg(inner, "inbound", start_g, answer_g, end_g, phone.number, phone.name, stage.caller, owner_id=phone.owner_id,
            authorizing_id=phone.device_id, authorizing_type="device", other_leg=outer, interaction_id=tie,
            username=phone.username),
        Leg(outer, "outbound", start_g + 1, answer_g, end_g, stage.number, phone.name, stage.caller,
            authorizing_id=stage.carrier, authorizing_type="resource", other_leg=inner, interaction_id=tie),
    ]  # fmt: skip


def transfer(stage: Stage, options: Mapping[str, Any]) -> list[Leg]:
    """The first phone answers and hands the call to the second, which talks on."""
    first, second = stage.phones[0], stage.phones[1]
    outer, handed = _pair(stage, first, "transfer", stage.start_g, stage.ring_s, stage.talk_s)
    moved_g = handed.end_g
    handed.cause = "ATTENDED_TRANSFER"
    third = Leg(
        _call_id(stage, "transfer", "c"), "outbound", moved_g, moved_g + stage.ring_s, moved_g + stage.ring_s + stage.talk_s,
        stage.caller, stage.caller, second.number, second.name, owner_id=second.owner_id, authorizing_id=second.device_id,
        authorizing_type="device", other_leg=outer.call_id, interaction_id=outer.interaction_id, username=second.username,
    )  # fmt: skip
    outer.end_g = third.end_g
    return [outer, handed, third]


def meeting(stage: Stage, options: Mapping[str, Any]) -> list[Leg]:
    """Up to five people dial into the account's conference room, one after the other."""
    if not stage.room:
        raise UnknownScenario("that account has no conference room")
    legs = []
    for index, phone in enumerate(stage.phones[:5]):
        start_g = stage.start_g + index * 10
        legs.append(
            Leg(
                call_id=_call_id(stage, "meeting", index),
                direction="inbound",
                start_g=start_g,
                answer_g=start_g + 2,
                end_g=stage.start_g + 50 + stage.talk_s,
                number=phone.number,
                name=phone.name,
                callee_number=stage.room,
                owner_id=phone.owner_id,
                authorizing_id=phone.device_id,
                authorizing_type="device",
                interaction_id=interaction(start_g, stage.account_id, "meeting", index),
                username=phone.username,
            )
        )
    return legs


def busy_quarter(stage: Stage, options: Mapping[str, Any]) -> list[Leg]:
    """A quarter of an hour in which calls come in all over the account; every fifth is missed."""
    count = max(1, min(200, int(options.get("calls", 40))))
    legs: list[Leg] = []
    for index in range(count):
        phone = stage.phones[index % len(stage.phones)]
        start_g = stage.start_g + index * _QUARTER_S // count
        talk_s = 0 if index % 5 == 4 else stage.talk_s + index * 7 % 120
        legs += _pair(stage, phone, f"quarter {index}", start_g, stage.ring_s, talk_s)
    return legs


SCENARIOS: Mapping[str, Callable[[Stage, Mapping[str, Any]], list[Leg]]] = {
    "incoming": incoming,
    "missed": missed,
    "outgoing": outgoing,
    "transfer": transfer,
    "meeting": meeting,
    "busy_quarter": busy_quarter,
}
