"""Mailboxes, their prompts, and the messages that only a contact may hear."""

import base64
import io
import math
import struct
import wave
from functools import lru_cache
from typing import Any

from telephony.providers.keyyo.sandbox.manager import Call, Document, answers
from telephony.providers.keyyo.sandbox.refusals import Refused

_TYPES = ("UCaaSVoIPAccount", "MobileAccount")
_RATE = 8000
_ANSWERING = ((11, "Annonce standard", 0), (12, "Annonce personnelle", 1))
_RECORDING = ((21, "Absence", 0), (22, "Ligne occupée", 0), (23, "Absence, personnelle", 1))


@answers("GET", "/services/{}/voicemails")
def list_mailboxes(call: Call, csi: str) -> Document:
    call.service(csi, *_TYPES)
    return call.collection(["services", csi, "voicemails"], [read_mailbox(call, csi)])


@answers("GET", "/services/{}/voicemails/default")
def read_mailbox(call: Call, csi: str) -> Document:
    mailbox = call.service(csi, *_TYPES)["voicemail"]
    fields = {name: value for name, value in mailbox.items() if name != "messages"}
    return call.resource("Voicemail", ["services", csi, "voicemails", "default"], fields)


@answers("GET", "/services/{}/voicemails/default/available_answering_audio_files")
def list_greetings(call: Call, csi: str) -> Document:
    return _audio(call, csi, "answering", _ANSWERING)


@answers("GET", "/services/{}/voicemails/default/available_recording_audio_files")
def list_prompts(call: Call, csi: str) -> Document:
    return _audio(call, csi, "recording", _RECORDING)


def _messages(state: str, read: int) -> None:
    """Register the three endpoints of one state of messages."""
    base = f"/services/{{}}/voicemails/default/{state}"

    @answers("GET", base)
    def list_messages(call: Call, csi: str) -> Document:
        items = [
            _message(call, csi, state, message) for message in _mailbox(call, csi) if message["read"] == read
        ]
        return call.collection(["services", csi, "voicemails", "default", state], items)

    @answers("GET", base + "/{}")
    def read_message(call: Call, csi: str, identifier: str) -> Document:
        message = _found(_mailbox(call, csi), identifier, read)
        return _message(call, csi, state, message, sound=True)

    @answers("DELETE", base + "/{}")
    def delete_message(call: Call, csi: str, identifier: str) -> None:
        messages = _mailbox(call, csi)
        messages.remove(_found(messages, identifier, read))


_messages("unread_messages", 0)
_messages("read_messages", 1)


def _mailbox(call: Call, csi: str) -> list[dict[str, Any]]:
    """The messages of a line. Raises Refused 403 when the grant is a customer's: messages belong to a person."""
    if not call.token["contact"]:
        raise Refused(403, "Only an authenticated contact may use this resource")
    messages: list[dict[str, Any]] = call.service(csi, *_TYPES)["voicemail"]["messages"]
    return messages


def _found(messages: list[dict[str, Any]], identifier: str, read: int) -> dict[str, Any]:
    for message in messages:
        if message["identifier"] == identifier and message["read"] == read:
            return message
    raise Refused(404, "No such message")


def _message(call: Call, csi: str, state: str, message: dict[str, Any], *, sound: bool = False) -> Document:
    fields = dict(message)
    fields["caller_id"] = call.number(message["caller_id"])
    if sound:
        fields["wav_contents"] = sound_of(message["duration"])
    return call.resource(
        "VoicemailMessage", ["services", csi, "voicemails", "default", state, message["identifier"]], fields
    )


def _audio(call: Call, csi: str, use: str, files: tuple[tuple[int, str, int], ...]) -> Document:
    call.service(csi, *_TYPES)
    path = ["services", csi, "voicemails", "default", f"available_{use}_audio_files"]
    items = [
        call.resource(
            "AudioFile",
            [*path, str(number)],
            {
                "id": number,
                "name": name,
                "type": use,
                "is_personal": personal,
                "base64_contents": sound_of(1),
            },
        )
        for number, name, personal in files
    ]
    return call.collection(path, items)


@lru_cache(64)
def sound_of(duration_s: int) -> str:
    """A WAV of that length, base64: two soft tones that take turns, 8 kHz, 16 bit, one channel."""
    second = b"".join(
        struct.pack(
            "<h",
            int(
                5000
                * math.sin(math.pi * at / _RATE)
                * math.sin(at * (440 if at < _RATE / 2 else 550) * math.tau / _RATE)
            ),
        )
        for at in range(_RATE)
    )
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(second * max(1, duration_s))
    return base64.b64encode(held.getvalue()).decode()
