"""How a provider refuses callers, as data, and the arithmetic of its lists.

A list has places. What is added to a full one takes the place of another entry, and a person says of which: nothing
here chooses, `easiest_to_spare` only says in which order to offer them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telephony.providers.operations import Text


@dataclass(frozen=True, kw_only=True)
class Blocking:
    """Where a provider keeps the numbers that it refuses.

    kind        of the cached object that is such a list
    operation   the write that replaces what is in it
    field       its entries, in the document and among the editor's fields alike: a list of numbers, or an object whose
                names are the numbers
    places      how many entries a list takes, None where no limit is told
    is_of_line  each line has a list of its own, which hangs below it; otherwise a list holds for the whole account
    written     an E.164 number as the documents have it
    note        what has to be known of such a list besides
    why_not_short   why a colleague's internal number cannot stand on it, "" where it can
    """

    kind: str
    operation: str
    field: str
    places: int | None = None
    is_of_line: bool = True
    written: Callable[[str], str] = str
    note: Text = ""
    why_not_short: Text = ""

    def takes(self, number: str) -> bool:
        """Whether its lists refuse such a number: E.164, or a short internal one."""
        return number.startswith("+") or not self.why_not_short


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A number on a list, with how often it called in a year and when it last did."""

    number: str
    calls: int = 0
    last_at: datetime | None = None


class Full(ValueError):
    """The list has no place left, and nothing was said to give way."""


def numbers_of(value: Any) -> list[str]:
    """The entries of a list, in its order."""
    return list(value or ())


def room(value: Any, places: int | None) -> int | None:
    """How many places are free, None where there is no limit."""
    return None if places is None else max(0, places - len(numbers_of(value)))


def easiest_to_spare(entries: Iterable[Entry]) -> list[Entry]:
    """The one that called least often first; among equals the one whose last call is longest ago, then as listed."""
    return sorted(entries, key=lambda one: (one.calls, one.last_at.timestamp() if one.last_at else 0.0))


def with_number(value: Any, number: str, places: int | None = None, gives_way: str = "") -> Any:
    """The list with the number on it, where it is full in the place of another one. A number that is on it stays.

    Raises Full where there is no place, and ValueError where what is to give way is not on the list.
    """
    held = numbers_of(value)
    if number in held:
        return value
    if gives_way and gives_way not in held:
        raise ValueError(gives_way)
    rest = without_number(value, gives_way)
    if places is not None and len(numbers_of(rest)) >= places:
        raise Full
    if isinstance(value, Mapping):
        return {**rest, number: {}}
    return [*rest, number]


def without_number(value: Any, number: str) -> Any:
    """The list without the number, everything else as it was."""
    if isinstance(value, Mapping):
        return {name: one for name, one in value.items() if name != number}
    return [one for one in numbers_of(value) if one != number]


def entries_of(value: Any, calls: Mapping[str, tuple[int, datetime]]) -> Sequence[Entry]:
    """The entries with how often each called and when last, as far as `calls` knows them."""
    told = ((number, calls.get(number)) for number in numbers_of(value))
    return [
        Entry(number=number, calls=one[0], last_at=one[1]) if one else Entry(number=number)
        for number, one in told
    ]
