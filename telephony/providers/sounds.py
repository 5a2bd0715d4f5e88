"""Recordings of a provider: hearing one, another sound for it, or a text that the server reads aloud."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from telephony.providers.operations import Text


@dataclass(frozen=True, kw_only=True)
class Sounds:
    """kind      of its cached recordings
    upload, download, speak   operations: another sound, the sound, a text to be read aloud
    file      the parameter of upload that is the sound
    spoken    the fields that make a recording a text read aloud: (text, voice)
    said      the text of one, out of its document; "" for any other
    voices    what may read it
    voice     what reads one, or would, out of its document
    longest   characters of a text
    """

    kind: str
    upload: str
    download: str
    speak: str
    file: str
    spoken: Callable[[str, str], Mapping[str, Any]]
    said: Callable[[Mapping[str, Any]], str]
    voices: tuple[tuple[str, Text], ...]
    voice: Callable[[Mapping[str, Any]], str]
    longest: int
