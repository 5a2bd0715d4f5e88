"""JSON as a strict server reads it: no NaN, no number out of range, no half characters, no bottomless nesting."""

from __future__ import annotations

import json
import math
from typing import Any

DEEPEST = 200  # levels; a callflow takes two for each step


def read_json(body: bytes) -> Any:
    """The document of a body. Raises ValueError for anything that is not JSON, or that no server could hold."""
    try:
        document = json.loads(body, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _depth_exceeds(document, DEEPEST):
        raise ValueError("nested too deeply")
    if b"\\u" in body:
        json.dumps(
            document, ensure_ascii=False
        ).encode()  # UnicodeEncodeError, a ValueError, for half a character
    return document


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


def _depth_exceeds(document: Any, limit: int) -> bool:
    level = [document]
    for _ in range(limit):
        level = [
            child
            for value in level
            if isinstance(value, dict | list)
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True
