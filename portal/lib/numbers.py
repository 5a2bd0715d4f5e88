"""Telephone numbers: any notation in, E.164 with the plus at rest, grouped by country on screen.

What sort of number one is: number_kinds.py.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

import phonenumbers

Notation = Literal["international", "national"]
NBSP = "\u00a0"
_BLANKS = re.compile(r"[\s.\-/()\u00a0\u202f\u2009]")
_SHORT = re.compile(r"[1-9][0-9]{1,5}|0[0-9]{1,3}")  # what begins a longer national number is none
# Besides what the numbering library knows: child in danger, sea and air rescue, missing children, on-call doctors.
_FRENCH_EMERGENCY = frozenset({"119", "191", "196", "197", "116000", "116117"})


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


def canonical(text: str, region: str = "FR") -> str | None:
    """The one way to write a number that its page is found by: E.164, or the digits of a short number ("15", "3949",
    "204"). None where the text is neither."""
    if number := to_e164(text, region):
        return number
    digits = _BLANKS.sub("", text)
    return digits if _SHORT.fullmatch(digits) else None


def is_emergency(number: str, region: str = "FR") -> bool:
    """Whether a number, E.164 or short, is one that must always get through, in that country."""
    digits = number.removeprefix("+")
    national = digits.removeprefix(str(phonenumbers.country_code_for_region(region)))
    candidates = {digits, national} if number.startswith("+") else {digits}
    return any(
        phonenumbers.is_emergency_number(candidate, region)
        or (region == "FR" and candidate in _FRENCH_EMERGENCY)
        for candidate in candidates
    )
