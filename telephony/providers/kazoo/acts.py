"""Acts on living things, read back where they show: people in a conference room, the state of a port request.

What such an act will change is known before it is sent, so that its preview says it: "May speak: yes → no".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from telephony.providers.client import Answer
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.editing import Done, Editor, Inverse, Live, Place
from telephony.providers.kazoo.fields.words import PORT_STATES
from telephony.providers.kazoo.live_rows import participants
from telephony.providers.operations import Operation, Text

Document = Mapping[str, Any]
_EFFECTS: Mapping[str, tuple[str, bool]] = {
    "conference.muteParticipant": ("speak", False),
    "conference.unmuteParticipant": ("speak", True),
    "conference.deafParticipant": ("hear", False),
    "conference.undeafParticipant": ("hear", True),
}


class ParticipantEditor(Editor):
    """Muting and the like, seen in the room afterwards; `conference.kickParticipant` is seen by who is gone."""

    kind = "conference"
    is_act = True

    def __init__(self, operation: Operation) -> None:
        super().__init__(operation)
        self.title = operation.summary
        self.effect = _EFFECTS.get(operation.key)

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (
            Field(name="caller_id_name", label=lazy("Who")),
            Field(name="caller_id_number", label=lazy("Caller"), kind="number"),
            Field(name="speak", label=lazy("May speak"), kind="boolean"),
            Field(name="hear", label=lazy("May hear"), kind="boolean"),
        )

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=self.kind, remote_id=str(address.get("conferenceId", "")))

    def read(self, document: Document) -> Fields:
        return {one.name: document[one.name] for one in self.fields(Surroundings()) if one.name in document}

    def live(
        self, document: Any, items: Sequence[Document], address: Mapping[str, Any], identifier: str
    ) -> Live:
        wanted = str(address.get("participantId", ""))
        for person in participants(Answer(document=document, items=[dict(one) for one in items])):
            if str(person.get("participant_id")) == wanted:
                return Live(fields=self.read(person), document=person)
        return Live(fields=None)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return {self.effect[0]: self.effect[1]} if self.effect else {}

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        seen = before or {}
        return str(seen.get("caller_id_name") or seen.get("caller_id_number") or _("Participant"))

    def inverse(self, done: Done) -> Inverse | None:
        if not self.effect or not self.operation.undone_by:
            return None
        name, value = self.effect
        if (done.before or {}).get(name) is value:
            return None  # it was so already: the opposite would be no way back
        return Inverse(
            operation=self.operation.undone_by,
            address=done.address,
            wanted={name: not value},
            seen=done.after,
        )


class PortMoveEditor(Editor):
    """A port request into another state. The state stands in the address; it is what the preview compares."""

    kind = "port_request"
    is_act = True
    title = lazy("Move a port request")

    def fields(self, around: Surroundings) -> tuple[Field, ...]:
        return (
            Field(name="port_state", label=lazy("State"), kind="choice", choices=PORT_STATES),
            Field(name="reason", label=lazy("Why"), max_length=500),
            Field(name="schedule_on", label=lazy("Dated"), kind="value", words=_moment_words),
        )

    def place(self, address: Mapping[str, Any], around: Surroundings) -> Place:
        return Place(kind=self.kind, remote_id=str(address.get("portRequestId", "")))

    def read(self, document: Document) -> Fields:
        return {
            "name": str(document.get("name", "")),
            "port_state": str(document.get("port_state") or document.get("state") or ""),
            **({"schedule_on": document["schedule_on"]} if document.get("schedule_on") else {}),
        }

    def field(self, name: str, around: Surroundings) -> Field:
        return Field(name=name, label=lazy("Name")) if name == "name" else super().field(name, around)

    def clean(self, wanted: Fields, around: Surroundings) -> Fields:
        return {"port_state": str(around.address.get("state", "")), **wanted}

    def body(self, wanted: Fields, before: Fields | None) -> Fields:
        return {name: value for name, value in wanted.items() if name != "port_state" and value}

    def object_label(self, address: Mapping[str, Any], before: Fields | None, around: Surroundings) -> str:
        return str((before or {}).get("name") or address.get("portRequestId", ""))

    def refusal_fields(self, message: str, sent: Any) -> dict[str, str]:
        """A refused state is no field of a form: it is told as it came."""
        return {}

    @property
    def irreversible(self) -> Text:
        return lazy("A port request goes on; it does not go back.")


def _moment_words(value: Any, around: Surroundings) -> Text:
    if not isinstance(value, Mapping):
        return lazy("none")
    return f"{value.get('date_time', '')} {value.get('timezone', '')}".strip()


ACTS: Mapping[str, type[Editor]] = {
    **dict.fromkeys(_EFFECTS, ParticipantEditor),
    "conference.kickParticipant": ParticipantEditor,
    "port.changeState": PortMoveEditor,
}
