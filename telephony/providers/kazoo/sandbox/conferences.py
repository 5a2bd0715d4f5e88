"""Conferences: rooms, and what goes on in them, by the paths of the old SDK and by those of real servers (section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.assignments import refresh
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import Document, Entry, at, text_at
from telephony.providers.kazoo.sandbox.refusals import bad_identifier, wrong
from telephony.providers.kazoo.sandbox.routes import add, answers

_NUMBERS = ("conference_numbers", "member.numbers", "moderator.numbers")
ROOM_ACTIONS = ("lock", "unlock", "play", "record", "dial")
PERSON_ACTIONS = ("mute", "unmute", "deaf", "undeaf", "kick", "relate")
_ONE = "/accounts/{}/conferences/{}"


def _row(call: Call, identifier: str, entry: Entry) -> Document:
    document = entry["doc"]
    return {
        "id": identifier,
        "name": document.get("name", ""),
        "owner_id": document.get("owner_id", ""),
        "member": document.get("member", {}),
        "moderator": document.get("moderator", {}),
        "conference_numbers": document.get("conference_numbers", []),
        "ui_flags": document.get("ui_flags", {}),
        "flags": document.get("flags", []),
    }


def _numbers(document: Document) -> set[str]:
    found: set[str] = set()
    for path in _NUMBERS:
        value = at(document, path)
        found |= {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()
    return found


def _unique_numbers(call: Call, draft: Draft) -> None:
    wanted = _numbers(draft.doc)
    for identifier, other in call.docs("conferences").items():
        for number in sorted(wanted & _numbers(other["doc"])) if identifier != draft.id else ():
            draft.errors.add("numbers", "unique", "Number already in use", cause=number)


def _settle(call: Call, draft: Draft) -> None:
    refresh(call)


def room_of(entry: Entry) -> dict[str, Any]:
    """What goes on: {"locked", "recording", "participants": [...]}, in the private part."""
    held = entry["pvt"].get("room", {})
    return {"locked": False, "recording": False, "participants": [], **held}


def change_room(entry: Entry, **changes: Any) -> None:
    entry["pvt"]["room"] = {**room_of(entry), **changes}


def participants_of(call: Call, entry: Entry) -> list[Document]:
    """Those in the room now, with what passes of time."""
    shown = []
    for person in room_of(entry)["participants"]:
        shown.append({**person, "duration": max(0, call.now_g - int(person.get("join_time", call.now_g)))})
    return shown


def status_of(call: Call, entry: Entry) -> Document:
    people, room = participants_of(call, entry), room_of(entry)
    moderators = sum(1 for person in people if person.get("is_moderator"))
    return {
        "is_locked": bool(room["locked"]),
        "members": len(people) - moderators,
        "admins": moderators,
        "duration": max((person["duration"] for person in people), default=0),
        "participants": people,
        "recording": bool(room.get("recording")),
    }


def _shown(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    return {**shown, "_read_only": status_of(call, entry)}


CONFERENCES = Collection(
    name="conferences",
    family="conferences",
    row=_row,
    rules=(_unique_numbers,),
    settle=(_settle,),
    vanish=(_settle,),
    show=_shown,
).register()


def join(call: Call, entry: Entry, *, name: str, number: str, is_moderator: bool = False) -> Document:
    """Somebody comes in."""
    people = list(room_of(entry)["participants"])
    side = at(entry["doc"], "moderator" if is_moderator else "member")
    rules = side if isinstance(side, dict) else {}
    person = {
        "participant_id": max((int(one["participant_id"]) for one in people), default=0) + 1,
        "call_id": f"{call.stable('participant', number, call.now_s, len(people))[:20]}@sandbox",
        "caller_id_name": name,
        "caller_id_number": number,
        "hear": rules.get("join_deaf") is not True,
        "speak": rules.get("join_muted") is not True,
        "talking": False,
        "floor": not people,
        "is_moderator": is_moderator,
        "energy_level": 100,
        "join_time": call.now_g,
    }
    change_room(entry, participants=[*people, person])
    call.sandbox.store.touch()
    return person


# ---- real servers ----


@answers("PUT", _ONE)
def act_in_room(call: Call, identifier: str) -> Answer:
    """`{"action": "lock", "data": {...}}`."""
    entry = call.entry("conferences", identifier)
    action = text_at(call.message.envelope, "action") or text_at(call.document, "action")
    inner = call.document.get("data", call.document)
    _do(call, entry, action, inner if isinstance(inner, dict) else {})
    return Answer(_shown(call, identifier, entry, {**entry["doc"], "id": identifier}))


@answers("GET", _ONE + "/participants")
def list_participants(call: Call, identifier: str) -> list[Document]:
    return participants_of(call, call.entry("conferences", identifier))


@answers("GET", _ONE + "/participants/{}")
def read_participant(call: Call, identifier: str, participant_id: str) -> Document:
    entry = call.entry("conferences", identifier)
    _person(entry, participant_id)
    return next(one for one in participants_of(call, entry) if str(one["participant_id"]) == participant_id)


@answers("PUT", _ONE + "/participants")
def act_on_all(call: Call, identifier: str) -> list[Document]:
    entry = call.entry("conferences", identifier)
    action = _person_action(call)
    for person in list(room_of(entry)["participants"]):
        _act_on(entry, person, action)
    return participants_of(call, entry)


@answers("PUT", _ONE + "/participants/{}")
def act_on_one(call: Call, identifier: str, participant_id: str) -> Document:
    entry = call.entry("conferences", identifier)
    person = _person(entry, participant_id)
    _act_on(entry, person, _person_action(call))
    return person


def _person_action(call: Call) -> str:
    action = text_at(call.document, "action") or text_at(call.message.envelope, "action")
    if action not in PERSON_ACTIONS:
        raise _unknown(action, PERSON_ACTIONS)
    return action


def _unknown(action: str, known: tuple[str, ...]) -> Exception:
    if not action:
        return wrong("action", "required", "Field is required but missing", value=None)
    message = "Value not found in enumerated list of values"
    return wrong("action", "enum", message, target=list(known), cause=action, value=action)


# ---- the paths of the SDK ----


@answers("GET", "/accounts/{}/conferences/pins")
def list_pins(call: Call) -> list[str]:
    """All PINs in use."""
    found: set[str] = set()
    for entry in call.docs("conferences").values():
        for path in ("member.pins", "moderator.pins"):
            pins = at(entry["doc"], path)
            found |= {pin for pin in pins if isinstance(pin, str)} if isinstance(pins, list) else set()
    return sorted(found)


@answers("GET", _ONE + "/status")
def view(call: Call, identifier: str) -> Document:
    return status_of(call, call.entry("conferences", identifier))


@answers("POST", _ONE + "/{}")
def act_by_path(call: Call, identifier: str, action: str) -> Document:
    entry = call.entry("conferences", identifier)
    _do(call, entry, action, call.document)
    return status_of(call, entry)


@answers("POST", _ONE + "/add_participant")
def add_participant(call: Call, identifier: str) -> Document:
    """Call somebody in."""
    entry = call.entry("conferences", identifier)
    number = text_at(call.document, "number") or text_at(call.document, "participant_number")
    name = text_at(call.document, "name") or number or "Guest"
    return join(call, entry, name=name, number=number, is_moderator=call.document.get("is_moderator") is True)


def _by_path(action: str) -> Callable[..., Document]:
    def handle(call: Call, identifier: str, participant_id: str) -> Document:
        entry = call.entry("conferences", identifier)
        person = _person(entry, participant_id)
        _act_on(entry, person, action)
        return person

    return handle


for _action in ("mute", "unmute", "deaf", "undeaf", "kick"):
    add("POST", f"{_ONE}/{_action}/{{}}", _by_path(_action))


# ---- what it does ----


def _person(entry: Entry, participant_id: str) -> Document:
    for person in room_of(entry)["participants"]:
        if str(person["participant_id"]) == participant_id:
            found: Document = person
            return found
    raise bad_identifier(participant_id)


def _act_on(entry: Entry, person: Document, action: str) -> None:
    if action == "kick":
        change_room(entry, participants=[one for one in room_of(entry)["participants"] if one is not person])
    elif action in ("mute", "unmute"):
        person["speak"] = action == "unmute"
    elif action in ("deaf", "undeaf"):
        person["hear"] = action == "undeaf"


def _do(call: Call, entry: Entry, action: str, data: Document) -> None:
    """Raises Refused 400 for an unknown action, or one without what it needs."""
    if action not in ROOM_ACTIONS:
        raise _unknown(action, ROOM_ACTIONS)
    if action in ("lock", "unlock"):
        change_room(entry, locked=action == "lock")
    elif action == "play":
        _need_media(call, data)
    elif action == "record":
        change_room(entry, recording=_start_or_stop(data) == "start")
    else:
        _dial(call, entry, data)


def _need_media(call: Call, data: Document) -> None:
    media_id = text_at(data, "media_id")
    if not media_id:
        raise wrong("media_id", "required", "Field is required but missing", value=None)
    if media_id not in call.docs("media"):
        raise wrong("media_id", "not_found", "Media not found", cause=media_id)


def _start_or_stop(data: Document) -> str:
    wish = text_at(data, "action")
    if wish not in ("start", "stop"):
        raise _unknown(wish, ("start", "stop"))
    return wish


def _dial(call: Call, entry: Entry, data: Document) -> None:
    """Devices, users, numbers and SIP addresses are called in, all of them or none."""
    endpoints = data.get("endpoints")
    if not isinstance(endpoints, list) or not endpoints:
        raise wrong("endpoints", "required", "Field is required but missing", value=endpoints)
    people = [_endpoint(call, one) for one in endpoints]
    for name, number in people:
        join(call, entry, name=name, number=number)


def _endpoint(call: Call, one: Any) -> tuple[str, str]:
    if not isinstance(one, str) or not one:
        raise wrong("endpoints", "type", "Value did not match type(s): string", target="string", value=one)
    if (user := call.docs("users").get(one)) is not None:
        document = user["doc"]
        return f"{document.get('first_name', '')} {document.get('last_name', '')}".strip(), text_at(
            document, "username"
        )
    if (device := call.docs("devices").get(one)) is not None:
        return str(device["doc"].get("name", "")), text_at(device["doc"], "sip.username")
    return one, one
