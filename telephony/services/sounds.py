"""Recordings: the sound itself, through us, and a text for the server to read aloud."""

from __future__ import annotations

from accounts.models import Person
from telephony.models import Change, Entity
from telephony.providers.client import Answer
from telephony.providers.sounds import Sounds
from telephony.services import access, editing

DEADLINE_S = 20


def sounds_of(entity: Entity) -> Sounds | None:
    """How the provider keeps this recording, None where the object is none."""
    sounds = entity.connection.declaration.sounds
    return sounds if sounds is not None and sounds.kind == entity.kind else None


def listen(entity: Entity, sounds: Sounds) -> Answer:
    """The sound as the provider has it: bytes and their type. Raises the errors of portal.lib.errors."""
    declared = entity.connection.declaration
    values = declared.path_values(entity.kind, entity.parent_remote_id, entity.remote_id)
    client = access.client_of(entity.connection, is_person=True, deadline_s=DEADLINE_S)
    return client.call(sounds.download, values)


def speak(entity: Entity, sounds: Sounds, text: str, voice: str, person: Person | None) -> Change:
    """The preview of letting the server read a text. Raises what `editing.propose` raises."""
    declared = entity.connection.declaration
    return editing.propose(
        entity.connection,
        sounds.speak,
        declared.path_values(entity.kind, entity.parent_remote_id, entity.remote_id),
        sounds.spoken(text, voice),
        person=person,
        entity=entity,
    )
