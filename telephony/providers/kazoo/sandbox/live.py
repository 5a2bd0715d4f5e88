"""What happens now: channels, what may be done with one, and quickcalls (facts, section 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.documents import Document, Entry, text_at
from telephony.providers.kazoo.sandbox.legs import Leg, channel, interaction, plan, running
from telephony.providers.kazoo.sandbox.refusals import Refused, bad_identifier, fault, wrong
from telephony.providers.kazoo.sandbox.routes import answers

ACTIONS = ("transfer", "hangup", "break", "callflow", "intercept", "move", "eavesdrop", "play")
_OPTIONS = frozenset(
    {"auto_answer", "cid-name", "cid-number", "timeout", "ignore-early-media", "media", "number_filter",
     "target_call_id", "auth_token", "pretty_print", "accept", "_", "verb"}
)  # fmt: skip
_RINGS_S, _TALKS_S = 4, 40


def channels_of(call: Call) -> list[Document]:
    """The account's running legs, planned and ordinary, newest first."""
    found = [
        channel(leg, call.account_id, call.realm, call.now_g) for leg in running(call.account, call.now_g)
    ]
    found += [one for one in call.sandbox.ordinary_channels(call) if one["uuid"] not in _ended(call)]
    return sorted(found, key=lambda one: (one.get("timestamp", 0), one["uuid"]), reverse=True)


def _ended(call: Call) -> dict[str, int]:
    """Ordinary calls that an action hung up before their time."""
    held: dict[str, int] = call.account["pvt"].get("hung_up", {})
    return held


@answers("GET", "/accounts/{}/channels")
def list_channels(call: Call) -> list[Document]:
    return channels_of(call)


@answers("GET", "/accounts/{}/users/{}/channels")
def list_of_user(call: Call, user_id: str) -> list[Document]:
    call.entry("users", user_id)
    return [one for one in channels_of(call) if one.get("owner_id") == user_id]


@answers("GET", "/accounts/{}/devices/{}/channels")
def list_of_device(call: Call, device_id: str) -> list[Document]:
    call.entry("devices", device_id)
    return [one for one in channels_of(call) if one.get("authorizing_id") == device_id]


@answers("GET", "/accounts/{}/channels/{}")
def read_channel(call: Call, uuid: str) -> Document:
    return _channel(call, uuid)


def _channel(call: Call, uuid: str) -> Document:
    for one in channels_of(call):
        if one["uuid"] == uuid:
            return one
    raise bad_identifier(uuid)


@answers("POST PUT", "/accounts/{}/channels/{}")
def act(call: Call, uuid: str) -> Answer:
    """`data.action`; a hang-up ends both legs, a transfer sends the other leg elsewhere."""
    found = _channel(call, uuid)
    inner = call.document.get("data") if call.message.method == "PUT" else None
    action = text_at(call.document, "action") or text_at(call.message.envelope, "action")
    if action not in ACTIONS:
        rule = "enum" if action else "required"
        raise wrong(
            "action", rule, "Value not found in enumerated list of values", target=list(ACTIONS), value=action
        )
    target = text_at(inner if isinstance(inner, dict) else call.document, "target")
    if action == "transfer" and not target:
        raise wrong("target", "required", "Field is required but missing", value=None)
    if action == "hangup":
        hang_up(call, [uuid, str(found.get("other_leg", ""))])
    elif action == "transfer":
        _transfer(call, found, target)
    return Answer(dict(call.document), 202)


def hang_up(call: Call, uuids: Iterable[str]) -> None:
    """End these legs now."""
    wanted = {uuid for uuid in uuids if uuid}
    for leg in call.account.get("planned", []):
        if leg["call_id"] in wanted and leg["start_g"] <= call.now_g < leg["end_g"]:
            leg["end_g"] = max(leg["start_g"], call.now_g)
            if leg["answer_g"] is not None and leg["answer_g"] > call.now_g:
                leg.update(answer_g=None, cause="ORIGINATOR_CANCEL")
            wanted.discard(leg["call_id"])
    if wanted:
        call.account["pvt"]["hung_up"] = {**_ended(call), **dict.fromkeys(wanted, call.now_g)}


def _transfer(call: Call, found: Document, target: str) -> None:
    """The channel's own leg ends; the other one talks on with the target."""
    own, other = str(found["uuid"]), str(found.get("other_leg", ""))
    hang_up(call, [own])
    leg = Leg(
        call_id=f"{call.stable('transfer', own, call.now_s)[:20]}@sandbox",
        direction="outbound",
        start_g=call.now_g,
        answer_g=call.now_g + _RINGS_S,
        end_g=call.now_g + _RINGS_S + _TALKS_S,
        number=str(found.get("caller_id_number", "")),
        name=str(found.get("caller_id_name", "")),
        callee_number=target,
        other_leg=other,
        interaction_id=str(found.get("interaction_id", "")) or interaction(call.now_g, own),
    )
    plan(call.account, [leg])


# ---- quickcall ----


@answers("GET POST", "/accounts/{}/devices/{}/quickcall/{}", cost="quickcall_cost")
def quickcall_device(call: Call, device_id: str, number: str) -> Answer:
    device = call.entry("devices", device_id)
    return _quickcall(call, {device_id: device} if _rings(device) else {}, number, "Device QuickCall")


@answers("GET POST", "/accounts/{}/users/{}/quickcall/{}", cost="quickcall_cost")
def quickcall_user(call: Call, user_id: str, number: str) -> Answer:
    call.entry("users", user_id)
    owned = {
        identifier: device
        for identifier, device in call.docs("devices").items()
        if device["doc"].get("owner_id") == user_id and _rings(device)
    }
    return _quickcall(call, owned, number, "User QuickCall")


