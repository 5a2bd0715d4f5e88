"""JSON as others write it: read fast, whole numbers digit by digit, never too deep, and always storable."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import orjson
from django.utils.translation import gettext_lazy as _

from portal.lib.errors import UnexpectedAnswer

# A callflow takes two levels for each step. Whoever walks a document by itself takes up to four calls a level, which
# leaves half of the thousand that Python allows.
MAX_DEPTH = 128
_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|\xed[\xa0-\xbf]")
_CONTAINERS = frozenset({dict, list})
_DIGITS = b"0" * 19  # so many may not fit into 64 bits
_LONG_NUMBERS = (b":" + _DIGITS, b":-" + _DIGITS)  # a number, and not the digits inside of an id
_OUTLINE = bytes.maketrans(b"0123456789,[ \t\r\n", b"0" * 10 + b":" * 6)


def decode_json(body: bytes) -> Any:
    """The JSON value in `body`. Raises UnexpectedAnswer for anything else, and below 128 levels.

    NUL and half surrogate pairs, which no database and no UTF-8 can hold, are taken out.
    """
    try:
        value = _parsed(body)
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer(str(_("The provider's answer is not valid JSON."))) from error
    _refuse_too_deep(value, body.count(b"{") + body.count(b"["))
    return value if is_storable(body) else _storable(value)


def is_storable(body: bytes) -> bool:
    """Whether JSON holds neither NUL nor half surrogate pairs. Judged by its text, so that it may say no too often."""
    # A single byte is looked for much faster than two, and most answers have no backslash at all.
    has_escapes = (b"\\" in body and b"\\u" in body) or b"\xed" in body
    return not (has_escapes and _UNSTORABLE.search(body))


def _parsed(body: bytes) -> Any:
    """By orjson, in half the time; by Python's own parser where they would differ.

    orjson reads whole numbers beyond 64 bits as floats, which loses digits, and refuses NaN, amounts beyond a float
    and half surrogate pairs, which Python's takes.
    """
    outline = (b":" + body).translate(_OUTLINE)
    if _DIGITS in outline and any(number in outline for number in _LONG_NUMBERS):
        return _leniently(body)
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return _leniently(body)


def _leniently(body: bytes) -> Any:
    """What JSON has no numbers for, NaN and amounts beyond a float, stays as the text that was sent."""
    return json.loads(body, parse_constant=str, parse_float=_finite)


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text


def _refuse_too_deep(value: Any, openings: int) -> None:
    """Walk down level by level. `openings` are the brackets in its text, those inside of strings included: once as
    many containers were seen there is none further down."""
    level = [value] if type(value) in _CONTAINERS else []
    seen = len(level)
    for _depth in range(MAX_DEPTH):
        if not level or seen == openings:
            return
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _CONTAINERS
        ]
        seen += len(level)
    if level:
        raise UnexpectedAnswer(str(_("The provider's answer is nested too deeply.")))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_storable(name): _storable(item) for name, item in value.items()}
    return [_storable(item) for item in value] if isinstance(value, list) else value
