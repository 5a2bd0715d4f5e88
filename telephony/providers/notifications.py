"""What a provider tells by itself: one request to an address of ours for each step of a call, and how it is read.

The address is set at the provider with keywords in it, which the provider replaces by the values of each event. Which
names those values travel under is free; ours are written by `query`, other usual ones are understood as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from telephony.providers.drafts import CallEventDraft
from telephony.providers.editing import Place
from telephony.providers.operations import Text

_SIGNS = re.compile(r"[^a-z0-9]")
_UNREPLACED = re.compile(r"_[A-Z_]+_")


class Unacceptable(ValueError):
    """A notification that cannot be taken. The text says why and repeats nothing of what came."""


@dataclass(frozen=True, kw_only=True)
class Keyword:
    """One value of an event.

    word    as it stands in the address at the provider: "_ACCOUNT_"
    name    of the parameter that we write; `also`: other usual names, in lower case and without signs
    most    characters of the longest value
    """

    word: str
    name: str
    meaning: Text
    most: int
    also: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One write that makes a line tell us: operation, path values, wanted fields."""

    operation: str
    address: Mapping[str, str]
    wanted: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Notifications:
    """How a provider notifies calls.

    kinds      of lines that can
    read       the values by `Keyword.name` to a draft; raises Unacceptable
    address_at where the address of a line (by its remote id) is cached: the object whose field `address_field` holds it
    switch_at  the object whose `is_on` says whether the line tells anything at all
    settings   the writes that set an address and switch it on
    by_hand    where a person finds the setting at the provider
    send_test  has the sandbox call a line and not answer: (client, remote id of the line)
    """

    keywords: tuple[Keyword, ...]
    kinds: tuple[str, ...]
    read: Callable[[Mapping[str, str]], CallEventDraft]
    address_at: Callable[[str], Place]
    address_field: str
    switch_at: Callable[[str], Place]
    is_on: Callable[[Mapping[str, Any]], bool]
    settings: Callable[[str, str], Sequence[Setting]]
    by_hand: Text
    send_test: Callable[[Any, str], None]

    @property
    def query(self) -> str:
        """Every keyword under its name, as it is appended to the address: "account=_ACCOUNT_&..."."""
        return "&".join(f"{one.name}={one.word}" for one in self.keywords)

    @cached_property
    def _spellings(self) -> dict[str, Keyword]:
        return {spelling: one for one in self.keywords for spelling in (_plain(one.name), *one.also)}

    def values(self, pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
        """The values of one event by `Keyword.name`; what is missing or was not replaced is left out.

        Parameters that nobody knows are somebody's own and are ignored. Raises Unacceptable for a value that is given
        twice, is too long, or is no text.
        """
        found: dict[str, str] = {}
        for spelled, given in pairs:
            keyword = self._spellings.get(_plain(spelled))
            if keyword is None:
                continue
            value = given.strip()
            if keyword.name in found:
                raise Unacceptable("a parameter is given twice")
            if len(value) > keyword.most or not value.isprintable():
                raise Unacceptable("a parameter is too long, or no text")
            found[keyword.name] = "" if _UNREPLACED.fullmatch(value) else value
        return {name: value for name, value in found.items() if value}


def _plain(name: str) -> str:
    return _SIGNS.sub("", name.lower())
