"""Starting points of callflows: a declared tree with named holes, which a form asks for and `document_of` fills.

    RING = Step("ring_group", {"endpoints": Each("people", {"endpoint_type": "user", "id": ITEM})}, (("_", MAILBOX),))
    document_of(Start(..., flow=RING), {"name": "Support", "people": ["4f..."], "mailbox": "9c..."})

A setting whose hole is empty is left out. A step is left out where a hole that it needs is empty, and a branch where
its step or its key is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from telephony.providers.callflows.tree import CHILDREN, FLOW
from telephony.providers.edit_fields import Field
from telephony.providers.operations import Text

# Holes of the callflow itself, of every starting point.
NAME, NUMBERS, EXTENSION, PATTERNS = "name", "numbers", "extension", "patterns"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Hole:
    """What is filled in, as it is. As the key of a branch: of several values each gets the branch."""

    name: str


@dataclass(frozen=True)
class Each:
    """A list with one entry for each value of a hole; ITEM stands for the value."""

    name: str
    entry: Mapping[str, Any]


class _Mark:
    """Something that stands in a declaration for what is known only when it is filled."""

    def __deepcopy__(self, memo: Any) -> _Mark:
        return self


ITEM = _Mark()
ASKED = _Mark()  # the keys of the step's own branches that were filled in, in their order
_GONE = _Mark()


@dataclass(frozen=True)
class Step:
    """A step. `needs`: the holes without which it is not there."""

    module: str
    data: Mapping[str, Any] = field(default_factory=dict)
    branches: Sequence[tuple[str | Hole, Part]] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class First:
    """The first of several steps that is there."""

    steps: tuple[Step | First, ...]


Part = Step | First


@dataclass(frozen=True, kw_only=True)
class Start:
    """A starting point.

    holes   fields of its form, those of the callflow itself first
    usual   values that the form begins with
    flow    None begins with no step
    """

    id: str
    label: Text
    summary: Text
    icon: str
    holes: tuple[Field, ...]
    usual: Mapping[str, Any] = field(default_factory=dict)
    flow: Part | None = None


def document_of(start: Start, values: Values) -> dict[str, Any]:
    """The callflow with its holes filled; whoever calls has checked the values by the holes."""
    document = root_of(values)
    top = _grown(start.flow, values) if start.flow is not None else None
    return document if top is None else {**document, FLOW: top}


def root_of(values: Values) -> dict[str, Any]:
    """The callflow's own settings."""
    extension = values.get(EXTENSION)
    numbers = [*(values.get(NUMBERS) or ()), *([extension] if extension else [])]
    patterns = list(values.get(PATTERNS) or ())
    return {NAME: values[NAME], NUMBERS: list(dict.fromkeys(numbers)), PATTERNS: patterns}


def _grown(part: Part, values: Values) -> dict[str, Any] | None:
    if isinstance(part, First):
        made = (_grown(one, values) for one in part.steps)
        return next((one for one in made if one is not None), None)
    if any(_is_empty(values.get(name)) for name in part.needs):
        return None
    children: dict[str, Any] = {}
    asked: list[str] = []
    for key, below in part.branches:
        step = _grown(below, values)
        if step is None:
            continue
        for name in _keys(key, values):
            if name not in children:  # two steps never share a branch
                children[name] = deepcopy(step)
                asked += [name] if isinstance(key, Hole) else []
    data = _filled(part.data, values, asked)
    return {"module": part.module, "data": data, CHILDREN: children}


def _keys(key: str | Hole, values: Values) -> list[str]:
    if isinstance(key, str):
        return [key]
    value = values.get(key.name)
    if _is_empty(value):
        return []
    return list(value) if isinstance(value, list) else [str(value)]


def _filled(value: Any, values: Values, asked: Sequence[str], item: Any = _GONE) -> Any:
    if value is ITEM:
        return item
    if value is ASKED:
        return list(asked)
    if isinstance(value, Hole):
        found = values.get(value.name)
        return _GONE if _is_empty(found) else found
    if isinstance(value, Each):
        found = values.get(value.name) or ()
        return [_filled(value.entry, values, asked, one) for one in dict.fromkeys(found)]
    if isinstance(value, Mapping):
        made = {name: _filled(inner, values, asked, item) for name, inner in value.items()}
        return {name: inner for name, inner in made.items() if inner is not _GONE}
    return value


def _is_empty(value: Any) -> bool:
    return value in (None, "", [])


# ---- the holes of a form ----


def asks(name: str, label: Text, kind: str = "text", **more: Any) -> Field:
    """A hole of a scalar kind."""
    return Field(name=name, label=label, kind=kind, is_sparse=True, empty="", **more)


def picks(name: str, label: Text, target_kind: str, *, several: bool = False, **more: Any) -> Field:
    """A hole for one object of the account, or for several."""
    return asks(name, label, "refs" if several else "ref", refers_to=target_kind, **more)


# ---- how it looks ----


def sample_of(start: Start) -> dict[str, Any]:
    """Every hole filled with something that stands for it, for a drawing; objects get invented identifiers."""
    return {one.name: _sample(one, at) for at, one in enumerate(start.holes)}


def _sample(one: Field, at: int) -> Any:
    if one.name == EXTENSION:
        return ""
    if one.name == NUMBERS:
        return [str(one.label)]
    if one.refers_to:
        identifier = f"{at + 1:032x}"
        return [identifier] if one.kind == "refs" else identifier
    if one.kind == "duration_s":
        return one.minimum or 1
    return str(one.label)
