"""How a provider hands out numbers: the search for those that may be had, ordering and releasing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is looked for.

    way      "prefix": single numbers; "block": runs of neighbouring ones
    prefix   first digits, international with the plus or as they are dialled in the country
    count    how many numbers, or blocks; `size` numbers in a block
    offset   results to leave out
    """

    way: str
    prefix: str
    count: int = 20
    size: int = 10
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class FreeNumbers:
    """A number that may be had, or a block of them, E.164. Prices in units of the connection's currency."""

    numbers: tuple[str, ...]
    once: float | None = None
    monthly: float | None = None


@dataclass(frozen=True, kw_only=True)
class Ordering:
    """Numbers of a provider.

    kind      of its cached numbers
    search    (client, wanted) -> what may be had
    towns     (client, name) -> prefixes by town
    operations  keys by what they do: prefix, block, town, order, release, identify, bring (one that is had elsewhere)
    numbers   the parameter of order and release that holds the numbers
    number    the parameter of identify and bring that holds the number
    carrier   where a number's document says who carries it
    carriers  words of known carriers
    """

    kind: str
    search: Callable[[Any, Wanted], Sequence[FreeNumbers]]
    towns: Callable[[Any, str], Mapping[str, Sequence[str]]]
    operations: Mapping[str, str]
    numbers: str
    number: str
    carrier: str = ""
    carriers: Mapping[str, Any]
