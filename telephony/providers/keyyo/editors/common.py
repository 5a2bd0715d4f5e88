"""Numbers and words that several Keyyo editors share."""

from __future__ import annotations

import re
from typing import Any

import phonenumbers
from django.utils.translation import gettext as _

from portal.lib.numbers import is_emergency, to_e164
from telephony.providers.edit_fields import Surroundings
from telephony.providers.keyyo.kinds import GROUP
from telephony.providers.phrases import Number, Said, said

ANONYMOUS = "anonymous"
_SHORT = re.compile(r"\d{2,6}")
_BLANKS = re.compile(r"[\s.\-/()\u00a0\u202f\u2009]")


def is_short(text: str) -> bool:
    """An internal number: 2 to 6 digits."""
    return bool(_SHORT.fullmatch(text))


def number_in(value: Any, region: str = "FR") -> str:
    """A number as fields hold it: E.164 with the plus, a short number as it is, "" for none.

    Takes Keyyo's digits without plus, its formatted and local forms, and what people type. A text that is no
    number comes back trimmed, for `check` to refuse.
    """
    text = "" if value is None else str(value).strip()
    plain = _BLANKS.sub("", text)
    if not plain or is_short(plain):
        return plain
    if plain.lower() == ANONYMOUS:
        return ANONYMOUS
    if plain.startswith(("+", "0")):
        return to_e164(plain, region) or text
    if plain.isdecimal() and (e164 := to_e164(f"+{plain}", region)):
        return e164
    return to_e164(plain, region) or text


def number_out(value: str) -> str:
    """As Keyyo takes it: international without the plus; short numbers and "" as they are."""
    return value.removeprefix("+")


def against_number(value: str, around: Surroundings) -> str:
    """Why a text cannot be a target; "" if it can. Short numbers are fine: colleagues have them."""
    if not value:
        return ""
    if is_emergency(value, around.region):
        return _("This is an emergency number.")
    if is_short(value) or value.startswith("+"):
        return ""
    return _("This is not a telephone number: %(text)s") % {"text": value[:40]}


def is_mobile(value: str) -> bool:
    """Whether a number is a mobile one; ranges kept for fiction count as what they stand beside."""
    if value.startswith(("+336", "+337", "+447")):
        return True
    if not value.startswith("+"):
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(value, None))
    return kind == phonenumbers.PhoneNumberType.MOBILE


def is_abroad(value: str, around: Surroundings) -> bool:
    """Whether the number belongs to another country than the line."""
    if not value.startswith("+"):
        return False
    home = around.line_number if around.line_number.startswith("+") else ""
    code = phonenumbers.parse(home, None).country_code if home else None
    own = code or phonenumbers.country_code_for_region(around.region)
    return phonenumbers.parse(value, None).country_code != own


def is_premium(value: str) -> bool:
    if not value.startswith("+"):
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(value, None))
    return kind in (phonenumbers.PhoneNumberType.PREMIUM_RATE, phonenumbers.PhoneNumberType.SHARED_COST)


def target(value: str) -> Number:
    return Number(value)


def line_words(around: Surroundings) -> str:
    """What the edited thing is called in a sentence."""
    return _("this group") if around.line_kind == GROUP else _("this line")


def quoted(name: str) -> str:
    return _("“%(name)s”") % {"name": name}


def seconds(value: int | None) -> str:
    """15 s, with a no-break space."""
    return _("%(seconds)s s") % {"seconds": value or 0}


def plain(text: str) -> Said:
    return said(text)
