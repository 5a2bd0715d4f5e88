"""How long a text message is, as networks count it: GSM 03.38 in seven bits, else UCS-2 in sixteen."""

from __future__ import annotations

from dataclasses import dataclass

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "\f^{}\\[~]|€"  # an escape goes before each: two units
GSM_ALONE, GSM_PART = 160, 153  # units of a message of one part, and of each part of a longer one
UCS2_ALONE, UCS2_PART = 70, 67
_GSM = dict.fromkeys(BASIC, 1) | dict.fromkeys(EXTENSION, 2)


@dataclass(frozen=True, kw_only=True)
class Length:
    """A text as it is sent.

    units     septets, or sixteen-bit units
    parts     how many messages it is sent and billed as; 0 for an empty text
    left      units that still fit into the last part
    foreign   the characters that GSM 03.38 does not have, each once: they make all of it UCS-2
    """

    units: int
    parts: int
    left: int
    foreign: str = ""


def measure(text: str) -> Length:
    """No character is cut in two: one of two units that no longer fits into a part begins the next."""
    foreign = "".join(dict.fromkeys(char for char in text if char not in _GSM))
    alone, part = (UCS2_ALONE, UCS2_PART) if foreign else (GSM_ALONE, GSM_PART)
    sizes = [2 if char > "\uffff" else 1 for char in text] if foreign else [_GSM[char] for char in text]
    units = sum(sizes)
    if units <= alone:
        return Length(units=units, parts=min(units, 1), left=alone - units, foreign=foreign)
    parts, filled = 1, 0
    for size in sizes:
        if filled + size > part:
            parts, filled = parts + 1, 0
        filled += size
    return Length(units=units, parts=parts, left=part - filled, foreign=foreign)
