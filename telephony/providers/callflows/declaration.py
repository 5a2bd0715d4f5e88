"""How a provider keeps callflows: what pages, services and the lint read instead of its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from telephony.providers.callflows.actions import Actions
from telephony.providers.callflows.starting import Start
from telephony.providers.drafts import SecretValue
from telephony.providers.edit_fields import Field

Pointer = tuple[str, str, str]  # place in the settings, kind, remote id


@dataclass(frozen=True, kw_only=True)
class Callflows:
    """The callflows of one provider.

    kind       entity kind of a callflow; a pointer of that kind leads into another one
    actions    what a step can be
    pointers   what the settings of a step point to: (module, data) -> pointers
    rule_kind  entity kind of the rules of time, whose identifiers are keys of branches
    switch     field of an object that is false where it is switched off
    ending     module of a step that ends the call, for a branch that is missing
    refuge     module of a step that takes callers whom nobody answers
    update     key of the operation that writes one
    note       dotted place in the settings of a step where a person's note on it is kept
    itself     fields of a new callflow itself: its name, its numbers
    starts     what a new one can begin with
    owner      place of whose it is, "" where nobody's
    secrets    takes the secrets out of a document: (the document without them, those by their dotted places)
    root_pointers  what its own settings point to, its steps left out: document -> pointers
    """

    kind: str
    actions: Actions
    pointers: Callable[[str, Mapping[str, Any]], Iterable[Pointer]]
    rule_kind: str
    switch: str
    ending: str
    refuge: str
    update: str
    note: str
    secrets: Callable[[Mapping[str, Any]], tuple[dict[str, Any], dict[str, SecretValue]]]
    itself: tuple[Field, ...] = ()
    starts: tuple[Start, ...] = ()
    owner: str = ""
    root_pointers: Callable[[Mapping[str, Any]], Iterable[Pointer]] = lambda document: ()

    def note_of(self, data: Mapping[str, Any]) -> str:
        """What a person noted on a step, "" for nothing."""
        value: Any = data
        for part in self.note.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        return value if isinstance(value, str) else ""
