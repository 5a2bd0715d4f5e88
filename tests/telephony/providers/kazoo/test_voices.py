"""Voices in words, and the one that a recording begins with."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from telephony.providers.kazoo.fields.voices import VOICE_CHOICES, voice_words
from telephony.providers.kazoo.sounds import voice


def test_every_voice_is_called_by_who_speaks_which_language() -> None:
    with translation.override("fr"):
        assert voice_words("female/en-US") == "Femme, anglais (États-Unis)"
    assert voice_words("male/ru-RU/Vladimir") == "Male, Russian (Russia), Vladimir"
    assert voice_words("de-DE-Wavenet-C") == "Wavenet C, German (Germany)"
    assert voice_words("flite") == "flite"
    assert len({str(words) for _voice, words in VOICE_CHOICES}) == len(VOICE_CHOICES)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"tts": {"voice": "male/fr-FR"}, "language": "en-us"}, "male/fr-FR"),
        ({"language": "fr-fr"}, "female/fr-FR"),
        ({"language": "eo", "tts": {"voice": "somebody"}}, "female/en-US"),
        ({}, "female/en-US"),
    ],
)
def test_a_recording_begins_with_its_own_voice_or_one_of_its_language(
    document: dict[str, Any], expected: str
) -> None:
    assert voice(document) == expected
