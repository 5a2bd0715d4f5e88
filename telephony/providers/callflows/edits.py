"""Changes to a callflow: each a function of the tree that gives a `Patch`, and a patch applied gives its inverse.

    patch = move(flow, 7, to=3, key="2")
    flow, undo = apply(flow, patch)
    flow, redo = apply(flow, undo)  # as it was

Whatever is not named stays as it is. What cannot be done raises Refused with the reason as data.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from telephony.providers.callflows.actions import DEFAULT
from telephony.providers.callflows.tree import CHILDREN, FLOW, Flow, Node, grown, read


class Reason(StrEnum):
    NO_SUCH_STEP = "no_such_step"
    KEY_TAKEN = "key_taken"
    NO_BRANCHES = "no_branches"  # it is no object, so nothing can hang below it
    SEVERAL_BELOW = "several_below"  # none of several can take its place
    INTO_ITSELF = "into_itself"
    HAS_STEPS = "has_steps"
    NOTHING_COPIED = "nothing_copied"


class Refused(ValueError):
    """The change is not possible. `reason` says why, `number` which step stands in the way."""

    def __init__(self, reason: Reason, number: int | None = None) -> None:
        super().__init__(reason, number)
        self.reason = reason
        self.number = number


@dataclass(frozen=True, kw_only=True)
class Patch:
    """Steps that become another (None: go), the first step, and the rest of the document where it changes."""

    nodes: Mapping[int, Node | None]
    top: int | None
    root: Mapping[str, Any]
    fresh: int


def apply(flow: Flow, patch: Patch) -> tuple[Flow, Patch]:
    """The changed flow, and the patch that takes the change back."""
    nodes = {number: node for number, node in flow.nodes.items() if number not in patch.nodes}
    nodes |= {number: node for number, node in patch.nodes.items() if node is not None}
    undo = Patch(
        nodes={number: flow.nodes.get(number) for number in patch.nodes},
        top=flow.top,
        root=flow.root,
        fresh=max(flow.fresh, patch.fresh),  # a number is never given twice
    )
    return Flow(root=patch.root, nodes=nodes, top=patch.top, fresh=max(flow.fresh, patch.fresh)), undo


def add(flow: Flow, step: Any, *, to: int | None = None, key: str = DEFAULT) -> Patch:
    """Hang a step, with all it has below, on a free branch; without `to` as the first step of an empty flow."""
    if to is None:
        if flow.top is not None:
            raise Refused(Reason.HAS_STEPS, flow.top)
        nodes, fresh = grown(step, None, flow.fresh)
        return Patch(nodes=nodes, top=flow.fresh, root={**flow.root, FLOW: None}, fresh=fresh)
    holder = _free(flow, to, key)
    nodes, fresh = grown(step, to, flow.fresh)
    branches = (*holder.branches, (key, flow.fresh))
    return _patch(flow, {**nodes, to: holder.with_branches(branches)}, fresh=fresh)


def insert(flow: Flow, step: Mapping[str, Any], *, to: int, key: str, under: str = DEFAULT) -> Patch:
    """Put a step between one and the next on a branch; on a free branch it is the last."""
    below = _node(flow, to).child(key)
    return add(flow, step, to=to, key=key) if below is None else wrap(flow, below, step, under=under)


def wrap(flow: Flow, number: int, step: Mapping[str, Any], *, under: str = DEFAULT) -> Patch:
    """Put a step above another, which hangs on branch `under` of it from now on."""
    inner = _node(flow, number)
    nodes, fresh = grown(step, inner.parent, flow.fresh)
    outer = nodes[flow.fresh]
    if not _takes_branches(outer):
        raise Refused(Reason.NO_BRANCHES, number)
    if outer.child(under) is not None:
        raise Refused(Reason.KEY_TAKEN, flow.fresh)
    nodes[flow.fresh] = outer.with_branches((*outer.branches, (under, number)))
    changed = {**nodes, number: replace(inner, parent=flow.fresh)}
    return _in_place_of(flow, number, flow.fresh, changed, fresh)


def move(flow: Flow, number: int, *, to: int, key: str) -> Patch:
    """Hang a step, with all below it, on a free branch elsewhere."""
    node = _node(flow, number)
    if number == to or number in flow.above(to):
        raise Refused(Reason.INTO_ITSELF, to)
    _free(flow, to, key)
    patch = _unhung(flow, number)
    holder = patch.get(to) or flow[to]
    patch[to] = holder.with_branches((*holder.branches, (key, number)))
    return _patch(flow, {**patch, number: replace(node, parent=to)})


def duplicate(flow: Flow, number: int, *, to: int, key: str) -> Patch:
    """Hang a copy of a step, with all below it, on a free branch."""
    _node(flow, number)
    return add(flow, flow.part(number), to=to, key=key)


def remove(flow: Flow, number: int) -> Patch:
    """Take one step out; the one below it takes its place."""
    node = _node(flow, number)
    if len(node.branches) > 1:
        raise Refused(Reason.SEVERAL_BELOW, number)
    if not node.branches:
        return remove_branch(flow, number)
    ((_key, below),) = node.branches
    changed: dict[int, Node | None] = {number: None, below: replace(flow[below], parent=node.parent)}
    return _in_place_of(flow, number, below, changed, flow.fresh)


def remove_branch(flow: Flow, number: int) -> Patch:
    """Take a step out with all that hangs below it."""
    _node(flow, number)
    gone: dict[int, Node | None] = dict.fromkeys((one for one, _node in flow.walk(number)), None)
    if number == flow.top:
        root = {name: value for name, value in flow.root.items() if name != FLOW}
        return Patch(nodes=gone, top=None, root=root, fresh=flow.fresh)
    return _patch(flow, {**gone, **_unhung(flow, number)})


def set_data(flow: Flow, number: int, data: Mapping[str, Any]) -> Patch:
    """Give a step other settings, all of them; whatever else it says stays."""
    node = _node(flow, number)
    if not isinstance(node.own, Mapping):
        raise Refused(Reason.NO_BRANCHES, number)
    return _patch(flow, {number: replace(node, own={**node.own, "data": data})})


def set_key(flow: Flow, number: int, key: str) -> Patch:
    """Give the branch to a step another key; its place among the branches stays."""
    parent = _node(flow, number).parent
    if parent is None:
        raise Refused(Reason.NO_SUCH_STEP, number)
    holder = flow[parent]
    if holder.child(key) not in (None, number):
        raise Refused(Reason.KEY_TAKEN, parent)
    branches = tuple((key if child == number else old, child) for old, child in holder.branches)
    return _patch(flow, {parent: replace(holder, branches=branches)})


def set_root(flow: Flow, root: Mapping[str, Any]) -> Patch:
    """Give the callflow other settings of its own, all of them; its steps stay."""
    place = {} if flow.top is None else {FLOW: None}
    rest = {name: value for name, value in root.items() if name != FLOW or flow.top is not None}
    return Patch(nodes={}, top=flow.top, root={**rest, **place}, fresh=flow.fresh)


def replace_all(flow: Flow, document: Mapping[str, Any]) -> Patch:
    """Another document in its place, all of it: one that is brought in, or an earlier one."""
    other = read(document)
    moved, fresh = (
        grown(other.part(other.top), None, flow.fresh) if other.top is not None else ({}, flow.fresh)
    )
    top = flow.fresh if other.top is not None else None
    return Patch(nodes={**dict.fromkeys(flow.nodes, None), **moved}, top=top, root=other.root, fresh=fresh)


def become(flow: Flow, document: Mapping[str, Any]) -> Patch:
    """Another version of the same callflow. A step that stands where one of its module stood keeps that one's number, so
    that what differs can be told; so do those below a step that was put above them, taken from there, or is another."""
    patch = replace_all(flow, document)
    nodes = {number: node for number, node in patch.nodes.items() if node is not None}
    same: dict[int, int] = {}  # the number that it keeps
    waiting = [(patch.top, flow.top)] if patch.top is not None and flow.top is not None else []
    while waiting:
        new, old = waiting.pop()
        if new in same or old in same.values():
            continue
        here, there = nodes[new], flow[old]
        pairs = [(child, there.child(key)) for key, child in here.branches]
        waiting += [(child, other) for child, other in pairs if other is not None]
        if here.module == there.module:
            same[new] = old
        else:  # looked at first: what comes last here
            waiting += [(new, child) for _key, child in there.branches if flow[child].module == here.module]
            waiting += [(child, old) for _key, child in here.branches if nodes[child].module == there.module]
    kept = {
        same.get(number, number): replace(
            node,
            parent=None if node.parent is None else same.get(node.parent, node.parent),
            branches=tuple((key, same.get(child, child)) for key, child in node.branches),
        )
        for number, node in nodes.items()
    }
    top = None if patch.top is None else same.get(patch.top, patch.top)
    return replace(patch, nodes={**dict.fromkeys(flow.nodes, None), **kept}, top=top)


def free_key(flow: Flow, to: int, keys: Iterable[str]) -> str:
    """The first of some keys, and of the default, that no branch has yet. Raises Refused."""
    holder = _node(flow, to)
    for key in (*keys, DEFAULT):
        if holder.child(key) is None:
            return key
    raise Refused(Reason.KEY_TAKEN, to)


def _node(flow: Flow, number: int) -> Node:
    if number not in flow:
        raise Refused(Reason.NO_SUCH_STEP, number)
    return flow[number]


def _free(flow: Flow, to: int, key: str) -> Node:
    """The step that a branch is to be added to."""
    holder = _node(flow, to)
    if not _takes_branches(holder):
        raise Refused(Reason.NO_BRANCHES, to)
    if holder.child(key) is not None:
        raise Refused(Reason.KEY_TAKEN, to)
    return holder


def _takes_branches(node: Node) -> bool:
    """Whether it is an object, and nothing but branches stands in their place."""
    return isinstance(node.own, Mapping) and (CHILDREN not in node.own or node.holds_branches)


def _unhung(flow: Flow, number: int) -> dict[int, Node | None]:
    """The step above, without its branch to this one; nothing for the first step."""
    parent = flow[number].parent
    if parent is None:
        return {}
    holder = flow[parent]
    branches = tuple((key, child) for key, child in holder.branches if child != number)
    return {parent: replace(holder, branches=branches)}


def _in_place_of(
    flow: Flow, number: int, other: int, changed: Mapping[int, Node | None], fresh: int
) -> Patch:
    """Another step where one was: the step above leads there, or it is the first."""
    parent = flow[number].parent
    if parent is None:
        return Patch(nodes=changed, top=other, root=flow.root, fresh=fresh)
    holder = flow[parent]
    branches = tuple((key, other if child == number else child) for key, child in holder.branches)
    return _patch(flow, {**changed, parent: replace(holder, branches=branches)}, fresh=fresh)


def _patch(flow: Flow, nodes: Mapping[int, Node | None], *, fresh: int | None = None) -> Patch:
    return Patch(nodes=nodes, top=flow.top, root=flow.root, fresh=flow.fresh if fresh is None else fresh)
