"""What a step of a callflow can be: a frozen `Action` for each module, with its settings and the branches it may have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from telephony.providers.edit_fields import Field
from telephony.providers.operations import Text
from telephony.providers.schema import Family
from telephony.providers.schema import Field as Declared
from telephony.providers.schema_sorts import Sort

DEFAULT = "_"


class Rule(StrEnum):
    """How the branches of a step are told apart."""

    NONE = "none"  # the step ends the call, or hands it to something else
    NEXT = "next"  # one way on
    RINGS = "rings"  # one way on if nobody answers, others by why the ringing failed
    KEYS = "keys"  # the key pressed
    TIMES = "times"  # the rule of time that matches
    VALUES = "values"  # a text, equal to the value
    NAMED = "named"  # a few fixed words
    NUMBERS = "numbers"  # limits in whole numbers


@dataclass(frozen=True, kw_only=True)
class Branches:
    """The branches that a step may have.

    words     key -> what it means to people; in the order of a form
    pattern   expression of the other keys, "" where there are none
    help      what the other keys are
    may_strand  without a default branch, callers whom nobody answers are lost
    """

    rule: Rule
    words: Mapping[str, Text]
    pattern: str = ""
    help: Text = ""
    may_strand: bool = False

    def takes(self, key: str) -> bool:
        """Whether the engine could ever take a branch of this key."""
        return key in self.words or bool(self.pattern and re.fullmatch(self.pattern, key))


@dataclass(frozen=True, kw_only=True)
class Category:
    """A group of actions in the palette; its `id` chooses the colour."""

    id: str
    label: Text


@dataclass(frozen=True, kw_only=True)
class Action:
    """One module.

    settings  the fields of its `data`; `words` of the values that they may have
    icon      name of the icon beside it
    about     settings of which one says whom or what it is for: without any it does nothing
    """

    module: str
    label: Text
    summary: Text
    category: Category
    branches: Branches
    settings: Family
    icon: str
    words: Mapping[str, Text] = field(default_factory=dict)
    about: tuple[str, ...] = ()

    @property
    def is_terminal(self) -> bool:
        """Nothing that hangs below it is ever reached."""
        return self.branches.rule is Rule.NONE

    @cached_property
    def fields(self) -> tuple[Field, ...]:
        """Its settings as a form and a page have them."""
        choices = {
            place: tuple((str(value), self.words.get(str(value), str(value))) for value in one.choices)
            for place, one in _with_entries(self.settings.fields)
            if one.choices
        }
        return Sort(
            kind=self.module, family=self.settings, label=self.label, reads="", choices=choices
        ).fields


def _with_entries(fields: Iterable[Declared], above: str = "") -> Iterator[tuple[str, Declared]]:
    """Declared fields by their place, those of the entries of lists too."""
    for one in fields:
        place = f"{above}{one.path}"
        entry = one.entry[0] if len(one.entry) == 1 and not one.entry[0].path else None
        yield place, entry if entry is not None else one
        inside = [*one.entry, *one.told, *(each for fields in one.variants.values() for each in fields)]
        if entry is None:
            yield from _with_entries(inside, f"{place}.")


class Actions(Mapping[str, Action]):
    """The actions of one provider by module, in the order of the palette."""

    def __init__(self, actions: tuple[Action, ...]) -> None:
        self._by_module = {one.module: one for one in actions}
        if len(self._by_module) != len(actions):
            raise ValueError("an action is declared twice")

    def __getitem__(self, module: str) -> Action:
        return self._by_module[module]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_module)

    def __len__(self) -> int:
        return len(self._by_module)

    @cached_property
    def by_category(self) -> Mapping[Category, tuple[Action, ...]]:
        found: dict[Category, list[Action]] = {}
        for one in self.values():
            found.setdefault(one.category, []).append(one)
        return {category: tuple(actions) for category, actions in found.items()}


def keys_of(action: Action | None) -> tuple[str, ...]:
    """The branches that a step may have, the usual first."""
    words = tuple(action.branches.words) if action else ()
    return tuple(sorted(words, key=lambda one: one != DEFAULT)) or (DEFAULT,)
