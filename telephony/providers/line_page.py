"""What a line's page shows of a provider's settings, as data; the pages draw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from telephony.providers.operations import Text
from telephony.providers.phrases import Said

Document = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Act:
    """A button: what is written when it is pressed. `wanted` given: straight to the review, else to the form."""

    label: Text
    operation: str
    wanted: Mapping[str, Any] | None = None
    why_not: Text = ""


@dataclass(frozen=True, kw_only=True)
class ProfileRow:
    """One profile as a sentence. `is_on` is the one in force; `entity_id` its cached object.

    switch   puts it in force, or where it was put there releases it; the first of its `acts`
    """

    entity_id: int
    name: str
    note: Text
    sentence: Said
    is_on: bool
    is_forced: bool
    switch: Act
    acts: Sequence[Act] = ()


@dataclass(frozen=True, kw_only=True)
class PluginRow:
    """A plugin or option of the line."""

    entity_id: int
    name: str
    meaning: Text
    note: Text
    is_on: bool
    icon: str
    acts: Sequence[Act] = ()
    parameters: Sequence[tuple[int, str, str]] = ()


@dataclass(frozen=True, kw_only=True)
class Blacklist:
    """Refused callers; `places` how many there may be."""

    numbers: Sequence[str]
    refuses_withheld: bool
    places: int


@dataclass(frozen=True, kw_only=True)
class Barring:
    """Groups of numbers the line may not call, and those it may, in words."""

    barred: Sequence[str]
    allowed: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Cached:
    """A cached object as line pages get it."""

    entity_id: int
    kind: str
    parent_remote_id: str
    remote_id: str
    name: str
    document: Document


@dataclass(frozen=True, kw_only=True)
class LineParts:
    """The parts of a line's page; None leaves a part out.

    writes   operations by what they edit: settings, profile (a new one), blacklist, barring, parameter
    acts     further acts on the line itself, for its menu
    """

    profiles: Sequence[ProfileRow] | None = None
    blacklist: Blacklist | None = None
    barring: Barring | None = None
    plugins: Sequence[PluginRow] | None = None
    writes: Mapping[str, str] = field(default_factory=dict)
    acts: Sequence[Act] = ()


@dataclass(frozen=True, kw_only=True)
class LinePage:
    """How a provider's line is shown.

    kinds      kinds below the line that the page needs
    below      kinds below those (a plugin's parameters), by the kind they hang from
    parts      makes the parts out of what is cached
    sends_all_to   the number that gets every call of the line now, out of (kind, document) below it
    terminals  operation that lists registered telephones live, and how one reads: name, words
    """

    kinds: tuple[str, ...]
    below: Mapping[str, str] = field(default_factory=dict)
    parts: Callable[[str, Sequence[Cached]], LineParts]
    sends_all_to: Callable[[Sequence[tuple[str, Document]]], str] = lambda documents: ""
    terminals: str = ""
    terminal_words: Callable[[Document], tuple[str, str]] | None = None
