"""Which branches of a broad callflow are folded when it is opened, or one of them is, so that the next steps can be read."""

from __future__ import annotations

from collections import Counter

from telephony.providers.callflows.tree import Flow

WHOLE = 24  # ways to an end that are shown as they are
SHOWN = 12  # beside one another at first, where there are more


def folded_at_first(flow: Flow, start: int | None = None) -> set[int]:
    """The steps whose branches are, of all or of those at `start` and below: all of one level, the deepest above which
    there are not too many beside one another.

    The first step never is, and none from which there is one way only: it takes no more room for being shown.
    """
    if start is None and flow.top is None:
        return set()
    walk = list(flow.walk(start))
    level: dict[int | None, int] = {flow[walk[0][0]].parent: 0}
    ends: Counter[int] = Counter()
    steps: Counter[int] = Counter()
    for number, node in walk:
        own = level[number] = level[node.parent] + 1
        steps[own] += 1
        ends[own] += not node.branches
    if ends.total() <= WHOLE:
        return set()
    deepest, ended = 2, ends[1]
    for own in range(2, max(steps) + 1):
        if ended + steps[own] > SHOWN:
            break
        deepest = own
        ended += ends[own]
    return {number for number, _node in walk if level[number] == deepest and _parts(flow, number)}


def unfolded_to(flow: Flow, folded: set[int], step: int) -> set[int]:
    """What stays folded where a step is to be seen; what hangs below those above it is folded as at first."""
    above, left, opened = set(flow.above(step)), set(folded), set[int]()
    while hiding := left & above - opened:
        opened |= hiding
        for number in hiding:
            left |= folded_at_first(flow, number)
    return left - opened


def _parts(flow: Flow, number: int) -> bool:
    """Whether several ways go on from a step, at once or further down."""
    while len(branches := flow[number].branches) == 1:
        number = branches[0][1]
    return bool(branches)
