"""What a voice is called: "female/en-US" is "Female, English (United States)"."""

from __future__ import annotations

import re

from django.utils.functional import lazy
from django.utils.translation import pgettext

from portal.lib.languages import language_name
from telephony.providers.kazoo.schema.voices import VOICES

_GENDERED = re.compile(r"(?P<gender>female|male)/(?P<language>\w\w-\w\w)(?:/(?P<name>\w+))?")
_NAMED = re.compile(r"(?P<language>\w\w-\w\w)-(?P<name>[\w-]+)")


def voice_words(voice: str) -> str:
    if found := _GENDERED.fullmatch(voice):
        is_female = found["gender"] == "female"
        gender = pgettext("a voice", "Female") if is_female else pgettext("a voice", "Male")
        own = [gender, language_name(found["language"]), found["name"] or ""]
    elif found := _NAMED.fullmatch(voice):
        own = [found["name"].replace("-", " "), language_name(found["language"])]
    else:
        own = [voice]
    return ", ".join(filter(None, own))


VOICE_CHOICES = tuple((voice, lazy(voice_words, str)(voice)) for voice in VOICES)
