"""Callflows and patches of them as the text that drafts keep.

A callflow is a line for what it is itself and one for each step, so that a step which an act leaves alone is read once:
the same line is the same `Node`, with all that was found out about it. Who reads one changes nothing in it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from telephony.providers.callflows.edits import Patch
from telephony.providers.callflows.tree import Flow, Node, asked_once, read

KEPT_STEPS, KEPT_DOCUMENTS = 8192, 16  # about 2 kB each, and 1 MB each of the largest


def text_of(flow: Flow) -> str:
    """A callflow with the numbers of its steps."""
    head = _json({"root": flow.root, "top": flow.top, "fresh": flow.fresh})
    return "\n".join([head, *(_line(node, number) for number, node in flow.nodes.items())])


def flow_of(text: str) -> Flow:
    head, *lines = text.split("\n")
    said = json.loads(head)
    return Flow(root=said["root"], nodes=dict(map(_numbered, lines)), top=said["top"], fresh=said["fresh"])


@lru_cache(maxsize=KEPT_DOCUMENTS)
def flow_in(document: str) -> Flow:
    """The tree of a document that is kept as JSON text."""
    return read(json.loads(document))


@asked_once
def _line(node: Node, number: int) -> str:
    return _json([number, *_said(node)])


@lru_cache(maxsize=KEPT_STEPS)
def _numbered(line: str) -> tuple[int, Node]:
    number, *said = json.loads(line)
    return number, _node(said)


def patch_text(patch: Patch) -> str:
    nodes = {str(number): node and _said(node) for number, node in patch.nodes.items()}
    return _json({"nodes": nodes, "top": patch.top, "root": patch.root, "fresh": patch.fresh})


def patch_of(text: str) -> Patch:
    said = json.loads(text)
    nodes = {int(number): node and _node(node) for number, node in said["nodes"].items()}
    return Patch(nodes=nodes, top=said["top"], root=said["root"], fresh=said["fresh"])


def _said(node: Node) -> list[Any]:
    return [node.own, node.branches, node.parent]


def _node(said: list[Any]) -> Node:
    own, branches, parent = said
    return Node(own=own, branches=tuple((key, number) for key, number in branches), parent=parent)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
