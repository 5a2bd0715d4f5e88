"""What a provider does with any telephone number, as data: what acts first, and the operation that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Act(StrEnum):
    CALL = "call"  # the line rings, then the number is called
    JOIN = "join"  # two numbers are called and talk to each other; the line only pays
    TEXT = "text"  # the number gets a text message from the line


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a person wants.

    first    remote id of the line that acts, or the person's own number where there is no line
    number   who is called or gets the text (E.164)
    second   of a join, whom the number is connected with (E.164)
    text     of the message
    """

    first: str
    number: str
    second: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to do an act.

    kind       of the line that acts; "" where the person's own number is asked for instead
    operation  key of the operation
    values     its values
    longest    of a text: the most characters that are taken
    rests_s    how long a line rests after an act: the provider refuses another of it before
    """

    act: Act
    operation: str
    values: Callable[[Wish], Mapping[str, Any]]
    kind: str = ""
    longest: int = 0
    rests_s: float = 0.0
