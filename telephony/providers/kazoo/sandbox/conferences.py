"""Conferences: rooms, and what goes on in them, by the paths of the old SDK and by those of real servers (section 7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from telephony.providers.kazoo.sandbox.answers import Answer
from telephony.providers.kazoo.sandbox.assignments import refresh
from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.collections import Collection, Draft
from telephony.providers.kazoo.sandbox.documents import Document, Entry, text_at
from telephony.providers.kazoo.sandbox.refusals import wrong
from telephony.providers.kazoo.sandbox.rooms import NUMBERS, Room, numbers_at
from telephony.providers.kazoo.sandbox.routes import add, answers

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


def _unique_numbers(call: Call, draft: Draft) -> None:
    wanted = numbers_at(draft.doc, *NUMBERS)
    for identifier, other in call.docs("conferences").items():
        for number in sorted(wanted & numbers_at(other["doc"], *NUMBERS)) if identifier != draft.id else ():
            draft.errors.add("numbers", "unique", "Number already in use", cause=number)


def _settle(call: Call, draft: Draft) -> None:
    refresh(call)


def _shown(call: Call, identifier: str, entry: Entry, shown: Document) -> Document:
    return {**shown, "_read_only": Room(call, identifier, entry).status()}


CONFERENCES = Collection(
    name="conferences",
    family="conferences",
    row=_row,
    rules=(_unique_numbers,),
    settle=(_settle,),
    vanish=(_settle,),
    show=_shown,
).register()


# ---- real servers ----


@answers("PUT", _ONE)
def act_in_room(call: Call, identifier: str) -> Answer:
    """`{"action": "lock", "data": {...}}`."""
    room = Room(call, identifier)
    action = text_at(call.message.envelope, "action") or text_at(call.document, "action")
    inner = call.document.get("data", call.document)
    _do(room, action, inner if isinstance(inner, dict) else {})
    return Answer(CONFERENCES.shown(call, identifier, room.entry))


@answers("GET", _ONE + "/participants")
def list_participants(call: Call, identifier: str) -> list[Document]:
    return Room(call, identifier).people()


@answers("GET", _ONE + "/participants/{}")
def read_participant(call: Call, identifier: str, participant_id: str) -> Document:
    return Room(call, identifier).person(participant_id)


@answers("PUT", _ONE + "/participants")
def act_on_all(call: Call, identifier: str) -> list[Document]:
    room, action = Room(call, identifier), _person_action(call)
    for person in room.people():
        room.act(person, action)
    return room.people()


@answers("PUT", _ONE + "/participants/{}")
def act_on_one(call: Call, identifier: str, participant_id: str) -> Document:
    room = Room(call, identifier)
    person = room.person(participant_id)
    return room.act(person, _person_action(call))


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
        found |= numbers_at(entry["doc"], "member.pins", "moderator.pins")
    return sorted(found)


@answers("GET", _ONE + "/status")
def view(call: Call, identifier: str) -> Document:
    return Room(call, identifier).status()


@answers("POST", _ONE + "/{}")
def act_by_path(call: Call, identifier: str, action: str) -> Document:
    room = Room(call, identifier)
    _do(room, action, call.document)
    return room.status()


@answers("POST", _ONE + "/add_participant")
def add_participant(call: Call, identifier: str) -> Document:
    """Call somebody in."""
    number = text_at(call.document, "number") or text_at(call.document, "participant_number")
    name = text_at(call.document, "name") or number or "Guest"
    is_moderator = call.document.get("is_moderator") is True
    return Room(call, identifier).join(name=name, number=number, is_moderator=is_moderator)


def _by_path(action: str) -> Callable[..., Document]:
    def handle(call: Call, identifier: str, participant_id: str) -> Document:
        room = Room(call, identifier)
        return room.act(room.person(participant_id), action)

    return handle


for _action in ("mute", "unmute", "deaf", "undeaf", "kick"):
    add("POST", f"{_ONE}/{_action}/{{}}", _by_path(_action))


# ---- what it does ----


def _do(room: Room, action: str, data: Document) -> None:
    """Raises Refused 400 for an unknown action, or one without what it needs."""
    if action not in ROOM_ACTIONS:
        raise _unknown(action, ROOM_ACTIONS)
    if action in ("lock", "unlock"):
        room.change(locked=action == "lock")
    elif action == "play":
        _need_media(room.call, data)
    elif action == "record":
        room.change(recording=_start_or_stop(data) == "start")
    else:
        _dial(room, data)


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


def _dial(room: Room, data: Document) -> None:
    """Devices, users, numbers and SIP addresses are called in, all of them or none."""
    endpoints = data.get("endpoints")
    if not isinstance(endpoints, list) or not endpoints:
        raise wrong("endpoints", "required", "Field is required but missing", value=endpoints)
    people = [_endpoint(room.call, one) for one in endpoints]
    for name, number in people:
        room.join(name=name, number=number)


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
