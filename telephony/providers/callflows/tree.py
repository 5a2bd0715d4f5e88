"""A callflow document as a tree of numbered steps, and back again: nothing of it is lost.

    flow = read(document)
    flow.document() == document  # key order and kinds of numbers included

A step keeps its document as it came, unknown fields and all, but for what hangs below it. What is no step (a branch
that holds a text) is one without a module. Numbers of steps stay what they are while others come and go: `edits.py`
never gives one twice. Nothing here recurses: a flow may be as deep as its JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import Any, TypeVar, TypeVarTuple

T = TypeVar("T")
S = TypeVar("S", "Node", "Flow")
More = TypeVarTuple("More")

FLOW, CHILDREN = "flow", "children"
_HELD: Mapping[str, Any] = {}  # stands where the steps below are put back
_OBJECT = (dict, Mapping)  # asked for in this order, for the second question costs ten times as much


@dataclass(frozen=True)
class Node:
    """One step. It never changes, so what is found out about it stays true: it is found out once.

    own       its document; where it has branches, `children` stands empty in its place
    branches  (key, number of the step there) in the order of the document
    parent    number of the step above, None for the first
    """

    own: Any
    branches: tuple[tuple[str, int], ...] = ()
    parent: int | None = None

    @cached_property
    def module(self) -> str:
        """The word of what it does, "" where it does not say."""
        name = self.own.get("module") if isinstance(self.own, _OBJECT) else None
        return name if isinstance(name, str) else ""

    @cached_property
    def data(self) -> Mapping[str, Any]:
        """Its settings, empty where there are none."""
        found = self.own.get("data") if isinstance(self.own, _OBJECT) else None
        return found if isinstance(found, _OBJECT) else {}

    @cached_property
    def holds_branches(self) -> bool:
        """Whether `children` stands in its document as an object, be it empty."""
        return isinstance(self.own, Mapping) and isinstance(self.own.get(CHILDREN), Mapping)

    @cached_property
    def kept(self) -> dict[Any, tuple[tuple[Any, ...], Any]]:
        """What was found out about it, for `asked_once`."""
        return {}

    def child(self, key: str) -> int | None:
        return next((number for name, number in self.branches if name == key), None)

    def key_of(self, number: int) -> str:
        """The key of the branch to a step below. Raises KeyError."""
        for key, child in self.branches:
            if child == number:
                return key
        raise KeyError(number)

    def with_branches(self, branches: tuple[tuple[str, int], ...]) -> Node:
        """The same with other branches; where it had no place for any, it gets one, at the end."""
        own = self.own if self.holds_branches or not branches else {**self.own, CHILDREN: _HELD}
        return replace(self, own=own, branches=branches)


def asked_once(find: Callable[[S, *More], T]) -> Callable[[S, *More], T]:
    """Ask once of each step or callflow, again where the other arguments are others: `find` looks at nothing but what it
    is given, which nobody changes, nor what it answers."""

    @wraps(find)
    def found(one: S, *more: *More) -> T:
        held = one.kept.get(find)
        if held is None or held[0] != more:
            held = one.kept[find] = (more, find(one, *more))
        answer: T = held[1]
        return answer

    return found


@dataclass(frozen=True)
class Flow:
    """A callflow.

    root   its document; `flow` stands as None in its place where there are steps
    nodes  the steps by number
    top    number of the first step, None where there is none
    fresh  the next number
    """

    root: Mapping[str, Any]
    nodes: Mapping[int, Node]
    top: int | None = None
    fresh: int = 0

    def __getitem__(self, number: int) -> Node:
        return self.nodes[number]

    def __contains__(self, number: object) -> bool:
        return number in self.nodes

    def __len__(self) -> int:
        return len(self.nodes)

    def walk(self, start: int | None = None) -> Iterable[tuple[int, Node]]:
        """The steps below and at `start`, each before what hangs below it, in the order of the branches."""
        return self._whole if start is None else self._walk(start)

    @cached_property
    def _whole(self) -> tuple[tuple[int, Node], ...]:
        return () if self.top is None else tuple(self._walk(self.top))

    @cached_property
    def kept(self) -> dict[Any, tuple[tuple[Any, ...], Any]]:
        """What was found out about it, for `asked_once`."""
        return {}

    def _walk(self, start: int) -> Iterator[tuple[int, Node]]:
        waiting = [start]
        while waiting:
            number = waiting.pop()
            node = self.nodes[number]
            yield number, node
            waiting += [child for _key, child in reversed(node.branches)]

    def above(self, number: int) -> Iterator[int]:
        """The steps that lead to one, the nearest first."""
        parent = self.nodes[number].parent
        while parent is not None:
            yield parent
            parent = self.nodes[parent].parent

    def keys_to(self, number: int) -> tuple[str, ...]:
        """The branches that lead to a step, from the first step on."""
        way = [number, *self.above(number)]
        return tuple(self.nodes[parent].key_of(child) for child, parent in zip(way, way[1:], strict=False))[
            ::-1
        ]

    @cached_property
    def depth(self) -> int:
        """How many steps stand below one another at most."""
        deepest: dict[int | None, int] = {None: 0}
        for number, node in self.walk():
            deepest[number] = deepest[node.parent] + 1
        return max(deepest.values())

    def part(self, start: int) -> Any:
        """The document of a step with all that hangs below it."""
        made: dict[int, Any] = {}
        for number, node in reversed(list(self.walk(start))):
            if node.holds_branches:
                below = {key: made.pop(child) for key, child in node.branches}
                made[number] = {**node.own, CHILDREN: below}
            else:
                made[number] = node.own
        return made[start]

    def document(self) -> dict[str, Any]:
        """The whole document as the provider takes it."""
        return dict(self.root) if self.top is None else {**self.root, FLOW: self.part(self.top)}


def read(document: Mapping[str, Any]) -> Flow:
    """The tree of a callflow document."""
    if not isinstance(document.get(FLOW), Mapping):
        return Flow(root=document, nodes={})
    nodes, fresh = grown(document[FLOW], None, 0)
    return Flow(root={**document, FLOW: None}, nodes=nodes, top=0, fresh=fresh)


def grown(document: Any, parent: int | None, first: int) -> tuple[dict[int, Node], int]:
    """The steps of a part, numbered from `first` in the order of a walk, and the number after them."""
    nodes: dict[int, Node] = {}
    below: dict[int, list[tuple[str, int]]] = {}
    waiting: list[tuple[Any, int | None, str]] = [(document, parent, "")]
    number = first
    while waiting:
        step, above, key = waiting.pop()
        if above in below:
            below[above].append((key, number))
        children = step.get(CHILDREN) if isinstance(step, Mapping) else None
        if isinstance(children, Mapping):
            below[number] = []
            nodes[number] = Node(own={**step, CHILDREN: _HELD}, parent=above)
            waiting.extend((child, number, name) for name, child in reversed(list(children.items())))
        else:
            nodes[number] = Node(own=step, parent=above)
        number += 1
    for owner, branches in below.items():
        nodes[owner] = replace(nodes[owner], branches=tuple(branches))
    return nodes, number
