"""Recordings at Kazoo: facts, section 7. A text read aloud is a recording whose source is "tts"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from telephony.providers.kazoo.fields.voices import VOICE_CHOICES
from telephony.providers.kazoo.schema.voices import USUAL_VOICE, VOICES
from telephony.providers.sounds import Sounds

LONGEST_TEXT = 5000  # as the facts name no limit of the server's, one that a caller would sit through


def spoken(text: str, voice: str) -> Mapping[str, Any]:
    return {"media_source": "tts", "tts": {"text": text, "voice": voice}}


def said(document: Mapping[str, Any]) -> str:
    tts = document.get("tts")
    return (
        str(tts.get("text", "")) if document.get("media_source") == "tts" and isinstance(tts, Mapping) else ""
    )


def voice(document: Mapping[str, Any]) -> str:
    """The voice that it names, else one of its language."""
    tts = document.get("tts")
    named = tts.get("voice") if isinstance(tts, Mapping) else None
    language, _hyphen, country = str(document.get("language", "")).partition("-")
    own = f"female/{language}-{country.upper()}"
    return next((one for one in (named, own) if one in VOICES), USUAL_VOICE)


SOUNDS = Sounds(
    kind="media",
    upload="media.upload",
    download="media.download",
    speak="media.update",
    file="data",
    spoken=spoken,
    said=said,
    voices=VOICE_CHOICES,
    voice=voice,
    longest=LONGEST_TEXT,
)
