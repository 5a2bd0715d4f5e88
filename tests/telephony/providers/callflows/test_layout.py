"""Places of steps in a drawing: no two on one another, and each above the middle of what is below it."""

from __future__ import annotations

from hypothesis import given, settings

from telephony.providers.callflows.layout import laid_out
from telephony.providers.callflows.tree import read

from .shapes import TREES


@settings(max_examples=40)
@given(TREES)
def test_no_two_steps_share_a_place_and_each_stands_over_the_middle(document: dict) -> None:
    flow = read(document)
    if flow.top is None:
        return
    layout = laid_out(flow.top, lambda number: [child for _key, child in flow[number].branches])
    assert len(layout.places) == len(flow)
    rows: dict[int, list[float]] = {}
    for column, row in layout.places.values():
        assert 0 <= column <= layout.columns - 1
        rows.setdefault(row, []).append(column)
    for columns in rows.values():
        ordered = sorted(columns)
        assert all(after - before >= 0.999 for before, after in zip(ordered, ordered[1:], strict=False))
    for number, node in flow.walk():
        if node.branches:
            first, last = (layout.places[node.branches[at][1]][0] for at in (0, -1))
            assert abs(layout.places[number][0] - (first + last) / 2) < 1e-6


def test_a_flow_as_deep_as_it_likes_is_laid_out() -> None:
    layout = laid_out(0, lambda number: [number + 1] if number < 3000 else [])
    assert layout.rows == 3001
    assert layout.columns == 1
