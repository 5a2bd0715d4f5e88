"""What languages are called, in the language in force."""

from __future__ import annotations

from babel import Locale
from django.utils import translation


def language_name(tag: str) -> str:
    """ "en-US" is "English (United States)"; a tag that nobody knows stays as it is."""
    own = Locale.parse(translation.to_locale(translation.get_language() or "en"))
    language, _hyphen, country = tag.partition("-")
    if language not in own.languages or country not in {"", *own.territories}:
        return tag
    name = own.languages[language]
    return f"{name} ({own.territories[country]})" if country else name
