"""How Keyyo writes and reads numbers and values."""

import re
from functools import lru_cache
from typing import Any

from telephony.providers.keyyo.sandbox.refusals import Refused

_SHORT = re.compile(r"\d{2,6}", re.ASCII)
_NATIONAL = re.compile(r"0[1-9]\d{8}", re.ASCII)
_INTERNATIONAL = re.compile(r"(?:\+|00)?([1-9]\d{6,14})", re.ASCII)


@lru_cache(20_000)
def shown_number(raw: str | None, *, local: bool = False) -> str | None:
    """`33199001001` as `+33199001001`, or with `localized_numbers` as `01 99 00 10 01`; other shapes stay."""
    if raw is None or not raw.isdecimal() or len(raw) < 7:
        return raw
    if not local:
        return f"+{raw}"
    if raw.startswith("33") and len(raw) == 11:
        national = "0" + raw[2:]
        return " ".join(national[at : at + 2] for at in range(0, 10, 2))
    return f"00 {raw}"


def read_scalar(value: Any, field: str) -> str:
    """The one text that a field holds. Raises Refused 400 when an array was sent."""
    if isinstance(value, str):
        return value
    raise Refused(400, f"{field}: expected one value")


def read_number(text: Any, field: str, *, short: bool = False) -> str:
    """Digits without plus from what people type; "" stays "". Raises Refused 400.

    short  also accept an internal number of 2 to 6 digits
    """
    plain = re.sub(r"[\s.\-()\u00a0\u202f]", "", read_scalar(text, field))
    if not plain:
        return ""
    if _NATIONAL.fullmatch(plain):
        return "33" + plain[1:]
    if short and _SHORT.fullmatch(plain):
        return plain
    if match := _INTERNATIONAL.fullmatch(plain):
        return match[1]
    raise Refused(400, f"{field}: not a telephone number")


def read_flag(value: Any, field: str) -> int:
    """A boolean as Keyyo stores it, 1 or 0. Raises Refused 400."""
    text = read_scalar(value, field).strip().lower()
    if text in ("1", "true"):
        return 1
    if text in ("0", "false", ""):
        return 0
    raise Refused(400, f"{field}: expected 1 or 0")


def read_integer(value: Any, field: str, least: int, most: int) -> int:
    """A whole number between the bounds. Raises Refused 400."""
    text = read_scalar(value, field).strip()
    if not re.fullmatch(r"-?[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise Refused(400, f"{field}: expected a whole number from {least} to {most}")
    return int(text)


def read_list(data: dict[str, Any], field: str) -> list[str]:
    """An array sent as `field[0]=a`, `field[]=a`, `field=a` or `field=` (empty). Raises Refused 400 when missing."""
    if field not in data:
        raise Refused(400, f"{field}: missing parameter")
    value = data[field]
    values = (
        value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else [value]
    )
    return [str(item).strip() for item in values if str(item).strip()]


def read_text(value: Any, field: str, most: int, *, needed: bool = False) -> str:
    """Trimmed text up to a length. Raises Refused 400."""
    text = read_scalar(value, field).strip()
    if needed and not text:
        raise Refused(400, f"{field}: must not be empty")
    if len(text) > most:
        raise Refused(400, f"{field}: longer than {most} characters")
    if any(ord(letter) < 32 for letter in text):
        raise Refused(400, f"{field}: control characters are not allowed")
    return text