def _rings(device: Entry) -> bool:
    return device["doc"].get("enabled", True) is not False


def _quickcall(call: Call, devices: dict[str, Entry], text: str, label: str) -> Answer:
    """Ring these, then call the number. GET tells no failure; POST does. Raises Refused 500 without any phone."""
    if not devices:
        raise fault("no endpoints")
    number = _dialled(call, text)
    timeout_s = _timeout(call)
    registered = call.sandbox.registered(call)
    reached = {one: device for one, device in devices.items() if one in registered or not _registers(device)}
    if call.message.method == "POST" and not reached:
        data = {"message": "quickcall initiation failed", "error_message": "USER_NOT_REGISTERED"}
        raise Refused(500, "quickcall initiation failed", data)
    if reached:
        _ring(call, reached, number)
        call.sandbox.store.touch()
    request = _originate(call, devices, number, timeout_s, label)
    return Answer(request, 202 if call.message.method == "POST" else 200)


def _registers(device: Entry) -> bool:
    return text_at(device["doc"], "sip.method") != "ip" and device["doc"].get("device_type") not in (
        "cellphone", "landline", "sip_uri",
    )  # fmt: skip


def _dialled(call: Call, text: str) -> str:
    """The number as `number_filter` leaves it: "true" strips punctuation, "false" nothing, else an expression."""
    wish = call.query.get("number_filter", "false")
    if wish.lower() in ("", "false"):
        return text
    if wish.lower() == "true":
        return re.sub(r"[^0-9+*#]", "", text)
    if len(wish) > 60 or re.search(r"[+*}]\)?[+*{]", wish):
        raise wrong("number_filter", "invalid", "This expression is not accepted", cause=wish)
    try:
        return re.sub(wish, "", text[:60])
    except re.error:
        raise wrong("number_filter", "invalid", "This is no expression", cause=wish) from None


def _timeout(call: Call) -> int:
    text = call.query.get("timeout", "30")
    return max(3, min(int(text), 3600)) if text.isascii() and text.isdecimal() and len(text) < 9 else 30


def _ring(call: Call, devices: dict[str, Entry], number: str) -> None:
    """The first phone is answered and calls the number; the others lose the race."""
    start_g = call.now_g
    tie = interaction(start_g, number, call.now_s)
    ids = {one: f"{call.stable('quickcall', one, call.now_s)[:20]}@sandbox" for one in devices}
    first = next(iter(devices))
    onward = f"{call.stable('onward', first, call.now_s)[:20]}@sandbox"
    legs = []
    for one in devices:
        document = devices[one]["doc"]
        wins = one == first
        legs.append(
            Leg(
                call_id=ids[one],
                direction="inbound" if wins else "outbound",
                start_g=start_g,
                answer_g=start_g + _RINGS_S if wins else None,
                end_g=start_g + 2 * _RINGS_S + _TALKS_S if wins else start_g + _RINGS_S,
                number=text_at(document, "caller_id.internal.number") or text_at(document, "sip.username"),
                name=str(document.get("name", "")),
                callee_number=number,
                owner_id=str(document.get("owner_id", "")),
                authorizing_id=one,
                authorizing_type="device",
                other_leg=onward if wins else ids[first],
                interaction_id=tie,
                cause="NORMAL_CLEARING" if wins else "LOSE_RACE",
                username=text_at(document, "sip.username"),
            )
        )
    answered_g = start_g + _RINGS_S
    carrier = call.stable("carrier") if number.startswith("+") else ""
    legs.append(
        Leg(
            call_id=onward,
            direction="outbound",
            start_g=answered_g,
            answer_g=answered_g + _RINGS_S,
            end_g=answered_g + _RINGS_S + _TALKS_S,
            number=legs[0].number,
            name=legs[0].name,
            callee_number=number,
            authorizing_id=carrier,
            authorizing_type="resource" if carrier else "",
            other_leg=ids[first],
            interaction_id=tie,
        )
    )
    plan(call.account, legs)


def _originate(call: Call, devices: dict[str, Entry], number: str, timeout_s: int, label: str) -> Document:
    """The request that the switch gets."""
    more = {name: value for name, value in call.query.items() if name not in _OPTIONS}
    request: dict[str, Any] = {
        "application_name": "transfer",
        "application_data": {"route": number},
        "msg_id": call.stable("message", call.now_s, number)[:16],
        "endpoints": [_endpoint(call, one, device) for one, device in devices.items()],
        "timeout": timeout_s,
        "outbound_caller_id_name": call.query.get("cid-name") or label,
        "outbound_caller_id_number": call.query.get("cid-number") or number,
        "outbound_callee_id_number": number,
        "dial_endpoint_method": "simultaneous",
        "continue_on_fail": False,
        "ignore_early_media": call.query.get("ignore-early-media", "true"),
        "media": call.query.get("media", "process"),
        "custom_channel_vars": {
            "account_id": call.account_id,
            "retain_cid": "true",
            "inherit_codec": "false",
            "authorizing_type": "device",
            "authorizing_id": next(iter(devices)),
            "auto_answer": call.query.get("auto_answer", "true"),
        },
        "custom_application_vars": more,
    }
    return request


def _endpoint(call: Call, identifier: str, device: Entry) -> Document:
    document = device["doc"]
    return {
        "invite_format": text_at(document, "sip.invite_format") or "contact",
        "to_user": text_at(document, "sip.username"),
        "to_username": text_at(document, "sip.username"),
        "to_realm": text_at(document, "sip.realm") or call.realm,
        "endpoint_type": "sip",
        "endpoint_id": identifier,
    }
