"""How a provider moves numbers in: the states of a request, the moves between them, and what a board shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as lazy

from telephony.providers.fields import DocumentField
from telephony.providers.operations import Text


@dataclass(frozen=True, kw_only=True)
class PortState:
    """A column of the board. `moves` are the states that a request may go to from here, the usual one first."""

    name: str
    label: Text
    moves: tuple[str, ...] = ()
    is_final: bool = False


@dataclass(frozen=True, kw_only=True)
class PortMove:
    """Going to a state. `asks`: the operation's parameters that a person has to fill in first."""

    label: Text
    icon: str = "arrow-right"
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Porting:
    """Port requests of a provider.

    kind       of its cached objects, whose `status` is the state
    move       the operation that moves one, its state given as `parameter`
    to         going to each state
    carrier, numbers, wanted   where a document says the losing carrier, its numbers, and the wanted day
    open_states   states in which a request may still be edited and removed, by these `operations`
    """

    kind: str
    states: tuple[PortState, ...]
    move: str
    parameter: str
    to: Mapping[str, PortMove] = field(hash=False)
    carrier: str
    numbers: str
    wanted: DocumentField
    open_states: frozenset[str] = frozenset()
    operations: tuple[str, ...] = ()

    def why_not_edited(self, state: str) -> Text:
        """Why a request cannot be edited any more, "" while it can."""
        if state in self.open_states:
            return ""
        return lazy("It is under way; only a draft or a rejected request can be edited.")

    def state(self, name: str) -> PortState | None:
        return next((state for state in self.states if state.name == name), None)
