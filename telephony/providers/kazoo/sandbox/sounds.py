"""Sounds made here: two soft tones that take turns, for messages, spoken texts and recordings."""

from __future__ import annotations

import io
import math
import struct
import wave
from functools import lru_cache

_RATE = 8000
_LONGEST_S = 120


@lru_cache(32)
def tone(duration_s: int, pitch_hz: int = 440) -> bytes:
    """A WAV of that length, 8 kHz, 16 bit, one channel."""
    second = b"".join(_sample(at, pitch_hz) for at in range(_RATE))
    held = io.BytesIO()
    with wave.open(held, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(_RATE)
        sound.writeframes(second * min(max(1, duration_s), _LONGEST_S))
    return held.getvalue()


def _sample(at: int, pitch_hz: int) -> bytes:
    pitch = pitch_hz if at < _RATE / 2 else pitch_hz * 5 / 4
    swell = math.sin(math.pi * at / _RATE)
    return struct.pack("<h", int(5000 * swell * math.sin(at * pitch * math.tau / _RATE)))


def spoken(text: str) -> bytes:
    """What stands for a spoken text: as long as reading it takes."""
    return tone(max(1, len(text) // 14), 330)
