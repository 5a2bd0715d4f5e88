"""Who is in a conference room: those whose calls run into it, and those that were called in by the API."""

from __future__ import annotations

from typing import Any

from telephony.providers.kazoo.sandbox.call import Call
from telephony.providers.kazoo.sandbox.callflows import steps
from telephony.providers.kazoo.sandbox.documents import Document, Entry, at, text_at
from telephony.providers.kazoo.sandbox.live import channels_of, hang_up
from telephony.providers.kazoo.sandbox.refusals import bad_identifier

NUMBERS = ("conference_numbers", "member.numbers", "moderator.numbers")
_EFFECTS = {
    "mute": ("speak", False),
    "unmute": ("speak", True),
    "deaf": ("hear", False),
    "undeaf": ("hear", True),
}


def numbers_at(document: Document, *paths: str) -> set[str]:
    """The numbers that a room's document names at these places."""
    found: set[str] = set()
    for path in paths:
        value = at(document, path)
        found |= {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()
    return found


class Room:
    """One room. What was done in it stands in the document's private part:

    {"locked", "recording", "participants": [those called in], "marks": {call id: {"hear", "speak"}}}
    """

    def __init__(self, call: Call, identifier: str, entry: Entry | None = None) -> None:
        self.call, self.id = call, identifier
        self.entry = call.entry("conferences", identifier) if entry is None else entry

    @property
    def _held(self) -> dict[str, Any]:
        usual = {"locked": False, "recording": False, "participants": [], "marks": {}}
        return {**usual, **self.entry["pvt"].get("room", {})}

    def change(self, **changes: Any) -> None:
        self.entry["pvt"]["room"] = {**self._held, **changes}
        self.call.sandbox.store.touch()

    def people(self) -> list[Document]:
        """Those in the room now, as the list of participants shows them; first come, first listed."""
        held = self._held
        found = [*(dict(person) for person in held["participants"]), *self._callers()]
        for person in found:
            person.update(held["marks"].get(person["call_id"], {}))
            person["duration"] = max(0, self.call.now_g - int(person["join_time"]))
        found.sort(key=lambda person: (person["join_time"], person["participant_id"]))
        for place, person in enumerate(found):
            person["floor"] = person["talking"] = place == 0
        return found

    def status(self) -> Document:
        people, held = self.people(), self._held
        moderators = sum(1 for person in people if person["is_moderator"])
        return {
            "is_locked": bool(held["locked"]),
            "members": len(people) - moderators,
            "admins": moderators,
            "duration": max((person["duration"] for person in people), default=0),
            "participants": people,
            "recording": bool(held["recording"]),
        }

    def join(self, *, name: str, number: str, is_moderator: bool = False) -> Document:
        """Somebody is called in."""
        people = self._held["participants"]
        call_id = f"{self.call.stable('participant', number, self.call.now_s, len(people))[:20]}@sandbox"
        person = self._person(call_id, name, number, self.call.now_g, is_moderator=is_moderator)
        self.change(participants=[*people, person])
        return person

    def person(self, participant_id: str) -> Document:
        """Raises Refused 404."""
        for person in self.people():
            if str(person["participant_id"]) == participant_id:
                return person
        raise bad_identifier(participant_id)

    def act(self, person: Document, action: str) -> Document:
        """Mute, unmute, deaf, undeaf, kick; `relate` only hears itself said."""
        call_id = str(person["call_id"])
        if action == "kick":
            left = [one for one in self._held["participants"] if one["call_id"] != call_id]
            if len(left) == len(self._held["participants"]):
                hang_up(self.call, [call_id])
            self.change(participants=left)
        elif action in _EFFECTS:
            name, value = _EFFECTS[action]
            marks = self._held["marks"]
            self.change(marks={**marks, call_id: {**marks.get(call_id, {}), name: value}})
            person[name] = value
        return person

    def _callers(self) -> list[Document]:
        """Running calls that have been answered by the room."""
        document = self.entry["doc"]
        moderating = numbers_at(document, "moderator.numbers")
        leading = numbers_at(document, *NUMBERS) | self._flow_numbers()
        return [
            self._person(
                str(one["uuid"]),
                str(one.get("caller_id_name", "")),
                str(one.get("caller_id_number", "")),
                int(one["timestamp"]),
                is_moderator=one["destination"] in moderating,
            )
            for one in channels_of(self.call)
            if one["direction"] == "inbound" and one["answered"] and one["destination"] in leading
        ]

    def _flow_numbers(self) -> set[str]:
        """Numbers whose callflow leads straight into the room."""
        found: set[str] = set()
        for entry in self.call.docs("callflows").values():
            document = entry["doc"]
            _path, root = next(steps(document.get("flow")), ("", {}))
            if root.get("module") == "conference" and text_at(root, "data.id") == self.id:
                found |= numbers_at(document, "numbers")
        return found

    def _person(self, call_id: str, name: str, number: str, join_g: int, *, is_moderator: bool) -> Document:
        side = at(self.entry["doc"], "moderator" if is_moderator else "member")
        rules = side if isinstance(side, dict) else {}
        return {
            "participant_id": int(self.call.stable("participant", call_id)[:6], 16),
            "call_id": call_id,
            "caller_id_name": name,
            "caller_id_number": number,
            "hear": rules.get("join_deaf") is not True,
            "speak": rules.get("join_muted") is not True,
            "talking": False,
            "floor": False,
            "is_moderator": is_moderator,
            "energy_level": 100,
            "join_time": join_g,
        }
