"""Where in a callflow a step is, in a few words: whom or what it is for, and the branches that lead to it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from telephony.providers.callflows.declaration import Callflows
from telephony.providers.callflows.surroundings import Around, pointers_of
from telephony.providers.callflows.tree import Flow
from telephony.services.callflow_scene import Telling

LONGEST = 4  # branches that are told, the last of them


def ways_to(numbers: Collection[int], flow: Flow, callflows: Callflows, around: Around) -> Mapping[int, str]:
    """By step: "Welcome, otherwise › 1"; no name where a problem tells it, "" for a first step that has none."""
    told, pointers = Telling(callflows, around, {}), pointers_of(flow, callflows)

    def words(number: int) -> str:
        node = flow[number]
        action = callflows.actions.get(node.module)
        targets = told.targets(pointers.get(number, ()))
        is_told = any(one.is_missing or one.is_off for one in targets)  # by what is wrong with it
        name = "" if is_told or action is None else told.name(action, node, targets)
        way, below = [], number
        for above in flow.above(number):
            key = next(key for key, child in flow[above].branches if child == below)
            way.append(told.branch(flow[above].module, key))
            below = above
        shown = [*(["…"] if len(way) > LONGEST else []), *reversed(way[:LONGEST])]
        return ", ".join(filter(None, (name, " › ".join(shown))))

    return {number: words(number) for number in numbers if number in flow}
