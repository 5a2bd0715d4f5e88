"""Telephone numbers: any notation in, E.164 with the plus at rest, grouped by country on screen."""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

import phonenumbers

Notation = Literal["international", "national"]
NBSP = "\u00a0"


@lru_cache(maxsize=65_536)
def to_e164(text: str, region: str = "FR") -> str | None:
    """`+33199001001` from any notation a person writes, or None where the text is no telephone number.

    `region` is the ISO country whose national notation is understood. Numbers need only be possible, not
    assigned: the ranges reserved for fiction are accepted.
    """
    cleaned = text.strip()
    if cleaned.startswith("00"):
        cleaned = "+" + cleaned[2:]
    try:
        parsed = phonenumbers.parse(cleaned, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


@lru_cache(maxsize=65_536)
def split(number: str) -> tuple[str, str]:
    """Country code and grouped rest of an E.164 number, with no-break spaces: ("+33", "1 99 00 10 01").

    Anything else comes back as ("", text): extensions, "anonymous", addresses.
    """
    if not number.startswith("+"):
        return "", number
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return "", number
    text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    code, _, rest = text.partition(" ")
    return code, rest.replace(" ", NBSP).replace("-", NBSP)


def display(number: str, notation: Notation = "international", region: str = "FR") -> str:
    """As a person reads it: "+33 1 99 00 10 01", or nationally "01 99 00 10 01" inside `region`."""
    code, rest = split(number)
    if not code:
        return rest
    if notation == "national":
        parsed = phonenumbers.parse(number, None)
        if phonenumbers.region_code_for_country_code(parsed.country_code or 0) == region:
            text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
            return text.replace(" ", NBSP)
    return f"{code}{NBSP}{rest}"


def country_of(number: str) -> str:
    """ISO country of an E.164 number ("FR"), or the empty text."""
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.region_code_for_country_code(parsed.country_code or 0)
