"""What a callflow names in its account, and the same callflow with other objects in their place.

An identifier is told by its value: wherever the settings hold one that is mapped, in modules nobody declared too, the
other takes its place. Nothing here recurses into steps: a flow may be as deep as its JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from telephony.providers.callflows.actions import Rule
from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.surroundings import pointers_of
from telephony.providers.callflows.tree import Flow, Node

Key = tuple[str, str]  # kind, remote id
Mapped = Mapping[str, str]  # remote id there -> remote id here, "" where it stays empty
LEFT_OUT = frozenset({"numbers", "patterns"})  # of a callflow itself: never copied without a word
_NOTHING = object()


@dataclass(frozen=True, kw_only=True)
class Named:
    """One object that a callflow names. `steps` are those that do, None for the callflow itself.

    is_key   it is the key of a branch, which cannot be empty
    """

    kind: str
    remote_id: str
    steps: tuple[int | None, ...]
    is_key: bool = False


def named_by(flow: Flow, callflows: Callflows) -> list[Named]:
    """The objects in the order of the steps, each once."""
    steps: dict[Key, dict[int | None, None]] = {}
    keys: set[Key] = set()
    root = {name: value for name, value in flow.root.items() if name not in LEFT_OUT}
    for _place, kind, remote_id in callflows.root_pointers(root):
        steps.setdefault((kind, remote_id), {})[None] = None
    for number, pointers in pointers_of(flow, callflows).items():
        for place, kind, remote_id in pointers:
            steps.setdefault((kind, remote_id), {})[number] = None
            if not place:
                keys.add((kind, remote_id))
    return [
        Named(kind=kind, remote_id=remote_id, steps=tuple(where), is_key=(kind, remote_id) in keys)
        for (kind, remote_id), where in steps.items()
    ]


def mapped(flow: Flow, callflows: Callflows, others: Mapped) -> Flow:
    """The callflow with other objects; where there is none the setting goes, and a branch keeps its key."""
    nodes = {number: _mapped_node(node, callflows, others) for number, node in flow.nodes.items()}
    root = {name: _mapped(value, others) for name, value in flow.root.items()}
    kept = {name: value for name, value in root.items() if value is not _NOTHING}
    return Flow(root=kept, nodes=nodes, top=flow.top, fresh=flow.fresh)


def twice(flow: Flow, callflows: Callflows, others: Mapped) -> set[str]:
    """Identifiers here that two branches of one step would get as their key."""
    found: set[str] = set()
    for node in flow.nodes.values():
        if _is_by_time(node, callflows):
            keys = [others.get(key) or key for key, _child in node.branches]
            found |= {key for key in keys if keys.count(key) > 1}
    return found


def bare(document: Mapping[str, Any]) -> dict[str, Any]:
    """A document without what belongs to the account that it comes from: its identifier, what the server keeps."""
    return {name: value for name, value in document.items() if name != "id" and not name.startswith("_")}


def _is_by_time(node: Node, callflows: Callflows) -> bool:
    action = callflows.actions.get(node.module)
    return action is not None and action.branches.rule is Rule.TIMES


def _mapped_node(node: Node, callflows: Callflows, others: Mapped) -> Node:
    branches = node.branches
    if _is_by_time(node, callflows):
        branches = tuple((others.get(key) or key, child) for key, child in branches)
    if not isinstance(node.own, Mapping) or not isinstance(node.own.get("data"), Mapping):
        return replace(node, branches=branches)
    return replace(node, own={**node.own, "data": _mapped(node.own["data"], others)}, branches=branches)


def _mapped(value: Any, others: Mapped) -> Any:
    """A value with other identifiers, _NOTHING for one that stays empty; a member without its own goes as a whole."""
    if isinstance(value, str):
        return (others[value] or _NOTHING) if value in others else value
    if isinstance(value, Mapping):
        made = {name: _mapped(inner, others) for name, inner in value.items()}
        return {name: inner for name, inner in made.items() if inner is not _NOTHING}
    if isinstance(value, list):
        entries = [_mapped(one, others) for one in value if not _is_lost(one, others)]
        return [one for one in entries if one is not _NOTHING]
    return value


def _is_lost(entry: Any, others: Mapped) -> bool:
    own = entry.get("id") if isinstance(entry, Mapping) else None
    return isinstance(own, str) and others.get(own) == ""
